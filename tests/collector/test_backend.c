/* Opening the store that was named, or saying in one line why not. */
#include "collector/backend.h"

#include "base/clock.h"
#include "store/stats.h"
#include "tests/support/fake_s3.h"
#include "tests/support/scratch.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char *dir;
    struct timer *timer;
    struct config config;
    char warning[ERROR_TEXT_MAX];
    struct error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->dir = scratch_new();
    f->timer = timer_new();
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    timer_free(f->timer);
    scratch_remove(f->dir);
    free(f);
    return 0;
}

static void a_directory_is_made_and_used(void **state)
{
    struct fixture *f = *state;
    char *url = scratch_path("file:", "%s/data", f->dir);
    struct backend b;
    struct stats attempts;

    memmove(url + 5, url + 6, strlen(url + 6) + 1); /* the slash of scratch_path() */
    f->config.store = url;
    if (backend_open(&f->config, BACKEND_WRITE, f->timer, &b, f->warning, &f->err) != OK)
        fail_msg("%s", f->err.text);
    assert_string_equal(f->warning, "");
    assert_true(b.sweeps);
    assert_null(b.s3);
    assert_int_equal(b.skew_ms, 0); /* one machine, one clock */
    assert_int_equal(b.root.len, 0);

    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_PUT,
                                                    .key = SLICE("k"),
                                                    .body = SLICE("v"),
                                                    .deadline_ms = clock_mono_ms() + 60000};
    assert_int_equal(store_run(b.store, &op), OK);
    stats_snapshot(b.attempts, &attempts);
    assert_int_equal(attempts.verb[STORE_PUT].answers[OK], 1);
    backend_close(&b);
    assert_null(b.store);
    free(url);
}

static void a_store_that_cannot_be_is_a_configuration_error(void **state)
{
    struct fixture *f = *state;
    struct backend b;

    f->config.store = "file:/dev/null/here";
    assert_int_equal(backend_open(&f->config, BACKEND_WRITE, f->timer, &b, f->warning, &f->err), E_CONFIG);
    assert_non_null(strstr(f->err.text, "--store file:/dev/null/here"));
    f->config.store = "s3://bucket/a_b";
    assert_int_equal(backend_open(&f->config, BACKEND_WRITE, f->timer, &b, f->warning, &f->err), E_CONFIG);
    assert_non_null(strstr(f->err.text, "root 'a_b'"));
    f->config.store = "ftp://x";
    assert_int_equal(backend_open(&f->config, BACKEND_WRITE, f->timer, &b, f->warning, &f->err), E_CONFIG);
    assert_non_null(strstr(f->err.text, "'ftp://x': say file:DIR or s3://BUCKET[/ROOT]"));
    f->config.store = "file:";
    assert_int_equal(backend_open(&f->config, BACKEND_WRITE, f->timer, &b, f->warning, &f->err), E_CONFIG);
    assert_non_null(strstr(f->err.text, "without a directory"));
}

static void open_bucket(struct fixture *f, const struct fake_step *talk, size_t steps, enum status expected,
                        struct backend *ret_backend)
{
    struct fake_s3 *fake = fake_s3_start(talk, steps);
    char endpoint[64];
    char *fault;

    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%d", fake_s3_port(fake));
    f->config.store = "s3://bucket/team";
    f->config.s3_endpoint = endpoint;
    f->config.s3_region = "us-east-1";
    f->config.s3_path_style = "on";
    assert_int_equal(backend_open(&f->config, BACKEND_WRITE, f->timer, ret_backend, f->warning, &f->err),
                     expected);
    fault = fake_s3_end(fake);
    if (fault)
        fail_msg("%s", fault);
}

static void a_bucket_that_answers_is_opened_with_its_root(void **state)
{
    struct fixture *f = *state;
    static const struct fake_step talk[] = {
        {.request = "GET /bucket*",
         .status = "200 OK",
         .head = "Content-Type: application/xml\r\n",
         .answer = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Name>bucket</Name>"
                   "<Prefix>team/</Prefix><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys>"
                   "<IsTruncated>false</IsTruncated></ListBucketResult>"},
    };
    struct backend b;
    struct store_time time;

    open_bucket(f, talk, 1, OK, &b);
    assert_string_equal(f->warning, "");
    assert_false(b.sweeps);
    assert_non_null(b.s3);
    assert_int_equal(b.skew_ms, 1500);
    assert_true(slice_eq_cstr(b.root, "team"));
    assert_non_null(strstr(store_describe(b.store), "bucket"));
    store_time(b.store, &time);
    assert_true(time.known);
    backend_close(&b);
}

static void a_bucket_that_says_no_stops_the_start(void **state)
{
    struct fixture *f = *state;
    static const struct fake_step talk[] = {
        {.request = "GET /bucket*",
         .status = "403 Forbidden",
         .head = "Content-Type: application/xml\r\n",
         .answer = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code></Error>"},
    };
    struct backend b;

    open_bucket(f, talk, 1, E_DENIED, &b);
    assert_null(strstr(f->err.text, "not-a-secret"));
}

static void open_away(struct fixture *f, struct backend *ret_backend)
{
    f->config.store = "s3://bucket";
    f->config.s3_endpoint = "http://127.0.0.1:1";
    f->config.s3_region = "us-east-1";
    f->config.s3_path_style = "on";
    if (backend_open(&f->config, BACKEND_WRITE, f->timer, ret_backend, f->warning, &f->err) != OK)
        fail_msg("%s", f->err.text);
}

static void a_bucket_that_is_away_is_a_warning(void **state)
{
    struct fixture *f = *state;
    struct backend b;

    open_away(f, &b);
    assert_string_not_equal(f->warning, "");
    backend_close(&b);
}

/* Tried again until then, it would take longer than any test may. */
static void *run_list(void *backend)
{
    struct backend *b = backend;
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_LIST,
                                                    .deadline_ms = clock_mono_ms() + INT64_C(3600) * 1000};

    assert_int_equal(store_run(b->store, &op), E_UNAVAILABLE);
    return NULL;
}

static void once_stopped_nobody_waits_for_the_bucket(void **state)
{
    struct fixture *f = *state;
    struct backend b;
    pthread_t thread;

    open_away(f, &b);
    assert_int_equal(pthread_create(&thread, NULL, run_list, &b), 0);
    backend_stop(&b);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)run_list(&b);
    backend_close(&b);
}

static void what_is_only_read_is_not_made(void **state)
{
    struct fixture *f = *state;
    char *url = scratch_path("file:", "%s/data", f->dir);
    struct backend b;

    memmove(url + 5, url + 6, strlen(url + 6) + 1);
    f->config.store = url;
    assert_int_equal(backend_open(&f->config, BACKEND_READ, f->timer, &b, f->warning, &f->err), E_CONFIG);
    assert_non_null(strstr(f->err.text, url));
    assert_int_equal(access(url + strlen("file:"), F_OK), -1);
    free(url);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_directory_is_made_and_used),
        TEST(a_store_that_cannot_be_is_a_configuration_error),
        TEST(a_bucket_that_answers_is_opened_with_its_root),
        TEST(a_bucket_that_says_no_stops_the_start),
        TEST(a_bucket_that_is_away_is_a_warning),
        TEST(once_stopped_nobody_waits_for_the_bucket),
        TEST(what_is_only_read_is_not_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
