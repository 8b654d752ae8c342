/*
 * libcurl's own bounds are used for connecting only. Its low-speed check counts the time in which a server
 * thinks before it answers, and one timeout for all cannot tell "no head yet" from "body too slow", so both
 * are ours.
 *
 * After a failed HEAD the connection is closed: some servers send a body's end ("0\r\n\r\n") although a HEAD
 * has none, and it would be read as the beginning of the next answer.
 */
#include "s3/transfer.h"

#include "base/clock.h"
#include "s3/easy.h"
#include "s3/transport.h"

#include <string.h>

enum {
    CONNECT_MS = 1000,
    PACE_MS = 5000,
    PACE_BYTES = 10 * 1000 * PACE_MS / 1000, /* 10 kB/s */
    UPLOAD_BUFFER_BYTES = 256 * 1024,
};

static size_t on_upload(char *out, size_t size, size_t count, void *user)
{
    struct transport_call *call = user;
    struct slice piece = slice_sub(call->body, call->transfer.body_sent, size * count);
    if (piece.len > 0)
        memcpy(out, piece.ptr, piece.len);
    call->transfer.body_sent += piece.len;
    return piece.len;
}

/* A connection that died while it was idle is replaced by libcurl; the body begins anew on the next. */
static int on_rewind(void *user, curl_off_t offset, int origin)
{
    struct transport_call *call = user;
    if (origin != SEEK_SET || offset < 0 || (size_t)offset > call->body.len)
        return CURL_SEEKFUNC_FAIL;

    call->transfer.body_sent = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static bool head_complete(struct transport_call *call)
{
    struct transfer *t = &call->transfer;
    long status = 0;
    curl_off_t before_us = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200)
        return true;

    (void)curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &before_us);
    call->status = (int)status;
    call->sent_ms = t->started_ms + (int64_t)(before_us / 1000);
    t->head_done = true;
    t->pace_from_ms = clock_mono_ms();
    if (status >= 300 && strcmp(call->method, "HEAD") == 0)
        (void)curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
    return call->role->head(call);
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct transport_call *call = user;
    struct slice text = slice_make(line, size * count);
    /* Trailers of a chunked body come the same way. */
    if (call->transfer.head_done)
        return text.len;

    if (slice_starts(text, SLICE("HTTP/")))
        call->head_ms = clock_mono_ms();
    call->role->head_line(call, text);
    if (slice_trim(text).len == 0 && !head_complete(call)) {
        call->transfer.stopped = true;
        return 0;
    }
    return text.len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct transport_call *call = user;
    call->transfer.received_bytes += size * count;
    if (call->role->body(call, slice_make(bytes, size * count)))
        return size * count;

    call->transfer.stopped = true;
    return size * count == 0 ? 1 : 0;
}

static void set_method(struct transport_call *call)
{
    CURL *easy = call->transfer.easy;
    if (strcmp(call->method, "PUT") == 0) {
        (void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body.len);
        (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
        (void)curl_easy_setopt(easy, CURLOPT_READDATA, call);
        (void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
        (void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, call);
        (void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER_BYTES);
    } else if (strcmp(call->method, "HEAD") == 0) {
        (void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (strcmp(call->method, "GET") != 0) {
        (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
    }
}

static void set_headers(struct transport_call *call)
{
    bool expects = false;
    struct slice rest = call->header_lines;
    while (rest.len > 0) {
        struct slice line = slice_sub(rest, 0, slice_find(rest, '\0'));
        expects = expects || slice_starts(line, SLICE("Expect:"));
        call->transfer.headers = curl_slist_append(call->transfer.headers, line.ptr);
        rest = slice_from(rest, line.len + 1);
    }
    /* libcurl would add one of its own. */
    if (!expects)
        call->transfer.headers = curl_slist_append(call->transfer.headers, "Expect:");
    (void)curl_easy_setopt(call->transfer.easy, CURLOPT_HTTPHEADER, call->transfer.headers);
}

void transfer_begin(struct transport_call *call, CURL *easy, const char *ca_bundle, int64_t now_ms)
{
    call->transfer = (struct transfer){.easy = easy, .started_ms = now_ms, .pace_from_ms = now_ms};
    call->status = 0;
    call->sent_ms = call->head_ms = now_ms;

    easy_begin(easy, ca_bundle);
    set_headers(call);
    set_method(call);
    (void)curl_easy_setopt(easy, CURLOPT_URL, call->url);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    (void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->transfer.failure);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
}

CURL *transfer_release(struct transport_call *call)
{
    CURL *easy = call->transfer.easy;
    curl_slist_free_all(call->transfer.headers);
    call->transfer.headers = NULL;
    call->transfer.easy = NULL;
    return easy;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t transfer_due_ms(const struct transport_call *call)
{
    const struct transfer *t = &call->transfer;
    int64_t due = call->deadline_ms;
    if (call->total_ms > 0)
        due = sooner(due, t->started_ms + call->total_ms);
    if (t->head_done)
        due = sooner(due, t->pace_from_ms + PACE_MS);
    else if (call->first_byte_ms > 0)
        due = sooner(due, t->started_ms + call->first_byte_ms);
    return due;
}

const char *transfer_late(struct transport_call *call, int64_t now_ms)
{
    struct transfer *t = &call->transfer;
    if (now_ms >= call->deadline_ms)
        return t->head_done ? "the answer was not complete by the deadline" : "no answer by the deadline";
    if (call->total_ms > 0 && now_ms >= t->started_ms + call->total_ms)
        return "no complete answer in the time that such a request may take";
    if (!t->head_done)
        return call->first_byte_ms > 0 && now_ms >= t->started_ms + call->first_byte_ms ? "no answer" : NULL;
    if (now_ms < t->pace_from_ms + PACE_MS)
        return NULL;
    if (t->received_bytes - t->pace_bytes < PACE_BYTES)
        return "the answer came slower than 10 kB/s";

    t->pace_from_ms = now_ms;
    t->pace_bytes = t->received_bytes;
    return NULL;
}
