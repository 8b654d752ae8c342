/*
 * A flame graph as one file that shows itself: roots on top, a box a node, as wide as its share. What a
 * reader without scripts sees is drawn here; svg.js, which is inside, zooms, searches, fits texts to the
 * window and shows what a box stands for, and asks nobody for anything. All that it knows it reads from the
 * boxes, so names are only ever text of XML: no name becomes script, style or markup.
 *
 * Colours are those of packages (caption.h), grey with stripes is what is too small to be drawn on its own.
 * Of a diff a box is as wide as both sides together: what is gone still has half of its place, children
 * always fit into their parent, and the colour (red: grew, blue: shrank) is the change as a share of the
 * greater side, so that coloured area is change. (difffolded.pl is as wide as one side and hides what the
 * other one lost.) Where values are negative, widths are of their sizes.
 */
#include "view/format.h"

#include "view/markup.h"
#include "view/path.h"
#include "view/svg_part.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

extern const char view_svg_js[], view_svg_css[];
extern const unsigned long view_svg_js_bytes, view_svg_css_bytes;

/* Pixels. */
enum {
    TITLE_AT = 26,
    LINE_HEIGHT = 18,
    SCALE_HEIGHT = 30,
    SWATCH = 24,
    SWATCH_HEIGHT = 10,
    GAP = 8,
    TEXT_DOWN = 13
};

/* More boxes than a browser moves at once. */
enum { MOST_NODES = 20000 };

/* What is narrower than about half a pixel is folded unless min_fraction says otherwise. */
static const double MIN_FRACTION = 0.0005;

static void drawing_release(struct drawing *d)
{
    tree_free(d->tree);
    places_release(&d->places);
    column_release(&d->widths, &d->v->quota);
    column_release(&d->lefts, &d->v->quota);
    buf_release(&d->label);
    buf_release(&d->caption);
}

/* --- the head --- */

/* "cpu 1.20s", of a filtered view "cpu 1.20s (12.00%) of 10s", of a diff "cpu 10s → 12s". */
static void put_heading(struct drawing *d)
{
    const struct view *v = d->v;
    struct tree_value all = tree_value(d->tree, 0, 0);

    markup_text(view_type_name(v, v->type), d->out);
    buf_append_byte(d->out, ' ');
    if (v->is_diff) {
        svg_value(d, all.base_total);
        svg_share(d, all.base_total, all.base_total != v->base ? v->base : 0);
        buf_append(d->out, SLICE(" \xe2\x86\x92 "));
    }
    svg_value(d, all.total);
    if (v->is_diff) {
        svg_share(d, all.total, all.total != v->source ? v->source : 0);
    } else if (all.total != v->total) {
        svg_share(d, all.total, v->total);
        buf_append(d->out, SLICE(" of "));
        svg_value(d, v->total);
    }
}

static void put_time(struct drawing *d)
{
    const struct merged *m = d->v->merged;
    time_t seconds = (time_t)(m->time_nanos / 1000000000);
    struct tm tm;
    char text[64];

    if (m->time_nanos > 0 && gmtime_r(&seconds, &tm) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm) > 0)
        buf_printf(d->out, " \xc2\xb7 %s", text);
    if (m->duration_nanos > 0)
        buf_printf(d->out, " \xc2\xb7 over %.4g s", (double)m->duration_nanos / 1e9);
}

static void put_about(struct drawing *d)
{
    const struct symbols *s = &d->v->merged->symbols;
    uint32_t first = symbols_first_mapping(s);
    uint32_t file = first != SYMBOL_NONE ? COLUMN_AT(s->mappings, struct symbol_mapping)[first].file : 0;

    if (d->v->is_diff)
        buf_append(d->out, SLICE("Base \xe2\x86\x92 source; a box is as wide as both together"));
    else
        buf_append(d->out, SLICE("Flame graph"));
    if (file != 0) {
        buf_append(d->out, SLICE(" \xc2\xb7 "));
        markup_text(path_base(intern_get(&s->strings, file)), d->out);
    }
    if (!d->v->is_diff)
        put_time(d);
    if (d->tree->pruned > 0) {
        buf_append(d->out, SLICE(" \xc2\xb7 "));
        svg_count(d->tree->pruned, d->out);
        buf_append(d->out, SLICE(" small nodes folded into striped boxes"));
    }
    if (d->tree->saturated || d->v->merged->saturated)
        buf_append(d->out, SLICE(" \xc2\xb7 some sums do not fit in 64 bits"));
}

static void open_line(struct drawing *d, const char *class, int64_t y)
{
    buf_printf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%" PRId64 "\">", class, SVG_MARGIN, y);
}

static void close_line(struct drawing *d)
{
    buf_append(d->out, SLICE("</text>\n"));
}

/* One line each, up to y. */
static int64_t put_notes(struct drawing *d, int64_t y)
{
    struct slice rest = buf_slice(&d->v->notes), line;

    while (slice_split(&rest, '\n', &line)) {
        if (line.len == 0)
            continue;
        y += LINE_HEIGHT;
        open_line(d, "about", y);
        markup_text(line, d->out);
        close_line(d);
    }
    return y;
}

/* Swatches from "gone" to "new". */
static void put_scale(struct drawing *d, int64_t y)
{
    static const struct {
        int step;
        const char *text;
    } marks[] = {{-SVG_STEPS, "gone"},
                 {-SVG_STEPS / 2, "half"},
                 {0, "same"},
                 {SVG_STEPS / 2, "double"},
                 {SVG_STEPS, "new"}};

    buf_append(d->out, SLICE("<g class=\"scale\">"));
    for (int step = -SVG_STEPS; step <= SVG_STEPS; step++) {
        buf_append(d->out, SLICE("<rect class=\""));
        svg_change_class(d->out, step);
        buf_printf(d->out, "\" x=\"%d\" y=\"%" PRId64 "\" width=\"%d\" height=\"%d\"/>",
                   SVG_MARGIN + (step + SVG_STEPS) * SWATCH, y, SWATCH, SWATCH_HEIGHT);
    }
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        buf_printf(d->out, "<text x=\"%d\" y=\"%" PRId64 "\" text-anchor=\"%s\" font-size=\"11\">%s</text>",
                   SVG_MARGIN + (marks[i].step + SVG_STEPS) * SWATCH +
                       (i == 0                      ? 0
                        : i + 1 == ARRAY_LEN(marks) ? SWATCH
                                                    : SWATCH / 2),
                   y + SWATCH_HEIGHT + 11,
                   i == 0                      ? "start"
                   : i + 1 == ARRAY_LEN(marks) ? "end"
                                               : "middle",
                   marks[i].text);
    buf_append(d->out, SLICE("</g>\n"));
}

static int64_t head_height(const struct drawing *d)
{
    struct slice rest = buf_slice(&d->v->notes), line;
    int64_t height = TITLE_AT + LINE_HEIGHT + GAP;

    while (slice_split(&rest, '\n', &line))
        height += line.len > 0 ? LINE_HEIGHT : 0;
    return height + (d->v->is_diff ? SCALE_HEIGHT : 0);
}

/* Behind the boxes, so that it covers them when it stays in sight. */
static void put_head(struct drawing *d)
{
    int64_t y = TITLE_AT;

    buf_printf(d->out, "<g id=\"head\"><rect class=\"paper\" width=\"%d\" height=\"%" PRId64 "\"/>\n",
               SVG_WIDTH, d->top - 2);
    open_line(d, "title", y);
    put_heading(d);
    close_line(d);
    y += LINE_HEIGHT;
    open_line(d, "about", y);
    put_about(d);
    close_line(d);
    y = put_notes(d, y);
    if (d->v->is_diff)
        put_scale(d, y + GAP);
    buf_append(d->out, SLICE("</g>\n"));
}

/* --- the document --- */

static void put_start(struct drawing *d)
{
    int64_t height = d->top + ((int64_t)d->tree->depth + 1) * SVG_ROW + SVG_MARGIN;

    buf_printf(d->out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%" PRId64
               "\" viewBox=\"0 0 %d %" PRId64 "\" data-top=\"%" PRId64
               "\" data-row=\"%d\" data-margin=\"%d\">\n"
               "<title>",
               SVG_WIDTH, height, SVG_WIDTH, height, d->top, SVG_ROW, SVG_MARGIN);
    put_heading(d);
    buf_append(d->out, SLICE("</title>\n<style>"));
    buf_append(d->out, slice_make(view_svg_css, view_svg_css_bytes));
    buf_append(d->out,
               SLICE("</style>\n"
                     "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                     "patternTransform=\"rotate(45)\"><rect class=\"all\" width=\"6\" height=\"6\"/>"
                     "<path class=\"hatch\" d=\"M0 0V6\"/></pattern></defs>\n"));
}

/* The script is ours and holds no "]]>". */
static void put_end(struct drawing *d)
{
    buf_append(d->out, SLICE("<script><![CDATA["));
    buf_append(d->out, slice_make(view_svg_js, view_svg_js_bytes));
    buf_append(d->out, SLICE("]]></script>\n</svg>\n"));
}

static enum status draw(struct drawing *d, struct error *err)
{
    d->top = head_height(d);
    put_start(d);
    buf_printf(d->out, "<g id=\"frames\"%s>\n", d->v->is_diff ? " class=\"diff\"" : "");
    if (!svg_boxes(d))
        return quota_error(&d->v->quota, err);
    buf_append(d->out, SLICE("</g>\n"));
    if (d->is_empty) {
        open_line(d, "nothing", d->top + TEXT_DOWN);
        buf_append(d->out, SLICE("No sample has a value of this type."));
        close_line(d);
    }
    put_head(d);
    put_end(d);
    return buf_check(d->out, "the picture", err);
}

enum status svg_render(struct view *v, struct buf *out, struct error *err)
{
    struct drawing d CLEANUP(drawing_release) = {.v = v,
                                                 .widths = COLUMN_OF(double),
                                                 .lefts = COLUMN_OF(double),
                                                 .label = BUF_INIT(PLACE_LABEL_BYTES),
                                                 .caption = BUF_INIT(PLACE_LABEL_BYTES),
                                                 .out = out};
    const struct view_options *o = v->options;
    const struct tree_options tree = {.type = v->type,
                                      .min_fraction = o->min_fraction > 0 ? o->min_fraction : MIN_FRACTION,
                                      .max_nodes = o->max_nodes > 0 && o->max_nodes < MOST_NODES
                                                       ? o->max_nodes
                                                       : MOST_NODES};
    enum status status = tree_build(v, &tree, &d.tree, err);

    if (status == OK)
        status = places_find(&d.places, v, err);
    return status == OK ? draw(&d, err) : status;
}
