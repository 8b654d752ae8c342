/* A target while it is scraped: its turn, and what came of the last rounds. */
#ifndef SCRAPE_WATCHED_H
#define SCRAPE_WATCHED_H

#include "scrape/delta.h"
#include "scrape/target.h"

#include <pthread.h>

enum { WATCHED_ERROR_BYTES = 200 };

/* Of one probe. */
struct asked {
    int64_t at_ms;   /* wall clock; 0: never */
    int64_t took_ms; /* of the last request */
    uint64_t bytes;  /* of the last answer */
    uint64_t good, failed, empty;
    char error[WATCHED_ERROR_BYTES]; /* of the last request; "": it went well */
};

struct watched {
    struct target *target; /* owned, constant */
    uint64_t place;        /* the same for all that have the same URL */

    /* The scraper's, under its lock. */
    struct watched *next;
    struct watched *next_due; /* in the queue */
    size_t source;            /* which of the job's found it */
    int64_t due_ms;           /* monotonic */
    bool is_running;          /* or in the queue: not to be freed */
    bool is_gone;             /* freed when it does not run any more */
    bool is_done;             /* with --once */

    struct delta deltas[PROBES_MAX]; /* those of the thread that runs its round */

    pthread_mutex_t lock; /* for what follows */
    struct asked asked[PROBES_MAX];
    uint64_t rounds, missed; /* missed: the turn came while everybody was busy */
    bool is_down;            /* it did not answer at all in the last round */
};

/* Takes the target. The budget is that of all deltas and outlives it. */
struct watched *watched_new(struct target *take_target, size_t source, struct budget *deltas);
void watched_free(struct watched *w);
/* Copies what is to be shown. */
void watched_show(struct watched *w, struct asked ret_asked[static PROBES_MAX], bool *ret_is_down);

#endif
