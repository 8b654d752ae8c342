/* The filter as a whole: that stages see what those before them left, and what it does when memory ends. */
#include "view/filter.h"

#include "tests/view/filtering.h"

static void without_options_nothing_has_to_be_done(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    assert_int_equal(merge_add(m, program(&b), MERGE_SOURCE, NULL), OK);
    assert_false(filter_is_needed(merge_result(m), &options));
    options.focus = SLICE("x");
    assert_true(filter_is_needed(merge_result(m), &options));
}

static void frames_to_be_dropped_need_a_filter(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    build_number(&b, 7, (int64_t)build_string(&b, "malloc"));
    assert_int_equal(merge_add(m, program(&b), MERGE_SOURCE, NULL), OK);
    assert_true(filter_is_needed(merge_result(m), &options));
}

static void stacks_that_become_equal_add_up(void **state)
{
    (void)state;
    assert_program(OPTIONS("hide", "parse|scan|malloc|libc"), "main run | = 7\nmain | = 8\n", "");
}

static void every_stage_sees_what_is_left_by_those_before(void **state)
{
    (void)state;
    /* Hidden frames count for focus, but not for show_from. */
    assert_program(OPTIONS("focus", "malloc", "hide", "malloc|run"), "main parse<scan | = 1\n", "");
    assert_program(OPTIONS("hide", "run", "show_from", "run|parse"),
                   "parse<scan malloc | = 1\n"
                   "parse<scan | = 2\n",
                   "");
    assert_program(OPTIONS("focus", "malloc", "ignore", "parse"), "", "");
}

static void what_matches_nothing_is_noted_in_the_order_of_pprof(void **state)
{
    (void)state;
    assert_program(OPTIONS("tagignore", "absent", "tagfocus", "absent", "show_from", "absent", "show",
                           "absent", "hide", "absent", "ignore", "absent", "focus", "absent", "tagleaf", "a",
                           "tagroot", "b"),
                   "",
                   "TagRoot expression matched no samples\n"
                   "TagLeaf expression matched no samples\n"
                   "Focus expression matched no samples\n"
                   "Ignore expression matched no samples\n"
                   "Hide expression matched no samples\n"
                   "Show expression matched no samples\n"
                   "ShowFrom expression matched no samples\n"
                   "TagFocus expression matched no samples\n"
                   "TagIgnore expression matched no samples\n");
}

static void the_header_and_the_first_mapping_stay(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    build_number(&b, 9, 1700000000000000000);
    build_number(&b, 10, 5);
    build_number(&b, 12, 7);
    build_number(&b, 13, (int64_t)build_string(&b, "said"));
    assert_int_equal(merge_add(m, program(&b), MERGE_SOURCE, NULL), OK);
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.focus = SLICE("absent");
    struct view *v CLEANUP(view_freep) = NULL;
    assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
    assert_int_equal(v->merged->time_nanos, 1700000000000000000);
    assert_true(v->merged->duration_nanos == 5);
    assert_int_equal(v->merged->period, 7);
    assert_int_equal(v->merged->comments.count, 1);
    struct buf text CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(raw_render(v, &text, NULL), OK);
    assert_non_null(strstr(buf_cstr(&text), "Locations\nMappings\n1: 0x1000/0x2000/0x0 /bin/app  [FN]\n"));
}

static void sums_beyond_64_bits_stay_exact(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_location(&b,
                   (struct build_location){.id = 2, .lines = {{.function = 1, .line = 8}}, .lines_count = 1});
    static const int64_t values[] = {INT64_MAX, INT64_MAX, -INT64_MAX, -5};
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        build_sample(&b, (struct build_sample){.locations = {1 + i % 2},
                                               .locations_count = 1,
                                               .values = {values[i], 1},
                                               .values_count = 2,
                                               .labels = {{.key = "n", .number = 1}},
                                               .labels_count = 1});
    struct slice body = build_finish(&b);
    assert_left(body, OPTIONS("tagfocus", "1"), "main | n:1 = 0\nmain | n:1 = 9223372036854775802\n",
                "tagfocus:Interpreted '1' as range, not regexp\n");
    /* Once the lines are the same. */
    struct build c CLEANUP(build_release) = BUILD_INIT;
    build_start(&c);
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        build_sample(&c, (struct build_sample){.locations = {1},
                                               .locations_count = 1,
                                               .values = {values[i], 1},
                                               .values_count = 2});
    assert_left(build_finish(&c), OPTIONS("focus", "main"), "main | = 9223372036854775802\n", "");
}

/* Each refusal of memory in turn, until there is enough. */
static void memory_that_ends_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct random random;
    random_seed(&random, 3);
    assert_int_equal(merge_add(m, random_profile(&b, &random), MERGE_SOURCE, NULL), OK);
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.tagroot = SLICE("thread,path");
    options.hide = SLICE("main");
    options.tagfocus = SLICE(".*");
    options.tagignore = SLICE("7b:");
    enum status status = E_TOO_LARGE;
    size_t max = 0, refusals = 0;
    for (; status != OK; max += 64) {
        struct quota quota = QUOTA_INIT(max, NULL);
        struct merged out;
        struct buf notes CLEANUP(buf_release) = BUF_INIT(1000);
        struct error err = {.text = ""};
        merged_init(&out, &quota);
        status = filter_apply(merge_result(m), &options, &out, &notes, &err);
        merged_release(&out);
        assert_true(status == OK || status == E_TOO_LARGE);
        assert_int_equal(quota.used, 0);
        refusals += status != OK;
    }
    assert_true(refusals > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_nothing_has_to_be_done),
        cmocka_unit_test(frames_to_be_dropped_need_a_filter),
        cmocka_unit_test(stacks_that_become_equal_add_up),
        cmocka_unit_test(every_stage_sees_what_is_left_by_those_before),
        cmocka_unit_test(what_matches_nothing_is_noted_in_the_order_of_pprof),
        cmocka_unit_test(the_header_and_the_first_mapping_stay),
        cmocka_unit_test(sums_beyond_64_bits_stay_exact),
        cmocka_unit_test(memory_that_ends_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
