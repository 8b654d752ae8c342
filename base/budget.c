/*
 * One counter. Taking compares and swaps, because adding first and looking afterwards would let two threads
 * that do not fit push out a third one that does. Relaxed order is enough: the counter guards no other data.
 */
#include "base/budget.h"

#include <assert.h>

void budget_init(struct budget *b, size_t max_bytes)
{
    atomic_init(&b->used, 0);
    b->max = max_bytes;
}

bool budget_take(struct budget *b, size_t bytes)
{
    size_t used = atomic_load_explicit(&b->used, memory_order_relaxed);
    do {
        if (used > b->max || bytes > b->max - used)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&b->used, &used, used + bytes, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

void budget_add(struct budget *b, size_t bytes)
{
    atomic_fetch_add_explicit(&b->used, bytes, memory_order_relaxed);
}

void budget_give(struct budget *b, size_t bytes)
{
    size_t before = atomic_fetch_sub_explicit(&b->used, bytes, memory_order_relaxed);
    assert(before >= bytes);
    (void)before;
}

size_t budget_used(struct budget *b)
{
    return atomic_load_explicit(&b->used, memory_order_relaxed);
}
