/* Ranges of labels: which texts are some, and what is in them. */
#include "view/tag_range.h"

#include "base/attribute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool parse(const char *text, struct tag_range *ret_range)
{
    bool is_range = false;
    assert_int_equal(tag_range_parse("tagfocus", slice_of(text), &is_range, ret_range, NULL), OK);
    return is_range;
}

static bool holds(const char *text, int64_t value, const char *unit)
{
    struct tag_range r;
    assert_true(parse(text, &r));
    return tag_range_holds(&r, value, slice_of(unit));
}

static void one_number_is_just_that(void **state)
{
    (void)state;
    assert_true(holds("32kb", 32, "kb"));
    assert_true(holds("32kb", 32768, "bytes"));
    assert_false(holds("32kb", 32769, "bytes"));
    assert_true(holds("-5", -5, ""));
    assert_true(holds("+5", 5, ""));
}

static void a_colon_opens_a_side(void **state)
{
    (void)state;
    assert_true(holds(":64kb", 64, "kb"));
    assert_true(holds(":64kb", -1, "mb"));
    assert_false(holds(":64kb", 65, "kb"));
    assert_true(holds("4mb:", 4, "mb"));
    assert_true(holds("4mb:", 1, "gb"));
    assert_false(holds("4mb:", 4095, "kb"));
}

static void both_ends_are_in_a_range(void **state)
{
    (void)state;
    assert_true(holds("12kb:64mb", 12, "kb"));
    assert_true(holds("12kb:64mb", 64, "mb"));
    assert_false(holds("12kb:64mb", 12287, "b"));
    assert_false(holds("12kb:64mb", 65, "mb"));
    assert_false(holds("5:3", 4, ""));
    assert_true(holds("-3:+3", 0, ""));
}

static void units_must_go_together(void **state)
{
    (void)state;
    assert_false(holds("1ms:", 5000, "bytes"));
    assert_true(holds("1ms:", 5, "seconds"));
    assert_true(holds("3apples", 3, "apples"));
    assert_false(holds("3apples", 3, "bytes"));
    /* What pprof does not show as a unit is none. */
    assert_true(holds("3count", 3, "count"));
}

static void all_else_is_an_expression(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      ":",   "kb",   "1kb:2ms", "a1",         "1a1",
                                        "1:2:3", "1-2", "0x10", "1 kb",    "1\xce\xbcs", "5:x",
                                        "x:5",   "::5", "+",    "-:3"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct tag_range r;
        assert_false(parse(texts[i], &r));
    }
}

static void a_number_beyond_64_bits_is_refused(void **state)
{
    (void)state;
    struct error err;
    struct tag_range r;
    bool is_range;
    assert_true(parse("9223372036854775807", &r));
    assert_int_equal(tag_range_parse("tagignore", SLICE("9223372036854775808"), &is_range, &r, &err),
                     E_INVALID);
    assert_string_equal(err.text, "bad \"tagignore\" \"9223372036854775808\": the number is too large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_is_just_that),   cmocka_unit_test(a_colon_opens_a_side),
        cmocka_unit_test(both_ends_are_in_a_range),  cmocka_unit_test(units_must_go_together),
        cmocka_unit_test(all_else_is_an_expression), cmocka_unit_test(a_number_beyond_64_bits_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
