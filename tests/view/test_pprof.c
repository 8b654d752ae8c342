/* A view as a profile: the merge itself without filters, else what they left. */
#include "tests/view/filtering.h"

static struct buf rendered(struct merge *m, const struct view_options *options)
{
    struct view *v CLEANUP(view_freep) = NULL;
    struct buf out = BUF_INIT(ROOMY);
    assert_int_equal(view_open(m, options, NULL, &v, NULL), OK);
    assert_int_equal(pprof_render(v, &out, NULL), OK);
    return out;
}

static void assert_is_merge(struct slice body, const struct view_options *options)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct buf merged CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(merge_add(m, body, MERGE_SOURCE, NULL), OK);
    struct buf out CLEANUP(buf_release) = rendered(m, options);
    assert_int_equal(merge_write(m, &merged, NULL), OK);
    assert_int_equal(out.len, merged.len);
    assert_memory_equal(out.ptr, merged.ptr, out.len);
}

static void without_filters_the_bytes_are_those_of_the_merge(void **state)
{
    (void)state;
    static const char *const names[] = {"go/cpu-000.pb.gz", "go/heap-000.pb.gz", "node/time_0.pb.gz"};
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.granularity = GRANULARITY_FILES;
    options.node_count = 3;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf body CLEANUP(buf_release) = read_data(names[i]);
        assert_is_merge(buf_slice(&body), &options);
    }
}

static void frames_that_a_profile_wants_dropped_are_left_to_its_reader(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    build_number(&b, 7, (int64_t)build_string(&b, "malloc"));
    assert_is_merge(program(&b), &options);
}

static void what_filters_leave_is_a_profile_that_merges_again(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.hide = SLICE("parse|libc");
    assert_int_equal(merge_add(m, program(&b), MERGE_SOURCE, NULL), OK);
    struct buf out CLEANUP(buf_release) = rendered(m, &options);
    assert_true(gzip_looks(buf_slice(&out)));
    assert_left(buf_slice(&out), OPTIONS("sort", "flat"), "main run scan | = 3\nmain run | = 4\nmain | = 8\n",
                "");
}

/* Two replicas may have merged in another order. */
static void the_bytes_do_not_depend_on_the_order_of_merging(void **state)
{
    (void)state;
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.hide = SLICE("parse|app");
    options.tagroot = SLICE("thread,bytes");
    options.tagignore = SLICE("1ms:");
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct random random;
        struct build builds[2] = {BUILD_INIT, BUILD_INIT};
        struct slice bodies[2];
        struct buf out[2];
        random_seed(&random, seed);
        for (size_t i = 0; i < 2; i++)
            bodies[i] = random_profile(&builds[i], &random);
        for (size_t i = 0; i < 2; i++) {
            struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
            assert_int_equal(merge_add(m, bodies[i], MERGE_SOURCE, NULL), OK);
            assert_int_equal(merge_add(m, bodies[1 - i], MERGE_SOURCE, NULL), OK);
            out[i] = rendered(m, &options);
        }
        assert_int_equal(out[0].len, out[1].len);
        assert_memory_equal(out[0].ptr, out[1].ptr, out[0].len);
        for (size_t i = 0; i < 2; i++) {
            buf_release(&out[i]);
            build_release(&builds[i]);
        }
    }
}

static void an_answer_over_its_bound_is_refused(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    struct view *v CLEANUP(view_freep) = NULL;
    struct buf out CLEANUP(buf_release) = BUF_INIT(20);
    options.focus = SLICE("main");
    assert_int_equal(merge_add(m, program(&b), MERGE_SOURCE, NULL), OK);
    assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
    assert_int_equal(pprof_render(v, &out, NULL), E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_filters_the_bytes_are_those_of_the_merge),
        cmocka_unit_test(frames_that_a_profile_wants_dropped_are_left_to_its_reader),
        cmocka_unit_test(what_filters_leave_is_a_profile_that_merges_again),
        cmocka_unit_test(the_bytes_do_not_depend_on_the_order_of_merging),
        cmocka_unit_test(an_answer_over_its_bound_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
