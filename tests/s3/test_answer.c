#include "s3/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct answer read_head(const char *head)
{
    struct answer a = {.status = 0};
    struct slice rest = slice_of(head), line;
    while (slice_split(&rest, '\n', &line))
        answer_line(&a, line);
    return a;
}

static void the_headers_that_mean_something_are_taken(void **state)
{
    (void)state;
    struct answer a =
        read_head("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length:  12 \r\n"
                  "Last-Modified: Sun, 06 Nov 1994 08:49:36 GMT\r\nX-Amz-Request-Id: 4711\r\n"
                  "x-amz-bucket-region: eu-west-1\r\nx-amz-meta-pf-sha256: ab\r\n\r\n");
    assert_int_equal(a.status, 200);
    assert_true(a.has_length);
    assert_int_equal(a.length, 12);
    assert_int_equal(a.date_ms, 784111777000);
    assert_int_equal(a.modified_ms, 784111776000);
    assert_string_equal(a.request_id, "4711");
    assert_string_equal(a.region, "eu-west-1");
    assert_string_equal(a.sha256, "ab");
}

static void an_interim_answer_leaves_nothing_behind(void **state)
{
    (void)state;
    struct answer a =
        read_head("HTTP/1.1 100 CONTINUE\r\nx-amz-request-id: 1\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n");
    assert_int_equal(a.status, 403);
    assert_string_equal(a.request_id, "");
}

static void a_header_that_cannot_be_read_is_as_good_as_none(void **state)
{
    (void)state;
    struct answer a = read_head("HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: many\r\nRetry-After: "
                                "soon\r\nnocolon\r\n:\r\n");
    assert_int_equal(a.status, 200);
    assert_false(a.has_length);
    assert_int_equal(a.date_ms, 0);
    assert_int_equal(a.retry_after_ms, 0);
    assert_int_equal(read_head("HTTP/1.1 abc\r\n").status, 0);
    assert_int_equal(read_head("HTTP/1.1\r\n").status, 0);
}

static void lengths_that_disagree_are_noticed(void **state)
{
    (void)state;
    assert_false(read_head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5").two_lengths);
    assert_true(read_head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6").two_lengths);
    assert_true(read_head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: x").two_lengths);
}

static void retry_after_is_seconds_or_a_date_and_an_hour_at_most(void **state)
{
    (void)state;
    assert_int_equal(read_head("HTTP/1.1 503 x\r\nRetry-After: 7").retry_after_ms, 7000);
    assert_int_equal(read_head("HTTP/1.1 503 x\r\nRetry-After: 99999999999").retry_after_ms, 3600 * 1000);
    struct answer a = read_head("HTTP/1.1 503 x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                "Retry-After: Sun, 06 Nov 1994 08:49:40 GMT");
    assert_int_equal(a.retry_after_ms, 3000);
    a = read_head("HTTP/1.1 503 x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                  "Retry-After: Sun, 06 Nov 1994 08:49:30 GMT");
    assert_int_equal(a.retry_after_ms, 0);
}

static void what_ends_in_texts_is_cut_and_printable(void **state)
{
    (void)state;
    char line[512] = "x-amz-request-id: a\x1b[31m\xff";
    memset(line + strlen(line), 'x', 300);
    struct answer a = {.status = 0};
    answer_line(&a, slice_of(line));
    assert_int_equal(strlen(a.request_id), sizeof a.request_id - 1);
    assert_memory_equal(a.request_id, "a?[31m?x", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_that_mean_something_are_taken),
        cmocka_unit_test(an_interim_answer_leaves_nothing_behind),
        cmocka_unit_test(a_header_that_cannot_be_read_is_as_good_as_none),
        cmocka_unit_test(lengths_that_disagree_are_noticed),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_and_an_hour_at_most),
        cmocka_unit_test(what_ends_in_texts_is_cut_and_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
