/*
 * SHA-256 through OpenSSL's EVP. The algorithm is fetched once a process: looking it up by name again for
 * every digest would cost more than hashing the few hundred bytes of a request that is being signed. A digest
 * that fails means a broken OpenSSL; nothing could be signed or named then, so the process ends.
 *
 * Table hashes are XXH3 with a seed and a secret that are drawn once a process. Short inputs use the seed,
 * long ones the secret; both matter, or a client could prepare keys that collide.
 */
#include "base/hash.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct sha256_state {
    EVP_MD_CTX *ctx;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256_md;
static uint64_t table_seed;
static unsigned char table_secret[192];
static atomic_bool table_ready;

__attribute__((noreturn, cold)) static void die(const char *what)
{
    (void)fprintf(stderr, "%s failed, cannot go on\n", what);
    abort();
}

static void set_up(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    if (!sha256_md)
        die("OpenSSL: fetching SHA-256");

    random_bytes(&table_seed, sizeof table_seed);
    random_bytes(table_secret, sizeof table_secret);
    atomic_store_explicit(&table_ready, true, memory_order_release);
}

/* Hash tables ask so often that the call shows. */
static inline void need_seed(void)
{
    if (!atomic_load_explicit(&table_ready, memory_order_acquire))
        (void)pthread_once(&once, set_up);
}

struct sha256_state *sha256_new(void)
{
    (void)pthread_once(&once, set_up);
    struct sha256_state *s = malloc(sizeof *s);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!s || !ctx || EVP_DigestInit_ex2(ctx, sha256_md, NULL) != 1)
        die("OpenSSL: starting SHA-256");

    s->ctx = ctx;
    return s;
}

void sha256_update(struct sha256_state *s, struct slice data)
{
    if (data.len > 0 && EVP_DigestUpdate(s->ctx, data.ptr, data.len) != 1)
        die("OpenSSL: SHA-256");
}

struct sha256 sha256_finish(struct sha256_state *s)
{
    struct sha256 digest;
    if (EVP_DigestFinal_ex(s->ctx, digest.bytes, NULL) != 1)
        die("OpenSSL: finishing SHA-256");

    sha256_free(s);
    return digest;
}

void sha256_free(struct sha256_state *s)
{
    if (!s)
        return;

    EVP_MD_CTX_free(s->ctx);
    free(s);
}

struct sha256 sha256_of(struct slice data)
{
    struct sha256_state *s = sha256_new();
    sha256_update(s, data);
    return sha256_finish(s);
}

struct sha256 hmac_sha256(struct slice key, struct slice data)
{
    (void)pthread_once(&once, set_up);
    /* OpenSSL counts a key in int; one of two gigabytes is a bug here, not an input. */
    if (key.len > INT32_MAX)
        die("HMAC with a key of over 2 GiB");

    struct sha256 mac;
    unsigned int len = 0;
    const unsigned char *bytes = (const unsigned char *)(data.ptr ? data.ptr : "");
    if (!HMAC(sha256_md, key.ptr ? key.ptr : "", (int)key.len, bytes, data.len, mac.bytes, &len) ||
        len != SHA256_BYTES)
        die("OpenSSL: HMAC");

    return mac;
}

bool bytes_equal_constant_time(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}

uint64_t hash64(struct slice data)
{
    need_seed();
    return XXH3_64bits_withSecretandSeed(data.ptr ? data.ptr : "", data.len, table_secret,
                                         sizeof table_secret, table_seed);
}

uint64_t hash64_pair(uint64_t a, uint64_t b)
{
    uint64_t pair[2] = {a, b};
    need_seed();
    return XXH3_64bits_withSeed(pair, sizeof pair, table_seed);
}

void random_bytes(void *out, size_t len)
{
    char *at = out;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            die("getrandom");

        at += got;
        len -= (size_t)got;
    }
}
