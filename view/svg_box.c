/*
 * One box a node, depth first:
 *
 *   <g><title>name, then a line each: values, place</title><rect .../><text>what fits</text></g>
 *
 * The title is what tooltips and screen readers say; svg.js takes it from there. Widths are summed here and
 * not taken from totals, so that children fit into their parent also where negative values cancel out, and
 * where a diff has two sides.
 */
#include "view/svg_part.h"

#include "view/caption.h"
#include "view/markup.h"
#include "view/measure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Pixels: a text from its box's left, from its right, and down to its baseline. */
enum { FONT = 12, TEXT_IN = 4, TEXT_DOWN = 13 };

/* Less is nothing to be read; a change of less is none. */
static const double LEAST_TEXT = 20, SAME = 0.02;

/* --- numbers --- */

static double *widths(const struct drawing *d)
{
    return COLUMN_AT(d->widths, double);
}

static double size_of(int64_t value)
{
    return fabs((double)value);
}

/* A node's own size on both sides, and that of all beneath. */
static bool measure_widths(struct drawing *d)
{
    uint32_t count = tree_count(d->tree);

    if (!column_fill(&d->widths, count, 0, &d->v->quota) ||
        !column_fill(&d->lefts, (size_t)d->tree->depth + 2, 0, &d->v->quota))
        return false;
    for (uint32_t i = count; i-- > 0;) {
        struct tree_value value = tree_value(d->tree, i, 0);

        widths(d)[i] += size_of(value.self) + size_of(value.base_self);
        if (i > 0)
            widths(d)[tree_node(d->tree, i)->parent] += widths(d)[i];
    }
    return true;
}

/* Pixels, to a hundred-thousandth: a box half a pixel wide may be zoomed to the whole width. */
static void put_pixels(struct buf *out, const char *name, double pixels)
{
    char text[48];
    int len = snprintf(text, sizeof text, "%.5f", pixels);

    while (len > 1 && text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.')
        len--;
    buf_printf(out, " %s=\"%.*s\"", name, len, text);
}

void svg_value(const struct drawing *d, int64_t value)
{
    measure_label(value, view_type_unit(d->v, d->v->type), SLICE("auto"), d->out);
}

void svg_share(const struct drawing *d, int64_t value, int64_t of)
{
    double share = of != 0 ? size_of(value) / size_of(of) * 100 : 0;

    if (of == 0 || value == 0)
        return;
    if (share >= 0.01)
        buf_printf(d->out, " (%.*f%%)", share >= 99.995 ? 0 : 2, share);
    else
        buf_append(d->out, SLICE(" (&lt;0.01%)"));
}

void svg_count(uint32_t count, struct buf *out)
{
    if (count >= 1000) {
        svg_count(count / 1000, out);
        buf_printf(out, ",%03u", count % 1000);
    } else {
        buf_printf(out, "%u", count);
    }
}

static int64_t minus(int64_t a, int64_t b)
{
    int64_t difference;

    return __builtin_sub_overflow(a, b, &difference) ? (a > b ? INT64_MAX : INT64_MIN) : difference;
}

/* --- what a box stands for --- */

static void put_sides(const struct drawing *d, const char *what, int64_t base, int64_t source)
{
    int64_t change = minus(source, base);

    buf_printf(d->out, "\n%s", what);
    svg_value(d, base);
    svg_share(d, base, d->v->base);
    buf_append(d->out, SLICE(" \xe2\x86\x92 "));
    svg_value(d, source);
    svg_share(d, source, d->v->source);
    buf_append(d->out, change > 0 ? SLICE(": +") : SLICE(": "));
    svg_value(d, change);
    if (base == 0)
        buf_append(d->out, source != 0 ? SLICE(", new") : SLICE(""));
    else if (source == 0)
        buf_append(d->out, SLICE(", gone"));
    else
        buf_printf(d->out, ", %+.1f%%", (double)change / size_of(base) * 100);
}

static void put_values(const struct drawing *d, uint32_t node)
{
    struct tree_value value = tree_value(d->tree, node, 0);

    if (d->v->is_diff) {
        put_sides(d, "", value.base_total, value.total);
        if (value.self != 0 || value.base_self != 0)
            put_sides(d, "self ", value.base_self, value.self);
        return;
    }
    buf_append_byte(d->out, '\n');
    svg_value(d, value.total);
    svg_share(d, value.total, d->v->total);
    buf_append(d->out, SLICE(", self "));
    svg_value(d, value.self);
    svg_share(d, value.self, d->v->total);
}

static void put_place(const struct drawing *d, const struct tree_node *n)
{
    const struct place *place = places_of(&d->places, n->frame);

    if (place->file != 0) {
        buf_append_byte(d->out, '\n');
        markup_text(places_string(&d->places, place->file), d->out);
        if (place->line > 0)
            buf_printf(d->out, ":%" PRId64, place->line);
    } else if (place->module != 0) {
        buf_append_byte(d->out, '\n');
        markup_text(places_string(&d->places, place->module), d->out);
    }
    if (n->inlined)
        buf_append(d->out, SLICE("\ninlined"));
}

/* Sets d->label. */
static void name_node(struct drawing *d, const struct tree_node *n)
{
    buf_reset(&d->label);
    if (n->frame == TREE_NONE) {
        buf_append(&d->label, SLICE("all"));
    } else if (n->frame == TREE_REMAINDER) {
        buf_append(&d->label, SLICE("\xe2\x80\xa6 "));
        svg_count(n->folded, &d->label);
        buf_append(&d->label, SLICE(" more"));
    } else {
        place_label(d->v, n->frame, &d->label);
    }
}

static void put_title(struct drawing *d, uint32_t node)
{
    const struct tree_node *n = tree_node(d->tree, node);

    buf_append(d->out, SLICE("<title>"));
    markup_text(buf_slice(&d->label), d->out);
    put_values(d, node);
    if (n->frame == TREE_REMAINDER)
        buf_append(d->out, SLICE("\ntoo small to be drawn one by one"));
    else if (n->frame != TREE_NONE)
        put_place(d, n);
    buf_append(d->out, SLICE("</title>"));
}

/* --- colours --- */

/* The change as a share of the greater side, in steps: -8 gone, -4 half, 4 double, 8 new. */
static int change_step(struct tree_value value)
{
    double source = (double)value.total, base = (double)value.base_total;
    double greater = fmax(fabs(source), fabs(base));
    double change = greater > 0 ? fmax(-1, fmin(1, (source - base) / greater)) : 0;

    if (fabs(change) < SAME)
        return 0;
    int step = (int)lround(change * SVG_STEPS);
    return step != 0 ? step : change > 0 ? 1 : -1;
}

void svg_change_class(struct buf *out, int step)
{
    if (step == 0)
        buf_append(out, SLICE("same"));
    else
        buf_printf(out, "%s%d", step > 0 ? "grew" : "shrank", step > 0 ? step : -step);
}

static void put_class(const struct drawing *d, uint32_t node)
{
    const struct tree_node *n = tree_node(d->tree, node);

    buf_append(d->out, SLICE("<rect class=\""));
    if (n->frame == TREE_REMAINDER) {
        buf_append(d->out, SLICE("more"));
    } else if (d->v->is_diff) {
        svg_change_class(d->out, change_step(tree_value(d->tree, node, 0)));
    } else if (n->frame == TREE_NONE) {
        buf_append(d->out, SLICE("all"));
    } else {
        buf_printf(d->out, "c%u", caption_shade(places_package(&d->places, n->frame, buf_slice(&d->label))));
    }
    buf_append_byte(d->out, '"');
}

/* --- boxes --- */

static void put_caption(struct drawing *d, double left, int64_t y, double width)
{
    buf_reset(&d->caption);
    caption_fit(buf_slice(&d->label), (width - 2 * TEXT_IN) / FONT, &d->caption);
    if (d->caption.len == 0)
        return;
    buf_append(d->out, SLICE("<text"));
    put_pixels(d->out, "x", left + TEXT_IN);
    buf_printf(d->out, " y=\"%" PRId64 "\">", y + TEXT_DOWN);
    buf_append(d->out, buf_slice(&d->caption));
    buf_append(d->out, SLICE("</text>"));
}

static void put_box(struct drawing *d, uint32_t node)
{
    const struct tree_node *n = tree_node(d->tree, node);
    double *lefts = COLUMN_AT(d->lefts, double), left = lefts[n->depth];
    double width = widths(d)[node] / widths(d)[0] * (SVG_WIDTH - 2 * SVG_MARGIN);
    int64_t y = d->top + (int64_t)n->depth * SVG_ROW;

    lefts[n->depth] += width;
    lefts[n->depth + 1] = left;
    name_node(d, n);
    buf_append(d->out, SLICE("<g>"));
    put_title(d, node);
    put_class(d, node);
    put_pixels(d->out, "x", left);
    buf_printf(d->out, " y=\"%" PRId64 "\"", y);
    put_pixels(d->out, "width", width);
    buf_printf(d->out, " height=\"%d\"/>", SVG_BOX);
    if (width >= LEAST_TEXT)
        put_caption(d, left, y, width);
    buf_append(d->out, SLICE("</g>\n"));
}

bool svg_boxes(struct drawing *d)
{
    if (!measure_widths(d))
        return false;
    d->is_empty = !(widths(d)[0] > 0);
    COLUMN_AT(d->lefts, double)[0] = SVG_MARGIN;
    for (uint32_t i = 0; !d->is_empty && i < tree_count(d->tree) && !d->out->full; i++)
        put_box(d, i);
    return true;
}
