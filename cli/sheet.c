/* Two passes: widths, then lines. Two spaces part columns; the last column is not padded, so that no line
 * ends in spaces. */
#include "cli/sheet.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/printable.h"

#include <stdlib.h>

enum { GAP = 2, LEAST_COLUMNS = 20, SHEET_COLUMNS_MAX = 12 };

struct sheet sheet_of(const struct sheet_column *columns, size_t count)
{
    return (struct sheet){.columns = columns, .column_count = count, .text = BUF_INIT(LIMIT_VIEW_BYTES)};
}

void sheet_release(struct sheet *t)
{
    free(t->cells);
    buf_release(&t->text);
    t->cells = NULL;
    t->cell_count = t->cell_cap = 0;
}

void sheet_cell(struct sheet *t, enum paint paint, struct slice text)
{
    if (t->cell_count == t->cell_cap) {
        t->cell_cap = t->cell_cap > 0 ? 2 * t->cell_cap : 64;
        t->cells = mem_resize(t->cells, t->cell_cap * sizeof *t->cells);
    }
    struct sheet_cell cell = {.at = (uint32_t)t->text.len, .paint = paint};
    if (t->columns[t->cell_count % t->column_count].is_ready)
        buf_append(&t->text, text);
    else
        printable_append(&t->text, text);
    cell.len = (uint32_t)t->text.len - cell.at;
    t->cells[t->cell_count++] = cell;
}

static struct slice text_of(const struct sheet *t, const struct sheet_cell *cell)
{
    return slice_sub(buf_slice(&t->text), cell->at, cell->len);
}

static size_t next_column(const struct sheet *t, size_t column)
{
    return column + 1 < t->column_count ? column + 1 : 0;
}

static void measure(const struct sheet *t, size_t *widths)
{
    for (size_t c = 0; c < t->column_count; c++)
        widths[c] = printable_columns(slice_of(t->columns[c].title));
    for (size_t i = 0, c = 0; i < t->cell_count; i++, c = next_column(t, c)) {
        size_t own = printable_columns(text_of(t, &t->cells[i]));
        widths[c] = own > widths[c] ? own : widths[c];
    }
}

/* Takes from the column that gives way what there is too much. */
static void fit(const struct sheet *t, size_t columns, size_t *widths)
{
    size_t sum = GAP * (t->column_count - 1);
    for (size_t c = 0; c < t->column_count; c++)
        sum += widths[c];
    if (columns == 0 || sum <= columns)
        return;

    size_t over = sum - columns;
    for (size_t c = 0; c < t->column_count; c++) {
        if (!t->columns[c].gives_way)
            continue;
        size_t least = widths[c] < LEAST_COLUMNS ? widths[c] : LEAST_COLUMNS;
        widths[c] = widths[c] - least > over ? widths[c] - over : least;
    }
}

static void pad(struct buf *out, size_t columns)
{
    buf_printf(out, "%*s", (int)columns, "");
}

struct printing {
    const struct sheet *sheet;
    const struct terminal *terminal;
    size_t widths[SHEET_COLUMNS_MAX];
    struct buf *out;
};

static void print_cell(struct printing *p, size_t c, struct slice text, enum paint paint)
{
    struct buf cut CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    const struct sheet_column *column = &p->sheet->columns[c];
    if (printable_columns(text) > p->widths[c]) {
        printable_cut(&cut, text, p->widths[c]);
        text = buf_slice(&cut);
    }
    size_t space = p->widths[c] - printable_columns(text);
    if (column->is_right)
        pad(p->out, space);
    terminal_paint(p->terminal, p->out, paint, text);
    if (c + 1 == p->sheet->column_count)
        buf_append_byte(p->out, '\n');
    else
        pad(p->out, GAP + (column->is_right ? 0 : space));
}

void sheet_print(const struct sheet *t, const struct terminal *terminal, struct buf *out)
{
    struct printing p = {.sheet = t, .terminal = terminal, .out = out};
    measure(t, p.widths);
    fit(t, terminal->columns, p.widths);
    for (size_t c = 0; t->columns[0].title && c < t->column_count; c++)
        print_cell(&p, c, slice_of(t->columns[c].title), PAINT_DIM);
    out->full |= t->text.full; /* cells were cut: so is this */
    for (size_t i = 0, c = 0; i < t->cell_count; i++, c = next_column(t, c))
        print_cell(&p, c, text_of(t, &t->cells[i]), t->cells[i].paint);
}

/* Names stand between backticks: they are full of what Markdown would read as its own. */
static void markdown_text(struct buf *out, struct slice text, bool is_code)
{
    const char *fence = is_code && text.len > 0 ? "`" : "";
    buf_append_cstr(out, fence);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '|')
            buf_append_byte(out, '\\');
        buf_append_byte(out, (char)(is_code && text.ptr[i] == '`' ? '\'' : text.ptr[i]));
    }
    buf_append_cstr(out, fence);
}

void sheet_markdown(const struct sheet *t, struct buf *out)
{
    for (size_t c = 0; c < t->column_count; c++)
        buf_printf(out, "| %s ", t->columns[c].title ? t->columns[c].title : "");
    buf_append_cstr(out, "|\n");
    for (size_t c = 0; c < t->column_count; c++)
        buf_append_cstr(out, t->columns[c].is_right ? "|---:" : "|:---");
    buf_append_cstr(out, "|\n");
    for (size_t i = 0, c = 0; i < t->cell_count; i++, c = next_column(t, c)) {
        buf_append_cstr(out, "| ");
        markdown_text(out, text_of(t, &t->cells[i]), t->columns[c].is_code);
        buf_append_cstr(out, next_column(t, c) == 0 ? " |\n" : " ");
    }
}
