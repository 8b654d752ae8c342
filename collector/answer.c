/*
 * Errors of pprof endpoints are also read by `go tool pprof`, which shows the text only if it comes as
 * text/plain with X-Go-Pprof: 1. So these routes answer JSON to those who ask for it and plain text to the
 * others.
 */
#include "collector/answer.h"

#include "base/limits.h"
#include "collector/access.h"
#include "collector/cors.h"

#include <inttypes.h>
#include <stdio.h>

static const char JSON_TYPE[] = "application/json";

void answer_begin(struct answer *a, size_t max_bytes)
{
    *a = (struct answer){.text = BUF_INIT(max_bytes)};
    a->reply.status = 200;
    a->reply.content_type = JSON_TYPE;
    a->reply.compressible = true;
    a->json = JSON_INIT(&a->text);
    json_object(&a->json);
    json_key(&a->json, "code");
    json_i64(&a->json, 200);
    json_key(&a->json, "body");
}

void answer_release(struct answer *a)
{
    buf_release(&a->text);
}

void answer_send(struct answer *a, struct http_request *req)
{
    struct error err;

    json_object_end(&a->json);
    buf_append_byte(&a->text, '\n');
    if (buf_check(&a->text, "the answer", &err) != OK) {
        answer_release(a);
        answer_error(req, &err);
        return;
    }
    a->reply.body = buf_take(&a->text);
    http_reply(req, &a->reply);
}

void answer_profile(struct json *j, const struct profile_meta *meta)
{
    char created_at[TIME_RFC3339_BYTES];

    if (meta->id.text[0] != '\0') {
        json_key(j, "id");
        json_cstr(j, meta->id.text);
    }
    json_key(j, "type");
    json_string(j, meta->type);
    json_key(j, "service");
    json_string(j, meta->service);
    if (meta->labels.count > 0) {
        json_key(j, "labels");
        json_array(j);
        for (size_t i = 0; i < meta->labels.count; i++) {
            json_object(j);
            json_key(j, "key");
            json_string(j, meta->labels.items[i].key);
            json_key(j, "value");
            json_string(j, meta->labels.items[i].value);
            json_object_end(j);
        }
        json_array_end(j);
    }
    time_format_rfc3339(meta->created_at_ms, created_at);
    json_key(j, "created_at");
    json_cstr(j, created_at);
}

unsigned answer_status(enum status code)
{
    switch (code) {
    case OK: return 200;
    case E_INVALID: return 400;
    case E_TOO_LARGE: return 413;
    case E_DENIED: return 403;
    case E_NOT_FOUND: return 404;
    case E_BUSY:
    case E_UNAVAILABLE: return 503;
    case E_CORRUPT:
    case E_CONFIG:
    case E_INTERNAL: break;
    }
    return 500;
}

void answer_error(struct http_request *req, const struct error *err)
{
    http_reply_error(req, answer_status(err->code), 1, err->text);
}

void answer_declare(struct http_reply *reply, int64_t stale_ms, int64_t horizon_ms)
{
    char text[TIME_RFC3339_BYTES];

    if (stale_ms >= 0)
        http_reply_header(reply, "X-Brazier-Stale", "%" PRId64, stale_ms);
    if (horizon_ms > 0) {
        time_format_rfc3339(horizon_ms, text);
        http_reply_header(reply, "X-Brazier-Horizon", "%s", text);
    }
}

static bool wants_text(const struct http_request *req)
{
    const struct http_route *route = http_route(req);
    struct slice accept;

    if (!route || !route->pprof)
        return false;
    if (!http_header(req, "Accept", &accept))
        return true;
    for (struct slice rest = accept, piece; slice_split(&rest, ',', &piece);) {
        struct slice type = slice_trim(slice_sub(piece, 0, slice_find(piece, ';')));

        if (slice_eq_nocase(type, slice_of(JSON_TYPE)))
            return false;
    }
    return true;
}

void answer_render_error(struct http_request *req, unsigned status, const char *text,
                         struct http_reply *reply)
{
    struct buf body = BUF_INIT(LIMIT_ERROR_BODY_BYTES);
    struct visit *visit = http_user(req);

    if (visit)
        snprintf(visit->error, sizeof(visit->error), "%s", text);
    reply->status = status;
    if (wants_text(req)) {
        reply->content_type = "text/plain; charset=utf-8";
        http_reply_header(reply, "X-Go-Pprof", "1");
        buf_printf(&body, "%s\n", text);
    } else {
        struct json j = JSON_INIT(&body);

        reply->content_type = JSON_TYPE;
        json_object(&j);
        json_key(&j, "code");
        json_u64(&j, status);
        json_key(&j, "error");
        json_cstr(&j, text);
        json_object_end(&j);
        buf_append_byte(&body, '\n');
    }
    reply->body = body;
}

static void allow_header(struct http_reply *reply, unsigned methods)
{
    struct buf list CLEANUP(buf_release) = BUF_INIT(128);

    if (methods & HTTP_GET)
        methods |= HTTP_HEAD;
    for (unsigned m = HTTP_GET; m < HTTP_OTHER; m <<= 1)
        if (methods & m)
            buf_printf(&list, "%s%s", list.len > 0 ? ", " : "", http_method_name((enum http_method)m));
    http_reply_header(reply, "Allow", "%s", buf_cstr(&list));
}

void answer_no_route(struct http_request *req, unsigned status, unsigned allowed_methods)
{
    struct http_reply reply = {0};
    char text[160];

    if (cors_preflight(req))
        return;

    if (status == 405)
        snprintf(text, sizeof(text), "method %s is not allowed here", http_method_name(http_method(req)));
    else
        snprintf(text, sizeof(text), "nothing found: no such path; GET /api/0/profiles lists profiles");
    answer_render_error(req, status, text, &reply);
    if (status == 405)
        allow_header(&reply, allowed_methods);
    http_reply(req, &reply);
}
