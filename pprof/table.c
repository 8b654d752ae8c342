/*
 * Linear probing at a load of at most one half. The home slot comes from the top bits of the hash, which are
 * kept, so growing needs neither the keys nor their hashes again. That bounds the table to 2^31 slots.
 */
#include "pprof/table.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BITS = 6, MAX_BITS = 31 };

void table_release(struct table *t, struct quota *q)
{
    quota_give(q, t->cap * sizeof *t->slots);
    free(t->slots);
    *t = TABLE_INIT;
}

void table_reset(struct table *t)
{
    if (t->count > 0)
        memset(t->slots, 0, t->cap * sizeof *t->slots);
    t->count = 0;
}

static void place(struct table *t, uint64_t slot)
{
    size_t at = (size_t)((slot & ~(uint64_t)UINT32_MAX) >> t->shift);
    while (t->slots[at] != 0)
        at = (at + 1) & (t->cap - 1);
    t->slots[at] = slot;
}

static bool grow(struct table *t, struct quota *q)
{
    unsigned bits = t->cap == 0 ? FIRST_BITS : 64 - t->shift + 1;
    size_t cap = (size_t)1 << bits;
    if (bits > MAX_BITS || !quota_take(q, cap * sizeof *t->slots)) {
        q->over_max |= bits > MAX_BITS;
        return false;
    }

    struct table old = *t;
    *t = (struct table){mem_zero(cap, sizeof *t->slots), old.count, cap, 64 - bits};
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i] != 0)
            place(t, old.slots[i]);
    table_release(&old, q);
    return true;
}

bool table_put(struct table *t, uint64_t hash, uint32_t index, struct quota *q)
{
    if (t->count >= t->cap / 2 && !grow(t, q))
        return false;

    place(t, (hash & ~(uint64_t)UINT32_MAX) | (index + 1));
    t->count++;
    return true;
}
