/* Lists of a scripted collector: page by page, in one order. */
#include "cli/query_list.h"

#include "base/file.h"
#include "cli/query.h"
#include "tests/support/fake_s3.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ITEM(id)                                                                                             \
    "{\"id\":\"" id "\",\"type\":\"cpu\",\"service\":\"s\",\"labels\":[{\"key\":\"dc\",\"value\":\"fra\"},{" \
    "\"key\":\"v\",\"value\":\"1\"}],"                                                                       \
    "\"created_at\":\"2026-11-23T02:00:0" id "Z\"}"
#define BODY(items) "{\"code\":200,\"body\":[" items "]}\n"

/* Runs it against a collector that says so; what it writes, and its exit code. */
static int run(const struct fake_step *steps, size_t count, const char *words, struct buf *out)
{
    struct fake_s3 *fake = fake_s3_start(steps, count);
    char *dir = scratch_new(), *path = scratch_path(dir, "out"), collector[64], copy[200];
    char dash_o[] = "-o", *argv[16] = {collector, dash_o, path};
    int argc = 3;
    (void)snprintf(collector, sizeof collector, "--collector=http://127.0.0.1:%d/base/", fake_s3_port(fake));
    (void)snprintf(copy, sizeof copy, "%s", words);
    for (char *at = copy; *at;) {
        char *end = at + strcspn(at, " ");
        argv[argc++] = at;
        at = *end ? end + 1 : end;
        *end = '\0';
    }
    int code = query_called("list", "query list", argc, argv);
    if (code == 0)
        assert_int_equal(file_read(path, out, NULL), OK);
    char *fault = fake_s3_end(fake);
    if (fault)
        fail_msg("%s", fault);
    free(path);
    scratch_remove(dir);
    return code;
}

static const struct fake_step PAGES[] = {
    {.request = "GET /base/api/0/profiles?service=s&labels=dc%3Dfra&limit=10000 HTTP/1.1",
     .status = "200 OK",
     .head = "X-Brazier-Next: cur-1\r\nX-Brazier-Total: 3\r\n",
     .answer = BODY(ITEM("2") "," ITEM("3"))},
    {.request = "GET /base/api/0/profiles?service=s&labels=dc%3Dfra&limit=10000&cursor=cur-1 HTTP/1.1",
     .status = "200 OK",
     .answer = BODY(ITEM("1"))},
};

static void pages_are_put_together_from_the_oldest_on(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
    assert_int_equal(run(PAGES, 2, "--service s --label dc=fra", &out), 0);
    assert_string_equal(buf_cstr(&out), "created               type  labels      id\n"
                                        "2026-11-23T02:00:01Z  cpu   dc=fra,v=1  1\n"
                                        "2026-11-23T02:00:02Z  cpu   dc=fra,v=1  2\n"
                                        "2026-11-23T02:00:03Z  cpu   dc=fra,v=1  3\n");
}

static void as_json_they_are_one_list(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
    assert_int_equal(run(PAGES, 2, "--service s --label dc=fra --json", &out), 0);
    assert_string_equal(buf_cstr(&out), BODY(ITEM("1") "," ITEM("2") "," ITEM("3")));
}

static void a_limit_ends_at_the_newest(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.request = "GET /base/api/0/profiles?service=s&limit=1 HTTP/1.1",
                                       .status = "200 OK",
                                       .head = "X-Brazier-Next: cur-1\r\nX-Brazier-Total: 3\r\n",
                                       .answer = BODY(ITEM("3"))}};
    struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
    assert_int_equal(run(steps, 1, "--service s --limit 1 --json", &out), 0);
    assert_string_equal(buf_cstr(&out), BODY(ITEM("3")));
}

static void without_a_service_the_services_are_listed(void **state)
{
    (void)state;
    const struct fake_step steps[] = {{.request = "GET /base/api/0/services?fresh=1 HTTP/1.1",
                                       .status = "200 OK",
                                       .answer = BODY("\"one\",\"two\"")}};
    struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
    assert_int_equal(run(steps, 1, "--fresh", &out), 0);
    assert_string_equal(buf_cstr(&out), "service\none\ntwo\n");
}

static void exit_codes_tell_nothing_from_wrong_from_broken(void **state)
{
    (void)state;
    static const struct {
        const char *status, *answer;
        int code;
    } cases[] = {
        {"404 Not Found", "{\"code\":404,\"error\":\"nothing found\"}", 1},
        {"400 Bad Request", "{\"code\":400,\"error\":\"bad request\"}", 2},
        {"401 Unauthorized", "{\"code\":401,\"error\":\"token\"}", 3},
        {"503 Busy", "{\"code\":503,\"error\":\"busy\"}", 3},
        {"200 OK", "<html>", 3},
        {"200 OK", "{}", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(10000);
        const struct fake_step step = {.status = cases[i].status, .answer = cases[i].answer};
        assert_int_equal(run(&step, 1, "--service s", &out), cases[i].code);
    }
}

/* Nothing of the machine that the test runs on. */
static int clean_environment(void **state)
{
    (void)state;
    static const char *const names[] = {"http_proxy",    "all_proxy",       "ALL_PROXY",
                                        "BRAZIER_TOKEN", "BRAZIER_SERVICE", "BRAZIER_TYPE",
                                        "BRAZIER_FROM",  "BRAZIER_TO",      "BRAZIER_LABEL"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_put_together_from_the_oldest_on),
        cmocka_unit_test(as_json_they_are_one_list),
        cmocka_unit_test(a_limit_ends_at_the_newest),
        cmocka_unit_test(without_a_service_the_services_are_listed),
        cmocka_unit_test(exit_codes_tell_nothing_from_wrong_from_broken),
    };
    return cmocka_run_group_tests(tests, clean_environment, NULL);
}
