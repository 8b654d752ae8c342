/* Deleting a profile: for good, and seen by all replicas. Blocks. */
#ifndef COLLECTOR_REMOVE_H
#define COLLECTOR_REMOVE_H

#include "collector/app.h"

/*
 * Puts a tombstone, then deletes the object and those of its aliases. OK when the tombstone is in the bucket:
 * from then on every question that is asked finds the profile deleted; an object that could not be deleted
 * now is hidden by it. E_UNAVAILABLE, E_BUSY: nothing is promised, asking again is safe.
 *
 * *ret_hold_ms: the answer must not go out before. Until then a replica with a slower clock could mint, for
 * the same bytes sent again after the answer, a time that the tombstone hides: acknowledged and never to be
 * found.
 */
NODISCARD enum status remove_profile(struct app *app, const struct profile_meta *meta, struct arena *arena,
                                     int64_t *ret_hold_ms, struct error *err);

#endif
