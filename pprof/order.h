/*
 * The canonical order of a merged profile: what is reached by a sample that is not zero, sorted by content
 * and numbered. Equal results get equal numbers, whatever the order was in which things were interned. For
 * writing; it is made anew each time. Not thread-safe.
 */
#ifndef PPROF_ORDER_H
#define PPROF_ORDER_H

#include "pprof/merged.h"

#define ORDER_UNUSED UINT32_MAX

/* One kind of thing. */
struct order_of {
    struct column items;  /* uint32_t: indexes of what is used, in canonical order */
    struct column number; /* uint32_t by index: its number, from 1 in that order, or ORDER_UNUSED */
};

struct order {
    const struct merged *merged;
    struct quota *quota;
    struct order_of strings; /* without the empty one, whose number is 0 */
    struct order_of mappings, functions, locations, sets;
    struct column samples; /* uint32_t, in canonical order */
};

/* Errors of the quota. To be released in any case. */
NODISCARD enum status order_build(struct order *o, const struct merged *m, struct error *err);
void order_release(struct order *o);

static inline uint32_t order_number(const struct order_of *o, uint32_t index)
{
    return COLUMN_AT(o->number, uint32_t)[index];
}

/* Sorts samples, given as indexes, by their location numbers from the leaf up, then by their label sets. The
 * numbers of locations and sets stand. False when the quota refuses. */
bool order_samples(struct order *o);

#endif
