/* The table of `go tool pprof -tree`, and of -peek. */
#include "view/calls.h"

#include "view/format.h"
#include "view/graph_part.h"
#include "view/measure.h"

#define RULE "----------------------------------------------------------+-------------\n"

static void add_edge(const struct graph *g, const struct graph_edge *e, uint32_t other, int64_t cum,
                     struct buf *out)
{
    graph_cell(g, e->weight, 50, out);
    buf_append_byte(out, ' ');
    measure_percentage(e->weight, cum, out);
    buf_append_cstr(out, " |   ");
    buf_append(out, graph_name(g, other));
    buf_append_cstr(out, e->inlined ? " (inline)\n" : "\n");
}

static void add_node(const struct graph *g, uint32_t index, int64_t sum, struct buf *out)
{
    const struct graph_node *node = graph_node(g, index);
    buf_append_cstr(out, RULE);
    for (uint32_t i = 0; i < node->ins.count; i++) {
        const struct graph_edge *e = graph_edge(g, &g->ins, node->ins, i);
        add_edge(g, e, e->from, node->cum, out);
    }
    graph_cells(g, index, sum, out);
    buf_append_cstr(out, "                | ");
    buf_append(out, graph_name(g, index));
    buf_append_byte(out, '\n');
    for (uint32_t i = 0; i < node->outs.count; i++) {
        const struct graph_edge *e = graph_edge(g, &g->outs, node->outs, i);
        add_edge(g, e, e->to, node->cum, out);
    }
}

uint32_t calls_text(const struct graph *g, const struct regex *only, struct buf *out)
{
    uint32_t count = 0;
    int64_t sum = 0;
    graph_legend(g, out);
    /* The blanks and tabs at the end are pprof's. */
    buf_append_cstr(out, RULE "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n");
    for (uint32_t i = 0; i < g->shown && !out->full; i++) {
        if (only && !regex_matches(only, graph_name(g, i)))
            continue;

        sum = graph_add(sum, graph_node(g, i)->flat);
        add_node(g, i, sum, out);
        count++;
    }
    if (g->shown > 0)
        buf_append_cstr(out, RULE);
    return count;
}

enum status calls_render(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    enum status status = graph_build(v, GRAPH_CALLS, &g, err);
    if (status != OK)
        return status;

    (void)calls_text(g, NULL, out);
    return buf_check(out, "the table", err);
}
