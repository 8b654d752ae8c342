/*
 * XXH3 with a seed and a secret that are drawn once a process. Short inputs use the seed, long ones the
 * secret; both matter, or a client could prepare keys that collide. The digests stand in sha256.c, so that
 * who needs tables only is not linked with OpenSSL.
 */
#include "base/hash.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t table_seed;
static unsigned char table_secret[192];
static atomic_bool table_ready;

static void set_up(void)
{
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
        if (got <= 0) {
            (void)fputs("getrandom failed, cannot go on\n", stderr);
            abort();
        }

        at += got;
        len -= (size_t)got;
    }
}
