/* Hashes: SHA-256 and HMAC (OpenSSL) for identity and signing, xxh3 with a seed for hash tables. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/slice.h"

enum { SHA256_BYTES = 32 };

struct sha256 {
    uint8_t bytes[SHA256_BYTES];
};

/* FIPS 180-4. Any thread. */
struct sha256 sha256_of(struct slice data);

/* In pieces: new, update..., finish (which frees it). Dropping one without finish: sha256_free(). */
struct sha256_state *sha256_new(void);
void sha256_update(struct sha256_state *s, struct slice data);
struct sha256 sha256_finish(struct sha256_state *s);
void sha256_free(struct sha256_state *s);

/* RFC 2104 with SHA-256. */
struct sha256 hmac_sha256(struct slice key, struct slice data);

/* Equal, in time that depends on the lengths only. */
bool bytes_equal_constant_time(struct slice a, struct slice b);

/* For hash tables: seeded at random once a process. */
uint64_t hash64(struct slice data);
uint64_t hash64_pair(uint64_t a, uint64_t b);

/* Random bytes from the system. */
void random_bytes(void *out, size_t len);

#endif
