/*
 * Trimming, in the order in which pprof does it, since each step changes what the next one sees:
 *
 *   1. Sums over all frames. The cutoffs are shares of the sum of all flat values that is left, not of the
 *      profile's total.
 *   2. Frames below the node cutoff leave. The sums are made anew from the samples: an edge over frames that
 *      left is residual, and a sample whose leaf left is nobody's flat value.
 *   3. Nodes are put in order. If only so many may stay, light edges and tags go, the first ones are chosen,
 *      and the sums are made anew once more.
 *   4. Light edges go, and those of a picture that are redundant.
 *
 * Edges that go in step 3 are counted as dropped only if step 3 chose some nodes; pprof's legend has it so.
 *
 * Nodes whose values add up to zero (in diffs) are not shown. Edges to them are, in tables.
 */
#include "view/graph.h"

#include "base/alloc.h"
#include "view/graph_part.h"
#include "view/measure.h"
#include "view/tags.h"

#include <stdlib.h>

enum { NODES_OF_CALLS = 80 };

void graph_free(struct graph *g)
{
    if (!g)
        return;

    struct quota *quota = &g->view->quota;
    column_release(&g->nodes, quota);
    column_release(&g->edges, quota);
    column_release(&g->ins, quota);
    column_release(&g->outs, quota);
    column_release(&g->names, quota);
    free(g);
}

void graph_freep(struct graph **g)
{
    graph_free(*g);
}

/* --- options --- */

static bool is_trimmed(const struct graph *g)
{
    return g->kind != GRAPH_WHOLE && !g->view->options->no_trim;
}

/* 0: all. */
static int64_t node_count(const struct graph *g)
{
    if (!is_trimmed(g))
        return 0;

    int64_t wanted = g->view->options->node_count;
    if (wanted == -1)
        return g->kind == GRAPH_TOP ? 0 : NODES_OF_CALLS;
    return wanted > 0 ? wanted : 0;
}

static int64_t cutoff(const struct graph *g, int64_t total, double fraction)
{
    return is_trimmed(g) ? graph_abs(graph_to_i64((double)total * fraction)) : 0;
}

/* --- from sums to nodes --- */

static bool add_node(struct graph *g, const struct graph_count *c, uint32_t frame, uint32_t *ret_node)
{
    const struct graph_tally *t = &COLUMN_AT(c->tallies, struct graph_tally)[frame];
    struct graph_node *node = column_add(&g->nodes, 1, &g->view->quota);
    if (!node)
        return false;

    *node = (struct graph_node){
        .frame = frame, .flat = t->flat, .cum = t->cum, .base_flat = t->base_flat, .base_cum = t->base_cum};
    *ret_node = (uint32_t)g->nodes.count - 1;
    return true;
}

/* nodes: by frame, GRAPH_NONE: it has none yet. */
static bool add_edges(struct graph *g, const struct graph_count *c, uint32_t *nodes)
{
    struct graph_edge *edges =
        c->calls.count > 0 ? column_add(&g->edges, c->calls.count, &g->view->quota) : NULL;
    if (c->calls.count > 0 && !edges)
        return false;

    for (size_t i = 0; i < c->calls.count; i++) {
        edges[i] = COLUMN_AT(c->calls, struct graph_call)[i].edge;
        uint32_t *ends[] = {&edges[i].from, &edges[i].to};
        for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
            uint32_t *node = &nodes[*ends[k]];
            if (*node == GRAPH_NONE && !add_node(g, c, *ends[k], node))
                return false;
            *ends[k] = *node;
        }
    }
    return true;
}

static bool collect(struct graph *g, const struct graph_count *c)
{
    struct column nodes = COLUMN_OF(uint32_t);
    bool ok = column_fill(&nodes, c->tallies.count, 0xff, &g->view->quota);
    column_reset(&g->nodes);
    column_reset(&g->edges);
    for (uint32_t i = 0; ok && i < c->tallies.count; i++)
        if (graph_tally_is_shown(&COLUMN_AT(c->tallies, struct graph_tally)[i]))
            ok = add_node(g, c, i, &COLUMN_AT(nodes, uint32_t)[i]);
    g->shown = (uint32_t)g->nodes.count;
    ok = ok && add_edges(g, c, COLUMN_AT(nodes, uint32_t));
    column_release(&nodes, &g->view->quota);
    return ok && graph_name_nodes(g) && graph_order_nodes(g);
}

/* --- trimming --- */

struct build {
    struct graph *g;
    struct graph_count count;
    struct column kept; /* char by frame */
};

static bool drop_small_nodes(struct build *b)
{
    struct graph *g = b->g;
    const struct graph_tally *tallies = COLUMN_AT(b->count.tallies, struct graph_tally);
    int64_t total = 0;
    for (size_t i = 0; i < b->count.tallies.count; i++)
        total = graph_add(total, tallies[i].flat);
    g->node_cutoff = cutoff(g, total, g->view->options->node_fraction);
    g->edge_cutoff = cutoff(g, total, g->view->options->edge_fraction);
    if (g->node_cutoff <= 0)
        return true;
    if (!column_fill(&b->kept, b->count.tallies.count, 0, &g->view->quota))
        return false;

    for (size_t i = 0; i < b->count.tallies.count; i++)
        if (graph_tally_is_shown(&tallies[i])) {
            bool keep = graph_abs(tallies[i].cum) >= g->node_cutoff;
            COLUMN_AT(b->kept, char)[i] = keep;
            g->dropped_nodes += !keep;
        }
    return g->dropped_nodes == 0 || graph_count_run(&b->count, COLUMN_AT(b->kept, char));
}

/* In a picture tags take room as nodes do. False when the quota refuses. */
static bool choose_count(struct graph *g, uint32_t *ret_count)
{
    int64_t wanted = node_count(g);
    *ret_count = wanted < g->shown ? (uint32_t)wanted : g->shown;
    return g->kind != GRAPH_PICTURE || tags_choose_nodes(g, wanted, ret_count);
}

static bool limit_nodes(struct build *b)
{
    struct graph *g = b->g;
    uint32_t count;
    (void)graph_trim_edges(g);
    if (!choose_count(g, &count))
        return false;
    if (count == g->shown)
        return true;
    if (!column_fill(&b->kept, b->count.tallies.count, 0, &g->view->quota))
        return false;

    for (uint32_t i = 0; i < count; i++)
        COLUMN_AT(b->kept, char)[graph_node(g, i)->frame] = 1;
    return graph_count_run(&b->count, COLUMN_AT(b->kept, char)) && collect(g, &b->count);
}

static bool build(struct build *b)
{
    struct graph *g = b->g;
    if (!graph_count_run(&b->count, NULL) || !drop_small_nodes(b) || !collect(g, &b->count))
        return false;

    g->nodes_in_all = g->shown;
    if (node_count(g) > 0 && !limit_nodes(b))
        return false;

    g->dropped_edges = graph_trim_edges(g);
    return graph_link(g) && (g->kind != GRAPH_PICTURE || graph_trim_redundant(g));
}

/* The unit in which the smallest value can still be seen, if the greatest is not too far from it. */
static struct slice choose_unit(const struct graph *g)
{
    int64_t least = 0;
    for (uint32_t i = 0; i < g->shown; i++) {
        const struct graph_node *node = graph_node(g, i);
        int64_t size = graph_abs(node->flat != 0 ? node->flat : node->cum);
        if (size > 0 && (least == 0 || size < least))
            least = size;
    }
    if (g->shown == 0)
        return SLICE("minimum");
    if (least == 0)
        least = g->view->total;

    struct slice own = view_type_unit(g->view, g->view->type), any = SLICE("minimum"), of_least, of_most;
    int64_t hundred = (int64_t)((uint64_t)least * 100);
    (void)measure_scale(least, own, any, &of_least);
    (void)measure_scale(g->view->total, own, any, &of_most);
    if (!slice_eq(of_least, of_most) && hundred < g->view->total)
        (void)measure_scale(hundred, own, any, &of_least);
    return of_least.len > 0 ? of_least : own;
}

enum status graph_build(struct view *v, enum graph_kind kind, struct graph **ret_graph, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = mem_alloc(sizeof *g);
    *g = (struct graph){.view = v,
                        .kind = kind,
                        .nodes = COLUMN_OF(struct graph_node),
                        .edges = COLUMN_OF(struct graph_edge),
                        .ins = COLUMN_OF(uint32_t),
                        .outs = COLUMN_OF(uint32_t),
                        .names = COLUMN_OF(char)};
    struct build b = {g, GRAPH_COUNT_OF(v), COLUMN_OF(char)};
    bool built = build(&b);
    graph_count_release(&b.count);
    column_release(&b.kept, &v->quota);
    if (!built)
        return view_error(v, err);

    for (uint32_t i = 0; i < g->shown; i++)
        g->flat_sum = graph_add(g->flat_sum, graph_node(g, i)->flat);
    g->unit = choose_unit(g);
    *ret_graph = g;
    g = NULL;
    return OK;
}

enum graph_inlined graph_inlined(const struct graph *g, uint32_t node)
{
    struct view_span ins = graph_node(g, node)->ins;
    uint32_t inlined = 0;
    for (uint32_t i = 0; i < ins.count; i++)
        inlined += graph_edge(g, &g->ins, ins, i)->inlined;
    if (inlined == 0)
        return GRAPH_NOT_INLINED;
    return inlined == ins.count ? GRAPH_INLINED : GRAPH_PARTLY_INLINED;
}
