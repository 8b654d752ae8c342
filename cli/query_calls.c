/*
 * Callers and callees, of all functions (tree) or of some (peek): pprof's own text, which for eyes is painted
 * line by line and cut to the width of the terminal.
 */
#include "base/printable.h"
#include "cli/query_command.h"

#include <string.h>

enum { LEAST_NAME_COLUMNS = 16, OWN_COLUMNS = 30 };

/* What stands between two lines of dashes has one line about the function itself; the others about those that
 * it calls and that call it begin with blanks. */
static enum paint paint_of(struct slice line)
{
    size_t blanks = 0;
    while (blanks < line.len && line.ptr[blanks] == ' ')
        blanks++;
    return slice_starts(line, SLICE("-----")) ? PAINT_DIM : blanks < OWN_COLUMNS ? PAINT_BOLD : PAINT_PLAIN;
}

static void print_line(const struct terminal *t, struct slice line, bool is_legend, struct buf *out)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    size_t bar = slice_find(line, '|');
    size_t name = bar;
    while (name < line.len && (name == bar || line.ptr[name] == ' '))
        name++;
    size_t taken = printable_columns(slice_sub(line, 0, name));
    if (t->columns > taken + LEAST_NAME_COLUMNS && name < line.len) {
        printable_append(&text, slice_sub(line, 0, name));
        printable_cut(&text, slice_from(line, name), t->columns - taken);
    } else if (t->columns > 0 && slice_starts(line, SLICE("-----"))) {
        buf_append(&text, slice_sub(line, 0, t->columns));
    } else {
        printable_append(&text, line);
    }
    terminal_paint(t, out, is_legend ? PAINT_DIM : paint_of(line), buf_slice(&text));
    buf_append_byte(out, '\n');
}

static void paint(const struct terminal *t, struct slice text, struct buf *out)
{
    struct slice line;
    bool is_legend = true;
    if (slice_ends(text, SLICE("\n")))
        text.len--;
    while (slice_split(&text, '\n', &line)) {
        is_legend = is_legend && !slice_starts(line, SLICE("-----"));
        print_line(t, line, is_legend, out);
    }
}

enum status query_calls_run(struct query *q, struct error *err)
{
    /* The first word of peek is the function. */
    bool is_peek = strcmp(q->command->name, "peek") == 0;
    if (is_peek && q->options.view.function.len == 0) {
        if (q->words.count == 0)
            return error_set(err, E_INVALID, "which functions? brazier query peek REGEX ...");
        q->options.view.function = slice_of(q->words.items[0]);
        q->words.items++;
        q->words.count--;
    }
    if (!query_is_painted(q) || q->options.is_json)
        return query_view_run(q, err);

    struct merge *merge CLEANUP(merge_freep) = NULL;
    struct view *view CLEANUP(view_freep) = NULL;
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES),
                    out CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    enum status status = query_merge(q, &q->words, &merge, err);
    if (status == OK)
        status = view_open(merge, &q->options.view, NULL, &view, err);
    if (status == OK)
        status = is_peek ? peek_text_render(view, &text, err) : calls_render(view, &text, err);
    if (status != OK)
        return status;
    query_notes(view);
    paint(&q->terminal, buf_slice(&text), &out);
    return query_write(q, buf_slice(&out), err);
}
