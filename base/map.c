/*
 * Linear probing in a table that is at most three quarters full; nothing is ever taken out, so a run has no
 * holes. The hash is kept in the entry: growing does not touch the keys, and most comparisons end at the
 * hash.
 */
#include "base/map.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_CAP = 16 };

void map_release(struct map *m)
{
    if (!m)
        return;

    free(m->entries);
    *m = MAP_INIT;
}

/* The entry of the key, or the free one where it would stand. The table must have a free entry. */
static struct map_entry *find(const struct map *m, struct slice key, uint64_t hash)
{
    size_t at = hash & (m->cap - 1);
    for (;;) {
        struct map_entry *e = &m->entries[at];
        if (!e->key.ptr || (e->hash == hash && slice_eq(e->key, key)))
            return e;

        at = (at + 1) & (m->cap - 1);
    }
}

static void grow(struct map *m)
{
    struct map_entry *old = m->entries;
    size_t old_cap = m->cap;
    m->cap = old_cap > 0 ? old_cap * 2 : FIRST_CAP;
    m->entries = mem_zero(m->cap, sizeof *m->entries);

    for (size_t i = 0; i < old_cap; i++) {
        if (!old[i].key.ptr)
            continue;

        size_t at = old[i].hash & (m->cap - 1);
        while (m->entries[at].key.ptr)
            at = (at + 1) & (m->cap - 1);
        m->entries[at] = old[i];
    }
    free(old);
}

uint64_t *map_get(const struct map *m, struct slice key)
{
    if (m->count == 0)
        return NULL;

    struct map_entry *e = find(m, key, hash64(key));
    return e->key.ptr ? &e->value : NULL;
}

uint64_t *map_put(struct map *m, struct slice key, bool *ret_is_new)
{
    assert(key.ptr);
    if (m->count + 1 > m->cap - m->cap / 4)
        grow(m);

    uint64_t hash = hash64(key);
    struct map_entry *e = find(m, key, hash);
    *ret_is_new = !e->key.ptr;
    if (*ret_is_new) {
        *e = (struct map_entry){key, hash, 0};
        m->count++;
    }
    return &e->value;
}
