/*
 * Fetching many objects in a given order, several under way at once. Memory: PREFETCH_WIDTH objects. One
 * thread asks; the store's threads deliver.
 */
#ifndef COLLECTOR_PREFETCH_H
#define COLLECTOR_PREFETCH_H

#include "store/store.h"

enum { PREFETCH_WIDTH = 8 };

struct prefetch;

/* keys outlives it. deadline_ms: monotonic, for all of it. */
struct prefetch *prefetch_new(struct store *store, const struct slice *keys, size_t count, size_t max_bytes,
                              int64_t deadline_ms);
/* Waits for what is under way. Takes NULL. */
void prefetch_free(struct prefetch *f);
void prefetch_freep(struct prefetch **f);
/* The next object in order, as the store answered; the previous one is released. NULL after the last. Blocks.
 */
const struct store_op *prefetch_next(struct prefetch *f);

#endif
