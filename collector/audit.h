/*
 * Auditing: compares the index with the bucket where nobody looks any more: each hour the hour before, each
 * night the day before, and each minute whether another replica has begun to write to a lane that is not
 * followed yet. What the tail missed (an object that became visible late) is added; an object that is gone is
 * forgotten, when a complete listing lacked it and a second look at its own prefix did too; what a tombstone
 * hides and is still there is deleted. One thread.
 */
#ifndef COLLECTOR_AUDIT_H
#define COLLECTOR_AUDIT_H

#include "collector/follow.h"
#include "index/index.h"
#include "store/store.h"

struct audit;
struct metrics;

struct audit_options {
    struct store *store;
    struct index *index;
    struct follow *follow;
    struct metrics *metrics;
    struct slice root; /* outlives it */
};

struct audit_result {
    uint64_t listed, found_late, forgotten;
};

struct audit *audit_new(const struct audit_options *options);
void audit_start(struct audit *a);
/* Tells it to stop, without waiting until it has. Takes NULL. */
void audit_stop(struct audit *a);
void audit_free(struct audit *a); /* takes NULL */

/* Compares one lane over mint times [from, to), now, on the calling thread. E_UNAVAILABLE and the like:
 * nothing was concluded from what failed; what was found before is kept. */
NODISCARD enum status audit_range(struct audit *a, unsigned lane, int64_t from_ms, int64_t to_ms,
                                  struct audit_result *result, struct error *err);

#endif
