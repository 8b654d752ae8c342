/*
 * The call graph of a view: frames with flat and cumulative values, and who called whom; trimmed as pprof
 * does. Tables (top, peek, tree) and dot are drawn from it. One thread at a time.
 *
 * Source: google/pprof, internal/graph, internal/report.
 */
#ifndef VIEW_GRAPH_H
#define VIEW_GRAPH_H

#include "view/view.h"

struct graph_edge {
    uint32_t from, to; /* nodes */
    int64_t weight;
    bool residual; /* over nodes that were left out */
    bool inlined;  /* every call was */
};

struct graph_node {
    uint32_t frame;
    int64_t flat, cum;
    /* Of a diff: what both sides have: flat = source_flat - base_flat. */
    int64_t source_flat, base_flat, source_cum, base_cum;
};

struct graph {
    struct view *view;
    struct column nodes; /* struct graph_node, in the order in which pprof shows them */
    struct column edges; /* struct graph_edge; whichever order graph.c says */
    size_t nodes_in_all; /* before node_count */
    size_t dropped_nodes, dropped_edges;
    int64_t node_cutoff, edge_cutoff;
    int64_t flat_sum;  /* of the nodes that are left */
    struct slice unit; /* for all values of one picture */
};

enum graph_kind {
    GRAPH_TABLE,   /* top, tree */
    GRAPH_WHOLE,   /* peek: nothing is trimmed */
    GRAPH_PICTURE, /* dot: entropy order, at most 80 nodes, redundant edges left out */
};

NODISCARD enum status graph_build(struct view *v, enum graph_kind kind, struct graph **ret_graph,
                                  struct error *err);
void graph_free(struct graph *g);
void graph_freep(struct graph **g);

/* The lines that stand above every table: "File: ...", "Type: cpu", "Time: ...", "Showing nodes accounting
 * for ..."; each with a newline. */
void graph_legend(const struct graph *g, struct buf *out);

#endif
