/*
 * SHA-256 through OpenSSL's EVP. The algorithm is fetched once a process: looking it up by name again for
 * every digest would cost more than hashing the few hundred bytes of a request that is being signed. A digest
 * that fails means a broken OpenSSL; nothing could be signed or named then, so the process ends.
 */
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct sha256_state {
    EVP_MD_CTX *ctx;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256_md;

__attribute__((noreturn, cold)) static void die(const char *what)
{
    (void)fprintf(stderr, "OpenSSL: %s failed, cannot go on\n", what);
    abort();
}

static void set_up(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    if (!sha256_md)
        die("fetching SHA-256");
}

struct sha256_state *sha256_new(void)
{
    (void)pthread_once(&once, set_up);
    struct sha256_state *s = malloc(sizeof *s);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!s || !ctx || EVP_DigestInit_ex2(ctx, sha256_md, NULL) != 1)
        die("starting SHA-256");

    s->ctx = ctx;
    return s;
}

void sha256_update(struct sha256_state *s, struct slice data)
{
    if (data.len > 0 && EVP_DigestUpdate(s->ctx, data.ptr, data.len) != 1)
        die("SHA-256");
}

struct sha256 sha256_finish(struct sha256_state *s)
{
    struct sha256 digest;
    if (EVP_DigestFinal_ex(s->ctx, digest.bytes, NULL) != 1)
        die("finishing SHA-256");

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
        die("HMAC");

    return mac;
}

bool bytes_equal_constant_time(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}
