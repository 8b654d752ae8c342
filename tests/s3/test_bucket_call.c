/*
 * Operations against a server that is told the whole conversation: what is sent, what follows from each kind
 * of answer, and that nothing more is sent than that.
 */
#include "base/limits.h"
#include "tests/s3/talk.h"

#include <unistd.h>

#define ERROR(code)                                                                                          \
    "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message></Message><RequestId>tx1</RequestId></"     \
    "Error>"
#define HELLO_SHA "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */

static struct store_op get(void)
{
    return (struct store_op){.verb = STORE_GET, .key = SLICE("a/k"), .max_bytes = 1000};
}

static struct store_op put(void)
{
    return (struct store_op){.verb = STORE_PUT, .key = SLICE("a/k"), .body = SLICE("hello")};
}

/* One operation, one conversation. */
static void hold(const struct fake_step *steps, size_t count, struct store_op *op, enum status wanted)
{
    struct talk t = talk_open(steps, count);
    talk_run(&t, op, wanted);
    talk_close(&t);
}

/* --- what is sent --- */

static void a_put_sends_hash_metadata_and_body_and_nothing_that_servers_refuse(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{
        .request = "PUT /test/a/k HTTP/1.1",
        .headers = {"x-amz-content-sha256: " HELLO_SHA, "x-amz-meta-pf-sha256: " HELLO_SHA,
                    "content-length: 5", "authorization: AWS4-HMAC-SHA256 Credential=AKTEST/*", "!expect",
                    "!content-md5", "!x-amz-sdk-checksum-algorithm", "!transfer-encoding"},
        .body = "hello",
        .status = "200 OK",
    }};
    struct store_op op = put();
    hold(talk, 1, &op, OK);
    store_op_release(&op);
}

static void a_body_of_a_mebibyte_is_announced_first(void **state)
{
    (void)state;
    char *body = calloc(1, MIB);
    const struct fake_step talk[] = {
        {.request = "PUT *",
         .headers = {"expect: 100-continue"},
         .refuse_early = 1,
         .status = "403 Forbidden",
         .answer = ERROR("AccessDenied"),
         .then = FAKE_CLOSE},
        {.request = "PUT *", .headers = {"expect: 100-continue"}, .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op op = {.verb = STORE_PUT, .key = SLICE("k"), .body = slice_make(body, MIB)};
    talk_run(&t, &op, E_DENIED);
    op.deadline_ms = 0;
    talk_run(&t, &op, OK);
    talk_close(&t);
    free(body);
}

static void a_listing_is_asked_for_page_by_page(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request =
             "GET /test?encoding-type=url&list-type=2&max-keys=1&prefix=a%2F&start-after=a%2F0 HTTP/1.1",
         .status = "200 OK",
         .answer = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>T/1</"
                   "NextContinuationToken>"
                   "<Contents><Key>a/1</Key><Size>3</Size></Contents></ListBucketResult>"},
        {.request = "GET /test?continuation-token=T%2F1&encoding-type=url&list-type=2&max-keys=1&prefix=a%2F "
                    "HTTP/1.1",
         .on = FAKE_SAME_CONNECTION,
         .status = "200 OK",
         .answer = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/2</Key><Size>3</Size>"
                   "</Contents></ListBucketResult>"},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op first = {.verb = STORE_LIST,
                             .key = SLICE("a/"),
                             .start_after = SLICE("a/0"),
                             .max_keys = 1};
    talk_run(&t, &first, OK);
    assert_int_equal(first.page.count, 1);
    assert_true(first.page.more);
    struct store_op second = {.verb = STORE_LIST,
                              .key = SLICE("a/"),
                              .start_after = SLICE("a/0"),
                              .token = first.page.token,
                              .max_keys = 1};
    talk_run(&t, &second, OK);
    assert_true(slice_eq(second.page.entries[0].key, SLICE("a/2")));
    assert_false(second.page.more);
    store_op_release(&first);
    store_op_release(&second);
    talk_close(&t);
}

/* --- good answers --- */

static void a_get_gives_bytes_and_time(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{
        .request = "GET /test/a/k HTTP/1.1",
        .headers = {"!x-amz-meta-pf-sha256"},
        .status = "200 OK",
        .head = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-amz-meta-pf-sha256: " HELLO_SHA "\r\n",
        .answer = "hello",
    }};
    struct store_op op = get();
    hold(talk, 1, &op, OK);
    assert_true(slice_eq(buf_slice(&op.object), SLICE("hello")));
    assert_int_equal(op.object_bytes, 5);
    assert_int_equal(op.modified_ms, 784111777000);
    store_op_release(&op);
}

static void head_gives_size_and_time(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{
        .request = "HEAD /test/a/k HTTP/1.1",
        .raw = "HTTP/1.1 200 OK\r\nContent-Length: 123456\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 "
               "GMT\r\n\r\n",
    }};
    struct store_op op = {.verb = STORE_HEAD, .key = SLICE("a/k")};
    hold(talk, 1, &op, OK);
    assert_int_equal(op.object_bytes, 123456);
    assert_int_equal(op.modified_ms, 784111777000);
}

static void delete_is_done_even_if_nothing_was_there(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "DELETE /test/a/k HTTP/1.1", .status = "204 No Content", .head = "Content-Length: 0\r\n"},
        {.request = "DELETE /test/a/k HTTP/1.1", .status = "404 Not Found", .answer = ERROR("NoSuchKey")},
    };
    struct talk t = talk_open(talk, 2);
    for (int i = 0; i < 2; i++) {
        struct store_op op = {.verb = STORE_DELETE, .key = SLICE("a/k")};
        talk_run(&t, &op, OK);
    }
    talk_close(&t);
}

/* --- answers that are none --- */

static void a_short_body_is_unavailable(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", .then = FAKE_CLOSE},
        {.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-amz-meta-pf-sha256: " HELLO_SHA
                "\r\n\r\n5\r\nhello\r\n",
         .then = FAKE_CLOSE},
    };
    struct talk t = talk_open(talk, 2);
    for (int i = 0; i < 2; i++) {
        struct store_op op = get();
        talk_run(&t, &op, E_UNAVAILABLE);
        assert_int_equal(op.object.len, 0);
        store_op_release(&op);
    }
    talk_close(&t);
}

static void an_altered_body_is_unavailable(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "200 OK", .head = "x-amz-meta-pf-sha256: " HELLO_SHA "\r\n", .answer = "hellO"}};
    struct store_op op = get();
    hold(talk, 1, &op, E_UNAVAILABLE);
    talk_says(&op, "SHA-256");
    store_op_release(&op);
}

static void a_body_without_length_needs_its_hash(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.raw = "HTTP/1.1 200 OK\r\n\r\nhello", .then = FAKE_CLOSE},
        {.raw = "HTTP/1.1 200 OK\r\nx-amz-meta-pf-sha256: " HELLO_SHA "\r\n\r\nhello", .then = FAKE_CLOSE},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op op = get();
    talk_run(&t, &op, E_UNAVAILABLE);
    talk_says(&op, "neither length nor hash");
    store_op_release(&op);
    op = get();
    talk_run(&t, &op, OK);
    assert_true(slice_eq(buf_slice(&op.object), SLICE("hello")));
    store_op_release(&op);
    talk_close(&t);
}

static void a_part_that_nobody_asked_for_is_unavailable(void **state)
{
    (void)state;
    const struct fake_step talk[] = {{.status = "206 Partial Content", .answer = "hel"}};
    struct store_op op = get();
    hold(talk, 1, &op, E_UNAVAILABLE);
}

static void an_object_over_the_bound_is_refused_by_its_length_and_by_its_bytes(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"},
        {.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-amz-meta-pf-sha256: " HELLO_SHA
                "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op op = get();
    talk_run(&t, &op, E_TOO_LARGE);
    talk_says(&op, "9999999999");
    assert_int_equal(op.object.cap, 0);
    store_op_release(&op);
    op = get();
    op.max_bytes = 4;
    talk_run(&t, &op, E_TOO_LARGE);
    store_op_release(&op);
    talk_close(&t);
}

static void an_error_inside_a_success_is_none(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *", .status = "200 OK", .answer = ERROR("InternalError")},
        {.request = "GET /test?*", .status = "200 OK", .answer = ERROR("SlowDown")},
        {.request = "DELETE *", .status = "200 OK", .answer = ERROR("InternalError")},
    };
    struct talk t = talk_open(talk, 3);
    struct store_op op = put();
    talk_run(&t, &op, E_UNAVAILABLE);
    talk_says(&op, "InternalError (request id tx1)");
    op = (struct store_op){.verb = STORE_LIST};
    talk_run(&t, &op, E_BUSY);
    op = (struct store_op){.verb = STORE_DELETE, .key = SLICE("a/k")};
    talk_run(&t, &op, E_UNAVAILABLE);
    talk_close(&t);
}

static void a_listing_that_makes_no_sense_is_corrupt(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "200 OK",
         .answer = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"},
        {.status = "200 OK", .answer = "<html>It works!</html>"},
        {.status = "200 OK", .answer = "<!DOCTYPE x><ListBucketResult/>"},
    };
    struct talk t = talk_open(talk, 3);
    for (int i = 0; i < 3; i++) {
        struct store_op op = {.verb = STORE_LIST, .key = SLICE("a/")};
        talk_run(&t, &op, E_CORRUPT);
        talk_says(&op, "list 'a/' in bucket 'test' at 127.0.0.1");
    }
    talk_close(&t);
}

static void what_is_no_http_is_unavailable(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.raw = "SSH-2.0-OpenSSH_9.2\r\n", .then = FAKE_CLOSE},
        {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", .then = FAKE_CLOSE},
        {.raw = "\x16\x03\x01\x02\x03", .then = FAKE_CLOSE},
    };
    struct talk t = talk_open(talk, 3);
    for (int i = 0; i < 3; i++) {
        struct store_op op = get();
        talk_run(&t, &op, E_UNAVAILABLE);
        store_op_release(&op);
    }
    talk_close(&t);
}

/* --- refusals --- */

static void the_text_names_verb_key_bucket_host_status_code_request_and_advice(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "403 Forbidden", .head = "x-amz-request-id: 4711\r\n", .answer = ERROR("AccessDenied")}};
    struct store_op op = put();
    hold(talk, 1, &op, E_DENIED);
    talk_says(&op, "put 'a/k' in bucket 'test' at 127.0.0.1:");
    talk_says(&op, "403 AccessDenied (request id 4711)");
    talk_says(&op, "lack the right");
    assert_null(strstr(op.error.text, "AKTEST"));
}

static void busy_says_when_to_come_back_and_narrows_the_width(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "503 Slow Down", .head = "Retry-After: 3\r\n", .answer = ERROR("SlowDown")}};
    struct talk t = talk_open(talk, 1);
    struct store_op op = put();
    talk_run(&t, &op, E_BUSY);
    assert_int_equal(op.retry_after_ms, 3000);
    struct s3_stats stats;
    s3_store_stats(t.store, &stats);
    assert_int_equal(stats.slow_down, 1);
    assert_int_equal(stats.requests, 1);
    talk_close(&t);
}

static void not_found_is_only_what_the_bucket_says_is_not_there(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "404 Not Found", .answer = ERROR("NoSuchKey")},
        {.status = "404 Not Found", .answer = ERROR("NoSuchBucket")},
        {.status = "404 Not Found", .answer = "<html>nginx</html>"},
    };
    struct talk t = talk_open(talk, 3);
    const enum status wanted[] = {E_NOT_FOUND, E_CONFIG, E_CONFIG};
    for (size_t i = 0; i < 3; i++) {
        struct store_op op = get();
        talk_run(&t, &op, wanted[i]);
        store_op_release(&op);
    }
    talk_close(&t);
}

static void an_endless_error_body_is_cut(void **state)
{
    (void)state;
    size_t len = 2 * LIMIT_ERROR_BODY_BYTES;
    char *body = malloc(len);
    memset(body, 'x', len);
    const struct fake_step talk[] = {{.status = "500 Oops", .answer = body, .answer_bytes = len}};
    struct store_op op = put();
    hold(talk, 1, &op, E_UNAVAILABLE);
    talk_says(&op, "500");
    free(body);
}

/* --- connections --- */

static void nobody_there_is_unavailable(void **state)
{
    (void)state;
    struct talk t = talk_open(NULL, 0);
    free(fake_s3_end(t.fake));
    struct store_op op = put();
    talk_run(&t, &op, E_UNAVAILABLE);
    talk_says(&op, "put 'a/k' in bucket 'test'");
    store_close(t.store);
}

static void a_reset_is_unavailable_and_the_next_request_has_a_new_connection(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *", .then = FAKE_RESET},
        {.request = "PUT *", .on = FAKE_NEW_CONNECTION, .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op op = put();
    talk_run(&t, &op, E_UNAVAILABLE);
    op.deadline_ms = 0;
    talk_run(&t, &op, OK);
    talk_close(&t);
}

static void a_lost_answer_is_unavailable_by_the_deadline(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *"}, /* taken, never answered */
        {.request = "PUT *", .on = FAKE_NEW_CONNECTION, .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op op = put();
    op.deadline_ms = clock_mono_ms() + 200;
    talk_run(&t, &op, E_UNAVAILABLE);
    talk_says(&op, "deadline");
    op.deadline_ms = 0;
    talk_run(&t, &op, OK);
    talk_close(&t);
}

static void a_trickle_is_unavailable_by_the_deadline(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.status = "200 OK",
         .head = "x-amz-meta-pf-sha256: " HELLO_SHA "\r\nX-Long: "
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
         .answer = "hello",
         .then = FAKE_TRICKLE}};
    struct store_op op = get();
    op.deadline_ms = clock_mono_ms() + 200;
    hold(talk, 1, &op, E_UNAVAILABLE);
    talk_says(&op, "deadline");
    store_op_release(&op);
}

static void stray_bytes_after_a_failed_head_never_reach_the_next_answer(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "HEAD *", .raw = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {.request = "GET *", .on = FAKE_NEW_CONNECTION, .status = "200 OK", .answer = "hello"},
        {.request = "HEAD *",
         .on = FAKE_SAME_CONNECTION,
         .raw = "HTTP/1.1 404 Not Found\r\nContent-Length: 230\r\n\r\n"},
        {.request = "GET *", .on = FAKE_NEW_CONNECTION, .status = "200 OK", .answer = "hello"},
    };
    struct talk t = talk_open(talk, 4);
    for (int i = 0; i < 2; i++) {
        struct store_op head = {.verb = STORE_HEAD, .key = SLICE("a/none")};
        talk_run(&t, &head, E_NOT_FOUND);
        struct store_op op = get();
        talk_run(&t, &op, OK);
        assert_true(slice_eq(buf_slice(&op.object), SLICE("hello")));
        store_op_release(&op);
    }
    talk_close(&t);
}

static void a_good_connection_is_used_again(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *", .status = "200 OK"},
        {.request = "GET *",
         .on = FAKE_SAME_CONNECTION,
         .status = "404 Not Found",
         .answer = ERROR("NoSuchKey")},
        {.request = "HEAD *",
         .on = FAKE_SAME_CONNECTION,
         .raw = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"},
        {.request = "PUT *", .on = FAKE_SAME_CONNECTION, .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 4);
    struct store_op op = put();
    talk_run(&t, &op, OK);
    op = get();
    talk_run(&t, &op, E_NOT_FOUND);
    store_op_release(&op);
    op = (struct store_op){.verb = STORE_HEAD, .key = SLICE("a/k")};
    talk_run(&t, &op, OK);
    op = put();
    talk_run(&t, &op, OK);
    talk_close(&t);
}

/* --- once more --- */

static void a_wrong_clock_is_corrected_and_the_request_signed_again_once(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *",
         .status = "403 Forbidden",
         .head = "Date: Wed, 01 Jan 2031 10:00:00 GMT\r\n",
         .answer = ERROR("RequestTimeTooSkewed")},
        {.request = "PUT *",
         .headers = {"x-amz-date: 20310101T1000*"},
         .body = "hello",
         .status = "200 OK",
         .head = "Date: Wed, 01 Jan 2031 10:00:00 GMT\r\n"},
        {.request = "PUT *",
         .headers = {"x-amz-date: 20310101T1000*"},
         .status = "403 Forbidden",
         .head = "Date: Wed, 01 Jan 2031 22:00:00 GMT\r\n",
         .answer = ERROR("RequestTimeTooSkewed")},
        {.request = "PUT *",
         .headers = {"x-amz-date: 20310101T2200*"},
         .status = "403 Forbidden",
         .head = "Date: Wed, 01 Jan 2031 10:00:00 GMT\r\n",
         .answer = ERROR("RequestTimeTooSkewed")},
    };
    struct talk t = talk_open(talk, 4);
    struct store_op op = put();
    talk_run(&t, &op, OK);
    struct store_time time;
    store_time(t.store, &time);
    assert_true(time.known);
    assert_in_range(time.now_ms, 1925028000000, 1925028000000 + 60000);
    assert_true(time.local_ahead_ms < -24LL * 3600 * 1000);

    op.deadline_ms = 0;
    talk_run(&t, &op, E_CONFIG);
    talk_says(&op, "clock");
    struct s3_stats stats;
    s3_store_stats(t.store, &stats);
    assert_int_equal(stats.resigned, 2);
    talk_close(&t);
}

static void a_head_that_is_refused_without_a_word_may_have_the_clock_wrong(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "HEAD *", .raw = "HTTP/1.1 403 Forbidden\r\nDate: Wed, 01 Jan 2031 10:00:00 GMT\r\n\r\n"},
        {.request = "HEAD *",
         .headers = {"x-amz-date: 20310101T1000*"},
         .on = FAKE_NEW_CONNECTION,
         .raw = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"},
    };
    struct store_op op = {.verb = STORE_HEAD, .key = SLICE("a/k")};
    hold(talk, 2, &op, OK);
}

static void another_region_is_signed_for_at_the_same_host_and_remembered(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *",
         .headers = {"authorization: AWS4-HMAC-SHA256 Credential=AKTEST/*"},
         .status = "301 Moved Permanently",
         .head = "x-amz-bucket-region: eu-west-1\r\nLocation: http://127.0.0.1:1/evil\r\n",
         .answer = ERROR("PermanentRedirect")},
        {.request = "PUT /test/a/k HTTP/1.1",
         .on = FAKE_SAME_CONNECTION,
         .body = "hello",
         .status = "200 OK"},
        {.request = "GET *", .status = "200 OK", .answer = "hello"},
    };
    struct talk t = talk_open(talk, 3);
    struct store_op op = put();
    talk_run(&t, &op, OK);
    op = get();
    talk_run(&t, &op, OK);
    store_op_release(&op);
    talk_close(&t);
}

static void a_region_that_does_not_help_is_a_configuration_error_with_its_name(void **state)
{
    (void)state;
    const char *const malformed =
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-north-9</Region></Error>";
    const struct fake_step talk[] = {
        {.request = "PUT *", .status = "400 Bad Request", .answer = malformed},
        {.request = "PUT *",
         .status = "307 Temporary Redirect",
         .head = "x-amz-bucket-region: eu-south-1\r\n"},
        {.request = "GET *",
         .status = "301 Moved Permanently",
         .head = "Location: http://127.0.0.1:1/evil\r\n"},
    };
    struct talk t = talk_open(talk, 3);
    struct store_op op = put();
    talk_run(&t, &op, E_CONFIG);
    talk_says(&op, "eu-south-1");
    talk_says(&op, "--s3-region");
    op = get();
    talk_run(&t, &op, E_CONFIG);
    talk_says(&op, "http://127.0.0.1:1/evil");
    store_op_release(&op);
    talk_close(&t);
}

static void keys_that_are_refused_are_read_again_and_if_they_are_the_same_the_refusal_stands(void **state)
{
    (void)state;
    const struct fake_step talk[] = {
        {.request = "PUT *", .status = "403 Forbidden", .answer = ERROR("InvalidAccessKeyId")},
        {.request = "PUT *", .status = "400 Bad Request", .answer = ERROR("ExpiredToken")},
    };
    struct talk t = talk_open(talk, 2);
    struct store_op op = put();
    talk_run(&t, &op, E_DENIED);
    talk_says(&op, "InvalidAccessKeyId");
    op.deadline_ms = 0;
    talk_run(&t, &op, E_DENIED);
    talk_says(&op, "ExpiredToken");
    talk_close(&t);
}

/* A shared file with these keys. */
static void write_keys(const char *path, const char *id)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fprintf(f,
                  "[default]\naws_access_key_id = %s\naws_secret_access_key = s\naws_session_token = t-%s\n",
                  id, id);
    assert_int_equal(fclose(f), 0);
}

#define KEYS_PATH "/tmp/brazier-test-keys-XXXXXX"

/* A shared file of its own, and an environment that names only that. */
static void begin_with_keys(char path[sizeof KEYS_PATH], const char *id)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    talk_environment();
    (void)setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
    write_keys(path, id);
}

static void keys_that_were_replaced_are_noticed_by_the_refusal(void **state)
{
    (void)state;
    char path[] = KEYS_PATH;
    begin_with_keys(path, "OLD");
    const struct fake_step talk[] = {
        {.request = "PUT *",
         .headers = {"authorization: AWS4-HMAC-SHA256 Credential=OLD/*", "x-amz-security-token: t-OLD"},
         .status = "200 OK"},
        {.request = "PUT *",
         .headers = {"authorization: AWS4-HMAC-SHA256 Credential=OLD/*"},
         .status = "400 Bad Request",
         .answer = ERROR("ExpiredToken")},
        {.request = "PUT *",
         .headers = {"authorization: AWS4-HMAC-SHA256 Credential=NEW/*", "x-amz-security-token: t-NEW"},
         .body = "hello",
         .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 3);
    struct store_op op = put();
    talk_run(&t, &op, OK);
    write_keys(path, "NEW");
    op.deadline_ms = 0;
    talk_run(&t, &op, OK);
    talk_close(&t);
    (void)remove(path);
    talk_static_keys();
}

static void without_keys_nothing_is_sent(void **state)
{
    (void)state;
    talk_environment();
    struct store_op op = put();
    hold(NULL, 0, &op, E_CONFIG);
    talk_says(&op, "no credentials");
    talk_static_keys();
}

/* --- many, and the end --- */

static void count_down(struct store_op *op)
{
    assert_int_equal(op->error.code, E_UNAVAILABLE);
    int *left = op->user;
    (*left)--;
}

static void closing_ends_what_is_under_way_and_what_waits(void **state)
{
    (void)state;
    struct fake_step talk[64];
    for (size_t i = 0; i < 64; i++)
        talk[i] = (struct fake_step){.request = "GET *"};
    struct talk t = talk_open(talk, 64);
    struct store_op ops[100];
    int left = 100;
    for (size_t i = 0; i < 100; i++) {
        ops[i] = get();
        ops[i].deadline_ms = clock_mono_ms() + 60000;
        ops[i].done = count_down;
        ops[i].user = &left;
        store_submit(t.store, &ops[i]);
    }
    store_close(t.store);
    assert_int_equal(left, 0);
    free(fake_s3_end(t.fake));
}

static void a_region_that_another_request_has_learned_meanwhile_is_signed_for(void **state)
{
    (void)state;
    const char *moved = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-south-1</Region></Error>";
    const struct fake_step talk[] = {
        {.request = "PUT *", .after_next = 1, .status = "400 Bad Request", .answer = moved},
        {.request = "PUT *", .after_next = 1, .status = "400 Bad Request", .answer = moved},
        {.request = "PUT *", .status = "200 OK"},
        {.request = "PUT *", .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 4);
    talk_two_puts(&t);
    talk_close(&t);
}

static void keys_that_another_request_has_replaced_meanwhile_are_tried(void **state)
{
    (void)state;
    char path[] = KEYS_PATH;
    begin_with_keys(path, "OLD");
    const char *old = "authorization: AWS4-HMAC-SHA256 Credential=OLD/*";
    const char *new = "authorization: AWS4-HMAC-SHA256 Credential=NEW/*";
    const struct fake_step talk[] = {
        {.request = "PUT *", .status = "200 OK"},
        {.headers = {old}, .after_next = 1, .status = "400 Bad Request", .answer = ERROR("ExpiredToken")},
        {.headers = {old}, .after_next = 1, .status = "400 Bad Request", .answer = ERROR("ExpiredToken")},
        {.headers = {new}, .status = "200 OK"},
        {.headers = {new}, .status = "200 OK"},
    };
    struct talk t = talk_open(talk, 5);
    struct store_op op = put();
    talk_run(&t, &op, OK);
    write_keys(path, "NEW");
    talk_two_puts(&t);
    talk_close(&t);
    (void)remove(path);
    talk_static_keys();
}

static void a_token_that_no_page_gave_is_invalid_and_nothing_is_sent(void **state)
{
    (void)state;
    struct store_op op = {.verb = STORE_LIST, .token = SLICE("what?")};
    hold(NULL, 0, &op, E_INVALID);
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
        cmocka_unit_test(a_put_sends_hash_metadata_and_body_and_nothing_that_servers_refuse),
        cmocka_unit_test(a_body_of_a_mebibyte_is_announced_first),
        cmocka_unit_test(a_listing_is_asked_for_page_by_page),
        cmocka_unit_test(a_get_gives_bytes_and_time),
        cmocka_unit_test(head_gives_size_and_time),
        cmocka_unit_test(delete_is_done_even_if_nothing_was_there),
        cmocka_unit_test(a_short_body_is_unavailable),
        cmocka_unit_test(an_altered_body_is_unavailable),
        cmocka_unit_test(a_body_without_length_needs_its_hash),
        cmocka_unit_test(a_part_that_nobody_asked_for_is_unavailable),
        cmocka_unit_test(an_object_over_the_bound_is_refused_by_its_length_and_by_its_bytes),
        cmocka_unit_test(an_error_inside_a_success_is_none),
        cmocka_unit_test(a_listing_that_makes_no_sense_is_corrupt),
        cmocka_unit_test(what_is_no_http_is_unavailable),
        cmocka_unit_test(the_text_names_verb_key_bucket_host_status_code_request_and_advice),
        cmocka_unit_test(busy_says_when_to_come_back_and_narrows_the_width),
        cmocka_unit_test(not_found_is_only_what_the_bucket_says_is_not_there),
        cmocka_unit_test(an_endless_error_body_is_cut),
        cmocka_unit_test(nobody_there_is_unavailable),
        cmocka_unit_test(a_reset_is_unavailable_and_the_next_request_has_a_new_connection),
        cmocka_unit_test(a_lost_answer_is_unavailable_by_the_deadline),
        cmocka_unit_test(a_trickle_is_unavailable_by_the_deadline),
        cmocka_unit_test(stray_bytes_after_a_failed_head_never_reach_the_next_answer),
        cmocka_unit_test(a_good_connection_is_used_again),
        cmocka_unit_test(a_wrong_clock_is_corrected_and_the_request_signed_again_once),
        cmocka_unit_test(a_head_that_is_refused_without_a_word_may_have_the_clock_wrong),
        cmocka_unit_test(another_region_is_signed_for_at_the_same_host_and_remembered),
        cmocka_unit_test(a_region_that_does_not_help_is_a_configuration_error_with_its_name),
        cmocka_unit_test(keys_that_are_refused_are_read_again_and_if_they_are_the_same_the_refusal_stands),
        cmocka_unit_test(keys_that_were_replaced_are_noticed_by_the_refusal),
        cmocka_unit_test(without_keys_nothing_is_sent),
        cmocka_unit_test(closing_ends_what_is_under_way_and_what_waits),
        cmocka_unit_test(a_region_that_another_request_has_learned_meanwhile_is_signed_for),
        cmocka_unit_test(keys_that_another_request_has_replaced_meanwhile_are_tried),
        cmocka_unit_test(a_token_that_no_page_gave_is_invalid_and_nothing_is_sent),
    };
    return cmocka_run_group_tests(tests, static_keys, NULL);
}
