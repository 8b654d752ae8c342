/*
 * A ring of operations: slot i holds objects i, i + width, ... A slot that is released is asked to hold its
 * next object as soon as there is memory for it.
 *
 * How large an object is shows only when it is there. So memory is taken for what one is expected to be (the
 * largest so far), and the store is told not to give more than that; an object that is larger is asked for
 * once more, by the thread that claimed it, with memory for the largest that there may be. What was taken too
 * much is given back on arrival.
 *
 * A slot is free (index NONE), under way, arrived, or claimed, in this order. Its op belongs to the store
 * while it is under way, then to whoever claims it.
 */
#include "collector/prefetch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#include <pthread.h>

enum { OBJECT_DEADLINE_MS = 20000 };

#define EXPECTED_BYTES (256 * KIB)
#define NONE           SIZE_MAX
#define NO_MEMORY      "all queries together use the memory they may: try again later"

struct slot {
    struct store_op op;
    struct prefetch *fetch;
    size_t index;
    size_t taken; /* bytes */
    bool arrived;
};

struct prefetch {
    struct prefetch_options options;
    pthread_mutex_t lock;
    pthread_cond_t change;
    size_t asked, claimed; /* objects before these are */
    size_t expected;       /* bytes of one */
    size_t taken;          /* bytes of all slots */
    size_t under_way;      /* slots that the store has */
    size_t busy;           /* slots that are not free */
    bool stopped;
    bool refused; /* there is no memory for object `asked`, and none will come */
    struct slot slots[PREFETCH_WIDTH];
};

static struct slot *slot_of(struct prefetch *f, size_t index)
{
    return &f->slots[index % PREFETCH_WIDTH];
}

/* --- memory; under the lock --- */

static bool take(struct prefetch *f, struct slot *slot, size_t bytes)
{
    if (f->options.budget && !budget_take(f->options.budget, bytes))
        return false;

    slot->taken += bytes;
    f->taken += bytes;
    return true;
}

static void give(struct prefetch *f, struct slot *slot, size_t bytes)
{
    if (f->options.budget)
        budget_give(f->options.budget, bytes);
    slot->taken -= bytes;
    f->taken -= bytes;
}

/* --- asking --- */

/* On a thread of the store, which nobody waits for any more once nothing is under way: so it wakes under the
 * lock. Those who merge do not, see work_submit(). */
static void arrived(struct store_op *op)
{
    struct slot *slot = op->user;
    struct prefetch *f = slot->fetch;

    pthread_mutex_lock(&f->lock);
    if (op->object_bytes > f->expected && op->object_bytes <= f->options.max_bytes)
        f->expected = (size_t)op->object_bytes;
    if (op->error.code != E_TOO_LARGE && op->object.cap < slot->taken)
        give(f, slot, slot->taken - op->object.cap);
    slot->arrived = true;
    f->under_way--;
    pthread_cond_broadcast(&f->change);
    pthread_mutex_unlock(&f->lock);
}

/* The store may answer before this returns: not under the lock. */
static void submit(struct prefetch *f, struct slot *slot)
{
    int64_t deadline_ms = clock_mono_ms() + OBJECT_DEADLINE_MS;

    if (deadline_ms > f->options.deadline_ms)
        deadline_ms = f->options.deadline_ms;
    slot->op = (struct store_op){.verb = STORE_GET,
                                 .key = f->options.keys[slot->index],
                                 .max_bytes = slot->taken,
                                 .deadline_ms = deadline_ms,
                                 .done = arrived,
                                 .user = slot};
    store_submit(f->options.store, &slot->op);
}

/* Gives the next object a slot; NULL when there is none free, or no memory, or no more. Under the lock. */
static struct slot *prepare(struct prefetch *f)
{
    struct slot *slot = slot_of(f, f->asked);

    if (f->stopped || f->refused || f->asked == f->options.count || slot->index != NONE)
        return NULL;
    if (f->busy > 0 && f->taken + f->expected > LIMIT_PREFETCH_BYTES)
        return NULL;
    if (!take(f, slot, f->expected)) {
        f->refused = f->busy == 0;
        if (f->refused)
            pthread_cond_broadcast(&f->change);
        return NULL;
    }
    slot->index = f->asked++;
    slot->arrived = false;
    f->busy++;
    f->under_way++;
    return slot;
}

static void fill(struct prefetch *f)
{
    struct slot *slot;

    do {
        pthread_mutex_lock(&f->lock);
        slot = prepare(f);
        pthread_mutex_unlock(&f->lock);
        if (slot)
            submit(f, slot);
    } while (slot);
}

struct prefetch *prefetch_new(const struct prefetch_options *options)
{
    struct prefetch *f = mem_zero(1, sizeof(*f));

    f->options = *options;
    f->expected = options->max_bytes < EXPECTED_BYTES ? options->max_bytes : EXPECTED_BYTES;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->change, NULL);
    for (size_t i = 0; i < PREFETCH_WIDTH; i++) {
        f->slots[i].fetch = f;
        f->slots[i].index = NONE;
    }
    fill(f);
    return f;
}

/* --- claiming --- */

/* Larger than expected: once more, with room for the largest. The slot is ours meanwhile. */
static void ask_again(struct prefetch *f, struct slot *slot)
{
    bool taken;

    store_op_release(&slot->op);
    pthread_mutex_lock(&f->lock);
    taken = take(f, slot, f->options.max_bytes - slot->taken);
    slot->arrived = !taken;
    f->under_way += taken;
    pthread_mutex_unlock(&f->lock);
    if (!taken) {
        error_set(&slot->op.error, E_BUSY, NO_MEMORY);
        return;
    }
    submit(f, slot);
    pthread_mutex_lock(&f->lock);
    while (!slot->arrived)
        pthread_cond_wait(&f->change, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

/* In the place of an object that cannot even be asked for. Under the lock. */
static void refuse(struct prefetch *f, size_t index)
{
    struct slot *slot = slot_of(f, index);

    slot->index = index;
    slot->arrived = true;
    slot->op = (struct store_op){0};
    error_set(&slot->op.error, E_BUSY, NO_MEMORY);
    f->asked++;
    f->busy++;
    pthread_cond_broadcast(&f->change);
}

bool prefetch_claim(struct prefetch *f, struct prefetch_object *ret_object)
{
    pthread_mutex_lock(&f->lock);
    if (f->stopped || f->claimed == f->options.count) {
        pthread_mutex_unlock(&f->lock);
        return false;
    }
    size_t index = f->claimed++;
    struct slot *slot = slot_of(f, index);

    while (slot->index != index || !slot->arrived) {
        if (f->refused && f->asked == index && slot->index == NONE)
            refuse(f, index);
        else if (f->stopped && index >= f->asked)
            break;
        else
            pthread_cond_wait(&f->change, &f->lock);
    }
    bool given = slot->index == index;
    pthread_mutex_unlock(&f->lock);
    if (!given)
        return false;

    if (slot->op.error.code == E_TOO_LARGE && slot->taken < f->options.max_bytes)
        ask_again(f, slot);
    *ret_object = (struct prefetch_object){index, &slot->op};
    return true;
}

void prefetch_release(struct prefetch *f, const struct prefetch_object *object)
{
    struct slot *slot = slot_of(f, object->index);

    store_op_release(&slot->op);
    pthread_mutex_lock(&f->lock);
    give(f, slot, slot->taken);
    slot->index = NONE;
    f->busy--;
    pthread_mutex_unlock(&f->lock);
    pthread_cond_broadcast(&f->change);
    fill(f);
}

void prefetch_stop(struct prefetch *f)
{
    pthread_mutex_lock(&f->lock);
    f->stopped = true;
    pthread_cond_broadcast(&f->change);
    pthread_mutex_unlock(&f->lock);
}

void prefetch_free(struct prefetch *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->stopped = true;
    while (f->under_way > 0)
        pthread_cond_wait(&f->change, &f->lock);
    pthread_mutex_unlock(&f->lock);
    for (size_t i = 0; i < PREFETCH_WIDTH; i++) {
        store_op_release(&f->slots[i].op);
        give(f, &f->slots[i], f->slots[i].taken);
    }
    pthread_cond_destroy(&f->change);
    pthread_mutex_destroy(&f->lock);
    mem_freep(&f);
}

void prefetch_freep(struct prefetch **f)
{
    prefetch_free(*f);
}
