/*
 * A store in memory, for tests and simulations: the contract of store.h and nothing more. Every operation
 * completes before store_submit() returns. Its time is a clock that the test may move.
 */
#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include "store/store.h"

struct store *memory_store_new(void);
/* From now on `now_ms` says the time of the store (modified_ms, store_time()); NULL: the local wall clock. To
 * be set before others use the store. */
void memory_store_set_clock(struct store *memory, int64_t (*now_ms)(void *user), void *user);
/* The number of objects. */
size_t memory_store_count(struct store *memory);

#endif
