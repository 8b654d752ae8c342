/* One pass over the nodes, which stand depth first. */
#include "view/tree_frames.h"

static bool number(struct tree_frames *f, uint32_t frame)
{
    if (frame >= TREE_REMAINDER || tree_frames_number(f, frame) != TREE_NONE)
        return true;

    uint32_t *added = column_add(&f->frames, 1, f->quota);
    if (!added)
        return false;
    *added = frame;
    COLUMN_AT(f->numbers, uint32_t)[frame] = tree_frames_count(f) - 1;
    return true;
}

enum status tree_frames_find(struct tree_frames *f, const struct tree *t, struct error *err)
{
    *f = (struct tree_frames){&t->view->quota, COLUMN_OF(uint32_t), COLUMN_OF(uint32_t)};

    bool found = column_fill(&f->numbers, t->view->frames.count, 0xff, f->quota);
    for (uint32_t i = 0; found && i < tree_count(t); i++)
        found = number(f, tree_node(t, i)->frame);
    return found ? OK : quota_error(f->quota, err);
}

void tree_frames_release(struct tree_frames *f)
{
    if (!f->quota)
        return;
    column_release(&f->numbers, f->quota);
    column_release(&f->frames, f->quota);
}
