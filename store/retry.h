/*
 * A store that tries again (retry_policy.h says when). Everything else is the inner store's. An error that is
 * left at the end is the last one, its text begins with the number of attempts if there were several.
 *
 * When the budget of retries is used up, an op waits for its turn instead of failing at once: its caller has
 * given it until the deadline, and would come again otherwise.
 */
#ifndef STORE_RETRY_H
#define STORE_RETRY_H

#include "base/timer.h"
#include "store/store.h"

/* Owns `take_inner`. `timer` is borrowed and outlives the store; attempts start on its thread. */
struct store *retry_store_new(struct store *take_inner, struct timer *timer);
/* Tries nothing again any more: what waits for its next attempt is answered, what fails later is answered
 * with that. `store` is one that retry_store_new() made. Any thread. */
void retry_store_stop(struct store *store);

#endif
