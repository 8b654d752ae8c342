/*
 * What all calls to one bucket share: address, region, keys, clock, transport. The store (s3_store.c) owns
 * it, a call (bucket_call.c) uses it.
 */
#ifndef S3_BUCKET_H
#define S3_BUCKET_H

#include "base/hash.h"
#include "s3/address.h"
#include "s3/clock_offset.h"
#include "s3/credential_cache.h"
#include "s3/transport.h"

#include <pthread.h>
#include <stdatomic.h>

enum { REGION_MAX = 40 };

struct bucket {
    char *name;
    struct address address;
    struct transport *transport;
    struct credential_cache *cache;
    _Atomic uint64_t resigned;

    pthread_mutex_t clock_lock;
    struct clock_offset clock;

    /* Of the I/O thread. */
    char region[REGION_MAX]; /* as configured, until the bucket names another */
    struct credential_copy keys;
    struct sha256 day_key; /* sigv4_key() of the three below */
    char day[9];
    char day_region[REGION_MAX];
    uint64_t day_generation;
};

/* The bucket's wall clock if it is known, else ours. Any thread. */
int64_t bucket_now_ms(struct bucket *b, bool *ret_known);

/* Submits the operation: it completes through op->done. Any thread. */
void bucket_call_submit(struct bucket *b, struct store_op *op);

#endif
