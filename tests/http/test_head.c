#include "http/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Lines as "Name: value", ended by NULL; a Host is there already. */
static struct head see(int http_1_0, ...)
{
    struct head h = {.status = 0};
    va_list lines;
    va_start(lines, http_1_0);
    head_see(&h, SLICE("Host"), SLICE("x"));
    for (const char *line = va_arg(lines, const char *); line; line = va_arg(lines, const char *)) {
        const char *colon = strchr(line, ':');
        head_see(&h, slice_make(line, (size_t)(colon - line)), slice_of(colon + 1));
    }
    va_end(lines);
    head_finish(&h, http_1_0);
    return h;
}

static void lengths_are_read(void **state)
{
    (void)state;
    struct head h = see(false, "content-length: 42", NULL);
    assert_int_equal(h.status, 0);
    assert_int_equal(h.length, 42);
    assert_false(h.chunked);
    h = see(false, "Transfer-Encoding: Chunked", "expect: 100-Continue", NULL);
    assert_int_equal(h.status, 0);
    assert_true(h.chunked);
    assert_true(h.expects_continue);
    h = see(false, NULL);
    assert_int_equal(h.status, 0);
    assert_int_equal(h.length, 0);
}

static void two_lengths_are_refused(void **state)
{
    (void)state;
    assert_int_equal(see(false, "Content-Length: 1", "Content-Length: 2", NULL).status, 400);
    assert_int_equal(see(false, "Content-Length: 1", "Content-Length: 1", NULL).status, 400);
    assert_int_equal(see(false, "Content-Length: 1, 1", NULL).status, 400);
    assert_int_equal(see(false, "Content-Length: 1", "Transfer-Encoding: chunked", NULL).status, 400);
    assert_int_equal(see(false, "Transfer-Encoding: gzip", "Content-Length: 1", NULL).status, 400);
    assert_int_equal(see(false, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", NULL).status,
                     400);
}

static void lengths_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"Content-Length:",     "Content-Length: -1",
                                      "Content-Length: +1",  "Content-Length: 0x1",
                                      "Content-Length: 1 2", "Content-Length: 99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(see(false, bad[i], NULL).status, 400);
}

static void only_the_chunked_coding_is_understood(void **state)
{
    (void)state;
    assert_int_equal(see(false, "Transfer-Encoding: gzip, chunked", NULL).status, 501);
    assert_int_equal(see(false, "Transfer-Encoding: identity", NULL).status, 501);
    assert_int_equal(see(false, "Transfer-Encoding: chunked;q=1", NULL).status, 501);
    assert_int_equal(see(true, "Transfer-Encoding: chunked", NULL).status, 400);
}

static void a_host_is_there_once(void **state)
{
    (void)state;
    struct head h = {.status = 0};
    head_finish(&h, false);
    assert_int_equal(h.status, 400);
    h = (struct head){.status = 0};
    head_finish(&h, true);
    assert_int_equal(h.status, 0);
    assert_int_equal(see(false, "Host: y", NULL).status, 400);
}

static void names_are_tokens_and_values_have_no_controls(void **state)
{
    (void)state;
    assert_int_equal(see(false, "Content-Length : 1", NULL).status, 400);
    assert_int_equal(see(false, " Folded: 1", NULL).status, 400);
    assert_int_equal(see(false, ": empty", NULL).status, 400);
    assert_int_equal(see(false, "A(b): 1", NULL).status, 400);
    assert_int_equal(see(false, "A: b\rc", NULL).status, 400);
    assert_int_equal(see(false, "A: b\x7f", NULL).status, 400);
    /* At the edges too, where trimming would hide them from us and not from the library. */
    assert_int_equal(see(false, "Transfer-Encoding: \vchunked", NULL).status, 400);
    assert_int_equal(see(false, "Transfer-Encoding: chunked\f", NULL).status, 400);
    assert_int_equal(see(false, "A: b\tc \xc3\xa9", "B!#$%&'*+-.^_`|~9:", NULL).status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_read),
        cmocka_unit_test(two_lengths_are_refused),
        cmocka_unit_test(lengths_that_are_no_numbers_are_refused),
        cmocka_unit_test(only_the_chunked_coding_is_understood),
        cmocka_unit_test(a_host_is_there_once),
        cmocka_unit_test(names_are_tokens_and_values_have_no_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
