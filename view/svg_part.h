/* The inside of svg.c and svg_box.c: a flame graph while it is drawn. */
#ifndef VIEW_SVG_PART_H
#define VIEW_SVG_PART_H

#include "view/places.h"
#include "view/tree.h"

/* Pixels. */
enum {
    SVG_WIDTH = 1200,
    SVG_MARGIN = 10,
    SVG_ROW = 18,
    SVG_BOX = 17,
};

/* Colours of a change, on each side of none. */
enum { SVG_STEPS = 8 };

struct drawing {
    struct view *v;
    struct tree *tree; /* of one type */
    struct places places;
    struct column widths; /* double by node, in the unit of values */
    struct column lefts;  /* double by depth, in pixels: where the next box begins */
    struct buf label, caption;
    struct buf *out;
    int64_t top;   /* of the root's box */
    bool is_empty; /* set by svg_boxes(): nothing has a size, so there is no box */
};

/* Draws the boxes of all nodes; out's bound is the caller's to look at. False: memory. */
bool svg_boxes(struct drawing *d);

/* A value in the view's unit: "1.20s". */
void svg_value(const struct drawing *d, int64_t value);
/* 250576 as "250,576". */
void svg_count(uint32_t count, struct buf *out);
/* " (12.34%)", nothing if there is nothing to be said. */
void svg_share(const struct drawing *d, int64_t value, int64_t of);
/* The class of a change, from -SVG_STEPS (gone) to SVG_STEPS (new). */
void svg_change_class(struct buf *out, int step);

#endif
