/*
 * The labels of the samples of a graph's nodes, as pictures show them: boxes at a node that tell for which
 * labels it was reached, and for which sizes (numeric labels other than "bytes" are not drawn). One thread at
 * a time.
 *
 * Source: google/pprof, internal/graph.
 */
#ifndef VIEW_TAGS_H
#define VIEW_TAGS_H

#include "view/graph.h"

enum { TAGS_OF_A_NODE = 4 }; /* are drawn, and as many sizes for each of them */

struct tag {
    uint32_t node;
    uint32_t labels; /* text: all string labels of a sample, "key:text", escaped for dot; 0: it has none */
    uint32_t name;   /* text of the number with its unit; 0: the tag stands for the labels themselves */
    int64_t value;   /* the number */
    int64_t flat, cum;
};

struct tags {
    struct graph *graph;
    struct intern texts;
    struct column tags; /* struct tag, by node, labels, name; those of labels before those of numbers */
    struct slice unit;  /* of all numbers */
};

/* Of the first `count` nodes. Small ones are left out as small nodes are. To be released in any case. False
 * when the quota refuses. */
bool tags_build(struct tags *t, struct graph *g, uint32_t count);
void tags_release(struct tags *t);

/* The tags of a node with these labels: that for the labels themselves (labels is not looked at: of all
 * labels) or those for numbers. */
struct view_span tags_labels(const struct tags *t, uint32_t node);
struct view_span tags_numbers(const struct tags *t, uint32_t node, uint32_t labels);

/* How many of the nodes, which stand in order, take the room of `wanted` ones. False: the quota refuses. */
bool tags_choose_nodes(struct graph *g, int64_t wanted, uint32_t *ret_count);

#endif
