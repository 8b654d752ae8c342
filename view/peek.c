/*
 * Who calls a function and whom it calls; nothing is trimmed. JSON: the head of top.c, and
 *
 *   "items": [
 *     {"name": "main.run", ..., "flat": 5, "cum": 9,          as in top.c
 *      "callers": [{"name": "main.main", ..., "weight": 9}],   the heaviest first
 *      "callees": [{"name": "main.step", ..., "inlined": true, "weight": 4}]}]
 *
 * weight is what went over that call, once for each sample; of a diff there are weight_source and weight_base
 * too. "inlined" is there when every one of these calls was.
 */
#include "base/regex.h"
#include "view/calls.h"
#include "view/format.h"
#include "view/graph_json.h"

/* The graph and what to look for in it. */
static enum status peek_open(struct view *v, struct graph **ret_graph, struct regex **ret_regex,
                             struct error *err)
{
    struct regex *regex CLEANUP(regex_freep) = NULL;
    if (v->options->function.len == 0)
        return error_set(err, E_INVALID, "say which functions with function=REGEX");

    enum status status = regex_new("function", v->options->function, &regex, err);
    if (status == OK)
        status = graph_build(v, GRAPH_WHOLE, ret_graph, err);
    if (status != OK)
        return status;

    *ret_regex = regex;
    regex = NULL;
    return OK;
}

/* Of what was searched with a used-up allowance nothing can be said. */
static enum status end(const struct view *v, const struct regex *regex, const struct buf *out, uint32_t count,
                       struct error *err)
{
    enum status status = regex_check(regex, err);
    if (status == OK)
        status = buf_check(out, "the table", err);
    if (status != OK || count > 0)
        return status;
    return error_set(err, E_NOT_FOUND, "no function matches \"%.*s\"", SLICE_ARG(v->options->function));
}

enum status peek_text_render(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    struct regex *regex CLEANUP(regex_freep) = NULL;
    enum status status = peek_open(v, &g, &regex, err);
    if (status != OK)
        return status;

    return end(v, regex, out, calls_text(g, regex, out), err);
}

static void add_edges(const struct graph *g, uint32_t node, bool in, struct json *j)
{
    const struct column *ends = in ? &g->ins : &g->outs;
    struct view_span span = in ? graph_node(g, node)->ins : graph_node(g, node)->outs;
    json_key(j, in ? "callers" : "callees");
    json_array(j);
    for (uint32_t i = 0; i < span.count; i++) {
        const struct graph_edge *e = graph_edge(g, ends, span, i);
        json_object(j);
        graph_json_frame(g, in ? e->from : e->to, j);
        if (e->inlined) {
            json_key(j, "inlined");
            json_bool(j, true);
        }
        graph_json_value(g, "weight", e->weight, e->base_weight, j);
        json_object_end(j);
    }
    json_array_end(j);
}

static void add_item(const struct graph *g, uint32_t index, struct json *j)
{
    const struct graph_node *node = graph_node(g, index);
    json_object(j);
    graph_json_frame(g, index, j);
    graph_json_inlined(g, index, j);
    graph_json_value(g, "flat", node->flat, node->base_flat, j);
    graph_json_value(g, "cum", node->cum, node->base_cum, j);
    add_edges(g, index, true, j);
    add_edges(g, index, false, j);
    json_object_end(j);
}

enum status peek_render(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    struct regex *regex CLEANUP(regex_freep) = NULL;
    enum status status = peek_open(v, &g, &regex, err);
    if (status != OK)
        return status;

    struct json j = JSON_INIT(out);
    uint32_t count = 0;
    json_object(&j);
    graph_json_head(g, &j);
    json_key(&j, "items");
    json_array(&j);
    for (uint32_t i = 0; i < g->shown && !out->full; i++) {
        if (!regex_matches(regex, graph_name(g, i)))
            continue;
        add_item(g, i, &j);
        count++;
    }
    json_array_end(&j);
    json_object_end(&j);
    return end(v, regex, out, count, err);
}
