/*
 * A pool of worker threads behind a bounded FIFO. An item is embedded in the caller's own struct, so nothing
 * is allocated; it belongs to the pool from work_submit() until its function is called.
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct work_pool;

struct work_item {
    void (*run)(struct work_item *item); /* on a worker thread; may free the item */
    struct work_item *next;              /* the pool's */
};

/* `name` names the threads (15 characters); queue_max bounds what waits. */
struct work_pool *work_pool_new(const char *name, int threads, size_t queue_max);
/* Runs what is queued, then joins. Takes NULL. */
void work_pool_free(struct work_pool *p);
/* Any thread. E_BUSY when the queue is full (the item is still the caller's). */
NODISCARD enum status work_submit(struct work_pool *p, struct work_item *item, struct error *err);
size_t work_queued(struct work_pool *p);

#endif
