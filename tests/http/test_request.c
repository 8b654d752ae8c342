/* Heads on the wire: what is read, and what is refused. */
#include "tests/http/fixture.h"

#include "base/limits.h"

static struct fixture f;

/* What else there is to a request, asserted where it is known. */
static void handle_about(struct http_request *req)
{
    struct http_reply reply = {.status = 200, .body = BUF_INIT(4096)};
    struct slice agent = SLICE("none");
    (void)http_header(req, "user-AGENT", &agent);
    http_set_user(req, &f);
    assert_ptr_equal(http_user(req), &f);
    assert_ptr_equal(http_app(req), &f);
    assert_non_null(arena_alloc(http_arena(req), 1 << 19));
    buf_printf(&reply.body, "%.*s|%.*s|%s|%s", SLICE_ARG(http_target(req)), SLICE_ARG(agent),
               http_route(req)->path, http_remote(req));
    http_reply(req, &reply);
}

static const struct http_route routes[] = {
    {.methods = HTTP_GET | HTTP_POST, .path = "/echo", .handle = handle_echo, .body = true},
    {.methods = HTTP_GET, .path = "/echo/*", .handle = handle_echo},
    {.methods = HTTP_GET, .path = "/about", .handle = handle_about},
};

static int start(void **state)
{
    (void)state;
    fixture_init(&f, routes, ARRAY_LEN(routes));
    fixture_start(&f);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fixture_stop(&f);
    return 0;
}

static void assert_answer(const char *request, const char *body)
{
    struct wire_reply r = {.text = NULL};
    if (ask(&f, request, &r) != 200 || strcmp(wire_body(&r), body) != 0)
        fail_msg("%s\n--> %s", request, r.text ? r.text : "nothing");
    wire_release(&r);
}

static void paths_and_parameters_reach_the_handler(void **state)
{
    (void)state;
    assert_answer("GET /echo HTTP/1.1\r\n" HOST "\r\n", "GET path=/echo rest= name= body=");
    assert_answer("GET //echo/?name=a+b%26&name=c HTTP/1.1\r\n" HOST "\r\n",
                  "GET path=/echo rest= name=a b& body=");
    assert_answer("GET /echo?x;name=1&name=2 HTTP/1.1\r\n" HOST "\r\n", "GET path=/echo rest= name=2 body=");
    assert_answer("GET /echo/a%2Fb/c/ HTTP/1.1\r\n" HOST "\r\n",
                  "GET path=/echo/a%2Fb/c rest=a%2Fb/c name= body=");
    assert_answer("GET http://x/echo HTTP/1.1\r\n" HOST "\r\n", "GET path=/echo rest= name= body=");
    assert_answer("POST //echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
                  "POST path=/echo rest= name= body=abc");
    assert_answer("\r\nGET /echo HTTP/1.0\r\n\r\n", "GET path=/echo rest= name= body=");
}

static void the_accessors_tell_the_rest(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_int_equal(ask(&f, "GET //about/?x=%41 HTTP/1.1\r\nUser-Agent:  me and you \r\n" HOST "\r\n", &r),
                     200);
    assert_true(strncmp(wire_body(&r), "//about/?x=%41|me and you|/about|127.0.0.1:", 43) == 0);
    wire_release(&r);
}

static void request_ids_are_taken_or_made(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    (void)ask(&f, "GET /echo HTTP/1.1\r\nX-Request-Id: a-B.9_\r\n" HOST "\r\n", &r);
    assert_string_equal(wire_header(&r, "X-Request-Id"), "a-B.9_");
    wire_release(&r);
    (void)ask(&f, "GET /echo HTTP/1.1\r\nX-Request-Id: a b\r\n" HOST "\r\n", &r);
    assert_int_equal(strlen(wire_header(&r, "X-Request-Id")), 16);
    assert_int_equal(strspn(wire_header(&r, "X-Request-Id"), "0123456789abcdef"), 16);
    wire_release(&r);
}

/* A request that must be refused and followed by nothing: what comes behind it is not another request. */
static void assert_refused(const char *request, size_t len, unsigned status, unsigned or_status)
{
    struct wire_reply r = {.text = NULL};
    unsigned got = ask_closed(&f, request, len, &r);
    bool echoed = r.text && strstr(r.text, "path=");
    if ((got != status && got != or_status) || echoed)
        fail_msg("%s\n--> %u instead of %u\n%s", request, got, status, r.text ? r.text : "nothing");
    wire_release(&r);
}

#define REFUSED(status, text) assert_refused(text, sizeof(text) - 1, status, status)
/* Newer versions of the library refuse it themselves, in their way; 0: they close without an answer. */
#define REFUSED_EITHER(status, or_status, text) assert_refused(text, sizeof(text) - 1, status, or_status)
#define NEXT                                    "GET /echo?name=smuggled HTTP/1.1\r\n" HOST "\r\n"

static void ambiguous_lengths_are_refused_and_the_connection_closed(void **state)
{
    (void)state;
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST
                 "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST
                 "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 62\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: abc\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x3\r\n\r\nabc" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n" NEXT);
    REFUSED(413, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length : 3\r\n\r\nabc" NEXT);
    REFUSED_EITHER(501, 400,
                   "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" NEXT);
    REFUSED_EITHER(501, 400, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n" NEXT);
    REFUSED_EITHER(501, 400,
                   "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST
                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT);
}

static void broken_lines_are_refused(void **state)
{
    (void)state;
    REFUSED(400, "GET /echo HTTP/1.1\n" HOST "\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\nHost: x\nA: b\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\nHost: x\r\nA: b\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\nHost: x\r\nA: b\r\n\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST "A: b\r\n folded\r\n\r\n" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length:\r\n 3\r\n\r\nabc" NEXT);
    REFUSED(400, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST "A\0: b\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST "no colon\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST " A: b\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n\r\n" NEXT);
    REFUSED(400, "GET /echo HTTP/1.1\r\n" HOST HOST "\r\n" NEXT);
}

static void broken_targets_are_refused(void **state)
{
    (void)state;
    REFUSED_EITHER(400, 0, "GET /ec\0ho HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(400, "GET /echo\x01 HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(400, "GET /echo /x HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(400, "GET /echo?a=%zz HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(400, "GET /echo/%4 HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(400, "GET echo HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(501, "CONNECT x:443 HTTP/1.1\r\n" HOST "\r\n" NEXT);
    REFUSED(505, "GET /echo HTTP/3.0\r\n" HOST "\r\n");
    REFUSED(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    REFUSED(400, "GET /echo\r\n\r\n");
}

static void what_is_no_http_is_closed(void **state)
{
    (void)state;
    static const char *const junk[] = {"hello\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
        struct wire_reply r = {.text = NULL};
        unsigned status = ask_closed(&f, junk[i], strlen(junk[i]), &r);
        assert_true(status == 0 || status == 400);
        wire_release(&r);
    }
}

/* A head with a header or a parameter of `len` bytes. */
static unsigned ask_long(const char *before, char fill, size_t len, const char *after)
{
    struct buf request CLEANUP(buf_release) = BUF_INIT(1 << 20);
    struct wire_reply r = {.text = NULL};
    buf_append_cstr(&request, before);
    for (size_t i = 0; i < len; i++)
        buf_append_byte(&request, fill);
    buf_append_cstr(&request, after);
    int fd = wire_connect(f.port);
    (void)wire_send(fd, request.ptr, request.len);
    (void)wire_read(fd, &r, false);
    unsigned status = r.status;
    (void)close(fd);
    wire_release(&r);
    return status;
}

static void heads_are_bounded_and_the_bound_is_answered(void **state)
{
    (void)state;
    const char *line = " HTTP/1.1\r\n" HOST "\r\n";
    for (size_t len = 1000; len < 40000; len += 391) {
        unsigned status = ask_long("GET /echo?name=", 'x', len, line);
        if (status != (len + 11 <= LIMIT_URI_BYTES ? 200 : 414) && status != 431)
            fail_msg("a target of %zu bytes: %u", len, status);
        status = ask_long("GET /echo HTTP/1.1\r\n" HOST "A: ", 'x', len, "\r\n\r\n");
        if (status != (len < LIMIT_HEADER_BYTES - 500 ? 200 : 431))
            fail_msg("a header of %zu bytes: %u", len, status);
        status = ask_long("GET /echo?", '&', len, line);
        if (status != 431 && status != 414)
            fail_msg("%zu parameters: %u", len, status);
    }
}

static void many_headers_are_bounded(void **state)
{
    (void)state;
    for (size_t count = 1; count < 4000; count = count * 3 / 2 + 1) {
        struct buf request CLEANUP(buf_release) = BUF_INIT(1 << 20);
        struct wire_reply r = {.text = NULL};
        buf_append_cstr(&request, "GET /echo HTTP/1.1\r\n" HOST);
        for (size_t i = 0; i < count; i++)
            buf_append_cstr(&request, "a:\r\n");
        buf_append_cstr(&request, "\r\n");
        unsigned status = ask(&f, request.ptr, &r);
        if (status != (count < 150 ? 200 : 431) && (count < 150 || count > 250))
            fail_msg("%zu headers: %u", count, status);
        wire_release(&r);
    }
}

/* The check of old libraries' parsing compares addresses: it must hold wherever a clean head is cut. */
static void a_clean_head_is_served_however_it_is_cut(void **state)
{
    (void)state;
    struct buf head CLEANUP(buf_release) = BUF_INIT(1 << 16);
    buf_append_cstr(
        &head,
        "GET /echo?name=1&b=2&c=%41 HTTP/1.1\r\nHost:x\r\nCookie: a=b; c=d\r\nA:\r\nB: \t  c  d \t\r\n");
    for (int i = 0; i < 60; i++)
        buf_printf(&head, "Header-%d: %0*d\r\n", i, i * 2, i);
    buf_append_cstr(&head, "\r\n");
    assert_true(head.len > 4000 && head.len < 8000);
    int fd = wire_connect(f.port);
    struct wire_reply r = {.text = NULL};
    for (size_t cut = 1; cut < head.len; cut += cut < 120 ? 1 : 97) {
        assert_true(wire_send(fd, head.ptr, cut));
        assert_true(wire_send(fd, head.ptr + cut, head.len - cut));
        assert_true(wire_read(fd, &r, false));
        if (r.status != 200)
            fail_msg("cut at %zu: %s", cut, r.text);
        wire_next(&r, false);
    }
    for (size_t i = 0; i < head.len; i++)
        assert_true(wire_send(fd, head.ptr + i, 1));
    assert_true(wire_read(fd, &r, false));
    assert_int_equal(r.status, 200);
    wire_release(&r);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_parameters_reach_the_handler),
        cmocka_unit_test(the_accessors_tell_the_rest),
        cmocka_unit_test(request_ids_are_taken_or_made),
        cmocka_unit_test(ambiguous_lengths_are_refused_and_the_connection_closed),
        cmocka_unit_test(broken_lines_are_refused),
        cmocka_unit_test(broken_targets_are_refused),
        cmocka_unit_test(what_is_no_http_is_closed),
        cmocka_unit_test(heads_are_bounded_and_the_bound_is_answered),
        cmocka_unit_test(many_headers_are_bounded),
        cmocka_unit_test(a_clean_head_is_served_however_it_is_cut),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
