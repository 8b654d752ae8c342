#include "s3/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void http_dates_are_read(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(date_from_http(SLICE("Sun, 06 Nov 1994 08:49:37 GMT"), &ms));
    assert_int_equal(ms, 784111777000);
    assert_true(date_from_http(SLICE("Thu, 29 Feb 2024 23:59:59 GMT"), &ms));
    assert_int_equal(ms, 1709251199000);
}

static void other_forms_of_http_dates_are_refused(void **state)
{
    (void)state;
    const char *const bad[] = {
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Fri, 30 Feb 2024 00:00:00 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1894 08:49:37 GMT",
    };
    int64_t ms = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (date_from_http(slice_of(bad[i]), &ms) || ms != 7)
            fail_msg("'%s' was read", bad[i]);
}

static void iso_dates_are_read_with_any_decimals(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"2009-10-12T17:50:30Z", 1255369830000},           {"2009-10-12T17:50:30.000Z", 1255369830000},
        {"2009-10-12T17:50:30.7Z", 1255369830700},         {"2009-10-12T17:50:30.07Z", 1255369830070},
        {"2009-10-12T17:50:30.123456789Z", 1255369830123}, {"1970-01-01T00:00:00Z", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t ms = -1;
        assert_true(date_from_iso(slice_of(good[i].text), &ms));
        assert_int_equal(ms, good[i].ms);
    }
}

static void other_forms_of_iso_dates_are_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"",
                               "2009-10-12",
                               "2009-10-12T17:50:30",
                               "2009-10-12 17:50:30Z",
                               "2009-10-12T17:50:30+00:00",
                               "2009-13-12T17:50:30Z",
                               "2009-02-30T17:50:30Z",
                               "2009-10-12T17:50:30.Z",
                               "2009-10-12T17:50:30.1234567890Z",
                               "2009-10-12T17:50:30.1x3Z"};
    int64_t ms = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (date_from_iso(slice_of(bad[i]), &ms) || ms != 7)
            fail_msg("'%s' was read", bad[i]);
}

static void a_timestamp_has_sixteen_characters_and_no_fraction(void **state)
{
    (void)state;
    char text[DATE_AMZ_CHARS + 1];
    date_to_amz(1369353600999, text);
    assert_string_equal(text, "20130524T000000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_dates_are_read),
        cmocka_unit_test(other_forms_of_http_dates_are_refused),
        cmocka_unit_test(iso_dates_are_read_with_any_decimals),
        cmocka_unit_test(other_forms_of_iso_dates_are_refused),
        cmocka_unit_test(a_timestamp_has_sixteen_characters_and_no_fraction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
