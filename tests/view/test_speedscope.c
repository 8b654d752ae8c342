/* speedscope's file format. tests/e2e/ holds it against what the schema asks for. */
#include "tests/view/growing.h"

/* What stands behind the shared frames. */
static void assert_profiles(struct merge *m, const char *words, const char *expected)
{
    struct buf out CLEANUP(buf_release) = rendered(m, words, speedscope_render);
    const char *from = strstr(buf_cstr(&out), "\"profiles\":");
    assert_non_null(from);
    assert_string_equal(from, expected);
}

static const struct stack_line SMALL[] = {{"main;run", 2, 20}, {"main;run;parse", 1, 10}, {"idle", 5, 0}};

static void frames_are_shared(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, 1);
    struct buf out CLEANUP(buf_release) = rendered(m, "", speedscope_render);
    const char *frames = strstr(buf_cstr(&out), "\"shared\":");
    assert_non_null(strstr(buf_cstr(&out),
                           "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\","
                           "\"exporter\":\"brazier "));
    assert_non_null(frames);
    assert_memory_equal(frames,
                        "\"shared\":{\"frames\":[{\"name\":\"main\",\"file\":\"/src/main.c\",\"line\":3},"
                        "{\"name\":\"run\",\"file\":\"/src/run.c\",\"line\":3}]},",
                        strlen(
                            "\"shared\":{\"frames\":[{\"name\":\"main\",\"file\":\"/src/main.c\",\"line\":3},"
                            "{\"name\":\"run\",\"file\":\"/src/run.c\",\"line\":3}]},"));
}

static void each_type_is_a_profile_of_stacks_with_weights(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, ARRAY_LEN(SMALL));
    assert_profiles(
        m, "",
        "\"profiles\":[{\"type\":\"sampled\",\"name\":\"samples\",\"unit\":\"none\",\"startValue\":0,"
        "\"endValue\":8,\"samples\":[[0,1],[0,1,2],[3]],\"weights\":[2,1,5]},"
        "{\"type\":\"sampled\",\"name\":\"cpu\",\"unit\":\"nanoseconds\",\"startValue\":0,"
        "\"endValue\":30,\"samples\":[[0,1],[0,1,2]],\"weights\":[20,10]}],\"activeProfileIndex\":1}");
}

static void a_difference_is_two_profiles_a_type(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown(SMALL, 1);
    grow(m, (const struct stack_line[]){{"main;run", 1, 5}}, 1, MERGE_BASE);
    assert_profiles(
        m, "sample_index=samples",
        "\"profiles\":[{\"type\":\"sampled\",\"name\":\"samples (source)\",\"unit\":\"none\","
        "\"startValue\":0,\"endValue\":2,\"samples\":[[0,1]],\"weights\":[2]},"
        "{\"type\":\"sampled\",\"name\":\"samples (base)\",\"unit\":\"none\","
        "\"startValue\":0,\"endValue\":1,\"samples\":[[0,1]],\"weights\":[1]},"
        "{\"type\":\"sampled\",\"name\":\"cpu (source)\",\"unit\":\"nanoseconds\","
        "\"startValue\":0,\"endValue\":20,\"samples\":[[0,1]],\"weights\":[20]},"
        "{\"type\":\"sampled\",\"name\":\"cpu (base)\",\"unit\":\"nanoseconds\","
        "\"startValue\":0,\"endValue\":5,\"samples\":[[0,1]],\"weights\":[5]}],\"activeProfileIndex\":0}");
}

static void negative_values_are_a_profile_of_their_own(void **state)
{
    (void)state;
    static const struct stack_line lines[] = {{"a", 1, -3}, {"b", 1, 4}};
    struct merge *m CLEANUP(merge_freep) = grown(lines, ARRAY_LEN(lines));
    assert_profiles(
        m, "",
        "\"profiles\":[{\"type\":\"sampled\",\"name\":\"samples\",\"unit\":\"none\",\"startValue\":0,"
        "\"endValue\":2,\"samples\":[[0],[1]],\"weights\":[1,1]},"
        "{\"type\":\"sampled\",\"name\":\"cpu\",\"unit\":\"nanoseconds\",\"startValue\":0,"
        "\"endValue\":4,\"samples\":[[0]],\"weights\":[4]},"
        "{\"type\":\"sampled\",\"name\":\"cpu (negative)\",\"unit\":\"nanoseconds\",\"startValue\":0,"
        "\"endValue\":3,\"samples\":[[1]],\"weights\":[3]}],\"activeProfileIndex\":1}");
}

static void an_empty_profile_has_empty_profiles(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = merge_data("go/cpu-empty.pb.gz");
    assert_profiles(
        m, "",
        "\"profiles\":[{\"type\":\"sampled\",\"name\":\"samples\",\"unit\":\"none\",\"startValue\":0,"
        "\"endValue\":0,\"samples\":[],\"weights\":[]},"
        "{\"type\":\"sampled\",\"name\":\"cpu\",\"unit\":\"nanoseconds\",\"startValue\":0,"
        "\"endValue\":0,\"samples\":[],\"weights\":[]}],\"activeProfileIndex\":1}");
}

static void a_difference_from_nothing_is_one(void **state)
{
    (void)state;
    struct merge *m CLEANUP(merge_freep) = grown_from_nothing(SMALL, 1);
    assert_profiles(
        m, "sample_index=samples",
        "\"profiles\":[{\"type\":\"sampled\",\"name\":\"samples (source)\",\"unit\":\"none\","
        "\"startValue\":0,\"endValue\":2,\"samples\":[[0,1]],\"weights\":[2]},"
        "{\"type\":\"sampled\",\"name\":\"samples (base)\",\"unit\":\"none\","
        "\"startValue\":0,\"endValue\":0,\"samples\":[],\"weights\":[]},"
        "{\"type\":\"sampled\",\"name\":\"cpu (source)\",\"unit\":\"nanoseconds\","
        "\"startValue\":0,\"endValue\":20,\"samples\":[[0,1]],\"weights\":[20]},"
        "{\"type\":\"sampled\",\"name\":\"cpu (base)\",\"unit\":\"nanoseconds\","
        "\"startValue\":0,\"endValue\":0,\"samples\":[],\"weights\":[]}],\"activeProfileIndex\":0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_shared),
        cmocka_unit_test(each_type_is_a_profile_of_stacks_with_weights),
        cmocka_unit_test(a_difference_is_two_profiles_a_type),
        cmocka_unit_test(negative_values_are_a_profile_of_their_own),
        cmocka_unit_test(an_empty_profile_has_empty_profiles),
        cmocka_unit_test(a_difference_from_nothing_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
