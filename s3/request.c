/*
 * The headers are built once, as the list that is signed, and written from that list: what is sent and what
 * is signed cannot differ. Only Content-Type and Expect stand outside the signature; proxies may change them.
 */
#include "s3/request.h"

#include "base/encode.h"
#include "base/limits.h"
#include "s3/sigv4.h"

#include <string.h>

/* Above this a server that would refuse the request is asked first; below, asking costs more than sending. */
enum { EXPECT_FROM_BYTES = 1024 * 1024 };

static const char *method_of(enum store_verb verb)
{
    static const char *const methods[STORE_VERBS] = {
        [STORE_PUT] = "PUT",  [STORE_GET] = "GET",       [STORE_HEAD] = "HEAD",
        [STORE_LIST] = "GET", [STORE_DELETE] = "DELETE",
    };
    return methods[verb];
}

/* In the order in which SigV4 sorts them. */
static void list_query(const struct list_request *list, struct buf *out)
{
    if (list->server_token.len > 0) {
        buf_append_cstr(out, "continuation-token=");
        percent_encode(list->server_token, out);
        buf_append_byte(out, '&');
    }
    buf_printf(out, "encoding-type=url&list-type=2&max-keys=%zu&prefix=", list->max_keys);
    percent_encode(list->prefix, out);
    if (list->server_token.len == 0 && list->after.len > 0) {
        buf_append_cstr(out, "&start-after=");
        percent_encode(list->after, out);
    }
}

/* Our own keys are their own path (store_key_ok()); those that others chose are encoded but for slashes. */
static void append_key(struct slice key, struct buf *out)
{
    struct slice part;

    for (bool is_first = true; slice_split(&key, '/', &part); is_first = false) {
        if (!is_first)
            buf_append_byte(out, '/');
        percent_encode(part, out);
    }
}

static void object_path(const struct address *address, const struct request_order *order, struct buf *out)
{
    buf_append_cstr(out, address->path);
    if (order->verb != STORE_LIST || out->len == 0)
        buf_append_byte(out, '/');
    if (order->verb != STORE_LIST)
        append_key(order->key, out);
}

static void append_line(struct buf *out, struct slice name, struct slice value)
{
    buf_append(out, name);
    buf_append_cstr(out, ": ");
    buf_append(out, value);
    buf_append_byte(out, '\0');
}

static void sign(struct request *r, const struct sigv4_request *signed_part,
                 const struct request_signature *signature)
{
    struct sigv4_signer signer = {
        .access_key = signature->access_key,
        .region = signature->region,
        .service = SLICE("s3"),
        .key = signature->key,
    };
    for (size_t i = 0; i < signed_part->header_count; i++)
        append_line(&r->headers, signed_part->headers[i].name, signed_part->headers[i].value);

    struct buf value CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
    sigv4_authorization(signed_part, &signer, &value);
    append_line(&r->headers, SLICE("Authorization"), buf_slice(&value));
}

enum status request_build(struct request *r, const struct request_order *order,
                          const struct request_signature *signature, struct error *err)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
    struct buf query CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
    object_path(signature->address, order, &path);
    if (order->verb == STORE_LIST)
        list_query(order->list, &query);

    struct slice hash = slice_of(order->body_sha256);
    struct sigv4_header headers[SIGV4_HEADERS_MAX] = {
        {SLICE("host"), slice_of(signature->address->host)},
        {SLICE("x-amz-content-sha256"), hash},
        {SLICE("x-amz-date"), slice_of(signature->timestamp)},
    };
    size_t count = 3;
    if (signature->session_token.len > 0)
        headers[count++] = (struct sigv4_header){SLICE("x-amz-security-token"), signature->session_token};
    if (order->verb == STORE_PUT)
        headers[count++] = (struct sigv4_header){SLICE("x-amz-meta-pf-sha256"), hash};

    r->method = method_of(order->verb);
    buf_reset(&r->headers);
    sign(r,
         &(struct sigv4_request){
             .method = slice_of(r->method),
             .path = buf_slice(&path),
             .query = buf_slice(&query),
             .headers = headers,
             .header_count = count,
             .payload_hash = hash,
             .timestamp = signature->timestamp,
         },
         signature);
    if (order->verb == STORE_PUT) {
        append_line(&r->headers, SLICE("Content-Type"), SLICE("application/octet-stream"));
        if (order->body_bytes >= EXPECT_FROM_BYTES)
            append_line(&r->headers, SLICE("Expect"), SLICE("100-continue"));
    }

    buf_reset(&r->url);
    buf_append_cstr(&r->url, signature->address->origin);
    buf_append(&r->url, buf_slice(&path));
    if (query.len > 0)
        buf_append_byte(&r->url, '?');
    buf_append(&r->url, buf_slice(&query));
    if (path.full || query.full || r->headers.full || r->url.full)
        return error_set(err, E_INVALID, "the request is over %lu bytes", LIMIT_HEADER_BYTES);

    return OK;
}

void request_release(struct request *r)
{
    /* The session token stands in the headers. */
    if (r->headers.ptr)
        explicit_bzero(r->headers.ptr, r->headers.len);
    buf_release(&r->headers);
    buf_release(&r->url);
}
