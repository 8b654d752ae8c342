/* Times as people and programs write them. */
#include "model/time.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW INT64_C(1795406423517) /* 2026-11-23T04:00:23.517Z */

static void assert_time(const char *text, int64_t expected_ms)
{
    int64_t ms;
    struct error err = {0};
    if (time_parse(slice_of(text), NOW, &ms, &err) != OK)
        fail_msg("%s", err.text);
    if (ms != expected_ms)
        fail_msg("%s is %lld, not %lld", text, (long long)ms, (long long)expected_ms);
}

static void assert_refused(const char *text)
{
    int64_t ms = 42;
    struct error err = {0};
    char expected[400];
    (void)snprintf(expected, sizeof expected, "time in unsupported format \"%s\": " TIME_FORMS, text);
    if (time_parse(slice_of(text), NOW, &ms, &err) != E_INVALID)
        fail_msg("%s was accepted as %lld", text, (long long)ms);
    assert_string_equal(err.text, expected);
    assert_int_equal(ms, 42);
}

static void the_form_of_profefe_is_utc(void **state)
{
    (void)state;
    assert_time("2019-05-30T21:10:05", 1559250605000);
    assert_time("2019-05-30T21:10:05.5", 1559250605500);
    assert_time("2019-05-30T21:10:05,25", 1559250605250);
    assert_time("2019-05-30T21:10:05.123999999", 1559250605123);
    assert_time("2019-05-30T1:10:05", 1559178605000);
    assert_time("1970-01-01T00:00:00", 0);
    assert_time("1969-12-31T23:59:59.999", -1);
    assert_time("9999-12-31T23:59:59.999", TIME_MAX_MS);
    assert_time("0001-01-01T00:00:00.001", TIME_MIN_MS + 1);
    assert_time("2024-02-29T00:00:00", 1709164800000);
    assert_time("2000-02-29T00:00:00", 951782400000);
}

static void rfc_3339_says_its_zone(void **state)
{
    (void)state;
    assert_time("2019-05-30T21:10:05Z", 1559250605000);
    assert_time("2019-05-30t21:10:05.5z", 1559250605500);
    assert_time("2019-05-30T23:10:05+02:00", 1559250605000);
    assert_time("2019-05-30T23:10:05 02:00", 1559250605000);
    assert_time("2019-05-30T15:40:05.25-05:30", 1559250605250);
    assert_time("2019-05-30T21:10:05-00:00", 1559250605000);
}

static void unix_seconds_may_have_a_fraction(void **state)
{
    (void)state;
    assert_time("1556736300", 1556736300000);
    assert_time("1556736300.25", 1556736300250);
    assert_time("0", 0);
    assert_time("253402300799.999", TIME_MAX_MS);
}

static void relative_times_go_back_from_now(void **state)
{
    (void)state;
    assert_time("now", NOW);
    assert_time("-1h", NOW - 3600000);
    assert_time("-90m", NOW - 5400000);
    assert_time("now-1h", NOW - 3600000);
    assert_time("now-7d", NOW - 7 * TIME_DAY_MS);
    assert_time("-2w", NOW - 14 * TIME_DAY_MS);
    assert_time("-30s", NOW - 30000);
    assert_time("-1h30m", NOW - 5400000);
    assert_time("-0s", NOW);
}

static void anything_else_is_refused_in_profefes_words(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "yesterday",
        "now+1h",
        "now-",
        "now ",
        "-",
        "-1",
        "-1y",
        "-h",
        "--1h",
        "-1h-",
        "-1.5h",
        "-500ms",
        "-1234567890s",
        "1h",
        "1.",
        ".5",
        "1e9",
        "+1",
        "0x10",
        "1556736300 ",
        "1556736300.5x",
        "2018-01-01",
        "2018-01-01T00:00",
        "2018-01-01 00:00:00",
        "2018-1-1T00:00:00",
        "2018-01-01T00:00:60",
        "2018-01-01T24:00:00",
        "2018-01-01T00:60:00",
        "2018-02-30T00:00:00",
        "2019-02-29T00:00:00",
        "1900-02-29T00:00:00",
        "2018-04-31T00:00:00",
        "2018-00-01T00:00:00",
        "2018-13-01T00:00:00",
        "2018-01-00T00:00:00",
        "0000-01-01T00:00:00",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "12018-01-01T00:00:00",
        "2018-01-01T00:00:00.",
        "2018-01-01T00:00:00.Z",
        "2018-01-01T00:00:00ZZ",
        "2018-01-01T00:00:00+2:00",
        "2018-01-01T00:00:00+0200",
        "2018-01-01T00:00:00+24:00",
        "2018-01-01T00:00:00+02:60",
        "2018-01-01T00:00:00+02:00 ",
        "-2018-01-01T00:00:00",
        "2018-01-01T00:00:000",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_refused(bad[i]);
}

static void times_beyond_four_digits_of_a_year_are_out_of_range(void **state)
{
    (void)state;
    static const char *const bad[] = {"1556736300000",
                                      "253402300800",
                                      "999999999999999",
                                      "-999999999w",
                                      "-999999999w999999999w",
                                      "9999-12-31T23:59:59-00:01",
                                      "0001-01-01T00:00:00+00:01"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t ms = 42;
        struct error err;
        assert_int_equal(time_parse(slice_of(bad[i]), NOW, &ms, &err), E_INVALID);
        assert_non_null(strstr(err.text, "time out of range"));
        assert_int_equal(ms, 42);
    }
    assert_int_equal(time_parse(SLICE("1234567890123456"), NOW, &(int64_t){0}, NULL), E_INVALID);
}

/* Every day of 9,999 years, against counting. */
static void every_day_has_its_date(void **state)
{
    (void)state;
    static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t ms = TIME_MIN_MS;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
            int last = LENGTHS[month - 1] + (month == 2 && leap);
            for (int day = 1; day <= last; day++, ms += TIME_DAY_MS) {
                if (day > 1 && day < last)
                    continue;
                char text[TIME_RFC3339_BYTES], expected[64];
                (void)snprintf(expected, sizeof expected, "%04d-%02d-%02dT23:59:59Z", year, month, day);
                time_format_rfc3339(ms + TIME_DAY_MS - 1, text);
                if (strcmp(text, expected) != 0)
                    fail_msg("%s is written %s", expected, text);
                int64_t back;
                assert_int_equal(time_parse(slice_of(text), 0, &back, NULL), OK);
                assert_true(back == ms + TIME_DAY_MS - 1000);
            }
        }
    assert_true(ms == TIME_MAX_MS + 1);
}

static void random_times_agree_with_libc(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 3);
    for (int i = 0; i < 50000; i++) {
        int64_t ms = (int64_t)random_below(&r, (uint64_t)TIME_MAX_MS);
        time_t seconds = (time_t)(ms / 1000);
        struct tm tm;
        char expected[32], text[TIME_RFC3339_BYTES], day[TIME_DAY_BYTES], minute[TIME_MINUTE_BYTES];
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
        time_format_rfc3339(ms, text);
        assert_string_equal(text, expected);

        assert_true(strftime(expected, sizeof expected, "%Y%m%d%H%M", &tm) > 0);
        time_day_minute(ms, day, minute);
        assert_memory_equal(day, expected, 8);
        assert_string_equal(minute, expected + 8);
    }
}

static void what_cannot_be_written_is_moved_to_the_nearer_end(void **state)
{
    (void)state;
    char text[TIME_RFC3339_BYTES];
    time_format_rfc3339(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    time_format_rfc3339(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
    time_format_rfc3339(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_of_profefe_is_utc),
        cmocka_unit_test(rfc_3339_says_its_zone),
        cmocka_unit_test(unix_seconds_may_have_a_fraction),
        cmocka_unit_test(relative_times_go_back_from_now),
        cmocka_unit_test(anything_else_is_refused_in_profefes_words),
        cmocka_unit_test(times_beyond_four_digits_of_a_year_are_out_of_range),
        cmocka_unit_test(every_day_has_its_date),
        cmocka_unit_test(random_times_agree_with_libc),
        cmocka_unit_test(what_cannot_be_written_is_moved_to_the_nearer_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
