/*
 * The canonical request is built once into one buffer and hashed; nothing else is kept. Sorting is by
 * insertion: a request has half a dozen headers and query pairs.
 */
#include "s3/sigv4.h"

#include "base/encode.h"

#include <assert.h>
#include <string.h>

enum { CANONICAL_MAX = 64 * 1024, SECRET_MAX = 1024, DAY_CHARS = 8 };

/* Indices of headers in the order of their names; equal names keep the order in which they came. */
static void order_headers(const struct sigv4_request *r, size_t order[SIGV4_HEADERS_MAX])
{
    assert(r->header_count <= SIGV4_HEADERS_MAX);
    for (size_t i = 0; i < r->header_count; i++) {
        size_t at = i;
        while (at > 0 && slice_cmp(r->headers[order[at - 1]].name, r->headers[i].name) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

/* Pairs sort by name, then by value; a name without '=' is one with an empty value. */
static int compare_pairs(struct slice a, struct slice b)
{
    size_t a_name = slice_find(a, '='), b_name = slice_find(b, '=');
    int names = slice_cmp(slice_sub(a, 0, a_name), slice_sub(b, 0, b_name));
    return names != 0 ? names : slice_cmp(slice_from(a, a_name), slice_from(b, b_name));
}

static void canonical_query(struct slice query, struct buf *out)
{
    struct slice pairs[SIGV4_QUERY_MAX], pair;
    size_t count = 0;
    while (query.len > 0 && slice_split(&query, '&', &pair)) {
        assert(count < SIGV4_QUERY_MAX);
        size_t at = count++;
        while (at > 0 && compare_pairs(pairs[at - 1], pair) > 0) {
            pairs[at] = pairs[at - 1];
            at--;
        }
        pairs[at] = pair;
    }

    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_append_byte(out, '&');
        buf_append(out, pairs[i]);
        if (slice_find(pairs[i], '=') == pairs[i].len)
            buf_append_byte(out, '=');
    }
}

/* Without white space at the ends, and one space for several in a row. */
static void canonical_value(struct slice value, struct buf *out)
{
    value = slice_trim(value);
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] != ' ' || value.ptr[i - 1] != ' ')
            buf_append_byte(out, value.ptr[i]);
}

static void signed_headers(const struct sigv4_request *r, const size_t *order, struct buf *out)
{
    for (size_t i = 0; i < r->header_count; i++) {
        struct slice name = r->headers[order[i]].name;
        if (i > 0 && slice_eq(name, r->headers[order[i - 1]].name))
            continue;
        if (i > 0)
            buf_append_byte(out, ';');
        buf_append(out, name);
    }
}

static void canonical_headers(const struct sigv4_request *r, const size_t *order, struct buf *out)
{
    for (size_t i = 0; i < r->header_count; i++) {
        const struct sigv4_header *h = &r->headers[order[i]];
        bool again = i > 0 && slice_eq(h->name, r->headers[order[i - 1]].name);
        if (!again) {
            if (i > 0)
                buf_append_byte(out, '\n');
            buf_append(out, h->name);
        }
        buf_append_byte(out, again ? ',' : ':');
        canonical_value(h->value, out);
    }
    buf_append_byte(out, '\n');
}

void sigv4_canonical_request(const struct sigv4_request *request, struct buf *out)
{
    size_t order[SIGV4_HEADERS_MAX] = {0};
    order_headers(request, order);

    buf_append(out, request->method);
    buf_append_byte(out, '\n');
    buf_append(out, request->path);
    buf_append_byte(out, '\n');
    canonical_query(request->query, out);
    buf_append_byte(out, '\n');
    canonical_headers(request, order, out);
    buf_append_byte(out, '\n');
    signed_headers(request, order, out);
    buf_append_byte(out, '\n');
    buf_append(out, request->payload_hash);
}

static struct slice digest_slice(const struct sha256 *digest)
{
    return slice_make(digest->bytes, sizeof digest->bytes);
}

static void append_scope(const struct sigv4_request *r, const struct sigv4_signer *signer, struct buf *out)
{
    buf_printf(out, "%.8s/%.*s/%.*s/aws4_request", r->timestamp, SLICE_ARG(signer->region),
               SLICE_ARG(signer->service));
}

void sigv4_string_to_sign(const struct sigv4_request *request, const struct sigv4_signer *signer,
                          struct slice canonical_request, struct buf *out)
{
    struct sha256 digest = sha256_of(canonical_request);
    buf_printf(out, "AWS4-HMAC-SHA256\n%s\n", request->timestamp);
    append_scope(request, signer, out);
    buf_append_byte(out, '\n');
    hex_encode(digest_slice(&digest), out);
}

struct sha256 sigv4_key(struct slice secret, struct slice day, struct slice region, struct slice service)
{
    struct buf first CLEANUP(buf_release) = BUF_INIT(SECRET_MAX);
    buf_append_cstr(&first, "AWS4");
    buf_append(&first, secret);
    assert(!first.full);

    struct sha256 key = hmac_sha256(buf_slice(&first), slice_sub(day, 0, DAY_CHARS));
    key = hmac_sha256(digest_slice(&key), region);
    key = hmac_sha256(digest_slice(&key), service);
    key = hmac_sha256(digest_slice(&key), SLICE("aws4_request"));
    explicit_bzero(first.ptr, first.len);
    return key;
}

void sigv4_authorization(const struct sigv4_request *request, const struct sigv4_signer *signer,
                         struct buf *out)
{
    struct buf canonical CLEANUP(buf_release) = BUF_INIT(CANONICAL_MAX);
    struct buf to_sign CLEANUP(buf_release) = BUF_INIT(CANONICAL_MAX);
    sigv4_canonical_request(request, &canonical);
    sigv4_string_to_sign(request, signer, buf_slice(&canonical), &to_sign);
    struct sha256 signature = hmac_sha256(digest_slice(&signer->key), buf_slice(&to_sign));

    size_t order[SIGV4_HEADERS_MAX] = {0};
    order_headers(request, order);
    buf_printf(out, "AWS4-HMAC-SHA256 Credential=%.*s/", SLICE_ARG(signer->access_key));
    append_scope(request, signer, out);
    buf_append_cstr(out, ", SignedHeaders=");
    signed_headers(request, order, out);
    buf_append_cstr(out, ", Signature=");
    hex_encode(digest_slice(&signature), out);
}
