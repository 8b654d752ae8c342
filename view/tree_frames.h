/*
 * The frames that a tree has, numbered as its nodes come to them: few, in an order that no order of inputs
 * changes, and small numbers for what is seen often. One thread at a time.
 */
#ifndef VIEW_TREE_FRAMES_H
#define VIEW_TREE_FRAMES_H

#include "view/tree.h"

struct tree_frames {
    struct quota *quota;
    struct column numbers; /* uint32_t by frame of the view; TREE_NONE: the tree has it not */
    struct column frames;  /* uint32_t by number: frame of the view */
};

/* Errors of the quota. On failure too it is to be released. */
NODISCARD enum status tree_frames_find(struct tree_frames *f, const struct tree *t, struct error *err);
void tree_frames_release(struct tree_frames *f);

static inline uint32_t tree_frames_count(const struct tree_frames *f)
{
    return (uint32_t)f->frames.count;
}

/* The frame of the view with this number. */
static inline uint32_t tree_frames_at(const struct tree_frames *f, uint32_t number)
{
    return COLUMN_AT(f->frames, uint32_t)[number];
}

static inline uint32_t tree_frames_number(const struct tree_frames *f, uint32_t frame)
{
    return COLUMN_AT(f->numbers, uint32_t)[frame];
}

#endif
