/*
 * Strings kept once each, named by a small number. 0 is the empty string. Not thread-safe.
 */
#ifndef PPROF_INTERN_H
#define PPROF_INTERN_H

#include "base/slice.h"
#include "pprof/column.h"
#include "pprof/table.h"

#define INTERN_NONE UINT32_MAX

struct intern {
    struct column bytes; /* char, one string behind the other */
    struct column ends;  /* uint32_t: where string n ends in bytes */
    struct table table;
};

#define INTERN_INIT ((struct intern){COLUMN_OF(char), COLUMN_OF(uint32_t), TABLE_INIT})

void intern_release(struct intern *n, struct quota *q);
/* The string's number; INTERN_NONE when the quota refuses. */
uint32_t intern_put(struct intern *n, struct slice s, struct quota *q);
/* The same, and INTERN_NONE when it is not there. */
uint32_t intern_find(const struct intern *n, struct slice s);
/* How many there are; numbers are below it. */
static inline uint32_t intern_count(const struct intern *n)
{
    return (uint32_t)n->ends.count + 1;
}

/* Valid until the next intern_put(). */
static inline struct slice intern_get(const struct intern *n, uint32_t number)
{
    if (number == 0)
        return SLICE("");

    const uint32_t *ends = COLUMN_AT(n->ends, uint32_t);
    uint32_t from = number > 1 ? ends[number - 2] : 0;
    return (struct slice){COLUMN_AT(n->bytes, char) + from, ends[number - 1] - from};
}

#endif
