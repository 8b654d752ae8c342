/* tagroot, tagleaf and group_by: frames that are made of labels. */
#include "tests/view/filtering.h"

static void a_label_becomes_the_root(void **state)
{
    (void)state;
    assert_labelled("tagroot", "path",
                    " main | = 8\n main | request:5 request:2048 = 4\n"
                    " main | thread:b thread:c bytes:4096bytes = 2\n/x main | path:/x thread:a = 1\n",
                    "");
    assert_labelled("group_by", "path",
                    " main | = 8\n main | request:5 request:2048 = 4\n"
                    " main | thread:b thread:c bytes:4096bytes = 2\n/x main | path:/x thread:a = 1\n",
                    "");
}

static void several_values_are_one_frame(void **state)
{
    (void)state;
    assert_labelled("tagroot", "thread",
                    " main | = 8\n main | request:5 request:2048 = 4\n"
                    "a main | path:/x thread:a = 1\nb,c main | thread:b thread:c bytes:4096bytes = 2\n",
                    "");
}

static void numbers_have_their_units(void **state)
{
    (void)state;
    assert_labelled("tagleaf", "bytes",
                    "main  | = 8\nmain  | path:/x thread:a = 1\nmain  | request:5 request:2048 = 4\n"
                    "main 4kB | thread:b thread:c bytes:4096bytes = 2\n",
                    "");
    assert_labelled(
        "tagleaf", "request",
        "main  | = 8\nmain  | path:/x thread:a = 1\n"
        "main  | thread:b thread:c bytes:4096bytes = 2\nmain 5,2048 | request:5 request:2048 = 4\n",
        "");
}

static void the_first_key_is_nearest_to_the_root_on_both_sides(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT, c CLEANUP(build_release) = BUILD_INIT;
    assert_left(labelled(&b), OPTIONS("tagroot", "thread,path", "focus", "/x"),
                "a /x main | path:/x thread:a = 1\n", "");
    assert_left(labelled(&c), OPTIONS("tagleaf", "thread,path", "focus", "/x"),
                "main a /x | path:/x thread:a = 1\n", "");
}

static void filters_see_the_frames_of_labels(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT, c CLEANUP(build_release) = BUILD_INIT,
                   d CLEANUP(build_release) = BUILD_INIT;
    assert_left(labelled(&b), OPTIONS("tagroot", "path", "show_from", "main", "ignore", "^/x$"),
                "main | = 8\nmain | request:5 request:2048 = 4\n"
                "main | thread:b thread:c bytes:4096bytes = 2\n",
                "");
    /* The key is the file of the frame. */
    assert_left(labelled(&c), OPTIONS("tagroot", "path", "hide", "^path$", "focus", "/x"),
                "main | path:/x thread:a = 1\n", "");
    assert_left(labelled(&d), OPTIONS("tagroot", "path", "hide", "main", "focus", "/x"),
                "/x | path:/x thread:a = 1\n", "");
}

static void a_label_that_nobody_has_is_noted(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT, c CLEANUP(build_release) = BUILD_INIT;
    assert_left(labelled(&b), OPTIONS("tagroot", "colour", "focus", "x", "tagfocus", "a"), "",
                "TagRoot expression matched no samples\n"
                "Focus expression matched no samples\n"
                "TagFocus expression matched no samples\n");
    assert_left(labelled(&c), OPTIONS("tagleaf", ",", "tagfocus", "path=x"), "main | path:/x thread:a = 1\n",
                "TagLeaf expression matched no samples\n");
}

static void a_stack_of_nothing_gets_the_frame_too(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b, (struct build_sample){{0}, 0, {3, 3}, 2, {{"k", "v", 0, NULL}}, 1});
    assert_left(build_finish(&b), OPTIONS("tagroot", "k"), "v | k:v = 3\n", "");
}

static void values_without_an_end_are_refused(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    char *longest = mem_alloc(LIMIT_REGEX_TEXT_BYTES + 1);
    memset(longest, 'x', LIMIT_REGEX_TEXT_BYTES);
    longest[LIMIT_REGEX_TEXT_BYTES] = '\0';
    build_start(&b);
    build_sample(&b,
                 (struct build_sample){{1}, 1, {3, 3}, 2, {{"k", longest, 0, NULL}, {"k", "y", 0, NULL}}, 2});
    struct slice body = build_finish(&b);
    struct left l;
    struct error err;
    assert_int_equal(filter_body(body, OPTIONS("tagroot", "k"), &l, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the values of a label for tagroot or tagleaf are over 65536 bytes");
    assert_int_equal(filter_body(body, OPTIONS("tagfocus", "k.*x"), &l, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "a label for tagfocus is over 65536 bytes");
    free(longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_becomes_the_root),
        cmocka_unit_test(several_values_are_one_frame),
        cmocka_unit_test(numbers_have_their_units),
        cmocka_unit_test(the_first_key_is_nearest_to_the_root_on_both_sides),
        cmocka_unit_test(filters_see_the_frames_of_labels),
        cmocka_unit_test(a_label_that_nobody_has_is_noted),
        cmocka_unit_test(a_stack_of_nothing_gets_the_frame_too),
        cmocka_unit_test(values_without_an_end_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
