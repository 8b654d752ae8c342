/*
 * What a table says about itself before its first row. Comments of the profile stand there too, but for those
 * that begin with '#'; in a merge they have no order of their own and are sorted, as in the merged profile.
 */
#include "base/alloc.h"
#include "view/graph.h"
#include "view/graph_part.h"
#include "view/measure.h"
#include "view/path.h"

#include <stdlib.h>
#include <time.h>

enum { FILTER_SHOWN_BYTES = 80 };

void graph_label(const struct graph *g, int64_t value, struct buf *out)
{
    measure_label(value, view_type_unit(g->view, g->view->type), g->unit, out);
}

void graph_cell(const struct graph *g, int64_t value, size_t width, struct buf *out)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    graph_label(g, value, &text);
    size_t columns = 0;
    for (size_t i = 0; i < text.len; i++)
        columns += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    for (; columns < width; columns++)
        buf_append_byte(out, ' ');
    buf_append(out, buf_slice(&text));
}

void graph_cells(const struct graph *g, uint32_t index, int64_t sum, struct buf *out)
{
    const struct graph_node *node = graph_node(g, index);
    graph_cell(g, node->flat, 10, out);
    buf_append_byte(out, ' ');
    measure_percentage(node->flat, g->view->total, out);
    buf_append_byte(out, ' ');
    measure_percentage(sum, g->view->total, out);
    buf_append_byte(out, ' ');
    graph_cell(g, node->cum, 10, out);
    buf_append_byte(out, ' ');
    measure_percentage(node->cum, g->view->total, out);
}

/* NULL: there is none. */
static const struct symbol_mapping *main_mapping(const struct graph *g)
{
    const struct symbols *s = &g->view->merged->symbols;
    uint32_t first = symbols_first_mapping(s);
    return first != SYMBOL_NONE ? &COLUMN_AT(s->mappings, struct symbol_mapping)[first] : NULL;
}

static struct slice text_of(const struct graph *g, uint32_t string)
{
    return intern_get(&g->view->merged->symbols.strings, string);
}

struct slice graph_program(const struct graph *g)
{
    const struct symbol_mapping *m = main_mapping(g);
    return m && m->file != 0 ? path_base(text_of(g, m->file)) : SLICE("");
}

static void add_line(struct buf *out, const char *name, struct slice value)
{
    if (value.len == 0)
        return;

    buf_append_cstr(out, name);
    buf_append(out, value);
    buf_append_byte(out, '\n');
}

static int compare_texts(const void *a, const void *b, void *strings)
{
    return slice_cmp(intern_get(strings, *(const uint32_t *)a), intern_get(strings, *(const uint32_t *)b));
}

static void add_comments(const struct graph *g, struct buf *out)
{
    const struct merged *m = g->view->merged;
    size_t count = m->comments.count;
    if (count == 0)
        return;

    uint32_t *comments CLEANUP(mem_freep) = mem_copy(m->comments.ptr, count * sizeof *comments);
    struct intern strings = m->symbols.strings;
    qsort_r(comments, count, sizeof *comments, compare_texts, &strings);
    for (size_t i = 0; i < count; i++) {
        struct slice text = text_of(g, comments[i]);
        if (slice_starts(text, SLICE("#")))
            continue;
        buf_append(out, text);
        buf_append_byte(out, '\n');
    }
}

/* Rounds down, before 1970 too. */
static void add_time(int64_t nanos, struct buf *out)
{
    const int64_t second = 1000 * 1000 * 1000;
    time_t seconds = nanos / second - (nanos % second < 0);
    struct tm tm;
    if (nanos == 0 || !gmtime_r(&seconds, &tm))
        return;

    char text[64];
    (void)strftime(text, sizeof text, "Time: %Y-%m-%d %H:%M:%S UTC\n", &tm);
    buf_append_cstr(out, text);
}

static void add_duration(const struct graph *g, struct buf *out)
{
    int64_t nanos = stacks_clamp(g->view->merged->duration_nanos);
    if (nanos == 0)
        return;

    struct slice ns = SLICE("nanoseconds"), unit;
    double total = measure_scale(g->view->total, view_type_unit(g->view, g->view->type), ns, &unit);
    buf_append_cstr(out, "Duration: ");
    measure_label(nanos, ns, SLICE("auto"), out);
    buf_append_cstr(out, ", Total samples = ");
    graph_label(g, g->view->total, out);
    buf_append_byte(out, ' ');
    if (slice_eq_cstr(unit, "ns") && total != 0) {
        buf_append_byte(out, '(');
        measure_percentage(graph_to_i64(total), nanos, out);
        buf_append_byte(out, ')');
    }
    buf_append_byte(out, '\n');
}

static void add_filters(const struct graph *g, struct buf *out)
{
    const struct view_options *o = g->view->options;
    const struct {
        const char *name;
        struct slice value;
    } filters[] = {{"focus", o->focus},        {"ignore", o->ignore},       {"hide", o->hide},
                   {"show", o->show},          {"show_from", o->show_from}, {"tagfocus", o->tagfocus},
                   {"tagignore", o->tagignore}};
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        if (filters[i].value.len == 0)
            continue;

        struct buf text CLEANUP(buf_release) = BUF_INIT(2 * LIMIT_REGEX_BYTES);
        buf_printf(&text, "%s=%.*s", filters[i].name, SLICE_ARG(filters[i].value));
        struct slice shown = slice_sub(buf_slice(&text), 0, FILTER_SHOWN_BYTES);
        buf_printf(out, "%s   %.*s%s\n", any ? "" : "Active filters:\n", SLICE_ARG(shown),
                   shown.len < text.len ? "\xe2\x80\xa6" : "");
        any = true;
    }
}

/* pprof says the share of the total here, though it cut by that of the sum that was left. */
static void add_cutoff(const struct graph *g, double fraction, struct buf *out)
{
    graph_label(g, graph_abs(graph_to_i64((double)g->view->total * fraction)), out);
    buf_append_cstr(out, ")\n");
}

static void add_shares(const struct graph *g, struct buf *out)
{
    struct buf share CLEANUP(buf_release) = BUF_INIT(64);
    measure_percentage(g->flat_sum, g->view->total, &share);
    buf_append_cstr(out, "Showing nodes accounting for ");
    graph_label(g, g->flat_sum, out);
    buf_printf(out, ", %.*s of ", SLICE_ARG(slice_trim(buf_slice(&share))));
    graph_label(g, g->view->total, out);
    buf_append_cstr(out, " total\n");
    if (g->view->total == 0)
        return;

    if (g->dropped_nodes > 0) {
        buf_printf(out, "Dropped %u node%s (cum <= ", g->dropped_nodes, g->dropped_nodes > 1 ? "s" : "");
        add_cutoff(g, g->view->options->node_fraction, out);
    }
    if (g->dropped_edges > 0 && g->kind == GRAPH_PICTURE) {
        buf_printf(out, "Dropped %u edge%s (freq <= ", g->dropped_edges, g->dropped_edges > 1 ? "s" : "");
        add_cutoff(g, g->view->options->edge_fraction, out);
    }
    if (g->shown > 0 && g->shown < g->nodes_in_all)
        buf_printf(out, "Showing top %u nodes out of %u\n", g->shown, g->nodes_in_all);
}

void graph_legend(const struct graph *g, struct buf *out)
{
    const struct symbol_mapping *m = main_mapping(g);
    add_line(out, "File: ", graph_program(g));
    if (m)
        add_line(out, "Build ID: ", text_of(g, m->build_id));
    add_comments(g, out);
    add_line(out, "Type: ", view_type_name(g->view, g->view->type));
    add_line(out, "Doc: ", text_of(g, g->view->merged->doc_url.string));
    add_time(g->view->merged->time_nanos, out);
    add_duration(g, out);
    add_filters(g, out);
    add_shares(g, out);
}
