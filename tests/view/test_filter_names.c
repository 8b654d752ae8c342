/* focus, ignore, hide, show and show_from: what they match, and what becomes of inlined lines. */
#include "tests/view/filtering.h"

#define ALL                                                                                                  \
    "main 200 | = 8\n"                                                                                       \
    "main run parse<scan malloc | = 1\n"                                                                     \
    "main run parse<scan | = 2\n"                                                                            \
    "main run | = 4\n"

static void expect(const char *option, const char *pattern, const char *text)
{
    assert_program(OPTIONS(option, pattern), text, "");
}

static void focus_keeps_samples_with_a_frame_that_matches(void **state)
{
    (void)state;
    expect("focus", "^run$", "main run parse<scan malloc | = 1\nmain run parse<scan | = 2\nmain run | = 4\n");
    expect("focus", "malloc", "main run parse<scan malloc | = 1\n");
}

static void names_files_and_mappings_match(void **state)
{
    (void)state;
    expect("focus", "scan\\.go", "main run parse<scan malloc | = 1\nmain run parse<scan | = 2\n");
    expect("focus", "libc", "main 200 | = 8\nmain run parse<scan malloc | = 1\n");
    expect("focus", "^/bin/app$", ALL);
}

static void inlined_frames_count_for_focus(void **state)
{
    (void)state;
    expect("focus", "^scan$", "main run parse<scan malloc | = 1\nmain run parse<scan | = 2\n");
}

static void a_sample_without_a_stack_is_not_in_focus(void **state)
{
    (void)state;
    expect("focus", "", ALL "| = 16\n");
    expect("focus", ".*", ALL);
    expect("ignore", "malloc", "main 200 | = 8\nmain run parse<scan | = 2\nmain run | = 4\n");
}

static void ignore_drops_samples_whatever_is_in_focus(void **state)
{
    (void)state;
    assert_program(OPTIONS("focus", "main", "ignore", "scan"), "main 200 | = 8\nmain run | = 4\n", "");
    assert_program(OPTIONS("focus", "main", "ignore", "main"), "", "Focus expression matched no samples\n");
}

static void hide_takes_single_lines_of_a_location(void **state)
{
    (void)state;
    expect("hide", "parse",
           "main 200 | = 8\nmain run scan malloc | = 1\nmain run scan | = 2\nmain run | = 4\n");
    expect("hide", "scan",
           "main 200 | = 8\nmain run parse malloc | = 1\nmain run parse | = 2\nmain run | = 4\n");
    expect("hide", "parse|scan", "main 200 | = 8\nmain run malloc | = 1\nmain run | = 6\n");
}

static void hide_of_a_mapping_takes_whole_locations(void **state)
{
    (void)state;
    expect("hide", "libc", "main run parse<scan | = 3\nmain run | = 4\nmain | = 8\n");
}

static void a_stack_of_which_nothing_is_left_is_dropped(void **state)
{
    (void)state;
    expect("hide", "main|run|app", "200 | = 8\nmalloc | = 1\n");
    expect("show", "malloc\\.c", "malloc | = 1\n");
}

static void show_keeps_only_what_matches(void **state)
{
    (void)state;
    expect("show", "run|scan", "run scan | = 3\nrun | = 4\n");
    /* A location without lines has nothing to show, even if its mapping matches. */
    expect("show", "libc", "malloc | = 1\n");
}

static void show_from_cuts_above_the_highest_match(void **state)
{
    (void)state;
    expect("show_from", "run", "run parse<scan malloc | = 1\nrun parse<scan | = 2\nrun | = 4\n");
    expect("show_from", "parse", "parse<scan malloc | = 1\nparse<scan | = 2\n");
    expect("show_from", "scan", "scan malloc | = 1\nscan | = 2\n");
    expect("show_from", "libc", "200 | = 8\nmalloc | = 1\n");
}

static void without_mappings_there_is_one_without_a_name(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b, (struct build_sample){{1}, 1, {5, 5}, 2, {{0}}, 0});
    assert_left(build_finish(&b), OPTIONS("focus", "^x*$"), "main | = 5\n", "");
    assert_program(OPTIONS("focus", "^x*$"), "", "Focus expression matched no samples\n");
}

static void a_pattern_that_is_none_names_its_option(void **state)
{
    (void)state;
    static const char *const names[] = {"focus",     "ignore",   "hide",     "show",
                                        "show_from", "tagfocus", "tagignore"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        struct left l;
        struct error err;
        char expected[64];
        assert_int_equal(filter_body(program(&b), OPTIONS(names[i], "a(b"), &l, &err), E_INVALID);
        (void)snprintf(expected, sizeof expected, "parsing %s regexp: missing ): a(b", names[i]);
        assert_string_equal(err.text, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(focus_keeps_samples_with_a_frame_that_matches),
        cmocka_unit_test(names_files_and_mappings_match),
        cmocka_unit_test(inlined_frames_count_for_focus),
        cmocka_unit_test(a_sample_without_a_stack_is_not_in_focus),
        cmocka_unit_test(ignore_drops_samples_whatever_is_in_focus),
        cmocka_unit_test(hide_takes_single_lines_of_a_location),
        cmocka_unit_test(hide_of_a_mapping_takes_whole_locations),
        cmocka_unit_test(a_stack_of_which_nothing_is_left_is_dropped),
        cmocka_unit_test(show_keeps_only_what_matches),
        cmocka_unit_test(show_from_cuts_above_the_highest_match),
        cmocka_unit_test(without_mappings_there_is_one_without_a_name),
        cmocka_unit_test(a_pattern_that_is_none_names_its_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
