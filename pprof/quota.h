/*
 * What one merge or scan may hold in memory: every table and buffer of it takes its growth from here first. A
 * quota can stand on a budget that all queries share. Not thread-safe (the shared budget is).
 */
#ifndef PPROF_QUOTA_H
#define PPROF_QUOTA_H

#include "base/budget.h"
#include "base/error.h"

struct quota {
    size_t used;
    size_t peak;
    size_t max;
    struct budget
        *limit; /* may be NULL: several quotas stand on `max` together, and it counts for them all */
    struct budget *shared; /* may be NULL */
    bool over_max;         /* something was refused because of max ... */
    bool over_shared;      /* ... because of the shared budget */
};

#define QUOTA_INIT(max_bytes, shared_budget)                                                                 \
    ((struct quota){0, 0, (max_bytes), NULL, (shared_budget), false, false})

/* False, nothing taken and the reason noted, when it would go over. */
bool quota_take(struct quota *q, size_t bytes);
void quota_give(struct quota *q, size_t bytes);
/* Takes or gives so that what was `held` is `now`; updates *held on success. */
bool quota_move(struct quota *q, size_t *held, size_t now);
/* What may still be taken before max is reached. */
size_t quota_rest(const struct quota *q);
/* True when something was refused. */
bool quota_refused(const struct quota *q);
/* E_TOO_LARGE or E_BUSY for what was refused. */
enum status quota_error(const struct quota *q, struct error *err);

#endif
