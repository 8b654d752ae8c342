/*
 * Fetching many objects in a given order, several under way at once, for one thread or several that share the
 * work: each claims the next object and releases it when done.
 *
 *     struct prefetch_object o;
 *     while (prefetch_claim(f, &o)) {
 *         ... o.op ...
 *         prefetch_release(f, &o);
 *     }
 *
 * Memory: at most PREFETCH_WIDTH objects, read ahead within LIMIT_PREFETCH_BYTES; a claimed object may be
 * larger. All of it is taken from a budget before it is asked for. Any thread.
 */
#ifndef COLLECTOR_PREFETCH_H
#define COLLECTOR_PREFETCH_H

#include "base/budget.h"
#include "store/store.h"

enum { PREFETCH_WIDTH = 8 };

struct prefetch;

struct prefetch_options {
    struct store *store;
    const struct slice *keys; /* outlive it */
    size_t count;
    size_t max_bytes;      /* of one object */
    int64_t deadline_ms;   /* monotonic, for all of it */
    struct budget *budget; /* may be NULL */
};

struct prefetch_object {
    size_t index; /* in keys */
    const struct store_op *op;
};

struct prefetch *prefetch_new(const struct prefetch_options *options);
/* All claimed objects are released. Waits for what is under way. Takes NULL. */
void prefetch_free(struct prefetch *f);
void prefetch_freep(struct prefetch **f);

/*
 * The next object in order, as the store answered; each is given once. False behind the last and after
 * prefetch_stop(). Blocks. op->error is E_BUSY when the budget has no room even for one object.
 */
bool prefetch_claim(struct prefetch *f, struct prefetch_object *ret_object);
void prefetch_release(struct prefetch *f, const struct prefetch_object *object);
/* Nothing more is given or asked for. */
void prefetch_stop(struct prefetch *f);

#endif
