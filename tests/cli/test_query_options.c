/* The options of queries: each group by itself, and those of views under their names on the command line. */
#include "cli/query_options.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ALL = (1 << 10) - 1 };

static struct query_options o;
static struct error err;
static const char *items[8];
static struct option_words words = {.items = items, .max = 8};

static enum status parse(unsigned groups, char **argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    o = (struct query_options){.collector = NULL};
    return query_options_parse(&o, groups, argc, argv, &words, &err);
}

#define PARSE(groups, ...) parse((groups), (char *[]){__VA_ARGS__, NULL})

static void every_option_of_views_is_there_with_dashes(void **state)
{
    (void)state;
    size_t count = query_options_rows(&o, ROWS_VIEW);
    assert_int_equal(count, VIEW_OPTIONS_COUNT);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strlen(o.rows[i].name), strlen(VIEW_OPTIONS[i].name));
        assert_null(strchr(o.rows[i].name, '_'));
    }
    char sample[] = "--sample-index", space[] = "alloc_space", sort[] = "--sort=cum";
    assert_int_equal(PARSE(ROWS_VIEW, sample, space, sort), OK);
    assert_true(slice_eq(o.view.sample_index, SLICE("alloc_space")) && o.view.cum_sort);
    assert_true(o.view.node_count == -1);
}

static void no_two_options_of_a_command_have_one_name(void **state)
{
    (void)state;
    static const unsigned commands[] = {
        ROWS_SOURCE | ROWS_MERGE | ROWS_VIEW | ROWS_OUTPUT | ROWS_TERMINAL | ROWS_JSON | ROWS_BASE |
            ROWS_GATE,
        ROWS_SOURCE | ROWS_LIST | ROWS_JSON | ROWS_OUTPUT | ROWS_TERMINAL,
        ROWS_SOURCE | ROWS_TIMELINE | ROWS_JSON | ROWS_OUTPUT | ROWS_TERMINAL,
    };
    for (size_t c = 0; c < ARRAY_LEN(commands); c++) {
        size_t count = query_options_rows(&o, commands[c]);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(o.rows[i].name, o.rows[k].name);
    }
    assert_true(query_options_rows(&o, ALL) <= QUERY_ROWS_MAX);
}

static void a_bad_value_of_a_view_is_refused(void **state)
{
    (void)state;
    char sort[] = "--sort=up";
    assert_int_equal(PARSE(ROWS_VIEW, sort), E_INVALID);
    assert_non_null(strstr(err.text, "up"));
}

static void only_argv_says_that_a_collector_is_meant(void **state)
{
    (void)state;
    char service[] = "--service=s", collector[] = "--collector=http://x", file[] = "f";
    (void)setenv("BRAZIER_SERVICE", "t", 1);
    assert_int_equal(PARSE(ROWS_SOURCE, collector, file), OK);
    assert_false(o.selects);
    assert_string_equal(o.selection.service, "t");
    assert_int_equal(words.count, 1);
    assert_int_equal(PARSE(ROWS_SOURCE, service), OK);
    assert_true(o.selects);
    assert_string_equal(o.selection.service, "s");
    (void)unsetenv("BRAZIER_SERVICE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_of_views_is_there_with_dashes),
        cmocka_unit_test(no_two_options_of_a_command_have_one_name),
        cmocka_unit_test(a_bad_value_of_a_view_is_refused),
        cmocka_unit_test(only_argv_says_that_a_collector_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
