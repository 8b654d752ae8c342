/* One array of bytes and one of ends: eight bytes of overhead a string, and neighbours are neighbours. */
#include "pprof/intern.h"

#include "base/hash.h"

void intern_release(struct intern *n, struct quota *q)
{
    column_release(&n->bytes, q);
    column_release(&n->ends, q);
    table_release(&n->table, q);
}

static uint32_t add(struct intern *n, struct slice s, uint64_t hash, struct quota *q)
{
    if (s.len > UINT32_MAX - n->bytes.count) {
        q->over_max = true;
        return INTERN_NONE;
    }

    char *bytes = column_add(&n->bytes, s.len, q);
    uint32_t *end = column_add(&n->ends, 1, q);
    if (!bytes || !end || !table_put(&n->table, hash, (uint32_t)n->ends.count, q))
        return INTERN_NONE;

    memcpy(bytes, s.ptr, s.len);
    *end = (uint32_t)n->bytes.count;
    return (uint32_t)n->ends.count;
}

static uint32_t find(const struct intern *n, struct slice s, uint64_t hash)
{
    struct table_probe probe;
    for (uint32_t i = table_first(&n->table, hash, &probe); i != TABLE_NONE;
         i = table_next(&n->table, &probe))
        if (slice_eq(intern_get(n, i), s))
            return i;

    return INTERN_NONE;
}

uint32_t intern_find(const struct intern *n, struct slice s)
{
    return s.len > 0 ? find(n, s, hash64(s)) : 0;
}

uint32_t intern_put(struct intern *n, struct slice s, struct quota *q)
{
    if (s.len == 0)
        return 0;

    uint64_t hash = hash64(s);
    uint32_t number = find(n, s, hash);
    return number != INTERN_NONE ? number : add(n, s, hash, q);
}
