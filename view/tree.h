/*
 * The call tree of a view: one node for each path from the root, with self and total of every sample type.
 * Flame graphs are drawn from it. Children stand in falling order of their total (of a diff: of the greater
 * side), then by name. What is pruned stands in the tree as a remainder, never dropped: a remainder's total
 * is the sum of what it stands for. One thread at a time.
 */
#ifndef VIEW_TREE_H
#define VIEW_TREE_H

#include "view/view.h"

#define TREE_NONE      UINT32_MAX
#define TREE_REMAINDER (UINT32_MAX - 1) /* as a frame: "n more", what was pruned here */

struct tree_node {
    uint32_t parent;
    uint32_t frame;  /* TREE_NONE: the root */
    uint32_t first;  /* child, or TREE_NONE */
    uint32_t next;   /* sibling, or TREE_NONE */
    uint32_t depth;  /* the root is 0 */
    uint32_t folded; /* of a remainder: how many nodes it stands for */
    bool inlined;    /* every call was */
};

struct tree {
    struct view *view;
    uint32_t types;
    struct column nodes;  /* struct tree_node; 0 is the root; a parent stands before its children */
    struct column values; /* int64_t; by node and type: self, total, and of a diff base_self, base_total */
    uint32_t values_each; /* 2 or 4 a type */
    uint32_t pruned;      /* nodes that stand in remainders */
    uint32_t depth;       /* the greatest */
};

/* Pruned by options->min_fraction (of the root's total in the view's type) and max_nodes. */
NODISCARD enum status tree_build(struct view *v, struct tree **ret_tree, struct error *err);
void tree_free(struct tree *t);
void tree_freep(struct tree **t);

struct tree_value {
    int64_t self, total;           /* source - base */
    int64_t base_self, base_total; /* 0 when it is no diff; not negative as a rule */
};
struct tree_value tree_value(const struct tree *t, uint32_t node, uint32_t type);

#endif
