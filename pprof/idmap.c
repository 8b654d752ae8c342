/*
 * The array may be up to DENSE_SLACK slots for each id that came so far (and some for a start), whatever the
 * ids are: a profile of three locations numbered in the millions must not allocate millions. What does not
 * fit at the time it comes goes to the hash table and stays there.
 */
#include "pprof/idmap.h"

#include "base/hash.h"

enum { DENSE_SLACK = 4, DENSE_START = 1024 };

void idmap_release(struct idmap *m, struct quota *q)
{
    column_release(&m->dense, q);
    column_release(&m->sparse, q);
    column_release(&m->index, q);
    table_release(&m->table, q);
    *m = IDMAP_INIT;
}

void idmap_reset(struct idmap *m)
{
    m->count = 0;
    m->ordered = true;
    column_reset(&m->dense);
    column_reset(&m->sparse);
    column_reset(&m->index);
    table_reset(&m->table);
}

uint32_t idmap_search(const struct idmap *m, uint64_t id)
{
    if (id < m->dense.count) {
        uint32_t index = COLUMN_AT(m->dense, uint32_t)[id];
        if (index > 0)
            return index - 1;
    }
    if (m->table.count == 0)
        return IDMAP_NONE;

    struct table_probe probe;
    for (uint32_t i = table_first(&m->table, hash64_pair(id, 0), &probe); i != TABLE_NONE;
         i = table_next(&m->table, &probe))
        if (COLUMN_AT(m->sparse, uint64_t)[i] == id)
            return COLUMN_AT(m->index, uint32_t)[i];

    return IDMAP_NONE;
}

static bool dense_set(struct idmap *m, size_t id, uint32_t index, struct quota *q)
{
    if (id >= m->dense.count) {
        size_t old = m->dense.count;
        if (!column_add(&m->dense, id + 1 - old, q))
            return false;

        memset(COLUMN_AT(m->dense, uint32_t) + old, 0, (id + 1 - old) * sizeof(uint32_t));
    }
    COLUMN_AT(m->dense, uint32_t)[id] = index + 1;
    return true;
}

static bool sparse_set(struct idmap *m, uint64_t id, uint32_t index, struct quota *q)
{
    uint64_t *new_id = column_add(&m->sparse, 1, q);
    uint32_t *new_index = column_add(&m->index, 1, q);
    if (!new_id || !new_index)
        return false;

    *new_id = id;
    *new_index = index;
    return table_put(&m->table, hash64_pair(id, 0), (uint32_t)(m->sparse.count - 1), q);
}

/* The ids so far were 1..count: write them into the array. */
static bool leave_order(struct idmap *m, struct quota *q)
{
    if (!column_fill(&m->dense, (size_t)m->count + 1, 0, q))
        return false;

    for (uint32_t i = 0; i < m->count; i++)
        COLUMN_AT(m->dense, uint32_t)[i + 1] = i + 1;
    m->ordered = false;
    return true;
}

enum idmap_result idmap_put(struct idmap *m, uint64_t id, struct quota *q)
{
    if (id == 0)
        return IDMAP_ZERO;
    if (m->ordered && id == (uint64_t)m->count + 1) {
        m->count++;
        return IDMAP_OK;
    }
    if (idmap_get(m, id) != IDMAP_NONE)
        return IDMAP_DUPLICATE;
    if (m->ordered && !leave_order(m, q))
        return IDMAP_FULL;

    bool done = id <= DENSE_START + (uint64_t)m->count * DENSE_SLACK ? dense_set(m, (size_t)id, m->count, q)
                                                                     : sparse_set(m, id, m->count, q);
    if (!done)
        return IDMAP_FULL;

    m->count++;
    return IDMAP_OK;
}
