/* What folded.c writes, pprof/format_folded.c reads: nothing is lost on the way there and back. */
#include "tests/view/rendering.h"

#include "pprof/format.h"

/* Writes the folded stacks of a merge of one. */
static struct buf folded(struct slice body)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    add(m, body);
    return rendered(m, "", folded_render);
}

static void assert_comes_back(struct slice body)
{
    struct buf once CLEANUP(buf_release) = folded(body);
    assert_string_equal(format_detect(buf_slice(&once))->name, "folded stacks");
    struct buf again CLEANUP(buf_release) = folded(buf_slice(&once));
    assert_true(once.len > 0);
    assert_string_equal(buf_cstr(&again), buf_cstr(&once));
}

static void real_profiles_come_back(void **state)
{
    (void)state;
    static const char *const files[] = {"go/cpu-000.pb.gz", "go/goroutine-005.pb.gz",
                                        "perf/two-events-inlined.txt", "folded/py-spy.folded"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf b CLEANUP(buf_release) = read_data(files[i]);
        assert_comes_back(buf_slice(&b));
    }
}

static void the_oddest_names_come_back(void **state)
{
    (void)state;
    static const char *const names[] = {"a;b",        "\\",  "\\;", "\\n", "new\nline",
                                        "car\rriage", "a 1", "",    "; ;", "[no stack]"};
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_type(&b, "samples", "count");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        build_function(&b, (struct build_function){.id = i + 1, .name = names[i]});
        build_location(&b, (struct build_location){.id = i + 1,
                                                   .lines = {{.function = i + 1}},
                                                   .lines_count = 1});
        build_sample(&b, (struct build_sample){{i + 1, 1, i + 1}, 3, {(int64_t)i + 1}, 1, {{0}}, 0});
    }
    assert_comes_back(build_finish(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_come_back),
        cmocka_unit_test(the_oddest_names_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
