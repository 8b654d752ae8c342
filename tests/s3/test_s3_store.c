/* Opening, describing, and the check at the start with its texts. */
#include "tests/s3/home.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define LISTING     "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
#define ERROR(code) "<Error><Code>" code "</Code><RequestId>tx1</RequestId></Error>"

static void check(const struct fake_step *step, enum status wanted, const char *text)
{
    struct talk t = talk_open(step, 1);
    struct error error = {.code = OK};
    enum status code = s3_store_check(t.store, SLICE("pf1/"), 10000, &error);
    if (code != wanted || !strstr(error.text, text))
        fail_msg("%s: '%s' says nothing of '%s'", status_name(code), error.text, text);
    talk_close(&t);
}

static void the_check_lists_one_key_below_the_prefix(void **state)
{
    (void)state;
    check(&(struct fake_step){.request =
                                  "GET /test?encoding-type=url&list-type=2&max-keys=1&prefix=pf1%2F HTTP/1.1",
                              .status = "200 OK",
                              .answer = LISTING},
          OK, "");
}

static void a_missing_bucket_is_named_with_what_to_do(void **state)
{
    (void)state;
    check(&(struct fake_step){.status = "404 Not Found", .answer = ERROR("NoSuchBucket")}, E_CONFIG,
          "in bucket 'test' at 127.0.0.1");
    check(&(struct fake_step){.status = "404 Not Found", .answer = ERROR("NoSuchBucket")}, E_CONFIG,
          "404 NoSuchBucket (request id tx1): create the bucket or correct its name");
}

static void refused_keys_are_named_with_their_source(void **state)
{
    (void)state;
    check(&(struct fake_step){.status = "403 Forbidden", .answer = ERROR("SignatureDoesNotMatch")}, E_DENIED,
          "check access key and secret key; the credentials are from: AWS_ACCESS_KEY_ID in the environment");
}

static void a_server_that_is_no_s3_is_suspected(void **state)
{
    (void)state;
    check(&(struct fake_step){.status = "404 Not Found", .answer = "<html>nginx</html>"}, E_CONFIG,
          "an S3 server?");
    check(&(struct fake_step){.status = "200 OK", .answer = "<html>hello</html>"}, E_CORRUPT,
          "ListBucketResult");
}

static void a_clock_that_is_off_is_named_although_signing_corrects_it(void **state)
{
    (void)state;
    check(&(struct fake_step){.status = "200 OK",
                              .head = "Date: Wed, 01 Jan 2031 10:00:00 GMT\r\n",
                              .answer = LISTING},
          E_CONFIG, " behind that of s3://test at http://127.0.0.1:");
    check(&(struct fake_step){.status = "200 OK",
                              .head = "Date: Wed, 01 Jan 2020 10:00:00 GMT\r\n",
                              .answer = LISTING},
          E_CONFIG, " ahead of that of s3://test");
    check(&(struct fake_step){.raw = "HTTP/1.1 200 OK\r\nContent-Length: 69\r\n\r\n" LISTING}, E_CONFIG,
          "have no Date");
}

static void no_answer_may_be_one_later(void **state)
{
    (void)state;
    check(&(struct fake_step){.then = FAKE_CLOSE}, E_UNAVAILABLE, "list 'pf1/' in bucket 'test'");
    check(&(struct fake_step){.status = "503 Slow Down", .answer = ERROR("SlowDown")}, E_BUSY, "SlowDown");
}

static void the_store_says_where_it_is_without_secrets(void **state)
{
    (void)state;
    struct store *store;
    assert_int_equal(s3_store_open(&(struct s3_options){.bucket = "test", .region = "eu-west-1"}, &store,
                                   NULL),
                     OK);
    assert_string_equal(store_describe(store), "s3://test at https://test.s3.eu-west-1.amazonaws.com");
    struct store_time time;
    store_time(store, &time);
    assert_false(time.known);
    struct s3_stats stats;
    s3_store_stats(store, &stats);
    assert_int_equal(stats.width, 64);
    assert_int_equal(stats.requests, 0);
    store_close(store);
}

static void a_directory_bucket_is_refused_with_the_reason(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct error error;
    struct s3_options options = {.bucket = "prof--usw2-az1--x-s3"};
    assert_int_equal(s3_store_open(&options, &store, &error), E_CONFIG);
    assert_non_null(strstr(error.text, "lists without order"));
    assert_null(store);
}

/* And not by its own deadline. */
static void *list_is_stopped(void *store)
{
    struct store_op op = {.verb = STORE_LIST, .deadline_ms = clock_mono_ms() + 60000};
    assert_int_equal(store_run(store, &op), E_UNAVAILABLE);
    assert_non_null(strstr(op.error.text, "the store was closed"));
    store_op_release(&op);
    return NULL;
}

/* The server takes connections and says nothing. */
static void stopping_ends_what_is_under_way_and_what_comes_later(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM, 0), client;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    char endpoint[64];
    struct store *store;
    pthread_t thread;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u", ntohs(at.sin_port));
    assert_int_equal(s3_store_open(&(struct s3_options){.bucket = "test", .endpoint = endpoint}, &store,
                                   NULL),
                     OK);
    assert_int_equal(pthread_create(&thread, NULL, list_is_stopped, store), 0);
    while ((client = accept(fd, NULL, NULL)) < 0) /* it is under way */
        ;
    s3_store_stop(store);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)list_is_stopped(store);
    store_close(store);
    (void)close(client);
    (void)close(fd);
}

static int static_keys(void **state)
{
    (void)state;
    talk_static_keys();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_lists_one_key_below_the_prefix),
        cmocka_unit_test(a_missing_bucket_is_named_with_what_to_do),
        cmocka_unit_test(refused_keys_are_named_with_their_source),
        cmocka_unit_test(a_server_that_is_no_s3_is_suspected),
        cmocka_unit_test(a_clock_that_is_off_is_named_although_signing_corrects_it),
        cmocka_unit_test(no_answer_may_be_one_later),
        cmocka_unit_test(the_store_says_where_it_is_without_secrets),
        cmocka_unit_test(a_directory_bucket_is_refused_with_the_reason),
        cmocka_unit_test(stopping_ends_what_is_under_way_and_what_comes_later),
    };
    return cmocka_run_group_tests(tests, static_keys, NULL);
}
