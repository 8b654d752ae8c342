/*
 * The read barrier's bookkeeping: who waits for which round of which lane. A question needs, in each lane, a
 * round that *started after* it was asked: it joins one that has not started, never one under way. Pure; the
 * caller locks (follow.c).
 */
#ifndef COLLECTOR_BARRIER_H
#define COLLECTOR_BARRIER_H

#include "model/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct barrier_wait {
    uint64_t need[ID_LANES]; /* round that it waits for; 0: not, or no longer */
    unsigned left;           /* lanes it still waits for */
    bool failed;             /* a round that it waited for failed */
    struct barrier_wait *next, **link;
};

struct barrier {
    bool follows[ID_LANES];
    uint64_t started[ID_LANES]; /* rounds begun */
    struct barrier_wait *waiting;
};

/* Waits for all lanes followed now. With none it is complete at once (left 0, not linked). */
void barrier_join(struct barrier *b, struct barrier_wait *w);
/* Takes it out; false if it was complete already. */
bool barrier_leave(struct barrier *b, struct barrier_wait *w);
/* Does anybody wait for a round of the lane that has not started? */
bool barrier_wanted(const struct barrier *b, unsigned lane);
void barrier_started(struct barrier *b, unsigned lane);
/* The round under way ended. Returns those that are complete now, linked by next, taken out; a failed round
 * completes its waiters at once: they answer from what is there and say so. */
struct barrier_wait *barrier_finished(struct barrier *b, unsigned lane, bool ok);

#endif
