/*
 * The table of functions. For eyes it has a bar for each share, and what a screen holds; piped it is pprof's
 * own text, to the letter.
 */
#include "base/printable.h"
#include "cli/query_command.h"
#include "cli/sheet.h"
#include "view/graph.h"
#include "view/measure.h"

enum { ROWS_FOR_EYES = 30, BAR_COLUMNS = 10, BAR_TERMINAL_COLUMNS = 90, CELL_BYTES = 64 };

/* The last but one is left out where there is no room for it. */
static const struct sheet_column WITH_BAR[] = {
    {.title = "flat", .is_right = true},      {.title = "flat%", .is_right = true},
    {.title = "sum%", .is_right = true},      {.title = "cum", .is_right = true},
    {.title = "cum%", .is_right = true},      {.title = "", .is_ready = true},
    {.title = "function", .gives_way = true},
};
static const struct sheet_column WITHOUT_BAR[] = {
    {.title = "flat", .is_right = true}, {.title = "flat%", .is_right = true},
    {.title = "sum%", .is_right = true}, {.title = "cum", .is_right = true},
    {.title = "cum%", .is_right = true}, {.title = "function", .gives_way = true},
};

/* What bars are drawn to. */
struct bars {
    bool are_shown, are_cum;
    int64_t greatest;
};

static struct bars bars_of(const struct query *q, const struct graph *g)
{
    size_t columns = q->terminal.columns;
    struct bars b = {.are_shown = columns == 0 || columns >= BAR_TERMINAL_COLUMNS,
                     .are_cum = g->view->options->cum_sort};
    for (uint32_t i = 0; i < g->shown; i++) {
        int64_t value = b.are_cum ? graph_node(g, i)->cum : graph_node(g, i)->flat;
        b.greatest = value > b.greatest ? value : b.greatest;
    }
    return b;
}

static void percent_cell(struct sheet *t, int64_t value, int64_t total)
{
    struct buf cell CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
    measure_percentage(value, total, &cell);
    sheet_cell(t, PAINT_DIM, slice_trim(buf_slice(&cell)));
}

static void value_cell(struct sheet *t, enum paint paint, const struct graph *g, int64_t value)
{
    struct buf cell CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
    graph_label(g, value, &cell);
    sheet_cell(t, value == 0 ? PAINT_DIM : paint, buf_slice(&cell));
}

/* What costs much stands out. */
static enum paint paint_of(int64_t value, int64_t total)
{
    double share = total != 0 ? (double)value / (double)total : 0;
    return share >= 0.1 ? PAINT_RED : share >= 0.02 ? PAINT_YELLOW : PAINT_PLAIN;
}

static void add_row(struct sheet *t, const struct graph *g, uint32_t i, int64_t sum, const struct bars *bars)
{
    const struct graph_node *node = graph_node(g, i);
    const struct view *v = g->view;
    struct buf bar CLEANUP(buf_release) = BUF_INIT(4 * BAR_COLUMNS + 1);
    int64_t shown = bars->are_cum ? node->cum : node->flat;
    terminal_bar(&bar, bars->greatest > 0 ? (double)shown / (double)bars->greatest : 0, BAR_COLUMNS);

    value_cell(t, bars->are_cum ? PAINT_PLAIN : PAINT_BOLD, g, node->flat);
    percent_cell(t, node->flat, v->total);
    percent_cell(t, sum, v->total);
    value_cell(t, bars->are_cum ? PAINT_BOLD : PAINT_PLAIN, g, node->cum);
    percent_cell(t, node->cum, v->total);
    if (bars->are_shown)
        sheet_cell(t, paint_of(shown, v->total), buf_slice(&bar));
    sheet_cell(t, PAINT_PLAIN, graph_name(g, i));
    if (graph_inlined(g, i) != GRAPH_NOT_INLINED) {
        struct sheet_cell *last = &t->cells[t->cell_count - 1];
        buf_append_cstr(&t->text, graph_inlined(g, i) == GRAPH_INLINED ? " (inline)" : " (partial-inline)");
        last->len = (uint32_t)(t->text.len - last->at);
    }
}

static enum status print(struct query *q, struct view *view, struct buf *out, struct error *err)
{
    struct graph *g CLEANUP(graph_freep) = NULL;
    struct buf legend CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    enum status status = graph_build(view, GRAPH_TOP, &g, err);
    if (status != OK)
        return status;

    struct bars bars = bars_of(q, g);
    struct sheet t CLEANUP(sheet_release) = bars.are_shown ? sheet_of(WITH_BAR, ARRAY_LEN(WITH_BAR))
                                                           : sheet_of(WITHOUT_BAR, ARRAY_LEN(WITHOUT_BAR));

    graph_legend(g, &legend);
    struct slice rest = slice_trim(buf_slice(&legend)), line;
    while (slice_split(&rest, '\n', &line)) {
        struct buf clean CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
        printable_append(&clean, line);
        terminal_paint(&q->terminal, out, PAINT_DIM, buf_slice(&clean));
        buf_append_byte(out, '\n');
    }
    int64_t sum = 0;
    for (uint32_t i = 0; i < g->shown; i++) {
        sum = (int64_t)((uint64_t)sum + (uint64_t)graph_node(g, i)->flat); /* as in the table of pprof */
        add_row(&t, g, i, sum, &bars);
    }
    sheet_print(&t, &q->terminal, out);
    return buf_check(out, "the table", err);
}

enum status query_top_run(struct query *q, struct error *err)
{
    if (!query_is_painted(q) || q->options.is_json)
        return query_view_run(q, err);

    struct merge *merge CLEANUP(merge_freep) = NULL;
    struct view *view CLEANUP(view_freep) = NULL;
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    if (q->options.view.node_count < 0)
        q->options.view.node_count = ROWS_FOR_EYES;
    enum status status = query_merge(q, &q->words, &merge, err);
    if (status == OK)
        status = view_open(merge, &q->options.view, NULL, &view, err);
    if (status == OK)
        status = print(q, view, &out, err);
    if (status != OK)
        return status;
    query_notes(view);
    return query_write(q, buf_slice(&out), err);
}
