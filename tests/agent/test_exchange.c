/* One request has everything that the collector needs; an answer is bounded; none is waited for longer than
 * told. */
#include "agent/exchange.h"
#include "tests/agent/collector.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum status post_to(unsigned port, struct secret *token, struct pause *pause,
                           struct answer *ret_answer)
{
    char url[64];
    struct error err;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/api/0/profiles?service=s&type=cpu", port);
    struct post post = {
        .url = url, .body = SLICE("profile"), .token = token, .key = "0123456789", .pause = pause};
    return exchange_post(&post, ret_answer, &err);
}

static void a_request_says_what_and_who(void **state)
{
    (void)state;
    static const char *const answers[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    struct collector *c = collector_new(answers, 1);
    struct secret token CLEANUP(secret_release) = SECRET_INIT;
    struct pause pause;
    struct answer answer;

    pause_init(&pause);
    secret_set(&token, SLICE("some-token"));
    assert_int_equal(post_to(collector_port(c), &token, &pause, &answer), OK);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.words, "ok");
    collector_stop(c);
    const char *request = collector_request(c, 0);
    assert_ptr_equal(strstr(request, "POST /api/0/profiles?service=s&type=cpu HTTP/1.1\r\n"), request);
    assert_non_null(strstr(request, "\r\nAuthorization: Bearer some-token\r\n"));
    assert_non_null(strstr(request, "\r\nIdempotency-Key: 0123456789\r\n"));
    assert_null(strstr(request, "Expect"));
    assert_string_equal(strstr(request, "\r\n\r\n") + 4, "profile");
    pause_release(&pause);
    collector_free(c);
}

static void what_the_collector_says_is_bounded(void **state)
{
    (void)state;
    static char flood[70000];
    size_t len = (size_t)
        snprintf(flood, sizeof flood,
                 "HTTP/1.1 503 No\r\nRetry-After: 99999999999\r\nContent-Length: 60000\r\n\r\n\033[31m");
    memset(flood + len, 'x', 60000);
    const char *const answers[] = {flood};
    struct collector *c = collector_new(answers, 1);
    struct secret none CLEANUP(secret_release) = SECRET_INIT;
    struct pause pause;
    struct answer answer;

    pause_init(&pause);
    assert_int_equal(post_to(collector_port(c), &none, &pause, &answer), OK);
    assert_int_equal(answer.status, 503);
    assert_in_range(answer.retry_s, 1, 24 * 3600);
    assert_null(strchr(answer.words, '\033'));
    assert_in_range(strlen(answer.words), 100, sizeof answer.words - 1);
    collector_stop(c);
    assert_null(strstr(collector_request(c, 0), "Authorization"));
    pause_release(&pause);
    collector_free(c);
}

static void nobody_there_is_no_answer(void **state)
{
    (void)state;
    struct secret none CLEANUP(secret_release) = SECRET_INIT;
    struct pause pause;
    struct answer answer;

    pause_init(&pause);
    assert_int_equal(post_to(1, &none, &pause, &answer), E_UNAVAILABLE);
    pause_release(&pause);
}

static void a_collector_that_does_not_answer_is_left_when_the_time_is_over(void **state)
{
    (void)state;
    static const char *const answers[] = {NULL};
    struct collector *c = collector_new(answers, 1);
    struct secret none CLEANUP(secret_release) = SECRET_INIT;
    struct pause pause;
    struct answer answer;

    pause_init(&pause);
    pause_stop(&pause, 200);
    assert_int_equal(post_to(collector_port(c), &none, &pause, &answer), E_UNAVAILABLE);
    assert_int_equal(collector_count(c), 1);
    pause_release(&pause);
    collector_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_says_what_and_who),
        cmocka_unit_test(what_the_collector_says_is_bounded),
        cmocka_unit_test(nobody_there_is_no_answer),
        cmocka_unit_test(a_collector_that_does_not_answer_is_left_when_the_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
