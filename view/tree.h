/*
 * The call tree of a view: one node for each path from the root, with self and total of one sample type or of
 * all. Flame graphs are drawn from it. Nodes stand depth first; children in falling order of their total in
 * the view's type (of a diff: of the greater side; regardless of its sign), then by name. Nothing depends on
 * the order of samples.
 *
 * What is pruned stands in the tree as a remainder, never dropped: the last child of its parent, whose values
 * are the sums of what it stands for. So a node's total is always its self and its children's totals. (A
 * remainder that would stand for a single node without children is that node.)
 *
 * One thread at a time.
 */
#ifndef VIEW_TREE_H
#define VIEW_TREE_H

#include "view/view.h"

#define TREE_NONE      UINT32_MAX
#define TREE_REMAINDER (UINT32_MAX - 1) /* as a frame: "n more", what was pruned here */
#define TREE_ALL_TYPES UINT32_MAX

struct tree_options {
    uint32_t type; /* a sample type of the view, or TREE_ALL_TYPES */
    /* A node stays whose total is at least so much of the root's, in one of the types and on one of the sides
     * (of a diff: of the greater root), or that has such a node beneath. 0: all stay. */
    double min_fraction;
    int64_t max_nodes;  /* at most so many nodes, remainders included, but at least two; 0: any number */
    const uint32_t *as; /* by frame: which one it is taken for; NULL: each for itself */
};

struct tree_node {
    uint32_t parent; /* of the root: the root */
    uint32_t frame;  /* TREE_NONE: the root; or TREE_REMAINDER */
    uint32_t first;  /* child, or TREE_NONE */
    uint32_t next;   /* sibling, or TREE_NONE */
    uint32_t depth;  /* the root is 0 */
    uint32_t folded; /* of a remainder: how many nodes it stands for */
    bool inlined;    /* every call was */
};

struct tree {
    struct view *view;
    uint32_t first_type;  /* the view's type that is the tree's type 0 */
    uint32_t types;       /* of this tree: one, or all of the view's */
    uint32_t sides;       /* 1; of a diff 2: source, base */
    struct column nodes;  /* struct tree_node; 0 is the root; a parent stands before its children */
    struct column selfs;  /* int64_t: by node, type and side */
    struct column totals; /* the same */
    uint32_t pruned;      /* nodes that stand in remainders */
    uint32_t depth;       /* the greatest */
    bool saturated;       /* a sum did not fit in 64 bits and stays at the end of the range */
};

/* v outlives it and pays. E_TOO_LARGE, E_BUSY: memory. */
NODISCARD enum status tree_build(struct view *v, const struct tree_options *options, struct tree **ret_tree,
                                 struct error *err);
void tree_free(struct tree *t); /* NULL is fine */
void tree_freep(struct tree **t);

static inline uint32_t tree_count(const struct tree *t)
{
    return (uint32_t)t->nodes.count;
}

static inline const struct tree_node *tree_node(const struct tree *t, uint32_t node)
{
    return &COLUMN_AT(t->nodes, struct tree_node)[node];
}

/* Both sides as they are: a diff's difference is source - base. */
struct tree_value {
    int64_t self, total;           /* of the source, or of all when it is no diff */
    int64_t base_self, base_total; /* 0 when it is no diff; not negative as a rule */
};
/* type is one of the tree's. */
struct tree_value tree_value(const struct tree *t, uint32_t node, uint32_t type);

#endif
