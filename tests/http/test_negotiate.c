#include "http/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void gzip_is_used_only_when_it_is_asked_for(void **state)
{
    (void)state;
    static const char *const yes[] = {"gzip",     "deflate, gzip;q=0.5",    "GZIP",
                                      "*",        "br;q=1.0, gzip;q=0.001", "identity, *",
                                      "gzip;q=1", " gzip ; q=0.8",          "x-gzip"};
    static const char *const no[] = {"",      "identity", "gzip;q=0",    "gzip;q=0.000",
                                     "*;q=0", "gzipped",  "br, deflate", "*, gzip;q=0"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (!negotiate_gzip(slice_of(yes[i])))
            fail_msg("'%s' takes gzip", yes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (negotiate_gzip(slice_of(no[i])))
            fail_msg("'%s' does not take gzip", no[i]);
    }
}

static void entity_tags_are_compared_weakly(void **state)
{
    (void)state;
    struct slice tag = SLICE("\"abc\"");
    assert_true(negotiate_same(SLICE("\"abc\""), tag));
    assert_true(negotiate_same(SLICE("W/\"abc\""), tag));
    assert_true(negotiate_same(SLICE("\"x\", \"abc\""), tag));
    assert_true(negotiate_same(SLICE("*"), tag));
    assert_true(negotiate_same(SLICE("\"abc\""), SLICE("W/\"abc\"")));
    assert_false(negotiate_same(SLICE("abc"), tag));
    assert_false(negotiate_same(SLICE("\"ab\""), tag));
    assert_false(negotiate_same(SLICE(""), tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_used_only_when_it_is_asked_for),
        cmocka_unit_test(entity_tags_are_compared_weakly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
