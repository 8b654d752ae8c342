/*
 * What is known of a target before it is one: names and values, as discovery finds them and relabelling
 * changes them. Names that begin with "__" are for deciding only, the others become labels. A name stands
 * once. Not thread-safe.
 */
#ifndef SCRAPE_ATTRIBUTES_H
#define SCRAPE_ATTRIBUTES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"

struct attribute {
    struct slice name, value;
};

struct attributes {
    struct arena *arena; /* holds names and values; the caller's */
    size_t count;
    bool full; /* something did not fit; ask attributes_check() once */
    struct attribute items[LIMIT_ATTRIBUTES];
};

void attributes_init(struct attributes *a, struct arena *arena);
/* The value; empty if there is none. */
struct slice attributes_get(const struct attributes *a, struct slice name);
/* Copies both; an empty value takes the name away. */
void attributes_set(struct attributes *a, struct slice name, struct slice value);
/* The same unless the name is there. */
void attributes_default(struct attributes *a, struct slice name, struct slice value);
void attributes_remove(struct attributes *a, size_t index);
/* Takes over all of another: its names win. */
void attributes_add(struct attributes *a, const struct attributes *more);
/* E_TOO_LARGE: more names, or more bytes, than there may be. */
NODISCARD enum status attributes_check(const struct attributes *a, struct error *err);

#endif
