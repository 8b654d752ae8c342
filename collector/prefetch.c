/*
 * A ring of operations: slot i holds objects i, i + width, ... The asker takes them in order, so the merge
 * sees the same order in every run, and the store has always something to do meanwhile.
 */
#include "collector/prefetch.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <pthread.h>

enum { OBJECT_DEADLINE_MS = 20000 };

struct slot {
    struct store_op op;
    struct prefetch *fetch;
    bool arrived;
};

struct prefetch {
    struct store *store;
    const struct slice *keys;
    size_t count, asked, taken;
    size_t max_bytes;
    int64_t deadline_ms;
    pthread_mutex_t lock;
    pthread_cond_t arrival;
    struct slot slots[PREFETCH_WIDTH];
};

static void arrived(struct store_op *op)
{
    struct slot *slot = op->user;
    struct prefetch *f = slot->fetch;

    pthread_mutex_lock(&f->lock);
    slot->arrived = true;
    pthread_cond_signal(&f->arrival);
    pthread_mutex_unlock(&f->lock);
}

static void ask(struct prefetch *f)
{
    struct slot *slot = &f->slots[f->asked % PREFETCH_WIDTH];
    int64_t deadline_ms = clock_mono_ms() + OBJECT_DEADLINE_MS;

    slot->fetch = f;
    slot->arrived = false;
    slot->op = (struct store_op){.verb = STORE_GET,
                                 .key = f->keys[f->asked],
                                 .max_bytes = f->max_bytes,
                                 .deadline_ms = deadline_ms < f->deadline_ms ? deadline_ms : f->deadline_ms,
                                 .done = arrived,
                                 .user = slot};
    f->asked++;
    store_submit(f->store, &slot->op);
}

struct prefetch *prefetch_new(struct store *store, const struct slice *keys, size_t count, size_t max_bytes,
                              int64_t deadline_ms)
{
    struct prefetch *f = mem_zero(1, sizeof(*f));

    f->store = store;
    f->keys = keys;
    f->count = count;
    f->max_bytes = max_bytes;
    f->deadline_ms = deadline_ms;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->arrival, NULL);
    while (f->asked < count && f->asked < PREFETCH_WIDTH)
        ask(f);
    return f;
}

static void wait_for(struct prefetch *f, struct slot *slot)
{
    pthread_mutex_lock(&f->lock);
    while (!slot->arrived)
        pthread_cond_wait(&f->arrival, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

/* The slot of the object taken last is free again: its place in the ring goes to the next one. */
static void recycle(struct prefetch *f)
{
    store_op_release(&f->slots[(f->taken - 1) % PREFETCH_WIDTH].op);
    if (f->asked < f->count)
        ask(f);
}

const struct store_op *prefetch_next(struct prefetch *f)
{
    struct slot *slot = &f->slots[f->taken % PREFETCH_WIDTH];

    if (f->taken > 0 && f->taken <= f->count)
        recycle(f);
    if (f->taken >= f->count) {
        f->taken = f->count + 1;
        return NULL;
    }
    wait_for(f, slot);
    f->taken++;
    return &slot->op;
}

void prefetch_free(struct prefetch *f)
{
    if (!f)
        return;
    for (size_t i = f->taken > f->count ? f->count : f->taken; i < f->asked; i++)
        wait_for(f, &f->slots[i % PREFETCH_WIDTH]);
    for (size_t i = 0; i < PREFETCH_WIDTH; i++)
        store_op_release(&f->slots[i].op);
    pthread_cond_destroy(&f->arrival);
    pthread_mutex_destroy(&f->lock);
    mem_freep(&f);
}

void prefetch_freep(struct prefetch **f)
{
    prefetch_free(*f);
}
