/* Tries again what may succeed, the same each time; gives up at once what is refused. */
#include "agent/delivery.h"
#include "tests/agent/collector.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char GOOD[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
static const char BUSY[] = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
static const char SLOWER[] = "HTTP/1.1 429 Slower\r\nContent-Length: 0\r\n\r\n";
static const char NEVER[] = "HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nno \033such!";

static enum status send_to(struct collector *c, char *token_file, struct pause *pause, struct error *err)
{
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/p?type=", collector_port(c));
    const struct settings settings = {.query_url = url, .token_file = token_file};
    enum status status = delivery_send(&settings, "cpu", SLICE("the profile"), pause, err);
    collector_stop(c);
    return status;
}

static void what_may_succeed_is_sent_again_unchanged(void **state)
{
    (void)state;
    const char *const answers[] = {BUSY, GOOD};
    struct collector *c = collector_new(answers, 2);
    struct pause pause;
    struct error err;

    pause_init(&pause);
    assert_int_equal(send_to(c, NULL, &pause, &err), OK);
    assert_int_equal(collector_count(c), 2);
    assert_string_equal(collector_request(c, 0), collector_request(c, 1));
    assert_non_null(strstr(collector_request(c, 0), "POST /p?type=cpu "));
    pause_release(&pause);
    collector_free(c);
}

static void what_is_refused_is_given_up(void **state)
{
    (void)state;
    const char *const answers[] = {NEVER};
    struct collector *c = collector_new(answers, 1);
    struct pause pause;
    struct error err;

    pause_init(&pause);
    assert_int_equal(send_to(c, NULL, &pause, &err), E_INVALID);
    assert_int_equal(collector_count(c), 1);
    assert_non_null(strstr(err.text, "the collector answers 400: no "));
    pause_release(&pause);
    collector_free(c);
}

static void when_stopped_there_is_one_attempt(void **state)
{
    (void)state;
    const char *const answers[] = {SLOWER};
    struct collector *c = collector_new(answers, 1);
    struct pause pause;
    struct error err;

    pause_init(&pause);
    pause_stop(&pause, 5000);
    assert_int_equal(send_to(c, NULL, &pause, &err), E_UNAVAILABLE);
    assert_int_equal(collector_count(c), 1);
    pause_release(&pause);
    collector_free(c);
}

static void write_token(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void a_token_file_is_one_line(void **state)
{
    (void)state;
    const char *const answers[] = {GOOD};
    struct collector *c = collector_new(answers, 1);
    char *dir = scratch_new(), *path = scratch_path(dir, "token");
    struct pause pause;
    struct error err;

    pause_init(&pause);
    write_token(path, "one\r\nX-Other: two\n");
    assert_int_equal(send_to(c, path, &pause, &err), E_CONFIG);
    assert_int_equal(collector_count(c), 0);
    collector_free(c);
    c = collector_new(answers, 1);
    write_token(path, " the-token\n");
    assert_int_equal(send_to(c, path, &pause, &err), OK);
    assert_non_null(strstr(collector_request(c, 0), "Bearer the-token\r\n"));
    pause_release(&pause);
    collector_free(c);
    free(path);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_succeed_is_sent_again_unchanged),
        cmocka_unit_test(what_is_refused_is_given_up),
        cmocka_unit_test(when_stopped_there_is_one_attempt),
        cmocka_unit_test(a_token_file_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
