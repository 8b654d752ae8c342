/*
 * What a profile whose totals only grow (allocations, contention) says anew since it was fetched last. One
 * for each such probe of a target; one thread at a time.
 *
 * The difference is what merging the newer with the older one times -1 gives, over those sample types that
 * grow: of a heap profile alloc_*, while inuse_* stay as they are. It begins at the time of the older and
 * lasts until the newer. If any difference is negative the target has begun anew (totals fell, or stacks are
 * gone), and the newer profile stands for itself.
 */
#ifndef SCRAPE_DELTA_H
#define SCRAPE_DELTA_H

#include "base/budget.h"
#include "base/buf.h"

struct delta {
    struct buf last;       /* as it was sent; empty: none yet */
    struct budget *budget; /* of all that is kept so; outlives it */
};

enum delta_outcome {
    DELTA_FIRST,   /* there is nothing to compare with: nothing is written */
    DELTA_SAME,    /* nothing was added: nothing is written */
    DELTA_MORE,    /* the difference was written */
    DELTA_RESTART, /* the target has begun anew: `body` itself was written */
};

#define DELTA_INIT(all) ((struct delta){.last = BUF_INIT(LIMIT_BODY_BYTES), .budget = (all)})
void delta_release(struct delta *d);

/* Appends the difference to `out` as gzip and keeps `body` for the next time. E_INVALID: it is no profile of
 * the same types, or has no type that grows; E_TOO_LARGE: over a limit; E_BUSY: over the budget. After an
 * error there is nothing to compare with. */
NODISCARD enum status delta_take(struct delta *d, struct slice body, struct buf *out,
                                 enum delta_outcome *ret_outcome, struct error *err);

#endif
