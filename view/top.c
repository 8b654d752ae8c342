/*
 * The functions (or lines, files, addresses) that hold most, as a table and as JSON:
 *
 *   {"program": "web",              the main program; not of a merge that knows none
 *    "type": "cpu", "unit": "nanoseconds",
 *    "total": 10000000,             what shares are of; of a diff, the base's
 *    "total_source": 12000000,      of a diff only: the sums of both sides
 *    "total_base": 10000000,
 *    "shown": 9800000,              the sum of flat over all items
 *    "time_nanos": 1700000000000000000, "duration_nanos": 10000000000,
 *    "samples": 812,                distinct stacks
 *    "nodes_in_all": 120,           before nodecount
 *    "dropped": 31,                 nodes below nodefraction
 *    "notes": ["Focus expression matched no samples"],
 *    "items": [
 *      {"name": "main.run", "file": "/src/main.go", "line": 12, "address": "0x401000", "module": "/bin/web",
 *       "inlined": true,            or "partly"; left out when no call was
 *       "flat": 5, "cum": 9,
 *       "flat_source": 8, "flat_base": 3, "cum_source": 12, "cum_base": 3}]}
 *
 * All values are in `unit`; fields that are not known or that the granularity leaves out are missing. Items
 * stand in the order of the table.
 */
#include "view/format.h"
#include "view/graph_json.h"
#include "view/graph_part.h"

static void add_row(const struct graph *g, uint32_t index, int64_t sum, struct buf *out)
{
    static const char *const notes[] = {"", " (partial-inline)", " (inline)"};
    graph_cells(g, index, sum, out);
    buf_append_cstr(out, "  ");
    buf_append(out, graph_name(g, index));
    buf_append_cstr(out, notes[graph_inlined(g, index)]);
    buf_append_byte(out, '\n');
}

enum status top_text_render(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    enum status status = graph_build(v, GRAPH_TOP, &g, err);
    if (status != OK)
        return status;

    int64_t sum = 0;
    graph_legend(g, out);
    buf_append_cstr(out, "      flat  flat%   sum%        cum   cum%\n");
    for (uint32_t i = 0; i < g->shown && !out->full; i++) {
        sum = graph_add(sum, graph_node(g, i)->flat);
        add_row(g, i, sum, out);
    }
    return buf_check(out, "the table", err);
}

static void add_item(const struct graph *g, uint32_t index, struct json *j)
{
    const struct graph_node *node = graph_node(g, index);
    json_object(j);
    graph_json_frame(g, index, j);
    graph_json_inlined(g, index, j);
    graph_json_value(g, "flat", node->flat, node->base_flat, j);
    graph_json_value(g, "cum", node->cum, node->base_cum, j);
    json_object_end(j);
}

enum status top_render(struct view *v, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    enum status status = graph_build(v, GRAPH_TOP, &g, err);
    if (status != OK)
        return status;

    struct json j = JSON_INIT(out);
    json_object(&j);
    graph_json_head(g, &j);
    json_key(&j, "items");
    json_array(&j);
    for (uint32_t i = 0; i < g->shown && !out->full; i++)
        add_item(g, i, &j);
    json_array_end(&j);
    json_object_end(&j);
    return buf_check(out, "the table", err);
}
