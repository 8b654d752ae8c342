/*
 * A claim begins where the last one ended and looks at a few slots only: the handler's time is bounded, and
 * when so many in a row are taken the pool is full. Mapped rather than allocated, so that what is never
 * touched costs nothing, and the handler's pages lie in nobody's heap.
 */
#include "agent/slots.h"

#include <sys/mman.h>

enum { SLOT_FREE, SLOT_TAKEN, SLOT_FULL };
enum { LOOK_AT = 32 };

static size_t bytes_of(size_t count)
{
    return sizeof(struct slots) + count * sizeof(struct slot);
}

struct slots *slots_new(size_t count)
{
    void *memory = mmap(NULL, bytes_of(count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;

    struct slots *s = memory;
    s->count = count;
    return s;
}

void slots_free(struct slots *s)
{
    if (s)
        (void)munmap(s, bytes_of(s->count));
}

struct slot *slots_claim(struct slots *s, int ticks)
{
    size_t from = atomic_load_explicit(&s->hint, memory_order_relaxed);

    for (size_t i = 0; i < LOOK_AT; i++) {
        struct slot *slot = &s->slot[(from + i) % s->count];
        int expected = SLOT_FREE;
        if (!atomic_compare_exchange_strong_explicit(&slot->state, &expected, SLOT_TAKEN,
                                                     memory_order_acquire, memory_order_relaxed))
            continue;
        atomic_store_explicit(&s->hint, from + i + 1, memory_order_relaxed);
        slot->ticks = ticks;
        return slot;
    }
    atomic_fetch_add_explicit(&s->lost, (uint64_t)ticks, memory_order_relaxed);
    return NULL;
}

void slots_fill(struct slot *slot)
{
    atomic_store_explicit(&slot->state, SLOT_FULL, memory_order_release);
}

void slots_release(struct slot *slot)
{
    atomic_store_explicit(&slot->state, SLOT_FREE, memory_order_release);
}

void slots_drain(struct slots *s, void (*fn)(void *user, const struct slot *slot), void *user)
{
    for (size_t i = 0; i < s->count; i++) {
        struct slot *slot = &s->slot[i];
        if (atomic_load_explicit(&slot->state, memory_order_acquire) != SLOT_FULL)
            continue;
        fn(user, slot);
        atomic_store_explicit(&slot->state, SLOT_FREE, memory_order_release);
    }
    /* The first ones again: the others need never be touched. */
    atomic_store_explicit(&s->hint, 0, memory_order_relaxed);
}
