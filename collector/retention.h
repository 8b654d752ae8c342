/*
 * Retention: rows past their age are dropped from the index in batches. In a bucket a lifecycle rule removes
 * the objects; a directory has none, so there a sweeper deletes them, oldest first, tombstones of over seven
 * days too. One thread.
 */
#ifndef COLLECTOR_RETENTION_H
#define COLLECTOR_RETENTION_H

#include "index/index.h"
#include "store/store.h"

struct retention;
struct metrics;

struct retention_options {
    struct store *store;
    struct index *index;
    struct metrics *metrics;
    struct slice root; /* outlives it */
    int64_t age_ms;    /* 0: profiles are kept for ever */
    bool sweep;        /* delete objects too */
};

struct retention *retention_new(const struct retention_options *options);
void retention_start(struct retention *r);
/* Tells it to stop, without waiting until it has. Takes NULL. */
void retention_stop(struct retention *r);
void retention_free(struct retention *r); /* takes NULL */

/* One pass at that time of the bucket, on the calling thread. */
NODISCARD enum status retention_pass(struct retention *r, int64_t now_ms, struct error *err);

#endif
