/*
 * Identity is 130 bits because 26 digits of base 32 hold exactly that: a text of whole digits, and far more
 * than chance can hit. The digits are read from the bytes as one big-endian row of bits.
 */
#include "model/digest.h"

#include "base/encode.h"

#include <string.h>

enum { SPARE_BITS = DIGEST_BYTES * 8 - DIGEST_BITS };

static void feed_count(struct sha256_state *s, size_t n)
{
    uint8_t be[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    sha256_update(s, slice_make(be, sizeof be));
}

static void feed(struct sha256_state *s, struct slice part)
{
    feed_count(s, part.len);
    sha256_update(s, part);
}

struct digest digest_compute(const struct digest_input *input)
{
    struct sha256_state *s = sha256_new();
    sha256_update(s, slice_make("pf1", 4));
    feed(s, input->service);
    feed(s, input->type);

    size_t count = input->labels ? input->labels->count : 0;
    feed_count(s, count);
    for (size_t i = 0; i < count; i++) {
        feed(s, input->labels->items[i].key);
        feed(s, input->labels->items[i].value);
    }

    feed(s, input->created_at_param);
    bool has_key = input->idempotency_key.ptr != NULL;
    sha256_update(s, has_key ? SLICE("k") : SLICE("b"));
    feed(s, has_key ? input->idempotency_key : slice_make(input->body.bytes, SHA256_BYTES));

    struct sha256 hash = sha256_finish(s);
    struct digest digest;
    memcpy(digest.bits, hash.bytes, DIGEST_BYTES);
    digest.bits[DIGEST_BYTES - 1] &= (uint8_t)(0xff << SPARE_BITS);
    return digest;
}

int digest_cmp(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bits, b->bits, DIGEST_BYTES);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return digest_cmp(a, b) == 0;
}

unsigned digest_lane(const struct digest *digest, unsigned lanes)
{
    return lanes > 0 ? (unsigned)(digest->bits[0] >> 4) % lanes : 0;
}

void digest_write(const struct digest *digest, char *ret_text)
{
    for (size_t i = 0; i < DIGEST_TEXT_BYTES; i++) {
        size_t bit = i * 5;
        unsigned two = (unsigned)digest->bits[bit / 8] << 8;
        if (bit / 8 + 1 < DIGEST_BYTES)
            two |= digest->bits[bit / 8 + 1];
        ret_text[i] = BASE32_DIGITS[two >> (11 - bit % 8) & 31];
    }
}

bool digest_read(struct slice text, struct digest *ret_digest)
{
    if (text.len != DIGEST_TEXT_BYTES)
        return false;

    struct digest digest = {{0}};
    for (size_t i = 0; i < DIGEST_TEXT_BYTES; i++) {
        int digit = base32_digit(text.ptr[i]);
        if (digit < 0)
            return false;

        size_t bit = i * 5;
        unsigned two = (unsigned)digit << (11 - bit % 8);
        digest.bits[bit / 8] |= (uint8_t)(two >> 8);
        if (bit / 8 + 1 < DIGEST_BYTES)
            digest.bits[bit / 8 + 1] |= (uint8_t)two;
    }
    *ret_digest = digest;
    return true;
}
