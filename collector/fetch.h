/*
 * Fetching many objects in a given order, several under way at once. Memory: FETCH_WIDTH objects. One thread
 * asks; the store's threads deliver.
 */
#ifndef COLLECTOR_FETCH_H
#define COLLECTOR_FETCH_H

#include "store/store.h"

enum { FETCH_WIDTH = 8 };

struct fetch;

/* keys outlives it. deadline_ms: monotonic, for all of it. */
struct fetch *fetch_new(struct store *store, const struct slice *keys, size_t count, size_t max_bytes,
                        int64_t deadline_ms);
/* Waits for what is under way. Takes NULL. */
void fetch_free(struct fetch *f);
void fetch_freep(struct fetch **f);
/* The next object in order, as the store answered; the previous one is released. NULL after the last. Blocks.
 */
const struct store_op *fetch_next(struct fetch *f);

#endif
