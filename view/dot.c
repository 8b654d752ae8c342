/*
 * A picture of the call graph in the language of Graphviz, drawn as pprof draws it: the bigger a node's flat
 * value the bigger its letters, the redder it is the more it holds (in a diff: the greener the less than
 * before), and the thicker an edge the more goes over it. An edge over nodes that were left out is dotted.
 *
 *     brazier ... format=dot | dot -Tsvg >picture.svg
 *
 * All that comes from the profile stands between double quotes and is escaped, units included: pprof is less
 * strict there. Edges to nodes that are not shown (their values add up to zero) are not drawn.
 */
#include "view/dot.h"

#include "view/format.h"
#include "view/graph_part.h"
#include "view/measure.h"
#include "view/path.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { SMALLEST_LETTERS = 8, LETTERS_GROW = 16 };

struct picture {
    struct graph *g;
    struct tags tags;
    struct column has_tags; /* char by node */
    int64_t greatest_flat;
    struct buf *out;
};

/* --- pieces --- */

static void add_value(const struct graph *g, int64_t value, struct buf *out)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    graph_label(g, value, &text);
    dot_escape(buf_slice(&text), out);
}

static void add_share(const struct graph *g, int64_t value, struct buf *out)
{
    struct buf share CLEANUP(buf_release) = BUF_INIT(64);
    measure_percentage(value, g->view->total, &share);
    buf_printf(out, " (%.*s)", SLICE_ARG(slice_trim(buf_slice(&share))));
}

/* Green for -1, grey for 0, red for 1; small scores are moved away from grey, so that they can be told. */
static void add_color(double score, bool background, struct buf *out)
{
    double saturation = background ? 0.1 : 1.0, value = background ? 0.93 : 0.7;
    double size = fabs(score) <= 1 ? fabs(score) : 1;
    if (size < 0.2)
        saturation *= size / 0.2;
    double less = value * (1 - saturation * pow(size, 0.3));
    double red = score < 0 ? less : value, green = score < 0 ? value : less;
    buf_printf(out, "\"#%02x%02x%02x\"", (unsigned)(red * 255), (unsigned)(green * 255),
               (unsigned)(value * (1 - saturation) * 255));
}

static double score_of(const struct graph *g, int64_t value)
{
    return g->view->total != 0 ? (double)value / (double)g->view->total : 0;
}

/* The name as a box has it: a line for each of its parts. */
static void add_box_name(struct slice name, struct buf *out)
{
    struct buf shorter CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    struct buf escaped CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    dot_shorten(name, &shorter);
    dot_escape(buf_slice(&shorter), &escaped);
    static const struct {
        struct slice from;
        const char *to;
    } replaced[] = {{{"::", 2}, "\\n"}, {{"[...]", 5}, "[\xe2\x80\xa6]"}, {{".", 1}, "\\n"}};
    struct slice rest = buf_slice(&escaped);
    while (rest.len > 0) {
        size_t i = 0;
        while (i < ARRAY_LEN(replaced) && !slice_starts(rest, replaced[i].from))
            i++;
        if (i < ARRAY_LEN(replaced))
            buf_append_cstr(out, replaced[i].to);
        else
            buf_append_byte(out, rest.ptr[0]);
        rest = slice_from(rest, i < ARRAY_LEN(replaced) ? replaced[i].from.len : 1);
    }
}

/* As view_frame_name(), in lines, with the file's base name only. */
static void add_frame(const struct view *v, uint32_t frame, struct buf *out)
{
    const struct view_frame *f = view_frame(v, frame);
    struct slice file = f->file != 0 ? path_base(view_string(v, f->file)) : SLICE("");
    if (f->address != 0)
        buf_printf(out, "%016" PRIx64 "\\n", f->address);
    if (f->name != 0) {
        add_box_name(view_string(v, f->name), out);
        buf_append_cstr(out, "\\n");
    }
    if (f->line == 0 && f->file == 0 && f->name != 0)
        return;

    if (f->line == 0 && f->file == 0 && f->module != 0) {
        buf_append_byte(out, '[');
        dot_escape(path_base(view_string(v, f->module)), out);
        buf_append_byte(out, ']');
    } else if (f->line == 0 && f->file == 0) {
        buf_append_cstr(out, "<unknown>");
    }
    dot_escape(file, out);
    if (f->line != 0)
        buf_printf(out, ":%" PRId64, f->line);
    if (f->line != 0 && f->column != 0)
        buf_printf(out, ":%" PRId64, f->column);
    buf_append_cstr(out, "\\n");
}

/* --- nodes --- */

static void add_values(const struct graph *g, const struct graph_node *node, struct buf *out)
{
    if (node->flat != 0) {
        add_value(g, node->flat, out);
        add_share(g, node->flat, out);
    } else {
        buf_append_byte(out, '0');
    }
    if (node->cum == node->flat)
        return;

    buf_append_cstr(out, node->flat != 0 ? "\\nof " : " of ");
    add_value(g, node->cum, out);
    add_share(g, node->cum, out);
}

static int letters(const struct picture *p, int64_t flat)
{
    if (flat == 0 || p->greatest_flat <= 0)
        return SMALLEST_LETTERS;

    double share = (double)graph_abs(flat) / (double)p->greatest_flat;
    return SMALLEST_LETTERS + (int)ceil(LETTERS_GROW * sqrt(share));
}

static void add_node(struct picture *p, uint32_t index)
{
    const struct graph *g = p->g;
    const struct graph_node *node = graph_node(g, index);
    buf_printf(p->out, "N%u [label=\"", index + 1);
    add_frame(g->view, node->frame, p->out);
    add_values(g, node, p->out);
    buf_printf(p->out, "\" id=\"node%u\" fontsize=%d shape=box tooltip=\"", index + 1,
               letters(p, node->flat));
    dot_escape(graph_name(g, index), p->out);
    buf_append_cstr(p->out, " (");
    add_value(g, node->cum, p->out);
    buf_append_cstr(p->out, ")\" color=");
    add_color(score_of(g, node->cum), false, p->out);
    buf_append_cstr(p->out, " fillcolor=");
    add_color(score_of(g, node->cum), true, p->out);
    buf_append_cstr(p->out, "]\n");
    COLUMN_AT(p->has_tags, char)[index] = dot_tags(&p->tags, index, p->out);
}

/* --- edges --- */

/* The part of `whole` that it is of the total, from 0 to whole. */
static int64_t part(const struct graph *g, int64_t weight, int64_t whole)
{
    int64_t part = graph_abs((int64_t)((uint64_t)weight * (uint64_t)whole) / g->view->total);
    return part < whole ? part : whole;
}

static void add_tooltip(const struct graph *g, const struct graph_edge *e, const char *attribute,
                        struct buf *out)
{
    buf_printf(out, " %s=\"", attribute);
    dot_escape(graph_name(g, e->from), out);
    buf_append_cstr(out, e->residual ? " ... " : " -> ");
    dot_escape(graph_name(g, e->to), out);
    buf_append_cstr(out, " (");
    add_value(g, e->weight, out);
    buf_append_cstr(out, ")\"");
}

static void add_edge(struct picture *p, const struct graph_edge *e)
{
    const struct graph *g = p->g;
    buf_printf(p->out, "N%u -> N%u [label=\" ", e->from + 1, e->to + 1);
    add_value(g, e->weight, p->out);
    buf_append_cstr(p->out, e->inlined ? "\\n (inline)\"" : "\"");
    if (g->view->total != 0) {
        if (part(g, e->weight, 100) > 0)
            buf_printf(p->out, " weight=%d", 1 + (int)part(g, e->weight, 100));
        if (part(g, e->weight, 5) > 0)
            buf_printf(p->out, " penwidth=%d", 1 + (int)part(g, e->weight, 5));
        buf_append_cstr(p->out, " color=");
        add_color(score_of(g, e->weight), false, p->out);
    }
    add_tooltip(g, e, "tooltip", p->out);
    add_tooltip(g, e, "labeltooltip", p->out);
    buf_append_cstr(p->out, e->residual ? " style=\"dotted\"" : "");
    buf_append_cstr(p->out, COLUMN_AT(p->has_tags, char)[e->from] ? " minlen=2]\n" : "]\n");
}

static int compare_edges(const void *a, const void *b, void *graph)
{
    const struct graph_edge *edges = COLUMN_AT(((const struct graph *)graph)->edges, struct graph_edge);
    return graph_compare_edges(graph, &edges[*(const uint32_t *)a], &edges[*(const uint32_t *)b]);
}

/* The heaviest first: Graphviz takes that as a hint. */
static bool add_edges(struct picture *p)
{
    struct quota *quota = &p->g->view->quota;
    struct column order = COLUMN_OF(uint32_t);
    if (!column_fill(&order, p->g->edges.count, 0, quota))
        return false;

    uint32_t *edge = COLUMN_AT(order, uint32_t);
    for (uint32_t i = 0; i < order.count; i++)
        edge[i] = i;
    if (order.count > 1)
        qsort_r(edge, order.count, sizeof *edge, compare_edges, p->g);
    for (uint32_t i = 0; i < order.count; i++) {
        const struct graph_edge *e = &COLUMN_AT(p->g->edges, struct graph_edge)[edge[i]];
        if (e->from < p->g->shown && e->to < p->g->shown)
            add_edge(p, e);
    }
    column_release(&order, quota);
    return true;
}

/* --- all --- */

static void add_legend(const struct graph *g, struct buf *out)
{
    struct buf legend CLEANUP(buf_release) = BUF_INIT(out->max);
    struct slice program = graph_program(g);
    graph_legend(g, &legend);
    buf_append_cstr(out, "subgraph cluster_L { \"");
    dot_escape(slice_sub(buf_slice(&legend), 0, slice_find(buf_slice(&legend), '\n')), out);
    buf_append_cstr(out, "\" [shape=box fontsize=16 label=\"");
    dot_escape(buf_slice(&legend), out);
    buf_append_byte(out, '"');
    if (program.len > 0) {
        buf_append_cstr(out, " tooltip=\"");
        dot_escape(program, out);
        buf_append_byte(out, '"');
    }
    buf_append_cstr(out, "] }\n");
}

static void add_head(const struct graph *g, struct buf *out)
{
    struct slice program = graph_program(g);
    buf_append_cstr(out, "digraph \"");
    dot_escape(program.len > 0 ? program : SLICE("unnamed"), out);
    buf_append_cstr(out, "\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n");
    add_legend(g, out);
}

static bool add_all(struct picture *p)
{
    if (!tags_build(&p->tags, p->g, p->g->shown) ||
        !column_fill(&p->has_tags, p->g->nodes.count, 0, &p->g->view->quota))
        return false;

    for (uint32_t i = 0; i < p->g->shown; i++) {
        int64_t size = graph_abs(graph_node(p->g, i)->flat);
        p->greatest_flat = size > p->greatest_flat ? size : p->greatest_flat;
    }
    add_head(p->g, p->out);
    for (uint32_t i = 0; i < p->g->shown && !p->out->full; i++)
        add_node(p, i);
    if (!add_edges(p))
        return false;

    buf_append_cstr(p->out, "}\n");
    return true;
}

enum status dot_render(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    enum status status = graph_build(v, GRAPH_PICTURE, &g, err);
    if (status != OK)
        return status;

    struct picture p = {.g = g, .has_tags = COLUMN_OF(char), .out = out};
    bool drawn = add_all(&p);
    tags_release(&p.tags);
    column_release(&p.has_tags, &v->quota);
    return drawn ? buf_check(out, "the picture", err) : view_error(v, err);
}
