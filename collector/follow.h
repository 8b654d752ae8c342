/*
 * Following: one thread a lane runs the tail in rounds, every TAIL_PERIOD_MS and whenever a question waits
 * for one; what it finds goes into the index. Questions pass the read barrier here.
 */
#ifndef COLLECTOR_FOLLOW_H
#define COLLECTOR_FOLLOW_H

#include "base/timer.h"
#include "collector/barrier.h"
#include "index/index.h"
#include "store/store.h"

struct follow;

struct follow_options {
    struct store *store;
    struct index *index;
    struct timer *timer;
    struct slice root; /* outlives it */
    unsigned lanes;    /* lanes that this replica writes to, 1..16; others are followed once they are seen */
    int64_t period_ms; /* 0: TAIL_PERIOD_MS */
};

/* Reads the cursors from the index. No thread runs yet. */
struct follow *follow_new(const struct follow_options *options);
/* Where the cursor of a lane stands; 0: it has none. Lets the caller decide what to rebuild before
 * follow_start(). */
int64_t follow_tau_ms(struct follow *f, unsigned lane);
/* Begins, with the cursor of each lane at tau_ms where it has none or `reset`: the lanes written to and those
 * that have a cursor. */
void follow_start(struct follow *f, int64_t tau_ms, bool reset);
/* Tells it to stop, without waiting until it has. Takes NULL. */
void follow_stop(struct follow *f);
/* Lets rounds under way end, joins, completes those who wait as stale. */
void follow_free(struct follow *f);

/* A question that waits. Embedded in the caller's struct, which must live until `done` is called. */
struct follow_wait {
    struct barrier_wait barrier; /* private */
    struct timer_task late;      /* private */
    struct follow *follow;       /* private */
    /* On another thread (or before follow_barrier() returns); short. */
    void (*done)(struct follow_wait *w);
    int64_t stale_ms; /* < 0: fresh; else what was acknowledged so long ago may be missing */
};

/* Everything acknowledged before the call is in the index when `done` comes, or stale_ms says that it may not
 * be: a round failed, or took longer than wait_ms. Any thread. */
void follow_barrier(struct follow *f, struct follow_wait *w, int64_t wait_ms);

/* Begins to follow a lane that another replica writes to. */
void follow_lane(struct follow *f, unsigned lane);
bool follow_follows(struct follow *f, unsigned lane);
/* The index was begun anew: the cursors are set to tau_ms. */
void follow_reset(struct follow *f, int64_t tau_ms);

struct follow_stats {
    unsigned lanes;
    uint64_t rounds, failed_rounds, lists, keys, foreign, malformed;
    int64_t lag_ms; /* bucket's time minus the oldest cursor; -1: a lane has never completed a round */
    char last_error[ERROR_TEXT_MAX]; /* of the last round that failed since one succeeded; "" */
};
void follow_stats(struct follow *f, struct follow_stats *ret_stats);

#endif
