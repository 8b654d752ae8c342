/*
 * Off, every thread comes by once each OFF_BYTES to see whether that has changed. A pointer that is sampled
 * leaves the set before it is freed, and enters it after it was allocated: between the two it is its owner's
 * alone.
 */
#include "agent/heap.h"

#include "agent/capture.h"
#include "agent/ledger_profile.h"
#include "agent/own.h"
#include "agent/poisson.h"

#include <errno.h>

enum { OFF_BYTES = 16 * 1024 };
/* The sums of a stack. */
enum { ALLOC_OBJECTS, ALLOC_SPACE, INUSE_OBJECTS, INUSE_SPACE, FLOWS = 2 };

_Thread_local size_t heap_left __attribute__((tls_model("initial-exec")));
static _Thread_local struct random random_of __attribute__((tls_model("initial-exec")));
static _Thread_local bool is_drawn __attribute__((tls_model("initial-exec")));

static struct ledger ledger = LEDGER_INIT;
static atomic_bool is_on;
static _Atomic(double) mean;

/* --- with the ledger's lock --- */

static void hold(const struct live_entry *e)
{
    struct ledger_stack *s = &ledger.stacks[e->stack];
    s->sums[INUSE_OBJECTS] += e->objects;
    s->sums[INUSE_SPACE] += e->objects * (double)e->size;
    s->holders++;
}

static void let_go(const struct live_entry *e)
{
    struct ledger_stack *s = &ledger.stacks[e->stack];
    s->sums[INUSE_OBJECTS] -= e->objects;
    s->sums[INUSE_SPACE] -= e->objects * (double)e->size;
    if (--s->holders == 0) /* and what was rounded off */
        s->sums[INUSE_OBJECTS] = s->sums[INUSE_SPACE] = 0;
}

static void put(void *ptr, const struct live_entry *e)
{
    struct live_entry replaced;
    enum live_put done = live_put(ptr, e, &replaced);
    if (done == LIVE_REPLACED)
        let_go(&replaced);
    if (done != LIVE_FULL)
        hold(e);
}

static void add(void *ptr, struct live_entry *e, const struct slot *slot)
{
    e->stack = slot ? ledger_find(&ledger, slot->frames, slot->count, slot->is_cut) : LEDGER_NONE;
    double *sums = e->stack == LEDGER_NONE ? ledger.lost : ledger.stacks[e->stack].sums;
    sums[ALLOC_OBJECTS] += e->objects;
    sums[ALLOC_SPACE] += e->objects * (double)e->size;
    if (e->stack != LEDGER_NONE)
        put(ptr, e);
}

/* --- in the program's threads --- */

static void draw(void)
{
    heap_left = poisson_draw(&random_of, atomic_load_explicit(&mean, memory_order_relaxed));
    is_drawn = true;
}

static void record(void *ptr, size_t size, const void *caller)
{
    struct live_entry entry = {.objects = poisson_weight((double)size,
                                                         atomic_load_explicit(&mean, memory_order_relaxed)),
                               .size = size};
    struct slot *slot = capture_stack(caller);
    ledger_lock(&ledger);
    add(ptr, &entry, slot);
    ledger_unlock(&ledger);
    if (slot)
        slots_release(slot);
}

void heap_allocated(void *ptr, size_t size, const void *caller)
{
    int errno_before = errno;

    if (!atomic_load_explicit(&is_on, memory_order_acquire)) {
        heap_left = OFF_BYTES;
        is_drawn = false;
        return;
    }
    if (!is_drawn) {
        random_seed_system(&random_of);
        draw();
        if (heap_skips(size)) {
            errno = errno_before;
            return;
        }
    }
    if (ptr && !own_is_on()) {
        own_begin();
        record(ptr, size, caller);
        own_end();
    }
    draw();
    errno = errno_before;
}

/* Work of our own never frees what was sampled; a signal handler that comes while it goes on might, and must
 * not wait for it. */
bool heap_freed(void *ptr, struct live_entry *ret_entry)
{
    if (own_is_on() || !live_has(ptr))
        return false;

    ledger_lock(&ledger);
    bool was_there = live_take(ptr, ret_entry);
    if (was_there)
        let_go(ret_entry);
    ret_entry->numbering = ledger.numbering;
    ledger_unlock(&ledger);
    return was_there;
}

void heap_put_back(void *ptr, const struct live_entry *entry)
{
    ledger_lock(&ledger);
    if (entry->numbering == ledger.numbering) /* else its stack may be gone */
        put(ptr, entry);
    ledger_unlock(&ledger);
}

/* --- in the agent --- */

enum status heap_begin(struct profiling *p, struct error *err)
{
    if (!interpose_malloc_is_first)
        return error_set(err, E_CONFIG, "the heap profile needs libbrazier-full in place of libbrazier");
    if (!interpose_malloc_is_first())
        return error_set(
            err, E_CONFIG,
            "the heap profile cannot see malloc(): another library's comes before libbrazier-full");
    if (!ledger_open(&ledger) || !live_open() || !capture_begin(&p->modules))
        return error_set(err, E_UNAVAILABLE, "no memory for the heap profile");

    ledger_profile_begin(&ledger);
    atomic_store(&mean, (double)p->settings->heap_rate);
    atomic_store(&is_on, true);
    return OK;
}

enum status heap_take(struct profiling *p, struct buf *out, struct error *err)
{
    struct ledger_shape shape = {.types = {{"alloc_objects", "count"},
                                           {"alloc_space", "bytes"},
                                           {"inuse_objects", "count"},
                                           {"inuse_space", "bytes"}},
                                 .flows = FLOWS,
                                 .period_type = {"space", "bytes"},
                                 .period = p->settings->heap_rate,
                                 .renumber = live_renumber};
    return ledger_profile_take(p, &ledger, &shape, out, err);
}

void heap_end(void)
{
    atomic_store(&is_on, false);
}

void heap_after_fork(void)
{
    if (!ledger_after_fork(&ledger))
        live_clear();
}

struct ledger *heap_ledger(void)
{
    return &ledger;
}
