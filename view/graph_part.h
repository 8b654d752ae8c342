/* What a call graph is made of on the way: for graph.c. */
#ifndef VIEW_GRAPH_PART_H
#define VIEW_GRAPH_PART_H

#include "view/graph.h"

#define GRAPH_NONE UINT32_MAX

/* Sums in 64 bits go round, as those of pprof do. */
static inline int64_t graph_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
static inline int64_t graph_negative(int64_t a)
{
    return (int64_t) - (uint64_t)a;
}
static inline int64_t graph_abs(int64_t a)
{
    return a < 0 ? graph_negative(a) : a;
}
/* What does not fit, or is no number, is the least: so amd64 converts, and pprof's orders depend on it. */
static inline int64_t graph_to_i64(double a)
{
    const double limit = 9223372036854775808.0; /* 2^63 */
    return a >= -limit && a < limit ? (int64_t)a : INT64_MIN;
}

/* graph_count.c: sums over the samples. */
struct graph_tally {
    int64_t flat, cum, base_flat, base_cum;
    uint32_t stamp; /* the last sample that had it, from 1 */
    uint32_t edge;  /* the last edge that led to it, or GRAPH_NONE */
};

struct graph_call {
    struct graph_edge edge; /* from and to are frames */
    uint32_t stamp;
};

struct graph_count {
    struct view *view;
    struct column tallies; /* struct graph_tally by frame */
    struct column calls;   /* struct graph_call */
    struct table call_table;
};

#define GRAPH_COUNT_OF(v)                                                                                    \
    ((struct graph_count){(v), COLUMN_OF(struct graph_tally), COLUMN_OF(struct graph_call), TABLE_INIT})
void graph_count_release(struct graph_count *c);
/* Anew. kept: by frame, whether it takes part; NULL: all do. False when the quota refuses. */
bool graph_count_run(struct graph_count *c, const char *kept);
static inline bool graph_tally_is_shown(const struct graph_tally *t)
{
    return t->flat != 0 || t->cum != 0;
}

/* graph_order.c */
/* Orders: the greater size first, whatever the sign; texts that stand in `count` pieces each. */
int graph_compare_sizes(int64_t a, int64_t b);
int graph_compare_pieces(const struct slice *a, const struct slice *b, size_t count);
/* The others are false when the quota refuses. */
/* Gives every node its name and rank. */
bool graph_name_nodes(struct graph *g);
/* Puts the nodes that are shown in order. */
bool graph_order_nodes(struct graph *g);
/* < 0: edge a stands before b. */
int graph_compare_edges(const struct graph *g, const struct graph_edge *a, const struct graph_edge *b);
/* Makes the spans of all nodes' edges. */
bool graph_link(struct graph *g);

/* graph_trim.c */
/* Leaves out edges below the cutoff; how many. */
uint32_t graph_trim_edges(struct graph *g);
/* Leaves out residual edges whose ends are joined by another way. Linked before and after. */
bool graph_trim_redundant(struct graph *g);

#endif
