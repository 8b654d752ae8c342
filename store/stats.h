/*
 * A store that counts what passes through it. Above a retry store it sees operations, below it attempts; the
 * difference is the retries.
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "store/store.h"

enum { STATS_STATUSES = E_INTERNAL + 1, STATS_BUCKETS = 14 };

/* Upper bounds in ms of the latency buckets, 1 ms to 30 s; what took longer is in one more bucket. */
extern const int64_t STATS_BUCKET_MS[STATS_BUCKETS];

struct stats_verb {
    uint64_t requests;                   /* submitted; those under way included */
    uint64_t answers[STATS_STATUSES];    /* completed, by enum status; [OK] the successes */
    uint64_t in_flight;                  /* submitted and not completed */
    uint64_t bytes_out;                  /* bodies of PUTs that succeeded */
    uint64_t bytes_in;                   /* bodies of GETs that succeeded */
    uint64_t keys;                       /* listed */
    uint64_t latency[STATS_BUCKETS + 1]; /* completed, by time taken; not cumulative */
    uint64_t latency_sum_us;
};

struct stats {
    struct stats_verb verb[STORE_VERBS];
};

/* Owns `take_inner`. */
struct store *stats_store_new(struct store *take_inner);

/* `stats_store` is what stats_store_new() returned. Any thread. Each number is right; two of them may be a
 * moment apart. */
void stats_snapshot(struct store *stats_store, struct stats *ret_stats);

#endif
