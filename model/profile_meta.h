/*
 * What is known of a profile without opening it: all of it is in its key. Slices borrow from the arena that
 * it was decoded into. Pure; any thread.
 */
#ifndef MODEL_PROFILE_META_H
#define MODEL_PROFILE_META_H

#include "model/facts.h"
#include "model/id.h"
#include "model/labels.h"
#include "model/time.h"

struct profile_meta {
    struct id id;
    struct slice service, type;
    struct labels labels;  /* canonical */
    int64_t created_at_ms; /* of the profile itself: may be long before its mint time */
    struct facts facts;
};

/* How far ahead of our clock a profile may claim to be made: clocks of hosts differ. */
#define PROFILE_META_AHEAD_MS (10 * TIME_MINUTE_MS)

/* Service 1..128 bytes, type 1..32, both UTF-8 without NUL; labels_check(); created_at from 1970 to 9999.
 * What may be in a key, whenever it was written. E_INVALID names the limit and the number. */
NODISCARD enum status profile_meta_check_key(const struct profile_meta *meta, struct error *err);

/* The same for what is uploaded now: also created_at at most ten minutes after now_ms. */
NODISCARD enum status profile_meta_check(const struct profile_meta *meta, int64_t now_ms, struct error *err);

/* The order of lists: < 0 when a comes first: newest created_at first, ties by id descending. */
int profile_meta_cmp_newest(const struct profile_meta *a, const struct profile_meta *b);

/* All fields equal. */
bool profile_meta_equal(const struct profile_meta *a, const struct profile_meta *b);

#endif
