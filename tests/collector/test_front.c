/* The page as a browser gets it. */
#include "collector/front.h"

#include "base/gzip.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static void the_page_lets_no_foreign_script_run(void **state)
{
    struct stage *s = *state;
    const char *policy;

    assert_int_equal(stage_get(s, "/"), 200);
    assert_string_equal(stage_header(s, "Content-Type"), "text/html; charset=utf-8");
    assert_says(s, "<!DOCTYPE html>");
    policy = stage_header(s, "Content-Security-Policy");
    assert_non_null(strstr(policy, "default-src 'none'"));
    assert_non_null(strstr(policy, "script-src 'self';"));
    assert_non_null(strstr(policy, "frame-ancestors 'none'"));
    assert_non_null(strstr(policy, "form-action 'self'"));
    assert_null(strstr(policy, "unsafe"));
    assert_string_equal(stage_header(s, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(stage_header(s, "Referrer-Policy"), "no-referrer");
    assert_string_equal(stage_header(s, "Cross-Origin-Opener-Policy"), "same-origin");
}

static void a_file_comes_packed_to_who_takes_it(void **state)
{
    struct stage *s = *state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(MIB), inflated CLEANUP(buf_release) = BUF_INIT(MIB);
    struct error err;

    assert_int_equal(stage_get(s, "/ui/dygraph.js"), 200);
    assert_string_equal(stage_header(s, "Content-Type"), "text/javascript; charset=utf-8");
    assert_null(stage_header(s, "Content-Encoding"));
    buf_append(&plain, stage_bytes(s));
    assert_int_equal(stage_ask(s, "GET", "/", "Accept-Encoding: br, gzip\r\n", SLICE_NULL), 200);
    assert_string_equal(stage_header(s, "Content-Encoding"), "gzip");
    assert_string_equal(stage_header(s, "Vary"), "Accept-Encoding");
    assert_int_equal(gzip_inflate(stage_bytes(s), MIB, 1000, &inflated, &err), OK);
    assert_int_equal(stage_get(s, "/"), 200);
    assert_true(slice_eq(buf_slice(&inflated), stage_bytes(s)));
    assert_true(plain.len > 0);
}

static void what_a_browser_has_is_not_sent_again(void **state)
{
    struct stage *s = *state;
    char header[200];

    assert_int_equal(stage_get(s, "/"), 200);
    assert_string_equal(stage_header(s, "Cache-Control"), "no-cache");
    snprintf(header, sizeof(header), "If-None-Match: %s\r\n", stage_header(s, "ETag"));
    assert_int_equal(stage_ask(s, "GET", "/", header, SLICE_NULL), 304);
    assert_int_equal(stage_bytes(s).len, 0);
    assert_non_null(stage_header(s, "Content-Security-Policy"));
    assert_int_equal(stage_ask(s, "GET", "/", "If-None-Match: \"of-another-version\"\r\n", SLICE_NULL), 200);
}

static void heads_are_answered_and_nothing_else_is_there(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "HEAD", "/", NULL, SLICE_NULL), 200);
    assert_int_equal(stage_bytes(s).len, 0);
    assert_int_equal(stage_ask(s, "POST", "/", NULL, SLICE("x")), 405);
    assert_int_equal(stage_get(s, "/ui/no.js"), 404);
    assert_string_equal(stage_header(s, "X-Content-Type-Options"), "nosniff");
    assert_int_equal(stage_get(s, "/ui/..%2Findex.html"), 404);
    assert_int_equal(stage_get(s, "/index.html"), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_page_lets_no_foreign_script_run, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_file_comes_packed_to_who_takes_it, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(what_a_browser_has_is_not_sent_again, stage_setup, stage_teardown),
        cmocka_unit_test_setup_teardown(heads_are_answered_and_nothing_else_is_there, stage_setup,
                                        stage_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
