/* Options: what each row takes, and what somebody who mistyped is told. */
#include "view/options.h"

#include "base/limits.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct view_options options;
static struct error err;

static int set_up(void **state)
{
    (void)state;
    options = VIEW_OPTIONS_DEFAULT;
    err.text[0] = '\0';
    return 0;
}

static enum status set(const char *name, const char *value)
{
    const struct view_option *row = view_option_find(slice_of(name));
    assert_non_null(row);
    return row->set(&options, slice_of(value), &err);
}

static void assert_refused(const char *name, const char *value, const char *text)
{
    struct view_options before = options;
    assert_int_equal(set(name, value), E_INVALID);
    assert_string_equal(err.text, text);
    assert_memory_equal(&options, &before, sizeof options);
}

static void patterns_are_kept_as_they_stand(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const struct slice *field;
    } rows[] = {{"sample_index", &options.sample_index},
                {"focus", &options.focus},
                {"ignore", &options.ignore},
                {"hide", &options.hide},
                {"show", &options.show},
                {"show_from", &options.show_from},
                {"tagfocus", &options.tagfocus},
                {"tagignore", &options.tagignore},
                {"tagroot", &options.tagroot},
                {"tagleaf", &options.tagleaf},
                {"function", &options.function}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(set(rows[i].name, "a(b,"), OK);
        assert_true(slice_eq_cstr(*rows[i].field, "a(b,"));
    }
}

static void grouping_by_a_label_is_a_root_of_one_label(void **state)
{
    (void)state;
    assert_int_equal(set("group_by", "thread"), OK);
    assert_true(slice_eq_cstr(options.tagroot, "thread"));
    assert_refused("group_by", "a,b", "bad \"group_by\" \"a,b\": one label only; tagroot takes several");
}

static void two_roots_at_once_are_refused(void **state)
{
    (void)state;
    assert_int_equal(set("tagroot", "a"), OK);
    assert_refused(
        "group_by", "b",
        "bad \"group_by\" \"b\": it is tagroot with one label, and tagroot is given too: leave out one");
    assert_true(slice_eq_cstr(options.tagroot, "a"));
    assert_true(view_option_find(SLICE("tagroot")) < view_option_find(SLICE("group_by")));
}

static void numbers_are_within_their_ranges(void **state)
{
    (void)state;
    assert_int_equal(options.node_count, -1);
    assert_int_equal(set("nodecount", "0"), OK);
    assert_int_equal(options.node_count, 0);
    assert_int_equal(set("nodecount", "25"), OK);
    assert_int_equal(options.node_count, 25);
    assert_int_equal(set("nodecount", "-1"), OK);
    assert_refused("nodecount", "x", "bad \"nodecount\" \"x\": not a number");
    assert_refused("nodecount", "", "bad \"nodecount\" \"\": not a number");
    assert_refused("nodecount", "-2", "bad \"nodecount\" \"-2\": not between -1 and 2147483647");
    assert_int_equal(set("max_nodes", "7"), OK);
    assert_int_equal(options.max_nodes, 7);
    assert_refused("max_nodes", "0", "bad \"max_nodes\" \"0\": not between 1 and 1000000");
}

static void fractions_are_between_0_and_1(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const double *field;
    } rows[] = {{"nodefraction", &options.node_fraction},
                {"edgefraction", &options.edge_fraction},
                {"min_fraction", &options.min_fraction}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(set(rows[i].name, "0.25"), OK);
        assert_true(*rows[i].field == 0.25);
        assert_int_equal(set(rows[i].name, "1e-3"), OK);
        assert_true(*rows[i].field == 0.001);
        assert_int_equal(set(rows[i].name, "1"), OK);
        assert_int_equal(set(rows[i].name, "0"), OK);
    }
    assert_refused("nodefraction", "1.5", "bad \"nodefraction\" \"1.5\": not between 0 and 1");
    static const char *const bad[] = {"",       "-0.1", "nan",  "inf",
                                      "0x1p-3", " 0.5", "0.5 ", "0.5.5",
                                      "e",      ".",    "1e--", "00000000000000000000000000000000000.5"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(set("edgefraction", bad[i]), E_INVALID);
}

static void choices_are_named_when_one_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(set("granularity", "lines"), OK);
    assert_int_equal(options.granularity, GRANULARITY_LINES);
    assert_int_equal(set("granularity", "functions"), OK);
    assert_int_equal(options.granularity, GRANULARITY_FUNCTIONS);
    assert_refused("granularity", "line",
                   "bad \"granularity\" \"line\": none of functions, filefunctions, files, lines and "
                   "addresses");
    assert_int_equal(set("sort", "cum"), OK);
    assert_true(options.cum_sort);
    assert_int_equal(set("sort", "flat"), OK);
    assert_false(options.cum_sort);
    assert_refused("sort", "name", "bad \"sort\" \"name\": neither flat nor cum");
}

static void trimming_is_turned_off_by_0_and_false(void **state)
{
    (void)state;
    assert_int_equal(set("trim", "0"), OK);
    assert_true(options.no_trim);
    assert_int_equal(set("trim", "true"), OK);
    assert_false(options.no_trim);
    assert_int_equal(set("trim", "false"), OK);
    assert_true(options.no_trim);
    assert_int_equal(set("trim", "1"), OK);
    assert_false(options.no_trim);
    assert_refused("trim", "no", "bad \"trim\" \"no\": neither 1 nor 0");
}

static void lists_have_an_end(void **state)
{
    (void)state;
    char commas[LIMIT_TAG_PATTERNS + 1];
    memset(commas, ',', sizeof commas - 1);
    commas[sizeof commas - 1] = '\0';
    assert_int_equal(set("tagfocus", commas), E_INVALID);
    assert_non_null(strstr(err.text, "...\": more than 64 parts"));
    assert_int_equal(set("tagignore", commas), E_INVALID);
    assert_int_equal(set("tagfocus", commas + 1), OK);
    assert_int_equal(set("tagroot", commas + 1), E_INVALID);
    assert_non_null(strstr(err.text, "more than 32 parts"));
    assert_int_equal(set("tagleaf", commas + LIMIT_TAG_PATTERNS - LIMIT_TAG_KEYS + 1), OK);
}

static void a_refusal_is_one_short_line(void **state)
{
    (void)state;
    char value[2000];
    memset(value, '\n', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    assert_int_equal(set("nodecount", value), E_INVALID);
    assert_null(strchr(err.text, '\n'));
    assert_true(strlen(err.text) < 200);
}

static void every_row_can_be_found_and_has_its_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < VIEW_OPTIONS_COUNT; i++) {
        const struct view_option *row = &VIEW_OPTIONS[i];
        assert_ptr_equal(view_option_find(slice_of(row->name)), row);
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        assert_true(strlen(row->argument) > 0);
    }
    assert_null(view_option_find(SLICE("")));
    assert_null(view_option_find(SLICE("Focus")));
}

static void what_changes_a_profile_is_told_from_what_only_shows_it(void **state)
{
    (void)state;
    assert_int_equal(set("granularity", "lines"), OK);
    assert_int_equal(set("function", "main"), OK);
    assert_int_equal(set("focus", ""), OK);
    assert_false(view_options_filter(&options));
    static const char *const filters[] = {"focus",    "ignore",    "hide",    "show",    "show_from",
                                          "tagfocus", "tagignore", "tagroot", "tagleaf", "group_by"};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        options = VIEW_OPTIONS_DEFAULT;
        assert_int_equal(set(filters[i], "x"), OK);
        assert_true(view_options_filter(&options));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(patterns_are_kept_as_they_stand, set_up),
        cmocka_unit_test_setup(grouping_by_a_label_is_a_root_of_one_label, set_up),
        cmocka_unit_test_setup(two_roots_at_once_are_refused, set_up),
        cmocka_unit_test_setup(numbers_are_within_their_ranges, set_up),
        cmocka_unit_test_setup(fractions_are_between_0_and_1, set_up),
        cmocka_unit_test_setup(choices_are_named_when_one_is_unknown, set_up),
        cmocka_unit_test_setup(trimming_is_turned_off_by_0_and_false, set_up),
        cmocka_unit_test_setup(lists_have_an_end, set_up),
        cmocka_unit_test_setup(a_refusal_is_one_short_line, set_up),
        cmocka_unit_test_setup(every_row_can_be_found_and_has_its_help, set_up),
        cmocka_unit_test_setup(what_changes_a_profile_is_told_from_what_only_shows_it, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
