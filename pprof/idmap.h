/*
 * From the ids of one profile to indexes. Ids are keys: non-zero, unique, of any size and in any order. Most
 * profiles number 1, 2, 3...: those cost nothing. Small numbers use an array, the others a hash table. Not
 * thread-safe.
 */
#ifndef PPROF_IDMAP_H
#define PPROF_IDMAP_H

#include "pprof/column.h"
#include "pprof/table.h"

#define IDMAP_NONE UINT32_MAX

struct idmap {
    uint32_t count;
    bool ordered;         /* so far id n came as the n-th: the index is id - 1 */
    struct column dense;  /* uint32_t index + 1 by id, 0: none; used when not ordered */
    struct column sparse; /* uint64_t ids that are too big for that ... */
    struct column index;  /* ... uint32_t, their indexes */
    struct table table;   /* ... and the way to them */
};

enum idmap_result { IDMAP_OK, IDMAP_ZERO, IDMAP_DUPLICATE, IDMAP_FULL };

#define IDMAP_INIT                                                                                           \
    ((struct idmap){0, true, COLUMN_OF(uint32_t), COLUMN_OF(uint64_t), COLUMN_OF(uint32_t), TABLE_INIT})

void idmap_release(struct idmap *m, struct quota *q);
void idmap_reset(struct idmap *m);

/* Gives `id` the next index: the number of ids put before it. FULL: the quota refused. */
enum idmap_result idmap_put(struct idmap *m, uint64_t id, struct quota *q);

uint32_t idmap_search(const struct idmap *m, uint64_t id);

/* The index, or IDMAP_NONE. */
static inline uint32_t idmap_get(const struct idmap *m, uint64_t id)
{
    if (m->ordered)
        return id - 1 < m->count ? (uint32_t)(id - 1) : IDMAP_NONE;

    return idmap_search(m, id);
}

#endif
