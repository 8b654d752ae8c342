/* Numbers are whole and in the type's own unit: whoever shows them scales them. */
#include "view/graph_json.h"

#include "view/graph_part.h"

#include <inttypes.h>
#include <stdio.h>

void graph_json_value(const struct graph *g, const char *name, int64_t value, int64_t base, struct json *j)
{
    char side[64];
    json_key(j, name);
    json_i64(j, value);
    if (!g->view->is_diff)
        return;

    (void)snprintf(side, sizeof side, "%s_source", name);
    json_key(j, side);
    json_i64(j, graph_add(value, base));
    (void)snprintf(side, sizeof side, "%s_base", name);
    json_key(j, side);
    json_i64(j, base);
}

static void add_number(const char *name, int64_t value, struct json *j)
{
    if (value == 0)
        return;

    json_key(j, name);
    json_i64(j, value);
}

static void add_text(const char *name, struct slice text, struct json *j)
{
    if (text.len == 0)
        return;

    json_key(j, name);
    json_string(j, text);
}

static void add_notes(const struct graph *g, struct json *j)
{
    struct slice rest = buf_slice(&g->view->notes), note;
    if (rest.len == 0)
        return;

    json_key(j, "notes");
    json_array(j);
    while (slice_split(&rest, '\n', &note))
        if (note.len > 0)
            json_string(j, note);
    json_array_end(j);
}

void graph_json_head(const struct graph *g, struct json *j)
{
    const struct view *v = g->view;
    add_text("program", graph_program(g), j);
    json_key(j, "type");
    json_string(j, view_type_name(v, v->type));
    json_key(j, "unit");
    json_string(j, view_type_unit(v, v->type));
    json_key(j, "total");
    json_i64(j, v->total);
    if (v->is_diff) {
        json_key(j, "total_source");
        json_i64(j, v->source);
        json_key(j, "total_base");
        json_i64(j, v->base);
    }
    json_key(j, "shown");
    json_i64(j, g->flat_sum);
    add_number("time_nanos", v->merged->time_nanos, j);
    add_number("duration_nanos", stacks_clamp(v->merged->duration_nanos), j);
    json_key(j, "samples");
    json_u64(j, view_samples(v));
    json_key(j, "nodes_in_all");
    json_u64(j, g->nodes_in_all);
    json_key(j, "dropped");
    json_u64(j, g->dropped_nodes);
    add_notes(g, j);
}

void graph_json_frame(const struct graph *g, uint32_t node, struct json *j)
{
    const struct view_frame *f = view_frame(g->view, graph_node(g, node)->frame);
    char address[24];
    struct slice name = graph_name(g, node);
    /* Without a function's name it is what tables have, less the address. */
    if (f->name != 0)
        name = view_string(g->view, f->name);
    else if (f->address != 0)
        name = slice_from(name, slice_find(name, ' ') + 1);
    json_key(j, "name");
    json_string(j, name);
    add_text("file", view_string(g->view, f->file), j);
    add_number("line", f->line, j);
    add_number("column", f->column, j);
    if (f->address != 0) {
        (void)snprintf(address, sizeof address, "0x%" PRIx64, f->address);
        add_text("address", slice_of(address), j);
    }
    add_text("module", view_string(g->view, f->module), j);
}

void graph_json_inlined(const struct graph *g, uint32_t node, struct json *j)
{
    enum graph_inlined inlined = graph_inlined(g, node);
    if (inlined == GRAPH_NOT_INLINED)
        return;

    json_key(j, "inlined");
    if (inlined == GRAPH_INLINED)
        json_bool(j, true);
    else
        json_cstr(j, "partly");
}
