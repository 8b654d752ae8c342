/*
 * A sheet is a table for people: columns as wide as what stands in them, one that gives way when the terminal
 * is too narrow. Cells are made printable. Not thread-safe.
 *
 *     struct sheet t CLEANUP(sheet_release) = sheet_of(columns, ARRAY_LEN(columns));
 *     sheet_cell(&t, PAINT_BOLD, text);   as many as there are columns
 *     sheet_print(&t, &terminal, &out);
 */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "cli/terminal.h"

struct sheet_column {
    const char *title; /* NULL: no head */
    bool is_right;     /* numbers */
    bool gives_way;    /* is cut in the middle when the terminal is too narrow; at most one */
    bool is_code;      /* names of programs: in Markdown between backticks */
    bool is_ready;     /* cells are made here (bars), and stand as they are */
};

struct sheet_cell {
    uint32_t at, len; /* in text */
    enum paint paint;
};

struct sheet {
    const struct sheet_column *columns;
    size_t column_count;
    struct sheet_cell *cells; /* row by row */
    size_t cell_count, cell_cap;
    struct buf text;
};

struct sheet sheet_of(const struct sheet_column *columns, size_t count);
void sheet_release(struct sheet *t);
/* The next cell of the row that is being filled; a full row is followed by a new one. */
void sheet_cell(struct sheet *t, enum paint paint, struct slice text);
/* Appends head and rows, each ended by a newline. */
void sheet_print(const struct sheet *t, const struct terminal *terminal, struct buf *out);
/* The same as a Markdown table; `|` in cells is escaped. */
void sheet_markdown(const struct sheet *t, struct buf *out);

#endif
