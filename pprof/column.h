/*
 * A column is a growing array of equal elements whose memory comes out of a quota. Elements move when it
 * grows: keep indexes, not pointers. Not thread-safe.
 */
#ifndef PPROF_COLUMN_H
#define PPROF_COLUMN_H

#include "pprof/quota.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { COLUMN_FIRST_CAP = 32 }; /* elements; from there the room doubles */

struct column {
    void *ptr;
    size_t count;
    size_t cap;   /* elements */
    size_t width; /* bytes of one */
};

#define COLUMN_OF(type) ((struct column){NULL, 0, 0, sizeof(type)})
/* The elements, as `type *`. */
#define COLUMN_AT(column, type) ((type *)(column).ptr)

/* Frees and gives the memory back. */
void column_release(struct column *c, struct quota *q);
/* Makes room for `more` elements behind the last. */
bool column_grow(struct column *c, size_t more, struct quota *q);

static inline void column_reset(struct column *c)
{
    c->count = 0;
}

/* `more` new elements, not initialised; NULL when the quota refuses. `more` is at least 1. */
static inline void *column_add(struct column *c, size_t more, struct quota *q)
{
    if (c->cap - c->count < more && !column_grow(c, more, q))
        return NULL;

    void *element = (char *)c->ptr + c->count * c->width;
    c->count += more;
    return element;
}

/* Makes it `count` elements with every byte `fill`. */
static inline bool column_fill(struct column *c, size_t count, int fill, struct quota *q)
{
    c->count = 0;
    if (count > 0 && !column_add(c, count, q))
        return false;

    if (count > 0)
        memset(c->ptr, fill, count * c->width);
    return true;
}

#endif
