/*
 * Both sides into one merge, the base with its values times -1; then a table of what changed, or the gate's
 * judgement, or any other view of the difference.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/printable.h"
#include "cli/gate.h"
#include "cli/query_command.h"
#include "cli/sheet.h"
#include "view/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 64, BAR_COLUMNS = 8, LINE_BYTES = 1024, ALIKE_TOLD = 3, NAME_SHOWN_BYTES = 100 };

/* --- what is compared --- */

static enum status fill(struct query *q, struct merge *merge, struct error *err)
{
    struct option_words none = {.count = 0}, base = {q->words.items, 1, 1}, now = {q->words.items + 1, 1, 1};
    struct selection_times times;
    struct selection of_base;
    enum status status = OK;
    if (q->words.count == 0) {
        base = now = none;
        status =
            selection_base(&q->options.selection, &q->options.base, clock_wall_ms(), &times, &of_base, err);
    } else if (q->words.count != 2) {
        return error_set(err, E_INVALID, "two are compared, BASE and NEW, and %zu %s named", q->words.count,
                         q->words.count == 1 ? "is" : "are");
    }
    if (status == OK) {
        status = query_fill(q, merge, MERGE_BASE, &base, &of_base, err);
        if (status != OK && status != E_INVALID)
            return error_wrap(err, "base");
    }
    if (status == OK)
        status = query_fill(q, merge, MERGE_SOURCE, &now, &q->options.selection, err);
    return status == OK && q->options.normalise ? merge_normalise(merge, err) : status;
}

static enum status read_share(const char *text, double *ret_share, struct error *err)
{
    char *end;
    double percent = strtod(text, &end);
    if (end == text || (*end != '\0' && strcmp(end, "%") != 0) || !(percent >= 0 && percent <= 100))
        return error_set(err, E_INVALID, "--min-share: '%s' is no percentage", text);
    *ret_share = percent / 100;
    return OK;
}

/* --- cells --- */

static void value_text(const struct view *v, int64_t value, bool has_sign, struct buf *out)
{
    if (has_sign && value > 0)
        buf_append_byte(out, '+');
    measure_label(value, view_type_unit(v, v->type), SLICE("auto"), out);
}

/* What is next to nothing has no sign. */
static void percent_text(double percent, struct buf *out)
{
    if (fabs(percent) < 0.05)
        buf_append_cstr(out, "0.0%");
    else
        buf_printf(out, "%+.1f%%", percent);
}

static void change_text(int64_t base, int64_t now, struct buf *out)
{
    if (base == now)
        buf_append_cstr(out, "0%");
    else if (base == 0)
        buf_append_cstr(out, "new");
    else if (now == 0)
        buf_append_cstr(out, "gone");
    else
        percent_text(100 * ((double)now - (double)base) / fabs((double)base), out);
}

static void points_text(const struct growth *g, int64_t base, int64_t now, struct buf *out)
{
    double before = g->base_total != 0 ? 100 * (double)base / (double)g->base_total : 0;
    double after = g->now_total != 0 ? 100 * (double)now / (double)g->now_total : 0;
    buf_printf(out, "%+.2fpp", after - before);
}

static enum paint paint_of(int64_t base, int64_t now)
{
    return now > base ? PAINT_RED : now < base ? PAINT_GREEN : PAINT_DIM;
}

/* Four cells: both values, and the change in both ways. */
static void change_cells(struct sheet *t, const struct view *v, int64_t base, int64_t now)
{
    struct buf cell CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
    int64_t change;
    value_text(v, base, false, &cell);
    sheet_cell(t, PAINT_PLAIN, buf_slice(&cell));
    buf_reset(&cell);
    value_text(v, now, false, &cell);
    sheet_cell(t, PAINT_BOLD, buf_slice(&cell));
    buf_reset(&cell);
    value_text(v, __builtin_sub_overflow(now, base, &change) ? (now > base ? INT64_MAX : INT64_MIN) : change,
               true, &cell);
    sheet_cell(t, paint_of(base, now), buf_slice(&cell));
    buf_reset(&cell);
    change_text(base, now, &cell);
    sheet_cell(t, paint_of(base, now), buf_slice(&cell));
}

/* --- the table --- */

static const struct sheet_column CHANGES[] = {
    {.title = "base", .is_right = true},   {.title = "new", .is_right = true},
    {.title = "change", .is_right = true}, {.title = "%", .is_right = true},
    {.title = "share", .is_right = true},  {.title = "function", .gives_way = true, .is_code = true},
};

/* measure: "flat ", "cumulative ", or "" of a gate, whose rules have each their own. */
static void head_line(const struct query *q, const struct growth *g, const char *measure, struct buf *out)
{
    const struct view *v = g->graph->view;
    struct buf line CLEANUP(buf_release) = BUF_INIT(LINE_BYTES);
    struct slice type = view_type_name(v, v->type);
    buf_append_cstr(&line, measure);
    printable_cut(&line, type, NAME_SHOWN_BYTES);
    buf_printf(&line, "%s, total ", q->options.normalise ? " (scaled to the base)" : "");
    value_text(v, g->base_total, false, &line);
    buf_append_cstr(&line, " -> ");
    value_text(v, g->now_total, false, &line);
    buf_append_cstr(&line, " (");
    change_text(g->base_total, g->now_total, &line);
    buf_append_byte(&line, ')');
    terminal_paint(&q->terminal, out, PAINT_BOLD, buf_slice(&line));
    buf_append_cstr(out, q->options.is_markdown ? "\n\n" : "\n");
}

static void tail_line(const struct query *q, size_t more, const struct growth *g, struct buf *out)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(LINE_BYTES);
    if (more > 0)
        buf_printf(&line, "%zu more that changed: --limit 0 shows them", more);
    if (g->noise > 0)
        buf_printf(&line, "%s%zu below %s of both sides", more > 0 ? "; " : "", g->noise,
                   q->options.min_share);
    if (line.len == 0)
        return;
    buf_append_cstr(out, q->options.is_markdown ? "\n" : "");
    terminal_paint(&q->terminal, out, PAINT_DIM, buf_slice(&line));
    buf_append_byte(out, '\n');
}

/* --nodecount is pprof's word for it. */
static size_t row_limit(const struct query_options *o)
{
    int64_t rows = o->view.node_count >= 0 ? o->view.node_count : o->limit;
    return rows > 0 ? (size_t)rows : SIZE_MAX;
}

static void print_changes(const struct query *q, const struct growth *g, struct buf *out)
{
    struct sheet t CLEANUP(sheet_release) = sheet_of(CHANGES, ARRAY_LEN(CHANGES));
    bool is_flat = !q->options.view.cum_sort;
    size_t changed = 0, limit = row_limit(&q->options);
    for (size_t i = 0; i < g->count; i++) {
        int64_t base = growth_base(&g->rows[i], is_flat), now = growth_now(&g->rows[i], is_flat);
        if (base == now || changed++ >= limit)
            continue;
        struct buf points CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
        points_text(g, base, now, &points);
        change_cells(&t, g->graph->view, base, now);
        sheet_cell(&t, PAINT_DIM, buf_slice(&points));
        sheet_cell(&t, PAINT_PLAIN, g->rows[i].name);
    }
    head_line(q, g, is_flat ? "flat " : "cumulative ", out);
    if (q->options.is_markdown)
        sheet_markdown(&t, out);
    else if (t.cell_count > 0)
        sheet_print(&t, &q->terminal, out);
    tail_line(q, changed > limit ? changed - limit : 0, g, out);
}

/* --- the gate --- */

static const struct sheet_column BREACHES[] = {
    {.title = "grew", .is_code = true},    {.title = "value"},
    {.title = "base", .is_right = true},   {.title = "new", .is_right = true},
    {.title = "change", .is_right = true}, {.title = "%", .is_right = true},
    {.title = "share", .is_right = true},  {.title = "rule", .is_code = true},
};

static void print_breaches(const struct query *q, const struct growth *g, const struct breaches *b,
                           struct buf *out)
{
    struct sheet t CLEANUP(sheet_release) = sheet_of(BREACHES, ARRAY_LEN(BREACHES));
    for (size_t i = 0; i < b->count; i++) {
        const struct breach *one = &b->items[i];
        struct buf points CLEANUP(buf_release) = BUF_INIT(CELL_BYTES);
        points_text(g, one->base, one->now, &points);
        sheet_cell(&t, PAINT_BOLD, one->name);
        sheet_cell(&t, PAINT_PLAIN, slice_of(one->rule->is_total ? "" : one->rule->is_flat ? "flat" : "cum"));
        change_cells(&t, g->graph->view, one->base, one->now);
        sheet_cell(&t, PAINT_PLAIN, one->rule->is_total ? SLICE("") : buf_slice(&points));
        sheet_cell(&t, PAINT_PLAIN, one->rule->text);
    }
    head_line(q, g, "", out);
    buf_append_byte(out, '\n');
    sheet_markdown(&t, out);
}

static void print_breaches_json(const struct growth *g, const struct breaches *b, struct buf *out)
{
    const struct view *v = g->graph->view;
    struct json j = JSON_INIT(out);
    json_object(&j);
    json_key(&j, "type");
    json_string(&j, view_type_name(v, v->type));
    json_key(&j, "unit");
    json_string(&j, view_type_unit(v, v->type));
    json_key(&j, "base");
    json_i64(&j, g->base_total);
    json_key(&j, "new");
    json_i64(&j, g->now_total);
    json_key(&j, "broken");
    json_array(&j);
    for (size_t i = 0; i < b->count; i++) {
        json_object(&j);
        json_key(&j, "rule");
        json_string(&j, b->items[i].rule->text);
        json_key(&j, "name");
        json_string(&j, b->items[i].name);
        json_key(&j, "base");
        json_i64(&j, b->items[i].base);
        json_key(&j, "new");
        json_i64(&j, b->items[i].now);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    buf_append_byte(out, '\n');
}

/* A rule that says nothing may be misspelt: what it may have meant is told. */
static void say_idle(const struct growth *g, const struct breaches *b)
{
    for (size_t i = 0; i < b->idle_count; i++) {
        const struct rule *r = b->idle[i];
        struct buf alike CLEANUP(buf_release) = BUF_INIT(LINE_BYTES),
                         rule CLEANUP(buf_release) = BUF_INIT(LINE_BYTES);
        printable_cut(&rule, r->text, NAME_SHOWN_BYTES);
        for (uint32_t n = 0, told = 0; !r->regex && n < g->graph->nodes.count && told < ALIKE_TOLD; n++) {
            struct slice name = graph_name(g->graph, n);
            if (name.len == 0 || !memmem(name.ptr, name.len, r->name.ptr, r->name.len))
                continue;
            buf_append_cstr(&alike, told++ > 0 ? ", " : "; did you mean ");
            printable_append(&alike, slice_sub(name, 0, NAME_SHOWN_BYTES));
        }
        (void)fprintf(stderr, "brazier: the rule '%s' is about a function that neither side has%s\n",
                      buf_cstr(&rule), buf_cstr(&alike));
    }
}

static enum status pass_gate(struct query *q, struct gate *gate, const struct growth *g, struct buf *out,
                             struct error *err)
{
    struct breaches b CLEANUP(breaches_release) = {.count = 0};
    enum status status = gate_judge(gate, g, &b, err);
    if (status != OK)
        return status;
    say_idle(g, &b);
    q->has_failed = b.count > 0;
    if (q->options.is_json) {
        print_breaches_json(g, &b, out);
    } else if (b.count > 0) {
        print_breaches(q, g, &b, out);
    } else {
        buf_printf(out, "within %zu rule%s: ", gate->count, gate->count == 1 ? "" : "s");
        head_line(q, g, "", out);
    }
    return OK;
}

static enum status show(struct query *q, struct gate *gate, struct view *view, struct error *err)
{
    struct growth growth CLEANUP(growth_release) = {.graph = NULL};
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    double min_share;
    enum status status = read_share(q->options.min_share, &min_share, err);
    if (status == OK)
        status = growth_of(view, min_share, !q->options.view.cum_sort, &growth, err);
    if (status != OK)
        return status;

    query_notes(view);
    if (gate->count > 0)
        status = pass_gate(q, gate, &growth, &out, err);
    else
        print_changes(q, &growth, &out);
    if (status == OK)
        status = buf_check(&out, "the table", err);
    return status == OK ? query_write(q, buf_slice(&out), err) : status;
}

/* What would say nothing, and look as if it did. */
static enum status check(const struct query *q, const struct gate *gate, struct error *err)
{
    const struct view_format *format;
    if (gate->count > 0 && q->options.format)
        return error_set(err, E_INVALID, "--fail-on prints its own table: leave out --format");
    for (size_t i = 0; i < gate->count; i++)
        if (gate->rules[i].is_total && q->options.normalise)
            return error_set(err, E_INVALID,
                             "the rule '%.*s' is always kept with --normalize, which makes the "
                             "totals equal",
                             SLICE_ARG(gate->rules[i].text));
    return q->options.format ? view_format_find(slice_of(q->options.format), &format, err) : OK;
}

enum status query_diff_run(struct query *q, struct error *err)
{
    struct gate gate CLEANUP(gate_release) = {.count = 0};
    struct merge *merge CLEANUP(merge_freep) = input_merge_new(&q->options);
    struct view *view CLEANUP(view_freep) = NULL;
    enum status status = gate_open(&q->options.rules, &gate, err);
    if (status == OK)
        status = check(q, &gate, err);
    if (status == OK)
        status = fill(q, merge, err);
    if (status == OK)
        status = view_open(merge, &q->options.view, NULL, &view, err);
    if (status != OK)
        return status;
    if (q->options.format)
        return query_render(q, view, slice_of(q->options.format), err);
    if (q->options.is_json && gate.count == 0)
        return query_render(q, view, SLICE("top"), err);
    return show(q, &gate, view, err);
}
