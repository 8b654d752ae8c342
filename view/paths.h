/*
 * The paths of a view: one node for each way from the root to a frame that some sample takes, in the order in
 * which samples came. What tree.c puts in order. One thread at a time.
 */
#ifndef VIEW_PATHS_H
#define VIEW_PATHS_H

#include "view/tree.h"

struct path_node {
    uint32_t parent; /* stands before it; the root's is the root */
    uint32_t frame;  /* TREE_NONE: the root */
    uint32_t depth;
    bool inlined; /* every call was */
};

struct sums {
    struct column values;  /* int64_t */
    struct column carries; /* int64_t by value, while it grows: what does not fit; what is missing is 0 */
};

struct paths {
    struct quota *quota;
    uint32_t width;      /* values of one node: by type and side */
    struct column nodes; /* struct path_node; 0 is the root */
    struct sums selfs;   /* width for each node */
    struct sums totals;  /* the same, with all that is beneath */
    struct table children;
    bool saturated; /* a sum did not fit and stays at the end of the range */
};

/* From all samples of v that have a value in the types of `t`. Errors of the quota. On failure too it is to
 * be released. */
NODISCARD enum status paths_grow(struct paths *p, const struct tree *t, const uint32_t *as,
                                 struct error *err);
void paths_release(struct paths *p);

static inline const struct path_node *paths_node(const struct paths *p, uint32_t node)
{
    return &COLUMN_AT(p->nodes, struct path_node)[node];
}

static inline const int64_t *paths_totals(const struct paths *p, uint32_t node)
{
    return COLUMN_AT(p->totals.values, int64_t) + (size_t)node * p->width;
}

static inline const int64_t *paths_selfs(const struct paths *p, uint32_t node)
{
    return COLUMN_AT(p->selfs.values, int64_t) + (size_t)node * p->width;
}

#endif
