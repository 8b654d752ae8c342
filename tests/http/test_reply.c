/* Answers on the wire: headers, conditions, ranges, compression, errors. */
#include "tests/http/fixture.h"

#include "base/gzip.h"

static struct fixture f;

/* 0123456789 */
static void handle_digits(struct http_request *req)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "application/octet-stream",
                               .body = BUF_INIT(100),
                               .ranges = true,
                               .etag = "\"v1\""};
    buf_append_cstr(&reply.body, "0123456789");
    http_reply(req, &reply);
}

static void handle_large(struct http_request *req)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "application/json",
                               .body = BUF_INIT(1 << 20),
                               .compressible = true,
                               .etag = "\"v2\""};
    struct slice size = SLICE("5000");
    uint64_t bytes = 0;
    (void)http_param(req, "size", &size);
    (void)!slice_to_u64(size, &bytes);
    while (reply.body.len < bytes)
        buf_append_byte(&reply.body, "json "[reply.body.len % 5]);
    http_reply(req, &reply);
}

static void handle_headers(struct http_request *req)
{
    struct http_reply reply = {.status = 201};
    http_reply_header(&reply, "X-Number", "%d", 42);
    http_reply_header(&reply, "X-Split", "a\r\nInjected: b\x7f");
    http_reply_header(&reply, "X-Empty", "%s", "");
    for (int i = 0; i < 20; i++)
        http_reply_header(&reply, "X-Many", "%0300d", i);
    http_reply(req, &reply);
}

static void handle_error(struct http_request *req)
{
    struct slice text = SLICE("0"), retry = SLICE("0");
    uint64_t status = 0, seconds = 0;
    (void)http_param(req, "status", &text);
    (void)http_param(req, "retry", &retry);
    (void)!slice_to_u64(text, &status);
    (void)!slice_to_u64(retry, &seconds);
    http_reply_error(req, (unsigned)status, (unsigned)seconds, "it is \"broken\"");
}

static void render_json(struct http_request *req, unsigned status, const char *text, struct http_reply *reply)
{
    (void)req;
    reply->content_type = "application/json";
    reply->body = BUF_INIT(1000);
    buf_printf(&reply->body, "{\"code\":%u,\"error\":\"%s\"}\n", status, text);
}

static void handle_elsewhere(struct http_request *req)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "application/octet-stream",
                               .head_bytes = 123456789};
    http_reply(req, &reply);
}

static const struct http_route routes[] = {
    {.methods = HTTP_GET, .path = "/elsewhere", .handle = handle_elsewhere},
    {.methods = HTTP_GET, .path = "/digits", .handle = handle_digits},
    {.methods = HTTP_GET, .path = "/large", .handle = handle_large},
    {.methods = HTTP_GET | HTTP_PUT, .path = "/headers", .handle = handle_headers},
    {.methods = HTTP_GET, .path = "/error", .handle = handle_error},
};

static int start(void **state)
{
    (void)state;
    fixture_init(&f, routes, ARRAY_LEN(routes));
    f.options.render_error = render_json;
    fixture_start(&f);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fixture_stop(&f);
    return 0;
}

static struct wire_reply r;

/* "GET /path" plus lines. */
static unsigned get(const char *request_line, const char *lines)
{
    char request[1024];
    wire_release(&r);
    (void)snprintf(request, sizeof request, "%s HTTP/1.1\r\n" HOST "%s\r\n", request_line, lines);
    return ask(&f, request, &r);
}

static const char *header(const char *name)
{
    const char *value = wire_header(&r, name);
    return value ? value : "";
}

static void an_answer_has_length_type_tag_and_id(void **state)
{
    (void)state;
    assert_int_equal(get("GET /digits", ""), 200);
    assert_string_equal(header("Content-Length"), "10");
    assert_string_equal(header("Content-Type"), "application/octet-stream");
    assert_string_equal(header("ETag"), "\"v1\"");
    assert_string_equal(header("Accept-Ranges"), "bytes");
    assert_int_equal(strlen(header("X-Request-Id")), 16);
    assert_null(wire_header(&r, "Connection"));
    assert_string_equal(wire_body(&r), "0123456789");
}

static void head_has_the_headers_of_get_and_no_body(void **state)
{
    (void)state;
    struct wire_reply two = {.text = NULL};
    int fd = wire_connect(f.port);
    assert_true(wire_text(fd, "HEAD /digits HTTP/1.1\r\n" HOST "\r\nHEAD /large HTTP/1.1\r\n" HOST
                              "Accept-Encoding: gzip\r\n\r\n"));
    assert_true(wire_read(fd, &two, true));
    assert_string_equal(wire_header(&two, "Content-Length"), "10");
    assert_string_equal(wire_header(&two, "ETag"), "\"v1\"");
    wire_next(&two, true);
    assert_true(wire_read(fd, &two, true));
    assert_int_equal(two.status, 200);
    assert_string_equal(wire_header(&two, "Content-Encoding"), "gzip");
    wire_finish(fd);
    assert_int_equal(two.len, two.head_len);
    (void)close(fd);
    wire_release(&two);
}

static void head_says_a_length_of_what_is_not_here(void **state)
{
    (void)state;
    struct wire_reply two = {.text = NULL};
    int fd = wire_connect(f.port);
    assert_true(
        wire_text(fd, "HEAD /elsewhere HTTP/1.1\r\n" HOST "\r\nHEAD /digits HTTP/1.1\r\n" HOST "\r\n"));
    for (int i = 0; i < 2; i++) {
        assert_true(wire_read(fd, &two, true));
        assert_int_equal(two.status, 200);
        assert_string_equal(wire_header(&two, "Content-Length"), i == 0 ? "123456789" : "10");
        wire_next(&two, true);
    }
    (void)close(fd);
    wire_release(&two);
    /* The same reply to a GET is what it has: nothing. */
    assert_int_equal(get("GET /elsewhere", ""), 200);
    assert_string_equal(header("Content-Length"), "0");
}

static void what_the_client_has_is_not_sent_again(void **state)
{
    (void)state;
    assert_int_equal(get("GET /digits", "If-None-Match: \"v0\", W/\"v1\"\r\n"), 304);
    assert_string_equal(header("ETag"), "\"v1\"");
    assert_string_equal(wire_body(&r), "");
    assert_int_equal(get("HEAD /digits", "If-None-Match: *\r\n"), 304);
    assert_int_equal(get("GET /digits", "If-None-Match: \"v0\"\r\n"), 200);
    assert_int_equal(get("GET /digits", "If-None-Match: \"v1\"\r\nRange: bytes=0-1\r\n"), 304);
    assert_int_equal(get("GET /large", "If-None-Match: W/\"v2\"\r\nAccept-Encoding: gzip\r\n"), 304);
    assert_string_equal(header("Vary"), "Accept-Encoding");
}

static void a_range_is_answered_with_its_part(void **state)
{
    (void)state;
    assert_int_equal(get("GET /digits", "Range: bytes=2-4\r\n"), 206);
    assert_string_equal(wire_body(&r), "234");
    assert_string_equal(header("Content-Range"), "bytes 2-4/10");
    assert_string_equal(header("Content-Length"), "3");
    assert_int_equal(get("GET /digits", "Range: bytes=-3\r\n"), 206);
    assert_string_equal(wire_body(&r), "789");
    assert_int_equal(get("GET /digits", "Range: bytes=10-\r\n"), 416);
    assert_string_equal(header("Content-Range"), "bytes */10");
    assert_string_equal(header("Content-Type"), "application/json");
    assert_string_equal(wire_body(&r), "{\"code\":416,\"error\":\"the range is outside of the 10 bytes\"}\n");
    assert_int_equal(get("GET /digits", "Range: bytes=0-1,4-5\r\n"), 200);
    assert_string_equal(wire_body(&r), "0123456789");
    assert_int_equal(get("HEAD /digits", "Range: bytes=0-1\r\n"), 200);
    assert_int_equal(get("GET /large", "Range: bytes=0-1\r\n"), 200);
}

static void a_range_of_something_else_is_answered_with_the_whole(void **state)
{
    (void)state;
    assert_int_equal(get("GET /digits", "Range: bytes=2-4\r\nIf-Range: \"v1\"\r\n"), 206);
    assert_int_equal(get("GET /digits", "Range: bytes=2-4\r\nIf-Range: \"v0\"\r\n"), 200);
    assert_int_equal(get("GET /digits", "Range: bytes=2-4\r\nIf-Range: Wed, 21 Oct 2015 07:28:00 GMT\r\n"),
                     200);
}

static void large_answers_are_compressed_when_asked_for(void **state)
{
    (void)state;
    assert_int_equal(get("GET /large", "Accept-Encoding: deflate, gzip\r\n"), 200);
    assert_string_equal(header("Content-Encoding"), "gzip");
    assert_string_equal(header("Vary"), "Accept-Encoding");
    assert_string_equal(header("ETag"), "W/\"v2\"");
    assert_true(r.content_length < 1000);
    struct buf plain CLEANUP(buf_release) = BUF_INIT(1 << 20);
    struct slice packed = slice_make(wire_body(&r), (size_t)r.content_length);
    assert_int_equal(gzip_inflate(packed, 1 << 20, 1000, &plain, NULL), OK);
    assert_int_equal(plain.len, 5000);
    assert_memory_equal(plain.ptr, "json json ", 10);
}

static void other_answers_are_not_compressed(void **state)
{
    (void)state;
    static const struct {
        const char *line, *headers;
    } rows[] = {{"GET /large", ""},
                {"GET /large", "Accept-Encoding: gzip;q=0\r\n"},
                {"GET /large?size=1024", "Accept-Encoding: gzip\r\n"},
                {"GET /large?size=0", "Accept-Encoding: gzip\r\n"},
                {"GET /digits", "Accept-Encoding: gzip\r\n"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(get(rows[i].line, rows[i].headers), 200);
        assert_null(wire_header(&r, "Content-Encoding"));
        assert_string_equal(header("Vary"), strstr(rows[i].line, "large") ? "Accept-Encoding" : "");
    }
}

static void headers_cannot_be_split(void **state)
{
    (void)state;
    assert_int_equal(get("PUT /headers", ""), 201);
    assert_string_equal(header("X-Number"), "42");
    assert_string_equal(header("X-Split"), "a??Injected: b?");
    assert_null(wire_header(&r, "Injected"));
    assert_null(wire_header(&r, "X-Empty"));
    assert_int_equal(strlen(header("X-Many")), 199);
    assert_string_equal(header("Content-Length"), "0");
}

static void errors_are_rendered_and_say_when_to_come_back(void **state)
{
    (void)state;
    assert_int_equal(get("GET /error?status=503&retry=7", ""), 503);
    assert_string_equal(header("Retry-After"), "7");
    assert_string_equal(header("Content-Type"), "application/json");
    assert_string_equal(wire_body(&r), "{\"code\":503,\"error\":\"it is \"broken\"\"}\n");
    assert_int_equal(get("GET /error?status=429", ""), 429);
    assert_string_equal(header("Retry-After"), "1");
    assert_int_equal(get("GET /error?status=418&retry=7", ""), 418);
    assert_null(wire_header(&r, "Retry-After"));
    assert_int_equal(get("GET /nowhere", ""), 404);
    assert_non_null(strstr(wire_body(&r), "{\"code\":404"));
    assert_int_equal(get("GET /digits?%", ""), 400);
    assert_string_equal(wire_body(&r), "{\"code\":400,\"error\":\"invalid URL escape '%'\"}\n");
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    (void)state;
    static const char *const lines[] = {"POST /headers", "DELETE /headers", "TRACE /headers",
                                        "PATCH /headers"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        assert_int_equal(get(lines[i], ""), 405);
        assert_string_equal(header("Allow"), "GET, HEAD, PUT");
    }
}

static int release(void **state)
{
    wire_release(&r);
    return stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_length_type_tag_and_id),
        cmocka_unit_test(head_has_the_headers_of_get_and_no_body),
        cmocka_unit_test(head_says_a_length_of_what_is_not_here),
        cmocka_unit_test(what_the_client_has_is_not_sent_again),
        cmocka_unit_test(a_range_is_answered_with_its_part),
        cmocka_unit_test(a_range_of_something_else_is_answered_with_the_whole),
        cmocka_unit_test(large_answers_are_compressed_when_asked_for),
        cmocka_unit_test(other_answers_are_not_compressed),
        cmocka_unit_test(headers_cannot_be_split),
        cmocka_unit_test(errors_are_rendered_and_say_when_to_come_back),
        cmocka_unit_test(a_wrong_method_is_told_the_right_ones),
    };
    return cmocka_run_group_tests(tests, start, release);
}
