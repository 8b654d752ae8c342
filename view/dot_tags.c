/*
 * Boxes for tags: the four heaviest sets of labels, and for each of them, and for samples without labels, at
 * most four sizes. If there are more sizes they are put together with the nearest of the four heaviest, and
 * the box says from where to where it goes.
 *
 * A leaf of the picture is drawn with cumulative values, since what it calls may have been left out.
 */
#include "base/limits.h"
#include "view/dot.h"
#include "view/graph_part.h"
#include "view/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct box {
    struct buf name;
    int64_t least, most; /* numbers that it stands for */
    int64_t flat, cum;
    bool several;
};

struct drawing {
    struct tags *t;
    uint32_t node;
    bool is_flat; /* not a leaf: draws flat values */
    struct buf *out;
};

/* --- order --- */

static struct tag *tag_at(const struct drawing *d, uint32_t index)
{
    return &COLUMN_AT(d->t->tags, struct tag)[index];
}

static struct slice name_of(const struct drawing *d, const struct tag *tag)
{
    return intern_get(&d->t->texts, tag->name != 0 ? tag->name : tag->labels);
}

static int compare_tags(const void *a, const void *b, void *drawing)
{
    const struct drawing *d = drawing;
    const struct tag *x = a, *y = b;
    int c = d->is_flat ? 0 : graph_compare_sizes(x->cum, y->cum);
    if (c == 0)
        c = graph_compare_sizes(x->flat, y->flat);
    return c != 0 ? c : slice_cmp(name_of(d, x), name_of(d, y));
}

static int compare_boxes(const void *a, const void *b, void *drawing)
{
    const struct drawing *d = drawing;
    const struct box *x = a, *y = b;
    int c = d->is_flat ? 0 : graph_compare_sizes(x->cum, y->cum);
    if (c == 0)
        c = graph_compare_sizes(x->flat, y->flat);
    return c != 0 ? c : slice_cmp(buf_slice(&x->name), buf_slice(&y->name));
}

/* The span's tags, heaviest first. They stay among themselves, so spans can still be looked for. */
static void sort_span(struct drawing *d, struct view_span span)
{
    if (span.count > 1)
        qsort_r(tag_at(d, span.at), span.count, sizeof(struct tag), compare_tags, d);
}

/* --- sizes --- */

static void label_of(const struct drawing *d, int64_t value, struct buf *out)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    measure_label(value, d->t->unit, SLICE("auto"), &text);
    dot_escape(buf_slice(&text), out);
}

static uint32_t nearest(const int64_t *values, int64_t value)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < TAGS_OF_A_NODE; i++)
        if (fabs((double)values[i] - (double)value) < fabs((double)values[best] - (double)value))
            best = i;
    return best;
}

static void put_together(struct drawing *d, struct view_span span, struct box *boxes)
{
    int64_t values[TAGS_OF_A_NODE];
    for (uint32_t i = 0; i < TAGS_OF_A_NODE; i++)
        values[i] = tag_at(d, span.at + i)->value;
    for (uint32_t i = TAGS_OF_A_NODE; i < span.count; i++) {
        const struct tag *tag = tag_at(d, span.at + i);
        struct box *box = &boxes[nearest(values, tag->value)];
        box->several = true;
        box->least = tag->value < box->least ? tag->value : box->least;
        box->most = tag->value > box->most ? tag->value : box->most;
        box->flat = graph_add(box->flat, tag->flat);
        box->cum = graph_add(box->cum, tag->cum);
    }
    for (uint32_t i = 0; i < TAGS_OF_A_NODE; i++) {
        buf_reset(&boxes[i].name);
        label_of(d, boxes[i].least, &boxes[i].name);
        if (boxes[i].several) {
            buf_append_cstr(&boxes[i].name, "..");
            label_of(d, boxes[i].most, &boxes[i].name);
        }
    }
    qsort_r(boxes, TAGS_OF_A_NODE, sizeof *boxes, compare_boxes, d);
}

/* At most TAGS_OF_A_NODE boxes; how many. */
static uint32_t make_boxes(struct drawing *d, struct view_span span, struct box *boxes)
{
    uint32_t count = span.count < TAGS_OF_A_NODE ? span.count : TAGS_OF_A_NODE;
    sort_span(d, span);
    for (uint32_t i = 0; i < count; i++) {
        const struct tag *tag = tag_at(d, span.at + i);
        boxes[i] = (struct box){.name = BUF_INIT(LIMIT_VIEW_BYTES),
                                .least = tag->value,
                                .most = tag->value,
                                .flat = tag->flat,
                                .cum = tag->cum};
        buf_append(&boxes[i].name, name_of(d, tag));
    }
    if (span.count > TAGS_OF_A_NODE)
        put_together(d, span, boxes);
    return count;
}

/* --- drawing --- */

static struct buf weight_of(const struct drawing *d, int64_t value)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    struct buf weight = BUF_INIT(LIMIT_VIEW_BYTES);
    graph_label(d->t->graph, value, &text);
    dot_escape(buf_slice(&text), &weight);
    return weight;
}

/* source: the box or node that it hangs on; name: how it is called itself. */
static void draw(struct drawing *d, const char *source, const char *name, struct slice label, int64_t value,
                 bool dotted)
{
    struct buf weight CLEANUP(buf_release) = weight_of(d, value);
    const char *w = buf_cstr(&weight);
    buf_printf(d->out, "%s [label = \"%.*s\" id=\"%s\" fontsize=8 shape=box3d tooltip=\"%s\"]\n", name,
               SLICE_ARG(label), name, w);
    buf_printf(d->out, "%s -> %s [label=\" %s\" weight=100 tooltip=\"%s\" labeltooltip=\"%s\"%s]\n", source,
               name, w, w, w, dotted ? " style=\"dotted\"" : "");
}

static void draw_numbers(struct drawing *d, const char *source, uint32_t labels)
{
    struct box boxes[TAGS_OF_A_NODE];
    uint32_t count = make_boxes(d, tags_numbers(d->t, d->node, labels), boxes);
    for (uint32_t i = 0; i < count; i++) {
        bool dotted = !d->is_flat && boxes[i].flat != boxes[i].cum;
        int64_t value = dotted ? boxes[i].cum : boxes[i].flat;
        char name[64];
        (void)snprintf(name, sizeof name, "N%s_%u", source, i);
        if (value != 0)
            draw(d, source, name, buf_slice(&boxes[i].name), value, dotted);
        buf_release(&boxes[i].name);
    }
}

static void draw_labels(struct drawing *d, const char *source)
{
    struct view_span span = tags_labels(d->t, d->node);
    sort_span(d, span);
    for (uint32_t i = 0; i < span.count && i < TAGS_OF_A_NODE; i++) {
        const struct tag *tag = tag_at(d, span.at + i);
        int64_t value = d->is_flat ? tag->flat : tag->cum;
        char name[48];
        (void)snprintf(name, sizeof name, "%s_%u", source, i);
        if (value == 0)
            continue;
        draw(d, source, name, name_of(d, tag), value, false);
        draw_numbers(d, name, tag->labels);
    }
}

bool dot_tags(struct tags *t, uint32_t node, struct buf *out)
{
    struct drawing d = {t, node, graph_node(t->graph, node)->outs.count > 0, out};
    size_t before = out->len;
    char source[24];
    (void)snprintf(source, sizeof source, "N%u", node + 1);
    draw_labels(&d, source);
    draw_numbers(&d, source, 0);
    return out->len > before;
}
