/*
 * Edges that are left out of a picture.
 *
 * An edge over left-out nodes is redundant if its ends are joined by another way: drawing it would tell
 * nothing. Looking for that way takes as long as there are edges, for each edge, which is no matter with the
 * 80 nodes of a picture, but somebody may ask for 100,000: after LIMIT_GRAPH_STEPS of such steps the rest
 * stays.
 */
#include "view/graph_part.h"

/* Of an edge between two nodes that are not shown neither end is asked. */
static bool is_light(const struct graph *g, const struct graph_edge *e)
{
    return e->to < g->shown && graph_abs(e->weight) < g->edge_cutoff;
}

uint32_t graph_trim_edges(struct graph *g)
{
    struct graph_edge *edges = COLUMN_AT(g->edges, struct graph_edge);
    size_t kept = 0;
    for (size_t i = 0; i < g->edges.count; i++)
        if (!is_light(g, &edges[i]))
            edges[kept++] = edges[i];
    uint32_t dropped = (uint32_t)(g->edges.count - kept);
    g->edges.count = kept;
    return dropped;
}

struct search {
    struct graph *g;
    struct column gone;  /* char by edge */
    struct column seen;  /* uint32_t by node: the last search that came by, from 1 */
    struct column queue; /* uint32_t, nodes */
    uint32_t number;
    uint64_t steps;
};

/* Upwards from the callee to the caller, over all edges but this one. */
static bool is_redundant(struct search *s, uint32_t index)
{
    const struct graph_edge *edges = COLUMN_AT(s->g->edges, struct graph_edge);
    uint32_t *seen = COLUMN_AT(s->seen, uint32_t);
    uint32_t *queue = COLUMN_AT(s->queue, uint32_t);
    size_t count = 0;
    s->number++;
    seen[edges[index].to] = s->number;
    queue[count++] = edges[index].to;
    for (size_t at = 0; at < count; at++) {
        struct view_span ins = graph_node(s->g, queue[at])->ins;
        s->steps += ins.count;
        for (uint32_t i = 0; i < ins.count; i++) {
            uint32_t in = COLUMN_AT(s->g->ins, uint32_t)[ins.at + i];
            uint32_t from = edges[in].from;
            if (in == index || COLUMN_AT(s->gone, char)[in] || seen[from] == s->number)
                continue;
            if (from == edges[index].from)
                return true;

            seen[from] = s->number;
            queue[count++] = from;
        }
    }
    return false;
}

/* Light ones first, as far as there is none among them that is not residual: it would be confusing to keep
 * that one and leave out a heavier one. */
static void search_node(struct search *s, uint32_t node)
{
    struct view_span ins = graph_node(s->g, node)->ins;
    for (uint32_t i = ins.count; i-- > 0 && s->steps < LIMIT_GRAPH_STEPS;) {
        uint32_t in = COLUMN_AT(s->g->ins, uint32_t)[ins.at + i];
        if (!COLUMN_AT(s->g->edges, struct graph_edge)[in].residual)
            return;
        if (is_redundant(s, in))
            COLUMN_AT(s->gone, char)[in] = 1;
    }
}

static void sweep(struct search *s)
{
    struct graph_edge *edges = COLUMN_AT(s->g->edges, struct graph_edge);
    size_t kept = 0;
    for (size_t i = 0; i < s->g->edges.count; i++)
        if (!COLUMN_AT(s->gone, char)[i])
            edges[kept++] = edges[i];
    s->g->edges.count = kept;
}

bool graph_trim_redundant(struct graph *g)
{
    struct quota *quota = &g->view->quota;
    struct search s = {g, COLUMN_OF(char), COLUMN_OF(uint32_t), COLUMN_OF(uint32_t), 0, 0};
    bool ok = column_fill(&s.gone, g->edges.count, 0, quota) &&
              column_fill(&s.seen, g->nodes.count, 0, quota) &&
              column_fill(&s.queue, g->nodes.count, 0, quota);
    if (ok) {
        for (uint32_t node = g->shown; node-- > 0;)
            search_node(&s, node);
        sweep(&s);
    }
    column_release(&s.gone, quota);
    column_release(&s.seen, quota);
    column_release(&s.queue, quota);
    return ok && graph_link(g);
}
