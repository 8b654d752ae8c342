/*
 * A hash table from byte strings to uint64_t, open addressing, hashed with the process' random seed (hash.h)
 * so that nobody outside can choose collisions. The keys are borrowed: they must outlive the map (keep them
 * in an arena). Not thread-safe.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/slice.h"

struct map_entry {
    struct slice key; /* ptr NULL: free */
    uint64_t hash;
    uint64_t value;
};

struct map {
    struct map_entry *entries;
    size_t count;
    size_t cap; /* power of two, or 0 */
};

#define MAP_INIT ((struct map){NULL, 0, 0})

void map_release(struct map *m);
/* The value's place, or NULL. Valid until the next map_put(). */
uint64_t *map_get(const struct map *m, struct slice key);
/* The value's place; *ret_is_new tells whether it was made now (value 0). key.ptr must not be NULL. */
uint64_t *map_put(struct map *m, struct slice key, bool *ret_is_new);

#endif
