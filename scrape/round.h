/*
 * One round over a target: every probe of its job, one after the other, so that a target makes one profile at
 * a time. What comes is judged as the collector would judge it and put into the spool. A target that does not
 * answer at all is left alone for the rest of the round.
 */
#ifndef SCRAPE_ROUND_H
#define SCRAPE_ROUND_H

#include "scrape/report.h"
#include "scrape/spool.h"
#include "scrape/watched.h"

#include <semaphore.h>
#include <stdatomic.h>

struct round {
    struct spool *spool;
    struct report report;
    const atomic_bool *is_over; /* true: give up now */
    sem_t *judging;             /* as many profiles are inflated at once */
    bool is_once;               /* no deltas: there is no next time */
};

/* Blocks for as long as the profiles take. One thread at a time for each target. */
void round_run(const struct round *r, struct watched *w);

#endif
