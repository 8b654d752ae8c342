/*
 * Blocks of eighths rather than braille: every font has them at their full height, and a bar says "so much in
 * this step" where a line of dots says "about here".
 *
 * The scale begins at 0, since a shape on a cut axis lies. Its top is a round number in the unit that suits.
 */
#include "cli/plot.h"

#include "base/alloc.h"
#include "base/printable.h"
#include "model/time.h"
#include "view/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = 9, TICK_COLUMNS = 10, EIGHTHS = 8 };

static const char *const BLOCKS[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

static const int64_t STEPS_MS[] = {
    1 * TIME_SECOND_MS,  5 * TIME_SECOND_MS, 10 * TIME_SECOND_MS, 15 * TIME_SECOND_MS, 30 * TIME_SECOND_MS,
    1 * TIME_MINUTE_MS,  2 * TIME_MINUTE_MS, 5 * TIME_MINUTE_MS,  10 * TIME_MINUTE_MS, 15 * TIME_MINUTE_MS,
    30 * TIME_MINUTE_MS, 1 * TIME_HOUR_MS,   2 * TIME_HOUR_MS,    3 * TIME_HOUR_MS,    6 * TIME_HOUR_MS,
    12 * TIME_HOUR_MS,   TIME_DAY_MS,
};

int64_t plot_step_ms(int64_t range_ms, size_t points)
{
    for (size_t i = 0; i < ARRAY_LEN(STEPS_MS); i++)
        if (range_ms / STEPS_MS[i] < (int64_t)points)
            return STEPS_MS[i];
    return (range_ms / TIME_DAY_MS / (int64_t)points + 1) * TIME_DAY_MS;
}

size_t plot_thin(const struct plot *p, size_t columns, double *ret_values, size_t *ret_count)
{
    size_t each = (p->count + columns - 1) / columns;
    each = each > 0 ? each : 1;
    *ret_count = 0;
    for (size_t i = 0; i < p->count; i += each) {
        double sum = 0;
        size_t known = 0;
        for (size_t k = i; k < i + each && k < p->count; k++) {
            if (isnan(p->values[k]))
                continue;
            sum += p->values[k];
            known++;
        }
        ret_values[(*ret_count)++] = known > 0 ? sum / (double)known : NAN;
    }
    return each;
}

void plot_value(double value, struct slice unit, struct buf *out)
{
    if (isnan(value))
        buf_append_byte(out, '-');
    else
        measure_label(value < 0x1p62 ? (int64_t)llround(value) : INT64_MAX, unit, SLICE("auto"), out);
}

void plot_line(const double *values, size_t count, double top, size_t width, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        double share = isnan(values[i]) || top <= 0 ? 0 : values[i] / top;
        size_t height = (size_t)llround(fmin(fmax(share, 0), 1) * EIGHTHS);
        if (height == 0 && share > 0)
            height = 1;
        for (size_t w = 0; w < width; w++)
            buf_append_cstr(out, isnan(values[i]) ? "·" : BLOCKS[height]);
    }
}

/* --- the field --- */

/* 1, 2, 2.5 or 5 times a power of ten that is not below the value. */
static double round_up(double value)
{
    static const double STEPS[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(value)));
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++)
        if (power * STEPS[i] >= value * (1 - 1e-9))
            return power * STEPS[i];
    return value;
}

struct scale {
    double top;        /* in the values' own unit */
    double top_scaled; /* in the unit that is shown */
    struct slice unit;
};

static struct scale scale_of(const struct plot *p, const double *values, size_t count)
{
    struct scale s = {1, 1, SLICE_NULL};
    double greatest = 0;
    for (size_t i = 0; i < count; i++)
        greatest = !isnan(values[i]) && values[i] > greatest ? values[i] : greatest;
    if (greatest < 1)
        return s;

    int64_t whole = greatest < 0x1p62 ? (int64_t)llround(greatest) : INT64_C(1) << 62;
    double scaled = measure_scale(whole, p->unit, SLICE("auto"), &s.unit);
    s.top_scaled = round_up(scaled);
    s.top = s.top_scaled / scaled * (double)whole;
    return s;
}

/* Rows are counted from the top. */
static void put_label(const struct scale *s, size_t row, size_t rows, struct buf *out)
{
    char text[32] = "";
    bool is_middle = rows % 2 == 0 && row == rows / 2;
    double value = row == 0 ? s->top_scaled : s->top_scaled / 2;
    if (row == 0 || is_middle)
        (void)snprintf(text, sizeof text, "%.4g%.*s", value, SLICE_ARG(s->unit));
    buf_printf(out, "%*s %s", LABEL_COLUMNS - 2, text, row == 0 || is_middle ? "┤" : "│");
}

/* What is drawn: thinned values, each so many columns wide, on so many rows. */
struct field {
    struct scale scale;
    const double *values;
    size_t count, width, rows;
};

static void put_row(const struct field *f, size_t row, struct buf *out)
{
    size_t below = (f->rows - 1 - row) * EIGHTHS;
    for (size_t i = 0; i < f->count; i++) {
        double share = isnan(f->values[i]) ? 0 : fmin(f->values[i] / f->scale.top, 1);
        size_t height = (size_t)llround(share * (double)(f->rows * EIGHTHS));
        if (height == 0 && share > 0)
            height = 1;
        size_t here = height > below ? height - below : 0;
        for (size_t w = 0; w < f->width; w++)
            buf_append_cstr(out, BLOCKS[here < EIGHTHS ? here : EIGHTHS]);
    }
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->ptr[--out->len] = '\0';
    buf_append_byte(out, '\n');
}

/* Marks and their labels: at round times, far enough from each other. */
struct ticks {
    int64_t each_ms;
    bool is_days;
};

static struct ticks ticks_of(int64_t column_ms)
{
    struct ticks t = {.each_ms = plot_step_ms(column_ms * TICK_COLUMNS, 1)}; /* the next longer */
    t.is_days = t.each_ms >= TIME_DAY_MS;
    return t;
}

/* Is there a round time within the column that begins at start_ms? */
static bool is_tick(const struct ticks *t, int64_t start_ms, int64_t column_ms, int64_t *ret_ms)
{
    int64_t next = (start_ms + t->each_ms - 1) / t->each_ms * t->each_ms;
    *ret_ms = next;
    return next < start_ms + column_ms;
}

static void tick_text(const struct ticks *t, int64_t ms, char text[16])
{
    char full[TIME_RFC3339_BYTES]; /* 2006-01-02T15:04:05Z */
    time_format_rfc3339(ms, full);
    bool has_seconds = t->each_ms < TIME_MINUTE_MS;
    if (t->is_days)
        (void)snprintf(text, 16, "%.5s", full + 5);
    else
        (void)snprintf(text, 16, "%.*s", has_seconds ? 8 : 5, full + 11);
}

/* A value is `width` columns and stands for `each` steps; one of the two is 1. */
static void put_axis(const struct plot *p, const struct field *f, size_t each, struct buf *out)
{
    int64_t column_ms = p->step_ms * (int64_t)each / (int64_t)f->width;
    struct ticks ticks = ticks_of(column_ms);
    struct buf labels CLEANUP(buf_release) = BUF_INIT(4096);
    buf_printf(out, "%*s ┼", LABEL_COLUMNS - 2, "0");
    buf_printf(&labels, "%*s", LABEL_COLUMNS, "");
    size_t at = 0;
    for (size_t i = 0; i < f->count * f->width; i++) {
        int64_t tick_ms;
        char text[16];
        if (!is_tick(&ticks, p->start_ms + (int64_t)i * column_ms, column_ms, &tick_ms)) {
            buf_append_cstr(out, isnan(f->values[i / f->width]) ? "┄" : "─");
            continue;
        }
        buf_append_cstr(out, "┬");
        tick_text(&ticks, tick_ms, text);
        if (i < at)
            continue;
        buf_printf(&labels, "%*s%s", (int)(i - at), "", text);
        at = i + strlen(text);
    }
    buf_append_byte(out, '\n');
    buf_append(out, buf_slice(&labels));
    buf_append_cstr(out, " UTC\n");
}

void plot_field(const struct plot *p, size_t columns, size_t rows, struct buf *out)
{
    size_t room = columns - LABEL_COLUMNS, count;
    double *values CLEANUP(mem_freep) = mem_zero(room, sizeof *values);
    size_t each = plot_thin(p, room, values, &count);
    const struct field f = {.scale = scale_of(p, values, count),
                            .values = values,
                            .count = count,
                            .width = count > 0 ? room / count : 1,
                            .rows = rows};
    for (size_t row = 0; row < rows; row++) {
        put_label(&f.scale, row, rows, out);
        put_row(&f, row, out);
    }
    put_axis(p, &f, each, out);
}
