/*
 * Answers. A reply is made ready by the thread that gives it (compressing takes time, which an event loop
 * must not lose), in this order: a matching If-None-Match makes it 304; else a Range makes it 206 or 416;
 * else a large compressible body is compressed. So a range is always one of the plain bytes, and a compressed
 * body is sent under a weak entity tag, since its bytes are not those of the plain one.
 *
 * The head is written in one place, emit_headers(), for both ways out: through the library, and past it when
 * a request is refused in the middle of its body, where the library would take no answer.
 */
#include "http/negotiate.h"
#include "http/range.h"
#include "http/request.h"
#include "http/routes.h"

#include "base/gzip.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { COMPRESS_OVER_BYTES = 1024, COMPRESS_LEVEL = 1, RAW_HEAD_MAX = 8192 };

void http_reply_header(struct http_reply *reply, const char *name, const char *fmt, ...)
{
    if (reply->header_count == HTTP_HEADERS_MAX)
        return;

    struct http_header *h = &reply->headers[reply->header_count++];
    h->name = name;
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(h->value, sizeof h->value, fmt, args);
    va_end(args);
}

static bool has_header(const struct http_reply *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++) {
        if (slice_eq_nocase(slice_of(r->headers[i].name), slice_of(name)))
            return true;
    }
    return false;
}

static void drop_body(struct http_request *req)
{
    buf_release(&req->reply.body);
    req->reply_from = req->reply_len = 0;
}

/* 304: the client has it. */
static bool answer_not_modified(struct http_request *req)
{
    struct slice header;
    if (!req->reply.etag[0] || !http_header(req, "If-None-Match", &header) ||
        !negotiate_same(header, slice_of(req->reply.etag)))
        return false;

    req->reply.status = 304;
    drop_body(req);
    return true;
}

/* If-Range holds another tag, or a date: then the whole is wanted (RFC 9110 section 13.1.5). */
static bool range_is_stale(const struct http_request *req)
{
    struct slice header;
    return http_header(req, "If-Range", &header) && !slice_eq_cstr(header, req->reply.etag);
}

static void render_plain(unsigned status, const char *text, struct http_reply *reply)
{
    reply->content_type = "text/plain; charset=utf-8";
    reply->body = BUF_INIT(ERROR_TEXT_MAX + 64);
    buf_printf(&reply->body, "%u %s: %s\n", status, MHD_get_reason_phrase_for(status), text);
}

static void render(struct http_request *req, unsigned status, const char *text, struct http_reply *reply)
{
    const struct http_options *o = server_options(req->server);
    if (o->render_error)
        o->render_error(req, status, text, reply);
    else
        render_plain(status, text, reply);
    reply->status = status;
}

/* 416: an error in the place of the bytes. */
static void answer_outside(struct http_request *req, uint64_t size)
{
    char text[64];
    (void)snprintf(text, sizeof text, "the range is outside of the %llu bytes", (unsigned long long)size);
    drop_body(req);
    http_reply_header(&req->reply, "Content-Range", "bytes */%llu", (unsigned long long)size);
    render(req, 416, text, &req->reply);
    req->reply_len = req->reply.body.len;
}

static bool answer_range(struct http_request *req)
{
    struct slice header;
    if (!req->reply.ranges || req->method != HTTP_GET || !http_header(req, "Range", &header) ||
        range_is_stale(req))
        return false;

    uint64_t size = req->reply.body.len, from, len;
    switch (range_parse(header, size, &from, &len)) {
    case RANGE_NONE: return false;
    case RANGE_UNSATISFIABLE: answer_outside(req, size); return true;
    case RANGE_PART:
        req->reply.status = 206;
        http_reply_header(&req->reply, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)from,
                          (unsigned long long)(from + len - 1), (unsigned long long)size);
        req->reply_from = from;
        req->reply_len = len;
        return true;
    }
    return false;
}

static void answer_compressed(struct http_request *req)
{
    struct slice header;
    struct http_reply *r = &req->reply;
    if (r->body.len <= COMPRESS_OVER_BYTES || !http_header(req, "Accept-Encoding", &header) ||
        !negotiate_gzip(header))
        return;

    struct buf packed CLEANUP(buf_release) = BUF_INIT(r->body.len);
    if (gzip_deflate(buf_slice(&r->body), COMPRESS_LEVEL, &packed, NULL) != OK || packed.full)
        return;

    buf_release(&r->body);
    r->body = buf_take(&packed);
    req->reply_len = r->body.len;
    http_reply_header(r, "Content-Encoding", "gzip");
    if (r->etag[0] == '"') {
        char weak[sizeof r->etag + 2];
        (void)snprintf(weak, sizeof weak, "W/%s", r->etag);
        (void)snprintf(r->etag, sizeof r->etag, "%.*s", (int)sizeof r->etag - 1, weak);
    }
}

/* Makes the reply ready to be sent: conditions, ranges, compression. Any thread, once. */
static void prepare(struct http_request *req)
{
    struct http_reply *r = &req->reply;
    req->reply_from = 0;
    req->reply_len = r->body.len;
    if (req->method == HTTP_HEAD && r->body.len == 0)
        req->reply_len = r->head_bytes;
    if (r->status == 200 && (req->method == HTTP_GET || req->method == HTTP_HEAD)) {
        if (!answer_not_modified(req) && !answer_range(req) && r->compressible)
            answer_compressed(req);
    } else if (r->compressible) {
        answer_compressed(req);
    }
    if (r->status == 405 && !has_header(r, "Allow")) {
        char allow[64];
        routes_allow(req->allowed, allow, sizeof allow);
        http_reply_header(r, "Allow", "%s", allow);
    }
}

/* Calls emit for each header of the answer, Content-Length and Date excepted. */
static void emit_headers(const struct http_request *req, bool close,
                         void (*emit)(void *arg, const char *name, const char *value), void *arg)
{
    const struct http_reply *r = &req->reply;
    if (close)
        emit(arg, "Connection", "close");
    if (r->content_type && r->status != 304)
        emit(arg, "Content-Type", r->content_type);
    if (r->etag[0])
        emit(arg, "ETag", r->etag);
    if (r->ranges && (r->status == 200 || r->status == 206))
        emit(arg, "Accept-Ranges", "bytes");
    if (r->compressible)
        emit(arg, "Vary", "Accept-Encoding");
    emit(arg, "X-Request-Id", req->id);
    /* Whatever is stored here, a browser must take it for what we say it is. */
    emit(arg, "X-Content-Type-Options", "nosniff");
    for (size_t i = 0; i < r->header_count; i++) {
        char value[sizeof r->headers[i].value];
        size_t len = strnlen(r->headers[i].value, sizeof value - 1);
        for (size_t k = 0; k < len; k++) {
            unsigned char c = (unsigned char)r->headers[i].value[k];
            value[k] = c < ' ' || c == 0x7f ? '?' : (char)c;
        }
        value[len] = '\0';
        if (len > 0)
            emit(arg, r->headers[i].name, value);
    }
}

/* The part of the body that is sent. */
static struct slice body_sent(const struct http_request *req)
{
    return slice_sub(buf_slice(&req->reply.body), req->reply_from, req->reply_len);
}

static void emit_to_library(void *arg, const char *name, const char *value)
{
    (void)MHD_add_response_header(arg, name, value);
}

/* Of a body that is not here only the length is said; nobody reads it. */
static ssize_t read_nothing(void *arg, uint64_t pos, char *to, size_t max)
{
    (void)arg;
    (void)pos;
    (void)to;
    (void)max;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

struct MHD_Response *reply_response(const struct http_request *req, bool close)
{
    struct slice body = body_sent(req);
    struct MHD_Response *response =
        body.len < req->reply_len
            ? MHD_create_response_from_callback(req->reply_len, 1, read_nothing, NULL, NULL)
            : MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)(body.ptr ? body.ptr : ""),
                                              MHD_RESPMEM_PERSISTENT);
    if (response)
        emit_headers(req, close, emit_to_library, response);
    return response;
}

static void emit_to_buf(void *arg, const char *name, const char *value)
{
    buf_printf(arg, "%s: %s\r\n", name, value);
}

void reply_send_raw(struct http_request *req)
{
    struct slice body = body_sent(req);
    struct buf *raw = &req->raw;
    *raw = BUF_INIT(RAW_HEAD_MAX + body.len);
    buf_printf(raw, "HTTP/1.1 %u %s\r\n", req->reply.status, MHD_get_reason_phrase_for(req->reply.status));
    emit_headers(req, true, emit_to_buf, raw);
    buf_printf(raw, "Content-Length: %zu\r\n\r\n", req->reply_len);
    if (req->method != HTTP_HEAD)
        buf_append(raw, body);
    req->connection->linger = true;
    (void)!send(req->connection->fd, raw->ptr, raw->len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The answer takes the place of the request's body. Its memory exists already, so refusing it would free
 * nothing: it is counted even over the bound, and uploads are refused until it has been sent. */
static void charge(struct http_request *req)
{
    struct budget *inflight = server_options(req->server)->inflight;
    body_release(&req->body);
    if (!inflight)
        return;
    req->reply_charged = req->reply.body.len;
    budget_add(inflight, req->reply_charged);
}

void http_reply(struct http_request *req, struct http_reply *reply)
{
    const struct http_options *o = server_options(req->server);
    if (o->dress)
        o->dress(req, reply);
    req->reply = *reply;
    reply->body = BUF_INIT(reply->body.max);
    prepare(req);
    charge(req);
    server_replied(req);
}

void http_reply_error(struct http_request *req, unsigned status, unsigned retry_after_s, const char *text)
{
    struct http_reply reply = {.status = status};
    render(req, status, text, &reply);
    if (status == 503 || status == 429)
        http_reply_header(&reply, "Retry-After", "%u", retry_after_s ? retry_after_s : 1);
    http_reply(req, &reply);
}
