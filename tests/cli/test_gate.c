/* Growth and gates on compared profiles, written as folded stacks. */
#include "cli/gate.h"

#include "pprof/merge.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct stage {
    struct merge *merge;
    struct view_options options;
    struct view *view;
    struct growth growth;
};

static struct stage *compare(const char *base, const char *now, double min_share)
{
    static struct stage s;
    struct error err = {0};
    s = (struct stage){.merge = merge_new(&(struct merge_options){0}), .options = VIEW_OPTIONS_DEFAULT};
    if (merge_add(s.merge, slice_of(base), MERGE_BASE, &err) != OK ||
        merge_add(s.merge, slice_of(now), MERGE_SOURCE, &err) != OK ||
        view_open(s.merge, &s.options, NULL, &s.view, &err) != OK ||
        growth_of(s.view, min_share, false, &s.growth, &err) != OK) {
        fail_msg("%s", err.text);
        abort();
    }
    return &s;
}

static void end(struct stage *s)
{
    growth_release(&s->growth);
    view_free(s->view);
    merge_free(s->merge);
}

/* What the rules find, as "rule name base now\n". */
static void judged(struct stage *s, const char *const *rules, size_t count, const char *expected)
{
    struct option_list list = {.count = count};
    struct gate gate CLEANUP(gate_release) = {.count = 0};
    struct breaches b CLEANUP(breaches_release) = {.count = 0};
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
    memcpy(list.values, rules, count * sizeof *rules);
    assert_int_equal(gate_open(&list, &gate, NULL), OK);
    assert_int_equal(gate_judge(&gate, &s->growth, &b, NULL), OK);
    for (size_t i = 0; i < b.count; i++)
        buf_printf(&out, "%.*s %.*s %ld %ld\n", SLICE_ARG(b.items[i].rule->text), SLICE_ARG(b.items[i].name),
                   (long)b.items[i].base, (long)b.items[i].now);
    for (size_t i = 0; i < b.idle_count; i++)
        buf_printf(&out, "idle %.*s\n", SLICE_ARG(b.idle[i]->text));
    assert_string_equal(buf_cstr(&out), expected);
}

static const char BASE[] = "main;parse;lex 40\nmain;run 50\nmain;old 10\n";
static const char NOW[] = "main;parse;lex 60\nmain;run 50\nmain;fresh 10\n";

static void both_values_of_a_function_are_told_the_greatest_change_first(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, NOW, 0);
    const struct growth *g = &s->growth;
    assert_int_equal(g->base_total, 100);
    assert_int_equal(g->now_total, 120);
    assert_int_equal(g->count, 6);
    assert_true(slice_eq(g->rows[0].name, SLICE("lex")));
    assert_true(slice_eq(g->rows[1].name, SLICE("main")));
    assert_int_equal(growth_base(&g->rows[1], false), 100);
    assert_int_equal(growth_now(&g->rows[1], false), 120);
    assert_int_equal(growth_now(&g->rows[1], true), 0);
    assert_true(slice_eq(g->rows[2].name, SLICE("parse")));
    assert_true(slice_eq(g->rows[3].name, SLICE("fresh")));
    assert_int_equal(growth_base(&g->rows[3], true), 0);
    assert_int_equal(growth_now(&g->rows[3], true), 10);
    assert_true(slice_eq(g->rows[4].name, SLICE("old")));
    assert_int_equal(growth_now(&g->rows[4], true), 0);
    assert_true(slice_eq(g->rows[5].name, SLICE("run")));
    end(s);
}

static void what_is_small_on_both_sides_is_noise(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, NOW, 0.2);
    assert_int_equal(s->growth.count, 4);
    assert_int_equal(s->growth.noise, 2);
    judged(s, (const char *const[]){"fresh:+5%", "flat:/./:+5%"}, 2, "flat:/./:+5% lex 40 60\n");
    end(s);
}

static void rules_find_what_grew_beyond(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, NOW, 0);
    judged(s, (const char *const[]){"parse:+50%", "run:+0%", "total:+20%", "old:+0%"}, 4, "");
    judged(s, (const char *const[]){"parse:+49%", "flat:parse:+49%", "total:+19%"}, 3,
           "parse:+49% parse 40 60\ntotal:+19% total 100 120\n");
    judged(s, (const char *const[]){"/^(lex|fresh|run)$/:+1%"}, 1,
           "/^(lex|fresh|run)$/:+1% lex 40 60\n/^(lex|fresh|run)$/:+1% fresh 0 10\n");
    judged(s, (const char *const[]){"lex:+10pp", "lex:+9pp", "lex:+19", "lex:+20"}, 4,
           "lex:+9pp lex 40 60\nlex:+19 lex 40 60\n");
    end(s);
}

static void a_rule_about_nothing_holds_and_is_told(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, NOW, 0);
    judged(s, (const char *const[]){"pares:+5%", "run:+5%"}, 2, "idle pares:+5%\n");
    end(s);
}

static void equal_profiles_keep_every_rule(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, BASE, 0);
    judged(s, (const char *const[]){"/./:+0%", "flat:/./:+0%", "total:+0%", "/./:+0pp"}, 4, "");
    end(s);
}

static void a_bad_rule_among_good_ones_is_refused(void **state)
{
    (void)state;
    const struct option_list list = {.values = {"a:+5%", "/b/:+5%", "b"}, .count = 3};
    struct gate gate = {.count = 0};
    struct error err;
    assert_int_equal(gate_open(&list, &gate, &err), E_INVALID);
    assert_non_null(strstr(err.text, "'b'"));
}

static void an_amount_in_a_wrong_unit_is_refused(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, NOW, 0);
    const struct option_list list = {.values = {"lex:+5ms"}, .count = 1};
    struct gate gate CLEANUP(gate_release) = {.count = 0};
    struct breaches b CLEANUP(breaches_release) = {.count = 0};
    assert_int_equal(gate_open(&list, &gate, NULL), OK);
    assert_int_equal(gate_judge(&gate, &s->growth, &b, NULL), E_INVALID);
    end(s);
}

/* A gate that stays open because its expression was not searched to the end would be none. */
static void an_expression_that_takes_too_long_is_an_error(void **state)
{
    (void)state;
    struct stage *s = compare(BASE, NOW, 0);
    struct option_list list = {.count = 1, .values = {"/./:+1%"}};
    struct gate gate CLEANUP(gate_release) = {.count = 0};
    struct breaches b = {.count = 0};
    struct error err = {0};
    assert_int_equal(gate_open(&list, &gate, NULL), OK);
    regex_allow(gate.rules[0].regex, -1);
    assert_int_equal(gate_judge(&gate, &s->growth, &b, &err), E_TOO_LARGE);
    assert_non_null(strstr(err.text, "takes too long"));
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_values_of_a_function_are_told_the_greatest_change_first),
        cmocka_unit_test(what_is_small_on_both_sides_is_noise),
        cmocka_unit_test(rules_find_what_grew_beyond),
        cmocka_unit_test(a_rule_about_nothing_holds_and_is_told),
        cmocka_unit_test(equal_profiles_keep_every_rule),
        cmocka_unit_test(a_bad_rule_among_good_ones_is_refused),
        cmocka_unit_test(an_amount_in_a_wrong_unit_is_refused),
        cmocka_unit_test(an_expression_that_takes_too_long_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
