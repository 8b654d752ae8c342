/*
 * The order of nodes and edges. Names decide between equal values very often, so they are made and sorted
 * once, and then only their ranks are compared.
 *
 * In a picture a node counts by its entropy: how much there is to see where its edges part or meet. A node
 * that only passes on what it gets counts little. An edge of weight zero (in diffs) makes the entropy no
 * number; pprof has the same, and graph_to_i64() says what follows.
 */
#include "base/limits.h"
#include "view/graph_part.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- names --- */

static bool add_name(struct graph *g, struct graph_node *node, struct buf *scratch)
{
    buf_reset(scratch);
    view_frame_name(g->view, node->frame, scratch);
    node->name = (struct view_span){(uint32_t)g->names.count, (uint32_t)scratch->len};
    if (scratch->len == 0)
        return true;

    char *copy = column_add(&g->names, scratch->len, &g->view->quota);
    if (copy)
        memcpy(copy, scratch->ptr, scratch->len);
    return copy != NULL;
}

static int compare_names(const void *a, const void *b, void *graph)
{
    return slice_cmp(graph_name(graph, *(const uint32_t *)a), graph_name(graph, *(const uint32_t *)b));
}

static bool rank_nodes(struct graph *g)
{
    uint32_t count = (uint32_t)g->nodes.count;
    struct column sorted = COLUMN_OF(uint32_t);
    if (!column_fill(&sorted, count, 0, &g->view->quota))
        return false;

    uint32_t *node = COLUMN_AT(sorted, uint32_t);
    for (uint32_t i = 0; i < count; i++)
        node[i] = i;
    qsort_r(node, count, sizeof *node, compare_names, g);
    for (uint32_t i = 0, rank = 0; i < count; i++) {
        rank += i > 0 && compare_names(&node[i - 1], &node[i], g) != 0;
        COLUMN_AT(g->nodes, struct graph_node)[node[i]].rank = rank;
    }
    column_release(&sorted, &g->view->quota);
    return true;
}

bool graph_name_nodes(struct graph *g)
{
    struct buf scratch CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    column_reset(&g->names);
    for (size_t i = 0; i < g->nodes.count; i++)
        if (!add_name(g, &COLUMN_AT(g->nodes, struct graph_node)[i], &scratch))
            return false;

    return g->nodes.count == 0 || rank_nodes(g);
}

/* --- nodes --- */

struct ordering {
    const struct graph *g;
    const int64_t *scores; /* by node; NULL: by flat */
};

/* A frame as pprof prints the whole of it: {name, original name, address, file, ...}. Its last resort. */
struct spelled {
    struct slice pieces[6];
    char address[24];
    char numbers[96];
};

static void spell(const struct view *v, uint32_t frame, struct spelled *ret)
{
    const struct view_frame *f = view_frame(v, frame);
    (void)snprintf(ret->address, sizeof ret->address, "  %" PRIu64 " ", f->address);
    (void)snprintf(ret->numbers, sizeof ret->numbers, " %" PRId64 " %" PRId64 " %" PRId64 " ", f->start_line,
                   f->line, f->column);
    ret->pieces[0] = view_string(v, f->name);
    ret->pieces[1] = slice_of(ret->address);
    ret->pieces[2] = view_string(v, f->file);
    ret->pieces[3] = slice_of(ret->numbers);
    ret->pieces[4] = view_string(v, f->module);
    ret->pieces[5] = SLICE("}");
}

/* The next byte of all pieces in a row, or -1. */
static int next_byte(const struct slice *pieces, size_t count, size_t *piece, size_t *at)
{
    while (*piece < count && *at == pieces[*piece].len) {
        ++*piece;
        *at = 0;
    }
    return *piece < count ? (unsigned char)pieces[*piece].ptr[(*at)++] : -1;
}

int graph_compare_pieces(const struct slice *a, const struct slice *b, size_t count)
{
    size_t piece_a = 0, at_a = 0, piece_b = 0, at_b = 0;
    int from_a, from_b;
    do {
        from_a = next_byte(a, count, &piece_a, &at_a);
        from_b = next_byte(b, count, &piece_b, &at_b);
    } while (from_a == from_b && from_a >= 0);
    return from_a - from_b;
}

static int compare_frames(const struct view *v, uint32_t a, uint32_t b)
{
    struct spelled x, y;
    spell(v, a, &x);
    spell(v, b, &y);
    int c = graph_compare_pieces(x.pieces, y.pieces, ARRAY_LEN(x.pieces));
    return c != 0 ? c : (a > b) - (a < b);
}

int graph_compare_sizes(int64_t a, int64_t b)
{
    int64_t x = graph_abs(a), y = graph_abs(b);
    return (x < y) - (x > y);
}

static int compare_nodes(const void *a, const void *b, void *ordering)
{
    const struct ordering *o = ordering;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct graph_node *x = graph_node(o->g, i);
    const struct graph_node *y = graph_node(o->g, k);
    int c =
        o->scores ? graph_compare_sizes(o->scores[i], o->scores[k]) : graph_compare_sizes(x->flat, y->flat);
    if (c == 0)
        c = (x->rank > y->rank) - (x->rank < y->rank);
    if (c == 0)
        c = o->scores ? graph_compare_sizes(x->flat, y->flat) : graph_compare_sizes(x->cum, y->cum);
    return c != 0 ? c : compare_frames(o->g->view, x->frame, y->frame);
}

/* --- entropy --- */

/* Of one node, for the edges on one side. */
struct side {
    int64_t total; /* of the weights, and of flat on the way out */
    double entropy;
    uint32_t edges;
};

static void add_share(struct side *s, int64_t part)
{
    if (s->total == 0)
        return;

    double share = (double)graph_abs(part) / (double)s->total;
    s->entropy += -share * log2(share);
}

static int64_t score(const struct graph_node *node, const struct side *in, const struct side *out)
{
    /* Entries and leaves are welcome. */
    double sum = (in->edges == 0 ? 1 : in->entropy) + (out->edges == 0 ? 1 : out->entropy);
    return graph_add(graph_to_i64(sum * (double)node->cum), node->flat);
}

/* sides: two a node, in and out, all zero. */
static void score_nodes(const struct graph *g, struct side *sides, int64_t *scores)
{
    const struct graph_edge *edges = COLUMN_AT(g->edges, struct graph_edge);
    for (size_t i = 0; i < g->edges.count; i++) {
        struct side *ends[] = {&sides[2 * (size_t)edges[i].to], &sides[2 * (size_t)edges[i].from + 1]};
        for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
            ends[k]->edges++;
            ends[k]->total = graph_add(ends[k]->total, edges[i].weight > 0 ? edges[i].weight : 0);
        }
    }
    for (uint32_t i = 0; i < g->nodes.count; i++)
        sides[2 * (size_t)i + 1].total = graph_add(sides[2 * (size_t)i + 1].total, graph_node(g, i)->flat);
    for (size_t i = 0; i < g->edges.count; i++) {
        add_share(&sides[2 * (size_t)edges[i].to], edges[i].weight);
        add_share(&sides[2 * (size_t)edges[i].from + 1], edges[i].weight);
    }
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        const struct graph_node *node = graph_node(g, i);
        if (node->flat > 0)
            add_share(&sides[2 * (size_t)i + 1], node->flat);
        scores[i] = score(node, &sides[2 * (size_t)i], &sides[2 * (size_t)i + 1]);
    }
}

static bool score_by_entropy(const struct graph *g, int64_t *scores)
{
    struct column sides = COLUMN_OF(struct side);
    bool ok = column_fill(&sides, 2 * g->nodes.count, 0, &g->view->quota);
    if (ok && sides.ptr)
        score_nodes(g, COLUMN_AT(sides, struct side), scores);
    column_release(&sides, &g->view->quota);
    return ok;
}

/* --- putting in order --- */

/* order: by place, which node comes there. */
static bool move_nodes(struct graph *g, const uint32_t *order)
{
    struct quota *quota = &g->view->quota;
    struct column places = COLUMN_OF(uint32_t); /* by node */
    struct column moved = COLUMN_OF(struct graph_node);
    uint32_t count = (uint32_t)g->nodes.count;
    if (!column_fill(&places, count, 0, quota) || !column_fill(&moved, count, 0, quota)) {
        column_release(&places, quota);
        column_release(&moved, quota);
        return false;
    }

    uint32_t *place = COLUMN_AT(places, uint32_t);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = i < g->shown ? order[i] : i;
        COLUMN_AT(moved, struct graph_node)[i] = *graph_node(g, node);
        place[node] = i;
    }
    for (size_t i = 0; i < g->edges.count; i++) {
        struct graph_edge *e = &COLUMN_AT(g->edges, struct graph_edge)[i];
        e->from = place[e->from];
        e->to = place[e->to];
    }
    column_release(&places, quota);
    column_release(&g->nodes, quota);
    g->nodes = moved;
    return true;
}

static bool find_scores(const struct graph *g, struct column *scores)
{
    if (!column_fill(scores, g->nodes.count, 0, &g->view->quota))
        return false;
    if (g->kind == GRAPH_PICTURE)
        return score_by_entropy(g, COLUMN_AT(*scores, int64_t));

    for (uint32_t i = 0; i < g->nodes.count; i++)
        COLUMN_AT(*scores, int64_t)[i] = graph_node(g, i)->cum;
    return true;
}

bool graph_order_nodes(struct graph *g)
{
    if (g->shown == 0)
        return true;

    struct quota *quota = &g->view->quota;
    struct column scores = COLUMN_OF(int64_t), order = COLUMN_OF(uint32_t);
    bool by_score = g->kind == GRAPH_PICTURE || g->view->options->cum_sort;
    bool ok = (!by_score || find_scores(g, &scores)) && column_fill(&order, g->shown, 0, quota);
    if (ok) {
        uint32_t *node = COLUMN_AT(order, uint32_t);
        for (uint32_t i = 0; i < g->shown; i++)
            node[i] = i;
        struct ordering ordering = {g, by_score ? COLUMN_AT(scores, int64_t) : NULL};
        qsort_r(node, g->shown, sizeof *node, compare_nodes, &ordering);
        ok = move_nodes(g, node);
    }
    column_release(&scores, quota);
    column_release(&order, quota);
    return ok;
}

/* --- edges --- */

int graph_compare_edges(const struct graph *g, const struct graph_edge *a, const struct graph_edge *b)
{
    int c = graph_compare_sizes(a->weight, b->weight);
    const struct graph_node *from_a = graph_node(g, a->from), *from_b = graph_node(g, b->from);
    const struct graph_node *to_a = graph_node(g, a->to), *to_b = graph_node(g, b->to);
    if (c == 0)
        c = (from_a->rank > from_b->rank) - (from_a->rank < from_b->rank);
    if (c == 0)
        c = (to_a->rank > to_b->rank) - (to_a->rank < to_b->rank);
    if (c == 0)
        c = (a->from > b->from) - (a->from < b->from);
    return c != 0 ? c : (a->to > b->to) - (a->to < b->to);
}

static int compare_edges(const void *a, const void *b, void *graph)
{
    const struct graph_edge *edges = COLUMN_AT(((const struct graph *)graph)->edges, struct graph_edge);
    return graph_compare_edges(graph, &edges[*(const uint32_t *)a], &edges[*(const uint32_t *)b]);
}

static struct view_span *span_of(struct graph *g, const struct graph_edge *e, bool in)
{
    struct graph_node *nodes = COLUMN_AT(g->nodes, struct graph_node);
    return in ? &nodes[e->to].ins : &nodes[e->from].outs;
}

/* One side: counts, then places, then fills. */
static bool link_side(struct graph *g, struct column *ends, bool in)
{
    const struct graph_edge *edges = COLUMN_AT(g->edges, struct graph_edge);
    uint32_t at = 0;
    if (!column_fill(ends, g->edges.count, 0, &g->view->quota))
        return false;

    for (size_t i = 0; i < g->edges.count; i++)
        span_of(g, &edges[i], in)->count++;
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        struct graph_node *node = &COLUMN_AT(g->nodes, struct graph_node)[i];
        struct view_span *span = in ? &node->ins : &node->outs;
        span->at = at;
        at += span->count;
        span->count = 0;
    }
    for (uint32_t i = 0; i < g->edges.count; i++) {
        struct view_span *span = span_of(g, &edges[i], in);
        COLUMN_AT(*ends, uint32_t)[span->at + span->count++] = i;
    }
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        struct view_span span = in ? graph_node(g, i)->ins : graph_node(g, i)->outs;
        if (span.count > 1)
            qsort_r(COLUMN_AT(*ends, uint32_t) + span.at, span.count, sizeof(uint32_t), compare_edges, g);
    }
    return true;
}

bool graph_link(struct graph *g)
{
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        struct graph_node *node = &COLUMN_AT(g->nodes, struct graph_node)[i];
        node->ins = node->outs = (struct view_span){0, 0};
    }
    return link_side(g, &g->ins, true) && link_side(g, &g->outs, false);
}
