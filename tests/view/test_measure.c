#include "view/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct label_case {
    int64_t value;
    const char *from, *to, *text;
};

static void assert_labels(const struct label_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(256);
        measure_label(cases[i].value, slice_of(cases[i].from), slice_of(cases[i].to), &out);
        assert_string_equal(buf_cstr(&out), cases[i].text);
    }
}

static void memory_is_shown_in_the_greatest_unit_that_it_fills(void **state)
{
    (void)state;
    static const struct label_case cases[] = {
        {0, "bytes", "auto", "0"},           {1, "bytes", "auto", "1B"},
        {1023, "bytes", "auto", "1023B"},    {1024, "bytes", "minimum", "1kB"},
        {1536, "bytes", "auto", "1.50kB"},   {37562089, "bytes", "auto", "35.82MB"},
        {1LL << 30, "byte", "auto", "1GB"},  {3LL << 40, "b", "auto", "3TB"},
        {5LL << 50, "Bytes", "auto", "5PB"}, {INT64_MAX, "bytes", "auto", "8192PB"},
        {2, "kilobytes", "auto", "2kB"},
    };
    assert_labels(cases, ARRAY_LEN(cases));
}

static void time_is_shown_in_the_greatest_unit_that_it_fills(void **state)
{
    (void)state;
    static const struct label_case cases[] = {
        {1, "nanoseconds", "auto", "1ns"},
        {1500, "ns", "auto", "1.50us"},
        {10000000, "nanoseconds", "auto", "10ms"},
        {30001000000, "nanoseconds", "auto", "30s"},
        {30010000000, "nanoseconds", "auto", "30.01s"},
        {3599000000000, "nanoseconds", "auto", "3599s"},
        {5400000000000, "nanoseconds", "auto", "1.50hrs"},
        {90, "microseconds", "ms", "0.09ms"},
        {7, "seconds", "milliseconds", "7000ms"},
        {2, "hours", "auto", "2hrs"},
    };
    assert_labels(cases, ARRAY_LEN(cases));
}

static void units_are_known_by_many_spellings(void **state)
{
    (void)state;
    static const struct label_case cases[] = {
        {1024, "B", "KB", "1kB"},
        {1024, "BYTES", "kilobytes", "1kB"},
        {1000, "NS", "us", "1us"},
        {60, "secs", "hr", "0.02hrs"},
        {1000, "microgcus", "gcu", "0"},
        {1500, "milligcu", "auto", "1.50GCU"},
        {2000, "gigagcu", "auto", "2T*GCU"},
        {1000, "ns", "\xce\xbcss", "1us"},
        {1000, "ns", "\xce\xbcs", "0"},
    };
    assert_labels(cases, ARRAY_LEN(cases));
}

static void a_target_of_another_kind_gives_the_default_of_the_kind(void **state)
{
    (void)state;
    static const struct label_case cases[] = {
        {5, "bytes", "seconds", "5B"},
        {2048, "bytes", "count", "2048B"},
        {3000000000, "nanoseconds", "bytes", "3s"},
        {2000, "milligcu", "bytes", "2GCU"},
    };
    assert_labels(cases, ARRAY_LEN(cases));
}

static void unknown_units_are_left_alone_and_dull_ones_not_said(void **state)
{
    (void)state;
    static const struct label_case cases[] = {
        {17, "count", "count", "17"},
        {17, "count", "auto", "17"},
        {17, "apples", "minimum", "17"},
        {17, "apples", "sample", "17"},
        {17, "apples", "apples", "17apples"},
        {17, "samples", "samples", "17samples"},
        {17, "", "", "17"},
        {17, "count", "bytes", "17bytes"},
        {17, "a unit with a very long name", "auto", "17"},
    };
    assert_labels(cases, ARRAY_LEN(cases));
}

static void negative_values_scale_as_positive_ones(void **state)
{
    (void)state;
    static const struct label_case cases[] = {
        {-1536, "bytes", "auto", "-1.50kB"},
        {-1, "nanoseconds", "seconds", "0"},
        {-20000000, "nanoseconds", "auto", "-20ms"},
        {-3, "count", "count", "-3"},
        {INT64_MIN, "bytes", "auto", "-9223372036854775808B"},
        {INT64_MIN, "count", "count", "-9223372036854775808"},
    };
    assert_labels(cases, ARRAY_LEN(cases));
}

static void a_scaled_value_comes_with_its_unit(void **state)
{
    (void)state;
    struct slice unit = SLICE_NULL;
    double scaled = measure_scale(1500, SLICE("milliseconds"), SLICE("nanoseconds"), &unit);
    assert_true(scaled > 1499999999.5 && scaled < 1500000000.5);
    assert_true(slice_eq_cstr(unit, "ns"));
    scaled = measure_scale(-8, SLICE("goroutines"), SLICE("auto"), &unit);
    assert_true(scaled > -8.5 && scaled < -7.5);
    assert_int_equal(unit.len, 0);
}

static void percentages_keep_two_digits(void **state)
{
    (void)state;
    static const struct {
        int64_t value, total;
        const char *text;
    } cases[] = {
        {0, 100, "    0%"},      {1, 0, "    0%"},           {100, 100, "  100%"},
        {9995, 10000, "  100%"}, {10005, 10000, "  100%"},   {9994, 10000, "99.94%"},
        {150, 100, "150.00%"},   {12345, 1000000, " 1.23%"}, {1, 100, " 1.00%"},
        {1, 200, "  0.5%"},      {123, 100000, " 0.12%"},    {1, 3000000, "3.3e-05%"},
        {-50, 100, "50.00%"},    {50, -100, "50.00%"},       {INT64_MIN, INT64_MAX, "  100%"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(256);
        measure_percentage(cases[i].value, cases[i].total, &out);
        assert_string_equal(buf_cstr(&out), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_shown_in_the_greatest_unit_that_it_fills),
        cmocka_unit_test(time_is_shown_in_the_greatest_unit_that_it_fills),
        cmocka_unit_test(units_are_known_by_many_spellings),
        cmocka_unit_test(a_target_of_another_kind_gives_the_default_of_the_kind),
        cmocka_unit_test(unknown_units_are_left_alone_and_dull_ones_not_said),
        cmocka_unit_test(negative_values_scale_as_positive_ones),
        cmocka_unit_test(a_scaled_value_comes_with_its_unit),
        cmocka_unit_test(percentages_keep_two_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
