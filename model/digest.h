/*
 * The digest of a profile: what makes two uploads the same one. Pure; any thread.
 *
 * SHA-256 over the following bytes, of which the first 130 bits are kept. L(x) is the length of x as four
 * bytes, big-endian, followed by x.
 *
 *     "pf1" 00
 *     L(service) L(type)
 *     number of labels (four bytes, big-endian), then for each, sorted by (key, value) bytes: L(key) L(value)
 *     L(created_at parameter as sent, after URL decoding; empty if not sent)
 *     'k' L(Idempotency-Key)       if that header was sent, even if empty
 *     'b' L(SHA-256 of the body as received, 32 bytes)    else
 *
 * Every part says where it ends, so no two inputs give the same bytes. No server time is in it: a retry
 * hashes equal, through whichever replica.
 */
#ifndef MODEL_DIGEST_H
#define MODEL_DIGEST_H

#include "base/hash.h"
#include "model/labels.h"

enum {
    DIGEST_BYTES = 17,
    DIGEST_BITS = 130,
    DIGEST_TEXT_BYTES = 26, /* base 32 digits */
};

struct digest {
    uint8_t bits[DIGEST_BYTES]; /* big-endian; the low 6 bits of the last byte are zero */
};

struct digest_input {
    struct slice service;
    struct slice type;
    const struct labels *labels;   /* canonical; NULL: none */
    struct slice created_at_param; /* as sent; may be empty */
    struct slice idempotency_key;  /* ptr NULL: not sent, then body counts */
    struct sha256 body;
};

struct digest digest_compute(const struct digest_input *input);

/* By bits: < 0, 0, > 0. The order of the texts is the same. */
int digest_cmp(const struct digest *a, const struct digest *b);
bool digest_equal(const struct digest *a, const struct digest *b);
/* The lane to write to: first hex digit of the digest modulo `lanes` (1..16). */
unsigned digest_lane(const struct digest *digest, unsigned lanes);

/* 26 base 32 digits, no NUL; and back: false on anything else. */
void digest_write(const struct digest *digest, char *ret_text);
NODISCARD bool digest_read(struct slice text, struct digest *ret_digest);

#endif
