/*
 * What answers look like: profefe's envelope, `{"code":200,"body":...}` and `{"code":400,"error":"..."}`, one
 * line with a newline; and the mapping from our codes to HTTP's.
 */
#ifndef COLLECTOR_ANSWER_H
#define COLLECTOR_ANSWER_H

#include "base/json.h"
#include "collector/follow.h"
#include "http/http.h"
#include "model/profile_meta.h"

/* A JSON answer under construction: {"code":200,"body": has been written, the body's value comes next. */
struct answer {
    struct buf text;
    struct json json;
    struct http_reply reply;
};

/* max_bytes bounds the text. Compressible application/json. Release with answer_release() if it is not sent.
 */
void answer_begin(struct answer *a, size_t max_bytes);
void answer_release(struct answer *a);
/* Closes the envelope and replies; 413 if it did not fit. The answer is gone after it. */
void answer_send(struct answer *a, struct http_request *req);

/* The profile object: id, type, service, labels (omitted when empty), created_at; in this order. The caller
 * has opened the object and closes it, so that it can add to it. */
void answer_profile(struct json *j, const struct profile_meta *meta);

/* Replies with the error's text and the status that its code stands for: 400, 413, 403, 404, 503 (with
 * Retry-After), 500. */
void answer_error(struct http_request *req, const struct error *err);
/* The HTTP status of a code. */
unsigned answer_status(enum status code);

/* Says in headers what an answer lacks: X-Brazier-Stale (ms) when stale_ms >= 0, X-Brazier-Horizon (RFC 3339)
 * when the question reaches back past what is indexed; horizon_ms 0: nothing is missing. */
void answer_declare(struct http_reply *reply, int64_t stale_ms, int64_t horizon_ms);

/* The http_options hooks. */
void answer_render_error(struct http_request *req, unsigned status, const char *text,
                         struct http_reply *reply);
void answer_no_route(struct http_request *req, unsigned status, unsigned allowed_methods);

#endif
