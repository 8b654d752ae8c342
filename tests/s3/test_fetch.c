#include "s3/fetch.h"

#include "tests/s3/talk.h"

static char url[64];

static struct fake_s3 *begin(const struct fake_step *steps, size_t count)
{
    talk_environment();
    struct fake_s3 *fake = fake_s3_start(steps, count);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/secret-path", fake_s3_port(fake));
    return fake;
}

static void an_answer_comes_with_its_status_whatever_it_is(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.request = "GET /secret-path HTTP/1.1",
         .headers = {"x-a: b"},
         .status = "200 OK",
         .answer = "hello"},
        {.request = "PUT /secret-path HTTP/1.1",
         .headers = {"content-length: 0"},
         .status = "401 Unauthorized"},
        {.request = "POST /secret-path HTTP/1.1",
         .body = "a=b",
         .status = "302 Found",
         .head = "Location: /x\r\n"},
    };
    struct fake_s3 *fake = begin(steps, 3);
    struct fetch *f = fetch_new(NULL);
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    const char *const headers[] = {"X-A: b"};
    int status = 0;
    struct fetch_request r = {
        .method = "GET", .url = url, .headers = headers, .header_count = 1, .timeout_ms = 5000};
    assert_int_equal(fetch_run(f, &r, &out, &status, NULL), OK);
    assert_int_equal(status, 200);
    assert_string_equal(buf_cstr(&out), "hello");
    r = (struct fetch_request){.method = "PUT", .url = url, .timeout_ms = 5000};
    assert_int_equal(fetch_run(f, &r, &out, &status, NULL), OK);
    assert_int_equal(status, 401);
    r = (struct fetch_request){.method = "POST", .url = url, .body = SLICE("a=b"), .timeout_ms = 5000};
    assert_int_equal(fetch_run(f, &r, &out, &status, NULL), OK);
    assert_int_equal(status, 302);
    fetch_free(f);
    char *fault = fake_s3_end(fake);
    if (fault)
        fail_msg("%s", fault);
}

static void too_much_too_late_or_nobody_is_unavailable_and_the_text_names_the_host_only(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.status = "200 OK", .answer = "hello"}, {.request = "GET *"}};
    struct fake_s3 *fake = begin(steps, 2);
    struct fetch *f = fetch_new(NULL);
    struct buf out CLEANUP(buf_release) = BUF_INIT(4);
    struct error error;
    int status = 7;
    struct fetch_request r = {.method = "GET", .url = url, .timeout_ms = 5000};
    assert_int_equal(fetch_run(f, &r, &out, &status, &error), E_UNAVAILABLE);
    assert_non_null(strstr(error.text, "too long"));
    buf_reset(&out);
    r.timeout_ms = 50;
    assert_int_equal(fetch_run(f, &r, &out, &status, &error), E_UNAVAILABLE);
    free(fake_s3_end(fake));
    r.timeout_ms = 5000;
    assert_int_equal(fetch_run(f, &r, &out, &status, &error), E_UNAVAILABLE);
    assert_non_null(strstr(error.text, "127.0.0.1:"));
    assert_null(strstr(error.text, "secret-path"));
    r.url = "ftp://user:hunter2@127.0.0.1/";
    assert_int_equal(fetch_run(f, &r, &out, &status, &error), E_UNAVAILABLE);
    assert_non_null(strstr(error.text, "127.0.0.1"));
    assert_null(strstr(error.text, "hunter2"));
    assert_int_equal(status, 7);
    fetch_free(f);
}

static void after_stop_nothing_runs(void **state)
{
    (void)state;
    struct fake_s3 *fake = begin(NULL, 0);
    struct fetch *f = fetch_new(NULL);
    fetch_stop(f);
    struct buf out CLEANUP(buf_release) = BUF_INIT(4);
    int status = 0;
    struct fetch_request r = {.method = "GET", .url = url, .timeout_ms = 60000};
    assert_int_equal(fetch_run(f, &r, &out, &status, NULL), E_UNAVAILABLE);
    fetch_free(f);
    char *fault = fake_s3_end(fake);
    assert_null(fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_with_its_status_whatever_it_is),
        cmocka_unit_test(too_much_too_late_or_nobody_is_unavailable_and_the_text_names_the_host_only),
        cmocka_unit_test(after_stop_nothing_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
