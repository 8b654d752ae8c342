/* Rules of a gate: how they are read, and when they are broken. */
#include "cli/rule.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct rule good(const char *text)
{
    struct rule r;
    struct error err = {0};
    if (rule_parse(text, &r, &err) != OK)
        fail_msg("%s", err.text);
    return r;
}

static void bad(const char *text, const char *part)
{
    struct rule r;
    struct error err;
    if (rule_parse(text, &r, &err) != E_INVALID)
        fail_msg("'%s' is taken for a rule", text);
    if (!strstr(err.text, part) || !strstr(err.text, text))
        fail_msg("'%s' says nothing of '%s' or '%s'", err.text, part, text);
}

static bool broken(const char *text, int64_t base, int64_t now)
{
    struct rule r CLEANUP(rule_release) = good(text);
    return rule_is_broken(&r, &(struct rule_sides){base, now, 1000, 2000});
}

static void a_rule_is_a_name_and_an_amount(void **state)
{
    (void)state;
    struct rule r = good("main.parse:+5%");
    assert_true(slice_eq(r.name, SLICE("main.parse")) && slice_eq(r.text, SLICE("main.parse:+5%")));
    assert_true(r.kind == RULE_PERCENT && r.limit == 5 && !r.is_flat && !r.is_total && !r.regex);
    r = good("flat:main.parse:+2.5pp");
    assert_true(slice_eq(r.name, SLICE("main.parse")) && r.is_flat && r.kind == RULE_POINTS &&
                r.limit == 2.5);
    r = good("cum:x:+10ms");
    assert_true(slice_eq(r.name, SLICE("x")) && !r.is_flat && r.kind == RULE_AMOUNT &&
                slice_eq(r.unit, SLICE("ms")));
    r = good("x:+100");
    assert_true(r.kind == RULE_AMOUNT && r.unit.len == 0 && r.limit == 100);
    assert_true(good("total:+0%").is_total);
}

static void names_may_hold_colons(void **state)
{
    (void)state;
    struct rule r = good("std::vector<int>::push_back:+5%");
    assert_true(slice_eq(r.name, SLICE("std::vector<int>::push_back")));
}

static void what_is_no_rule_is_named_with_its_fault(void **state)
{
    (void)state;
    bad("main.parse", "no ':'");
    bad("main.parse:5%", "':+'");
    bad("main.parse:-5%", "':+'");
    bad("main.parse:+", "no number");
    bad("main.parse:+%", "no number");
    bad("main.parse:+1.2.3%", "no number");
    bad("main.parse:+5 %", "neither");
    bad("main.parse:+5%%", "neither");
    bad(":+5%", "of what");
    bad("flat::+5%", "of what");
    bad("total:+5pp", "total's share");
    bad("/(/:+5%", "missing )");
}

static void a_name_is_meant_exactly_and_an_expression_anywhere(void **state)
{
    (void)state;
    struct rule name CLEANUP(rule_release) = good("main.parse:+5%"),
                     all CLEANUP(rule_release) = good("/parse/:+5%"),
                     slashes CLEANUP(rule_release) = good("a/b.C:+5%"),
                     total CLEANUP(rule_release) = good("total:+5%");
    assert_true(rule_names(&name, SLICE("main.parse")));
    assert_false(rule_names(&name, SLICE("main.parseAll")));
    assert_false(rule_names(&name, SLICE("mainxparse")));
    assert_true(rule_names(&all, SLICE("main.parseAll")));
    assert_false(rule_names(&all, SLICE("main.run")));
    assert_true(rule_names(&slashes, SLICE("a/b.C")));
    assert_false(rule_names(&total, SLICE("total")));
}

static void percent_is_of_what_it_was(void **state)
{
    (void)state;
    assert_false(broken("x:+5%", 100, 105));
    assert_true(broken("x:+5%", 100, 106));
    assert_false(broken("x:+5%", 100, 1));
    assert_true(broken("x:+0%", 100, 101));
    assert_false(broken("x:+0%", 100, 100));
}

static void what_was_not_there_has_grown_beyond_any_percentage(void **state)
{
    (void)state;
    assert_true(broken("x:+1000000%", 0, 1));
    assert_false(broken("x:+0%", 0, 0));
}

static void points_are_of_each_sides_total(void **state)
{
    (void)state;
    /* 10 % of 1000, and of 2000. */
    assert_false(broken("x:+0pp", 100, 200));
    assert_false(broken("x:+5pp", 100, 300));
    assert_true(broken("x:+5pp", 100, 302));
}

static void amounts_are_in_the_unit_of_the_samples(void **state)
{
    (void)state;
    struct rule r CLEANUP(rule_release) = good("x:+10ms");
    assert_int_equal(rule_scale(&r, SLICE("cpu"), SLICE("nanoseconds"), NULL), OK);
    assert_false(rule_is_broken(&r, &(struct rule_sides){5, 10000005, 1, 1}));
    assert_true(rule_is_broken(&r, &(struct rule_sides){5, 10000006, 1, 1}));
    r = good("x:+1.5kB");
    assert_int_equal(rule_scale(&r, SLICE("inuse_space"), SLICE("bytes"), NULL), OK);
    assert_true(r.limit == 1536);
    r = good("x:+7");
    assert_int_equal(rule_scale(&r, SLICE("goroutine"), SLICE("count"), NULL), OK);
    assert_false(rule_is_broken(&r, &(struct rule_sides){1, 8, 1, 1}));
    r = good("x:+7goroutine");
    assert_int_equal(rule_scale(&r, SLICE("goroutine"), SLICE("count"), NULL), OK);
}

static void units_of_another_kind_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"x:+5MB", "x:+5", "x:+5parsecs"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct rule r CLEANUP(rule_release) = good(texts[i]);
        struct error err;
        assert_int_equal(rule_scale(&r, SLICE("cpu"), SLICE("nanoseconds"), &err), E_INVALID);
        assert_non_null(strstr(err.text, texts[i]));
        assert_non_null(strstr(err.text, "nanoseconds"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_a_name_and_an_amount),
        cmocka_unit_test(names_may_hold_colons),
        cmocka_unit_test(what_is_no_rule_is_named_with_its_fault),
        cmocka_unit_test(a_name_is_meant_exactly_and_an_expression_anywhere),
        cmocka_unit_test(percent_is_of_what_it_was),
        cmocka_unit_test(what_was_not_there_has_grown_beyond_any_percentage),
        cmocka_unit_test(points_are_of_each_sides_total),
        cmocka_unit_test(amounts_are_in_the_unit_of_the_samples),
        cmocka_unit_test(units_of_another_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
