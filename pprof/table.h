/*
 * A hash index over things that stand in an array elsewhere: it maps a hash to the indexes of those that have
 * it, and the caller compares. Eight bytes a slot: the upper half of the hash and the index.
 *
 *     struct table_probe probe;
 *     for (uint32_t i = table_first(t, hash, &probe); i != TABLE_NONE; i = table_next(t, &probe))
 *         if (things[i] is it)
 *             return i;
 *     table_put(t, hash, new_index, quota)
 *
 * Hashes must be seeded (base/hash.h): the keys come from outside. Not thread-safe.
 */
#ifndef PPROF_TABLE_H
#define PPROF_TABLE_H

#include "pprof/quota.h"

#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table {
    uint64_t *slots; /* 0: free; else hash's upper 32 bits, then index + 1 */
    size_t count;
    size_t cap;     /* 0 or a power of two */
    unsigned shift; /* 64 - log2(cap) */
};

#define TABLE_INIT ((struct table){NULL, 0, 0, 0})

struct table_probe {
    size_t at;
    uint32_t tag;
};

void table_release(struct table *t, struct quota *q);
/* Forgets everything, keeps the memory. */
void table_reset(struct table *t);
/* Adds without looking whether it is there. False when the quota refuses. */
bool table_put(struct table *t, uint64_t hash, uint32_t index, struct quota *q);

static inline uint32_t table_here(const struct table *t, struct table_probe *p)
{
    for (;; p->at = (p->at + 1) & (t->cap - 1)) {
        uint64_t slot = t->slots[p->at];
        if (slot == 0)
            return TABLE_NONE;
        if ((uint32_t)(slot >> 32) == p->tag)
            return (uint32_t)slot - 1;
    }
}

/* Asks the processor for what table_first() will read, and does not wait. */
static inline void table_ask(const struct table *t, uint64_t hash)
{
    if (t->cap > 0)
        __builtin_prefetch(&t->slots[hash >> t->shift]);
}

/* The index of the first that may be it, or TABLE_NONE. */
static inline uint32_t table_first(const struct table *t, uint64_t hash, struct table_probe *ret_probe)
{
    if (t->cap == 0)
        return TABLE_NONE;

    *ret_probe = (struct table_probe){(size_t)(hash >> t->shift), (uint32_t)(hash >> 32)};
    return table_here(t, ret_probe);
}

static inline uint32_t table_next(const struct table *t, struct table_probe *p)
{
    p->at = (p->at + 1) & (t->cap - 1);
    return table_here(t, p);
}

#endif
