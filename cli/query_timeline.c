/*
 * For eyes a plot as wide as the terminal, or a line for each group on one scale; else a table. The step is
 * chosen so that a column is a step.
 */
#include "cli/query_timeline.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/json_doc.h"
#include "base/printable.h"
#include "cli/plot.h"
#include "cli/sheet.h"
#include "model/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PATH_BYTES = 64 * 1024,
    ROWS = 8,
    MARGIN = 10,
    POINTS_PIPED = 60,
    LINE_COLUMNS_LEAST = 20,
    CELL_BYTES = 256
};

/* --- the question --- */

/* Steps that fit; the range is the collector's to check. */
static void choose_step(const struct query *q, size_t points, struct buf *path)
{
    int64_t now_ms = clock_wall_ms(), to_ms = now_ms, from_ms;
    const struct selection *s = &q->options.selection;
    if (s->to && time_parse(slice_of(s->to), now_ms, &to_ms, NULL) != OK)
        return;
    from_ms = to_ms - TIME_HOUR_MS;
    if (s->from && time_parse(slice_of(s->from), now_ms, &from_ms, NULL) != OK)
        return;
    if (to_ms > from_ms)
        buf_printf(path, "&step=%" PRId64 "s", plot_step_ms(to_ms - from_ms, points) / 1000);
}

static void add_param(struct buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(path, "&%s=", name);
    percent_encode(slice_of(value), path);
}

static enum status ask(struct query *q, size_t points, struct client_answer *answer, struct error *err)
{
    struct buf params CLEANUP(buf_release) = BUF_INIT(PATH_BYTES),
                      path CLEANUP(buf_release) = BUF_INIT(2 * PATH_BYTES);
    if (q->remote.url && (!q->options.selection.service || !q->options.selection.type))
        return error_set(err, E_INVALID, "which profiles? A timeline needs --service and --type");
    enum status status = selection_params(&q->options.selection, &params, err);
    if (status != OK)
        return status;

    buf_printf(&path, "/api/0/timeline?%s", buf_cstr(&params));
    add_param(&path, "step", q->options.step);
    add_param(&path, "group_by", q->options.group_by);
    add_param(&path, "sample_type", q->options.sample_type);
    if (!q->options.step && !q->options.is_json)
        choose_step(q, points, &path);
    return remote_ask(&q->remote, buf_cstr(&path), LIMIT_ANSWER_BYTES, answer, err);
}

/* --- how it is shown --- */

static void step_text(int64_t ms, char text[32])
{
    int64_t s = ms / 1000;
    if (s % 86400 == 0)
        (void)snprintf(text, 32, "%" PRId64 "d", s / 86400);
    else if (s % 3600 == 0)
        (void)snprintf(text, 32, "%" PRId64 "h", s / 3600);
    else if (s % 60 == 0)
        (void)snprintf(text, 32, "%" PRId64 "m", s / 60);
    else
        (void)snprintf(text, 32, "%" PRId64 "s", s);
}

static void print_head(const struct query *q, const struct timeline *t, struct buf *out)
{
    struct buf line CLEANUP(buf_release) = BUF_INIT(CELL_BYTES * 4),
                    type CLEANUP(buf_release) = BUF_INIT(CELL_BYTES * 3);
    char step[32];
    step_text(t->step_ms, step);
    printable_append(&type, slice_sub(t->type, 0, CELL_BYTES));
    terminal_paint(&q->terminal, &line, PAINT_BOLD, buf_slice(&type));
    buf_printf(&line, ", %s each %s; %s ", t->is_average ? "average" : "sum", step,
               t->is_average ? "average" : "in all");
    plot_value(t->total, t->unit, &line);
    buf_printf(&line, " of %" PRId64 " profile%s\n", t->profiles, t->profiles == 1 ? "" : "s");
    buf_append(out, buf_slice(&line));
}

static void group_name(const struct timeline_group *g, struct buf *out)
{
    if (g->folded > 0)
        buf_printf(out, "(%zu others)", g->folded);
    else if (g->name.len > 0)
        buf_append(out, g->name);
    else
        buf_append_cstr(out, "(none)");
}

static double greatest_of(const double *values, size_t count)
{
    double greatest = NAN;
    for (size_t i = 0; i < count; i++)
        greatest = fmax(greatest, values[i]);
    return greatest;
}

/* A line for each group, all on one scale. */
static void print_groups(const struct query *q, const struct timeline *t, size_t columns, struct buf *out)
{
    static const struct sheet_column sheet_columns[] = {{.title = "group", .gives_way = true},
                                                        {.title = "", .is_ready = true},
                                                        {.title = "greatest", .is_right = true},
                                                        {.title = "in all", .is_right = true}};
    struct sheet sheet CLEANUP(sheet_release) = sheet_of(sheet_columns, ARRAY_LEN(sheet_columns));
    double top = 0, *values CLEANUP(mem_freep) = mem_zero(columns, sizeof *values);
    for (size_t i = 0; i < t->group_count; i++)
        top = fmax(top, greatest_of(t->groups[i].values, t->point_count));
    for (size_t i = 0; i < t->group_count; i++) {
        const struct timeline_group *g = &t->groups[i];
        struct buf cell CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
        struct plot p = {t->start_ms, t->step_ms, g->values, t->point_count, t->unit};
        size_t count;
        (void)plot_thin(&p, columns, values, &count);
        group_name(g, &cell);
        sheet_cell(&sheet, PAINT_BOLD, buf_slice(&cell));
        buf_reset(&cell);
        plot_line(values, count, top, count > 0 ? columns / count : 1, &cell);
        sheet_cell(&sheet, PAINT_CYAN, buf_slice(&cell));
        buf_reset(&cell);
        plot_value(greatest_of(g->values, t->point_count), t->unit, &cell);
        sheet_cell(&sheet, PAINT_PLAIN, buf_slice(&cell));
        buf_reset(&cell);
        plot_value(g->total, t->unit, &cell);
        sheet_cell(&sheet, PAINT_PLAIN, buf_slice(&cell));
    }
    sheet_print(&sheet, &q->terminal, out);
    char from[TIME_RFC3339_BYTES], to[TIME_RFC3339_BYTES];
    time_format_rfc3339(t->start_ms, from);
    time_format_rfc3339(t->start_ms + (int64_t)t->point_count * t->step_ms, to);
    buf_printf(out, "%s to %s\n", from, to);
}

static void print_rows(const struct query *q, const struct timeline *t, struct buf *out)
{
    static const struct sheet_column columns[] = {{.title = "time"},
                                                  {.title = "value", .is_right = true},
                                                  {.title = "group"}};
    struct sheet sheet CLEANUP(sheet_release) = sheet_of(columns, t->is_grouped ? 3 : 2);
    for (size_t i = 0; i < t->point_count; i++) {
        for (size_t k = 0; k < t->group_count; k++) {
            if (isnan(t->groups[k].values[i]))
                continue;
            struct buf cell CLEANUP(buf_release) = BUF_INIT(LIMIT_HEADER_BYTES);
            char time[TIME_RFC3339_BYTES];
            time_format_rfc3339(t->start_ms + (int64_t)i * t->step_ms, time);
            sheet_cell(&sheet, PAINT_PLAIN, slice_of(time));
            plot_value(t->groups[k].values[i], t->unit, &cell);
            sheet_cell(&sheet, PAINT_PLAIN, buf_slice(&cell));
            buf_reset(&cell);
            group_name(&t->groups[k], &cell);
            if (t->is_grouped)
                sheet_cell(&sheet, PAINT_PLAIN, buf_slice(&cell));
        }
    }
    sheet_print(&sheet, &q->terminal, out);
}

static enum status print(struct query *q, const struct timeline *t, struct error *err)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    size_t columns = q->terminal.columns > 0 ? q->terminal.columns : POINTS_PIPED + MARGIN;
    if (t->silent > 0)
        (void)fprintf(stderr,
                      "brazier: %" PRId64 " of %" PRId64 " profiles say nothing of it and are not counted\n",
                      t->silent, t->profiles);
    if (query_is_for_eyes(q)) {
        print_head(q, t, &out);
        if (t->is_grouped) {
            size_t room =
                columns > 3 * LINE_COLUMNS_LEAST ? columns - 2 * LINE_COLUMNS_LEAST : LINE_COLUMNS_LEAST;
            print_groups(q, t, room, &out);
        } else if (t->group_count > 0) {
            struct plot p = {t->start_ms, t->step_ms, t->groups[0].values, t->point_count, t->unit};
            plot_field(&p, columns, ROWS, &out);
        }
    } else {
        print_rows(q, t, &out);
    }
    enum status status = buf_check(&out, "the timeline", err);
    return status == OK ? query_write(q, buf_slice(&out), err) : status;
}

static enum status from_collector(struct query *q, size_t points, struct error *err)
{
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    struct json_doc *doc CLEANUP(json_doc_freep) = NULL;
    struct timeline t CLEANUP(timeline_release) = {.groups = NULL};
    enum status status = ask(q, points, &answer, err);
    if (status == OK && q->options.is_json)
        return query_write(q, buf_slice(&answer.body), err);
    if (status != OK)
        return status;
    if (json_doc_parse(buf_slice(&answer.body), &doc, NULL) != OK ||
        timeline_read(json_doc_root(doc), &t, NULL) != OK)
        return error_set(err, E_UNAVAILABLE, "the answer is not that of a collector");
    return print(q, &t, err);
}

enum status query_timeline_run(struct query *q, struct error *err)
{
    size_t points = q->terminal.columns > 0 ? q->terminal.columns - MARGIN : POINTS_PIPED;
    if (q->words.count == 0)
        return from_collector(q, points, err);
    if (q->options.group_by)
        return error_set(err, E_INVALID, "--group-by: files have no labels to group by, a collector has");

    struct buf names CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES),
                     out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct timeline t CLEANUP(timeline_release) = {.groups = NULL};
    enum status status = timeline_of_files(q, points, &names, &t, err);
    if (status != OK || !q->options.is_json)
        return status == OK ? print(q, &t, err) : status;
    timeline_json(&t, &out);
    return query_write(q, buf_slice(&out), err);
}
