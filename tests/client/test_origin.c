/* Where a URL leads, and which are refused. */
#include "client/origin.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void is_of(const char *url, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    assert_int_equal(origin_of(url, &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), expected);
}

static void an_origin_is_scheme_host_and_port(void **state)
{
    (void)state;
    is_of("http://host", "http://host:80");
    is_of("HTTPS://Host.Example/a?b#c", "https://host.example:443");
    is_of("http://127.0.0.1:10100/api", "http://127.0.0.1:10100");
    is_of("http://[::1]:80/", "http://[::1]:80");
}

static void what_leads_nowhere_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "host",       "host:80",     "file:///etc/passwd",
                                      "ftp://host", "http://",    "http://a b/", "http://host:99999/",
                                      "//host/",    "gopher://x/"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
        if (origin_of(bad[i], &out, NULL) != E_INVALID)
            fail_msg("'%s' is taken for a URL to %s", bad[i], buf_cstr(&out));
    }
}

static void what_is_none_is_named(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct error err;
    char endless[2000];
    assert_int_equal(origin_of("fo\x1bo", &out, &err), E_INVALID);
    assert_string_equal(err.text, "'fo\uFFFDo' is no URL that begins with http:// or https://");
    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    assert_int_equal(origin_of(endless, &out, &err), E_INVALID);
    assert_non_null(strstr(err.text, "xxx...' is no URL"));
}

static void a_password_in_a_url_is_refused_and_not_quoted(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct error err;
    assert_int_equal(origin_of("http://any:hunter2@host/", &out, &err), E_INVALID);
    assert_non_null(strstr(err.text, "BRAZIER_TOKEN"));
    assert_null(strstr(err.text, "hunter2"));
    assert_int_equal(origin_of("htp://any:hunter2@host/", &out, &err), E_INVALID);
    assert_null(strstr(err.text, "hunter2"));
}

static void the_same_place_has_many_spellings(void **state)
{
    (void)state;
    assert_true(origin_same("http://host/a", "http://HOST:80/b"));
    assert_false(origin_same("http://host/", "https://host/"));
    assert_false(origin_same("http://host/", "http://host:8080/"));
    assert_false(origin_same("http://host/", "http://host.example/"));
    assert_false(origin_same("host", "host"));
    assert_false(origin_same("http://host@evil/", "http://host/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_scheme_host_and_port),
        cmocka_unit_test(what_leads_nowhere_is_refused),
        cmocka_unit_test(what_is_none_is_named),
        cmocka_unit_test(a_password_in_a_url_is_refused_and_not_quoted),
        cmocka_unit_test(the_same_place_has_many_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
