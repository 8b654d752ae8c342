/* Options go over the environment; labels and service reach the URL unchanged; what is wrong is named. */
#include "agent/settings.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void labels_are_escaped_twice_as_the_api_wants(void **state)
{
    (void)state;
    struct settings s;
    struct brazier_options o = {.size = sizeof o};
    o.collector = "http://c:1/";
    o.service = "a b";
    o.labels = "k=1%2C2, region=fra";
    assert_int_equal(settings_read(&o, &s, NULL), OK);
    assert_string_equal(s.query_url,
                        "http://c:1/api/0/profiles?labels=k%3D1%252C2%2Cregion%3Dfra&service=a%20b&type=");
    settings_release(&s);
}

static void the_program_goes_over_the_environment(void **state)
{
    (void)state;
    struct settings s;
    struct brazier_options o = {.size = sizeof o};
    o.cpu_duration_ms = 2000;
    (void)setenv("BRAZIER_COLLECTOR", "https://c", 1);
    (void)setenv("BRAZIER_SERVICE", "s", 1);
    (void)setenv("BRAZIER_CPU_DURATION", "5s", 1);
    (void)setenv("BRAZIER_INTERVAL", "7s", 1);
    assert_int_equal(settings_read(&o, &s, NULL), OK);
    assert_int_equal(s.cpu_ms, 2000);
    assert_int_equal(s.interval_ms, 7000);
    settings_release(&s);
    (void)unsetenv("BRAZIER_COLLECTOR");
    (void)unsetenv("BRAZIER_SERVICE");
    (void)unsetenv("BRAZIER_CPU_DURATION");
    (void)unsetenv("BRAZIER_INTERVAL");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    struct settings s;
    struct error err;
    struct brazier_options o = {.size = sizeof o};
    assert_int_equal(settings_read(&o, &s, &err), E_CONFIG);
    assert_non_null(strstr(err.text, "BRAZIER_COLLECTOR"));
    o.collector = "http://c";
    o.service = "s";
    o.profiles = "cpu,hepa";
    assert_int_equal(settings_read(&o, &s, &err), E_CONFIG);
    assert_non_null(strstr(err.text, "hepa"));
    o.profiles = "cpu";
    o.labels = "region";
    assert_int_equal(settings_read(&o, &s, &err), E_CONFIG);
    assert_non_null(strstr(err.text, "region"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_escaped_twice_as_the_api_wants),
        cmocka_unit_test(the_program_goes_over_the_environment),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
