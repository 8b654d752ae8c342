/* tagfocus and tagignore: texts, ranges, and which unit a number is taken to have. */
#include "tests/view/filtering.h"

#define RANGE(option, text) option ":Interpreted '" text "' as range, not regexp\n"

static void without_a_key_the_key_is_part_of_the_text(void **state)
{
    (void)state;
    assert_labelled("tagfocus", "^thread:a$", LABELLED_A, "");
    assert_labelled("tagfocus", "thread", LABELLED_A LABELLED_B, "");
    assert_labelled("tagfocus", "=^thread:a$", LABELLED_A, "");
}

static void with_a_key_only_its_values_are_searched(void **state)
{
    (void)state;
    assert_labelled("tagfocus", "thread=^[ab]$", LABELLED_A LABELLED_B, "");
    assert_labelled("tagfocus", "path=a", "", "TagFocus expression matched no samples\n");
    assert_labelled("tagfocus", "thread=x=y", "", "TagFocus expression matched no samples\n");
}

static void a_comma_is_and_without_a_key_and_or_with_one(void **state)
{
    (void)state;
    assert_labelled("tagfocus", "thread:a,path:/x", LABELLED_A, "");
    assert_labelled("tagfocus", "thread:a,thread:b", "", "TagFocus expression matched no samples\n");
    assert_labelled("tagfocus", "thread=a,b", LABELLED_A LABELLED_B, "");
}

static void an_empty_expression_matches_every_text(void **state)
{
    (void)state;
    assert_labelled("tagfocus", "thread=", LABELLED_A LABELLED_B, "");
    assert_labelled("tagfocus", ",", LABELLED_A LABELLED_B, "");
}

static void tagignore_drops_what_matches(void **state)
{
    (void)state;
    assert_labelled("tagignore", "thread", LABELLED_NONE LABELLED_C, "");
    assert_labelled("tagignore", "absent", LABELLED_NONE LABELLED_A LABELLED_C LABELLED_B,
                    "TagIgnore expression matched no samples\n");
}

static void a_range_takes_numbers_of_any_key_or_of_one(void **state)
{
    (void)state;
    assert_labelled("tagfocus", "2kb:8kb", LABELLED_C LABELLED_B, RANGE("tagfocus", "2kb:8kb"));
    assert_labelled("tagfocus", "bytes=2kb:8kb", LABELLED_B, RANGE("tagfocus", "2kb:8kb"));
    assert_labelled("tagignore", ":5b", LABELLED_NONE LABELLED_A LABELLED_B, RANGE("tagignore", ":5b"));
    assert_labelled("tagfocus", "4kb", LABELLED_B, RANGE("tagfocus", "4kb"));
}

/* "request" and "alignment" mean bytes; any other key is its own unit. */
static void a_key_without_a_unit_has_one_that_is_known(void **state)
{
    (void)state;
    assert_labelled("tagfocus", "request=2kb:", LABELLED_C, RANGE("tagfocus", "2kb:"));
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b, (struct build_sample){{1}, 1, {3, 3}, 2, {{"apples", NULL, 7, NULL}}, 1});
    struct slice body = build_finish(&b);
    assert_left(body, OPTIONS("tagfocus", "5apples:"), "main | apples:7 = 3\n",
                RANGE("tagfocus", "5apples:"));
    /* Units that nobody knows are compared as plain numbers. */
    assert_left(body, OPTIONS("tagfocus", "5pears:"), "main | apples:7 = 3\n", RANGE("tagfocus", "5pears:"));
    assert_left(body, OPTIONS("tagfocus", "8pears:"), "",
                RANGE("tagfocus", "8pears:") "TagFocus expression matched no samples\n");
}

/* The first in the order in which samples are written, however they were added. */
static void one_unit_is_taken_for_all_numbers_of_a_key(void **state)
{
    (void)state;
    static const struct build_sample samples[] = {{{1}, 1, {1, 1}, 2, {{"size", NULL, 3, "kb"}}, 1},
                                                  {{1}, 1, {2, 2}, 2, {{"size", NULL, 3000, "bytes"}}, 1},
                                                  {{1}, 1, {4, 4}, 2, {{"size", NULL, 9, "kb"}}, 1}};
    for (size_t first = 0; first < ARRAY_LEN(samples); first++) {
        struct build b CLEANUP(build_release) = BUILD_INIT;
        build_start(&b);
        for (size_t i = 0; i < ARRAY_LEN(samples); i++)
            build_sample(&b, samples[(first + i) % ARRAY_LEN(samples)]);
        assert_left(build_finish(&b), OPTIONS("tagfocus", "2mb:"), "main | size:3000bytes = 2\n",
                    "For tag size used unit kb, also encountered unit(s) bytes\n" RANGE("tagfocus", "2mb:"));
    }
}

static void texts_are_in_no_range_and_numbers_match_no_expression(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    build_start(&b);
    build_sample(&b,
                 (struct build_sample){{1}, 1, {3, 3}, 2, {{"n", "5", 0, NULL}, {"m", NULL, 6, NULL}}, 2});
    struct slice body = build_finish(&b);
    assert_left(body, OPTIONS("tagfocus", "5"), "",
                RANGE("tagfocus", "5") "TagFocus expression matched no samples\n");
    assert_left(body, OPTIONS("tagfocus", "m"), "", "TagFocus expression matched no samples\n");
    assert_left(body, OPTIONS("tagfocus", "^n:5$"), "main | n:5 m:6 = 3\n", "");
}

static void a_number_that_no_label_can_have_is_refused(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT;
    struct left l;
    struct error err;
    assert_int_equal(filter_body(labelled(&b), OPTIONS("tagfocus", "bytes=1:99999999999999999999"), &l, &err),
                     E_INVALID);
    assert_string_equal(err.text, "bad \"tagfocus\" \"1:99999999999999999999\": the number is too large");
}

static void both_sides_of_a_difference_can_be_told_apart(void **state)
{
    (void)state;
    struct build b CLEANUP(build_release) = BUILD_INIT, c CLEANUP(build_release) = BUILD_INIT;
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    assert_int_equal(merge_add(m, labelled(&b), MERGE_SOURCE, NULL), OK);
    assert_int_equal(merge_add(m, labelled(&c), MERGE_BASE, NULL), OK);
    struct view_options options = VIEW_OPTIONS_DEFAULT;
    options.tagfocus = SLICE("pprof::base=true");
    struct view *v CLEANUP(view_freep) = NULL;
    assert_int_equal(view_open(m, &options, NULL, &v, NULL), OK);
    int64_t sum = 0;
    for (size_t i = 0; i < view_samples(v); i++) {
        assert_true(view_is_base(v, i));
        sum += view_value(v, i, 0);
    }
    assert_int_equal(sum, -15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_key_the_key_is_part_of_the_text),
        cmocka_unit_test(with_a_key_only_its_values_are_searched),
        cmocka_unit_test(a_comma_is_and_without_a_key_and_or_with_one),
        cmocka_unit_test(an_empty_expression_matches_every_text),
        cmocka_unit_test(tagignore_drops_what_matches),
        cmocka_unit_test(a_range_takes_numbers_of_any_key_or_of_one),
        cmocka_unit_test(a_key_without_a_unit_has_one_that_is_known),
        cmocka_unit_test(one_unit_is_taken_for_all_numbers_of_a_key),
        cmocka_unit_test(texts_are_in_no_range_and_numbers_match_no_expression),
        cmocka_unit_test(a_number_that_no_label_can_have_is_refused),
        cmocka_unit_test(both_sides_of_a_difference_can_be_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
