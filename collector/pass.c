/*
 * Checking makes the pass that would be right and compares: there is one form of it and nothing to parse but
 * the expiry. The id only says which token to try; it is a hash of the hash, under a prefix of its own, so
 * that it tells nothing of the key.
 */
#include "collector/pass.h"

#include "base/encode.h"

#include <inttypes.h>
#include <stdio.h>

enum { ID_HASH_BYTES = 8, TEXT_MAX = 256 };

static void append_id(const struct sha256 *token, struct buf *out)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);

    buf_append_cstr(&text, "brazier session of ");
    buf_append(&text, slice_make(token->bytes, SHA256_BYTES));
    struct sha256 id = sha256_of(buf_slice(&text));
    hex_encode(slice_make(id.bytes, ID_HASH_BYTES), out);
}

void pass_make(const struct sha256 *token, int64_t expires_s, char ret_pass[static PASS_BYTES])
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);

    append_id(token, &text);
    buf_printf(&text, ".%" PRId64, expires_s);
    struct sha256 proof = hmac_sha256(slice_make(token->bytes, SHA256_BYTES), buf_slice(&text));
    buf_append_byte(&text, '.');
    hex_encode(slice_make(proof.bytes, SHA256_BYTES), &text);
    snprintf(ret_pass, PASS_BYTES, "%s", buf_cstr(&text));
}

int64_t pass_expires_s(struct slice pass)
{
    struct slice rest = slice_from(pass, slice_find(pass, '.') + 1);
    int64_t expires_s = 0;

    return slice_to_i64(slice_sub(rest, 0, slice_find(rest, '.')), &expires_s) ? expires_s : 0;
}

bool pass_is_good(struct slice pass, const struct sha256 *token, int64_t now_s)
{
    int64_t expires_s = pass_expires_s(pass);
    char right[PASS_BYTES];

    if (expires_s <= now_s)
        return false;
    pass_make(token, expires_s, right);
    return bytes_equal_constant_time(pass, slice_of(right));
}
