/*
 * Rebuilding: fills the index from the keys in the bucket (docs/KEYS.md, "Rebuilding"). Runs beside
 * everything else; each page is one transaction with its task's cursor, so a kill at any moment resumes at
 * the last page.
 */
#ifndef COLLECTOR_REBUILD_H
#define COLLECTOR_REBUILD_H

#include "index/index.h"
#include "store/store.h"

struct rebuild;

struct rebuild_options {
    struct store *store;
    struct index *index;
    struct slice root; /* outlives it */
    int threads;       /* LISTs in flight; 0: 4 */
    /* Called for each lane that has keys, from a rebuild thread. May be NULL. */
    void (*found_lane)(void *user, unsigned lane);
    void *user;
    int attempts; /* in a row that may fail before it gives up; 0: never gives up */
};

enum rebuild_state { REBUILD_IDLE, REBUILD_PLANNING, REBUILD_RUNNING, REBUILD_DONE, REBUILD_FAILED };

struct rebuild_progress {
    enum rebuild_state state;
    size_t tasks, tasks_done;
    uint64_t keys, foreign, malformed;
    int64_t elapsed_ms;
    int64_t horizon_ms;              /* everything minted at or after it is loaded; 0: everything there is */
    char last_error[ERROR_TEXT_MAX]; /* why it waits now; "" if it does not */
};

struct rebuild *rebuild_new(const struct rebuild_options *options);
/* Stops where it is (resumable), joins. Takes NULL. */
void rebuild_free(struct rebuild *r);

/* Is there anything to do? True unless a rebuild was completed in this index before. */
bool rebuild_is_needed(struct rebuild *r);

struct rebuild_range {
    int64_t now_ms;        /* the bucket's time, taken before the followers were started */
    int64_t since_ms;      /* nothing minted before; 0: everything */
    int64_t rerun_from_ms; /* days that end after it are read again, whatever the index says is done */
    bool is_partial;       /* since_ms was somebody's wish: the index does not count as complete afterwards */
};

/*
 * Puts on record in the index what has to be read, and waits for that; stops a running one. To be called
 * before the followers are started: their cursors say that what came since is known, so a kill right after
 * they were moved must not find days recorded as read that are not.
 */
void rebuild_prepare(struct rebuild *r, const struct rebuild_range *range);
/* Begins in the background; what the index knows of an interrupted one is used. A running one is stopped
 * first. */
void rebuild_start(struct rebuild *r, const struct rebuild_range *range);
/* Stops where it is, and waits for that. */
void rebuild_stop(struct rebuild *r);
/* Nothing to do: horizon 0, state done. */
void rebuild_skip(struct rebuild *r);
void rebuild_progress(struct rebuild *r, struct rebuild_progress *ret_progress);
/* A guess from the tasks done so far; -1: no idea, or nothing to wait for. */
int64_t rebuild_eta_ms(const struct rebuild_progress *progress);
/* Waits until it is done, failed, or timeout_ms are over; true if it ended. */
bool rebuild_wait(struct rebuild *r, int64_t timeout_ms);

#endif
