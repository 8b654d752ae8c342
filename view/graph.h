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
    uint32_t from, to; /* nodes; one of them may not be shown */
    int64_t weight;
    int64_t base_weight; /* of a diff: weight = source - base */
    bool residual;       /* over nodes that were left out */
    bool inlined;        /* every call was */
};

struct graph_node {
    uint32_t frame;
    uint32_t rank;        /* of its name among those of all nodes; equal names have equal ranks */
    struct view_span ins; /* who calls it: in graph.ins; the heaviest edge first, then by name */
    struct view_span outs;
    struct view_span name; /* in graph.names */
    int64_t flat, cum;
    int64_t base_flat, base_cum; /* of a diff: flat = source - base */
};

enum graph_kind {
    GRAPH_TOP,     /* a table: all nodes unless options say how many */
    GRAPH_CALLS,   /* the same with edges: 80 nodes */
    GRAPH_WHOLE,   /* peek: nothing is trimmed */
    GRAPH_PICTURE, /* dot: entropy order, 80 nodes, redundant edges left out */
};

struct graph {
    struct view *view;
    enum graph_kind kind;
    struct column
        nodes; /* struct graph_node: those shown in pprof's order, then those whose values are zero */
    uint32_t shown;
    struct column edges;     /* struct graph_edge */
    struct column ins, outs; /* uint32_t: edges */
    struct column names;     /* char */
    uint32_t nodes_in_all;   /* before node_count */
    uint32_t dropped_nodes, dropped_edges;
    int64_t node_cutoff, edge_cutoff;
    int64_t flat_sum;  /* of the nodes that are shown */
    struct slice unit; /* for all values of one picture */
};

/* Errors of the view's quota. */
NODISCARD enum status graph_build(struct view *v, enum graph_kind kind, struct graph **ret_graph,
                                  struct error *err);
void graph_free(struct graph *g); /* NULL is fine */
void graph_freep(struct graph **g);

static inline const struct graph_node *graph_node(const struct graph *g, uint32_t node)
{
    return &COLUMN_AT(g->nodes, struct graph_node)[node];
}
/* The edge at a place of a span of graph.ins or graph.outs. */
static inline const struct graph_edge *graph_edge(const struct graph *g, const struct column *ends,
                                                  struct view_span span, uint32_t i)
{
    return &COLUMN_AT(g->edges, struct graph_edge)[COLUMN_AT(*ends, uint32_t)[span.at + i]];
}
/* As tables have it. Valid as long as the graph. */
static inline struct slice graph_name(const struct graph *g, uint32_t node)
{
    struct view_span name = graph_node(g, node)->name;
    return name.count > 0 ? slice_make(&COLUMN_AT(g->names, char)[name.at], name.count) : SLICE_NULL;
}

/* Which calls of a node were inlined by its callers: all, some, none. */
enum graph_inlined {
    GRAPH_NOT_INLINED,
    GRAPH_PARTLY_INLINED,
    GRAPH_INLINED,
};
enum graph_inlined graph_inlined(const struct graph *g, uint32_t node);

/* The value with its unit, as in all of one picture. */
void graph_label(const struct graph *g, int64_t value, struct buf *out);
/* The same at the right end of `width` columns. */
void graph_cell(const struct graph *g, int64_t value, size_t width, struct buf *out);

/* A node's flat, flat%, sum%, cum and cum%; sum: flat of all nodes down to this one. */
void graph_cells(const struct graph *g, uint32_t index, int64_t sum, struct buf *out);

/* The lines that stand above every table: "File: ...", "Type: cpu", "Time: ...", "Showing nodes accounting
 * for ..."; each with a newline. Times are in UTC. */
void graph_legend(const struct graph *g, struct buf *out);
/* The base name of the main program, as the profile has it; may be empty. */
struct slice graph_program(const struct graph *g);

#endif
