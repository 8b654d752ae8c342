/*
 * Values over time, drawn with blocks: one line of them for a group, or a field with axes. Pure; any thread.
 *
 *       20s ┤      ▂▆█▅
 *           │   ▂▅█████▇▃    ▁
 *       10s ┤ ▃▇█████████▆▄▅▇█▆
 *           │▄██████████████████▅
 *         0 ┼┬─────────┬─────────┬
 *            02:00     02:10     02:20 UTC
 */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include "base/buf.h"

struct plot {
    int64_t start_ms, step_ms; /* of the first value; between two */
    const double *values;      /* NAN: there is none. Not negative */
    size_t count;
    struct slice unit; /* "nanoseconds" */
};

/* A step of a clock and a calendar that gives at most `points` values in a range. */
int64_t plot_step_ms(int64_t range_ms, size_t points);

/* As many values as fit into so many columns: each is the mean of those that it stands for. Returns how many
 * each stands for; ret_values has room for `columns`, *ret_count of them are filled. */
size_t plot_thin(const struct plot *p, size_t columns, double *ret_values, size_t *ret_count);

/* Appends a field of that many rows and at most `columns`, axes included. columns is at least 40, rows 2. */
void plot_field(const struct plot *p, size_t columns, size_t rows, struct buf *out);

/* Appends one line of blocks, each value `width` columns; top is the value of a full block. */
void plot_line(const double *values, size_t count, double top, size_t width, struct buf *out);

/* "1.25s": a value with its unit. NAN: "-". */
void plot_value(double value, struct slice unit, struct buf *out);

#endif
