/* Conversations with a scripted server: what is sent, what is kept, what becomes of refusals. */
#include "client/client.h"

#include "tests/support/fake_s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROOMY = 1000 };

/* A conversation. */
struct talk {
    struct fake_s3 *fake;
    char url[64];
    struct client *client;
    struct client_answer answer;
    struct error err;
};

static struct talk begin(const struct fake_step *steps, size_t count, const char *token)
{
    struct talk t = {.fake = fake_s3_start(steps, count), .answer = CLIENT_ANSWER_INIT};
    struct secret secret = SECRET_INIT;
    (void)snprintf(t.url, sizeof t.url, "http://127.0.0.1:%d/api?a=b", fake_s3_port(t.fake));
    if (token)
        secret_set(&secret, slice_of(token));
    t.client = client_new(&(struct client_settings){.token = &secret, .token_for = t.url, .total_ms = 20000});
    secret_release(&secret);
    return t;
}

static enum status get(struct talk *t, size_t max_bytes)
{
    t->err.text[0] = '\0';
    return client_call(t->client, &(struct client_request){.url = t->url, .max_bytes = max_bytes}, &t->answer,
                       &t->err);
}

static void end(struct talk *t)
{
    client_free(t->client);
    client_answer_release(&t->answer);
    char *fault = fake_s3_end(t->fake);
    if (fault)
        fail_msg("%s", fault);
}

static void says(const struct talk *t, const char *part)
{
    if (!strstr(t->err.text, part))
        fail_msg("'%s' says nothing of '%s'", t->err.text, part);
}

static void an_answer_comes_with_its_headers(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.request = "GET /api?a=b HTTP/1.1",
                                       .headers = {"user-agent: brazier/*", "accept: */*", "!authorization"},
                                       .status = "200 OK",
                                       .head = "X-Brazier-Next:  abc \r\nX-Brazier-Total: 7\r\n",
                                       .answer = "hello"}};
    struct talk t = begin(steps, 1, NULL);
    assert_int_equal(get(&t, ROOMY), OK);
    assert_int_equal(t.answer.status, 200);
    assert_string_equal(buf_cstr(&t.answer.body), "hello");
    assert_true(slice_eq(client_answer_header(&t.answer, "x-brazier-next"), SLICE("abc")));
    assert_true(slice_eq(client_answer_header(&t.answer, "X-Brazier-Total"), SLICE("7")));
    assert_int_equal(client_answer_header(&t.answer, "X-Brazier").len, 0);
    end(&t);
}

static void a_connection_is_used_again(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.status = "200 OK", .answer = "one"},
        {.status = "200 OK", .answer = "two", .on = FAKE_SAME_CONNECTION},
    };
    struct talk t = begin(steps, 2, NULL);
    assert_int_equal(get(&t, ROOMY), OK);
    assert_int_equal(get(&t, ROOMY), OK);
    assert_string_equal(buf_cstr(&t.answer.body), "two");
    end(&t);
}

static void a_post_has_its_body_and_its_answer(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.request = "POST /api?a=b HTTP/1.1",
         .headers = {"content-type: application/x-test", "content-length: 3"},
         .body = "abc",
         .status = "201 Created"},
        {.request = "POST /api?a=b HTTP/1.1", .headers = {"content-length: 0"}, .status = "200 OK"},
    };
    struct talk t = begin(steps, 2, NULL);
    struct client_request r = {.url = t.url,
                               .content_type = "application/x-test",
                               .body = SLICE("abc"),
                               .max_bytes = 10};
    assert_int_equal(client_call(t.client, &r, &t.answer, &t.err), OK);
    assert_int_equal(t.answer.status, 201);
    r = (struct client_request){.url = t.url, .method = "POST", .max_bytes = 10};
    assert_int_equal(client_call(t.client, &r, &t.answer, &t.err), OK);
    end(&t);
}

static void the_token_goes_to_its_origin_only(void **state)
{
    (void)state;
    const struct fake_step here[] = {{.headers = {"authorization: Bearer s3cret"}, .status = "200 OK"}};
    const struct fake_step there[] = {{.headers = {"!authorization"}, .status = "200 OK"}};
    struct talk t = begin(here, 1, "s3cret"), other = begin(there, 1, NULL);
    assert_int_equal(get(&t, ROOMY), OK);
    struct client_request r = {.url = other.url, .max_bytes = ROOMY};
    assert_int_equal(client_call(t.client, &r, &t.answer, &t.err), OK);
    end(&other);
    end(&t);
}

static void refusals_are_told_in_the_servers_words(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.status = "400 Bad Request",
         .answer = "{\"code\":400,\"error\":\"bad request: missing \\\"type\\\"\"}"},
        {.status = "404 Not Found",
         .head = "Content-Type: text/plain; charset=utf-8\r\n",
         .answer = "nothing found: no\x1b[2J\nsecond line"},
        {.status = "403 Forbidden", .head = "Content-Type: text/html\r\n", .answer = "<html>no</html>"},
        {.status = "413 Too Large", .answer = "{\"code\":413,\"error\":\"narrow the range\"}"},
        {.status = "500 Oops", .answer = "{\"code\":500,\"error\":\"profile x is damaged\"}"},
    };
    struct talk t = begin(steps, 5, NULL);
    assert_int_equal(get(&t, ROOMY), E_INVALID);
    assert_string_equal(t.err.text, "bad request: missing \"type\"");
    assert_int_equal(t.answer.words, CLIENT_ERROR);
    assert_int_equal(get(&t, ROOMY), E_NOT_FOUND);
    assert_string_equal(t.err.text, "nothing found: no\uFFFD[2J");
    assert_int_equal(t.answer.words, CLIENT_TEXT);
    assert_int_equal(get(&t, ROOMY), E_DENIED);
    assert_int_equal(t.answer.words, CLIENT_NO_WORDS);
    says(&t, "answers 403");
    assert_null(strstr(t.err.text, "html"));
    assert_int_equal(get(&t, ROOMY), E_TOO_LARGE);
    assert_int_equal(get(&t, ROOMY), E_UNAVAILABLE);
    says(&t, "http://127.0.0.1:");
    says(&t, "profile x is damaged");
    end(&t);
}

static void an_error_without_a_code_is_not_a_collectors(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.status = "404 Not Found", .answer = "{\"error\":\"no such index\"}"},
        {.status = "404 Not Found", .answer = "{\"code\":404,\"error\":[]}"},
    };
    struct talk t = begin(steps, 2, NULL);
    assert_int_equal(get(&t, ROOMY), E_NOT_FOUND);
    says(&t, "no such index");
    assert_int_equal(t.answer.words, CLIENT_TEXT);
    assert_int_equal(get(&t, ROOMY), E_NOT_FOUND);
    assert_int_equal(t.answer.words, CLIENT_NO_WORDS);
    end(&t);
}

static void a_refusal_comes_with_its_headers(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.status = "404 Not Found",
                                       .head = "X-Brazier-Stale: 5000\r\n",
                                       .answer = "{\"code\":404,\"error\":\"nothing found\"}"}};
    struct talk t = begin(steps, 1, NULL);
    assert_int_equal(get(&t, ROOMY), E_NOT_FOUND);
    assert_true(slice_eq(client_answer_header(&t.answer, "X-Brazier-Stale"), SLICE("5000")));
    end(&t);
}

static void a_busy_server_says_when_to_come_back(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.status = "503 Busy",
         .head = "Retry-After: 7\r\n",
         .answer = "{\"code\":503,\"error\":\"too busy\"}"},
        {.status = "429 Slow down", .head = "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n"},
    };
    struct talk t = begin(steps, 2, NULL);
    assert_int_equal(get(&t, ROOMY), E_BUSY);
    assert_int_equal(t.answer.retry_ms, 7000);
    assert_true(t.answer.has_answered);
    assert_int_equal(get(&t, ROOMY), E_BUSY);
    assert_int_equal(t.answer.retry_ms, -1);
    end(&t);
}

static void an_answer_is_bounded(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.status = "200 OK", .answer = "hello"},
                                      {.status = "200 OK", .answer = "hello"}};
    struct talk t = begin(steps, 2, NULL);
    assert_int_equal(get(&t, 5), OK);
    assert_int_equal(get(&t, 4), E_TOO_LARGE);
    says(&t, "over 4 bytes");
    assert_string_equal(buf_cstr(&t.answer.body), "hello");
    end(&t);
}

static void half_an_answer_is_none(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel", .then = FAKE_CLOSE},
    };
    struct talk t = begin(steps, 1, NULL);
    assert_int_equal(get(&t, ROOMY), E_UNAVAILABLE);
    assert_int_equal(t.answer.body.len, 0);
    end(&t);
}

static void nobody_there_is_unavailable_and_named(void **state)
{
    (void)state;
    struct talk t = begin(NULL, 0, NULL);
    free(fake_s3_end(t.fake));
    t.fake = fake_s3_start(NULL, 0);
    assert_int_equal(get(&t, ROOMY), E_UNAVAILABLE);
    assert_false(t.answer.has_answered);
    says(&t, "http://127.0.0.1:");
    end(&t);
}

static void redirects_are_followed_at_home_only(void **state)
{
    (void)state;
    const struct fake_step steps[] = {
        {.request = "GET /api?a=b HTTP/1.1", .status = "302 Found", .head = "Location: /there\r\n"},
        {.request = "GET /there HTTP/1.1",
         .headers = {"authorization: Bearer t"},
         .status = "200 OK",
         .answer = "x"},
        {.status = "301 Moved", .head = "Location: http://elsewhere.invalid/x\r\n"},
        {.status = "302 Found", .head = "Location: file:///etc/passwd\r\n"},
        {.status = "304 Not Modified"},
    };
    struct talk t = begin(steps, 5, "t");
    assert_int_equal(get(&t, ROOMY), OK);
    assert_string_equal(buf_cstr(&t.answer.body), "x");
    assert_int_equal(get(&t, ROOMY), E_INVALID);
    says(&t, "http://elsewhere.invalid/x");
    assert_int_equal(get(&t, ROOMY), E_INVALID);
    assert_int_equal(get(&t, ROOMY), E_INVALID);
    end(&t);
}

static void a_ring_of_redirects_ends(void **state)
{
    (void)state;
    const struct fake_step around = {.status = "302 Found", .head = "Location: /api?a=b\r\n"};
    const struct fake_step steps[] = {around, around, around, around, around, around};
    struct talk t = begin(steps, 6, NULL);
    assert_int_equal(get(&t, ROOMY), E_INVALID);
    says(&t, "more than 5 redirects");
    end(&t);
}

static void other_schemes_and_passwords_are_not_even_tried(void **state)
{
    (void)state;
    struct talk t = begin(NULL, 0, NULL);
    static const char *const bad[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct client_request r = {.url = bad[i], .max_bytes = ROOMY};
        assert_int_equal(client_call(t.client, &r, &t.answer, &t.err), E_INVALID);
    }
    end(&t);
}

static void note(void *user, uint64_t got, uint64_t expected)
{
    uint64_t *most = user;
    assert_true(expected == 0 || expected == 5);
    *most = got > *most ? got : *most;
}

static void progress_is_told(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.status = "200 OK", .answer = "hello"}};
    struct talk t = begin(steps, 1, NULL);
    uint64_t most = 0;
    struct client_request r = {.url = t.url, .max_bytes = ROOMY, .progress = note, .user = &most};
    assert_int_equal(client_call(t.client, &r, &t.answer, &t.err), OK);
    assert_int_equal(most, 5);
    end(&t);
}

/* Nothing of the machine that the test runs on. */
static int no_proxies(void **state)
{
    (void)state;
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_with_its_headers),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(a_post_has_its_body_and_its_answer),
        cmocka_unit_test(the_token_goes_to_its_origin_only),
        cmocka_unit_test(refusals_are_told_in_the_servers_words),
        cmocka_unit_test(an_error_without_a_code_is_not_a_collectors),
        cmocka_unit_test(a_refusal_comes_with_its_headers),
        cmocka_unit_test(a_busy_server_says_when_to_come_back),
        cmocka_unit_test(an_answer_is_bounded),
        cmocka_unit_test(half_an_answer_is_none),
        cmocka_unit_test(nobody_there_is_unavailable_and_named),
        cmocka_unit_test(redirects_are_followed_at_home_only),
        cmocka_unit_test(a_ring_of_redirects_ends),
        cmocka_unit_test(other_schemes_and_passwords_are_not_even_tried),
        cmocka_unit_test(progress_is_told),
    };
    return cmocka_run_group_tests(tests, no_proxies, NULL);
}
