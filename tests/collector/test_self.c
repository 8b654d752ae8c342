/* Where a collector finds itself. */
#include "collector/self.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_address_for_all_is_reached_on_loopback(void **state)
{
    (void)state;
    char url[SELF_URL_BYTES];
    self_url(":10100", 10100, url);
    assert_string_equal(url, "http://127.0.0.1:10100");
    self_url("0.0.0.0:0", 4711, url);
    assert_string_equal(url, "http://127.0.0.1:4711");
    self_url("[::]:10100", 10100, url);
    assert_string_equal(url, "http://[::1]:10100");
}

static void an_address_of_its_own_is_kept(void **state)
{
    (void)state;
    char url[SELF_URL_BYTES];
    self_url("10.1.2.3:0", 4711, url);
    assert_string_equal(url, "http://10.1.2.3:4711");
    self_url("[fd00::1]:10100", 10100, url);
    assert_string_equal(url, "http://[fd00::1]:10100");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_for_all_is_reached_on_loopback),
        cmocka_unit_test(an_address_of_its_own_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
