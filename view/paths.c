/*
 * A child is found in a hash table by its parent and its frame. Samples add to their last node only; what is
 * beneath a node is added up once at the end, from the last node to the first, since a parent always stands
 * before its children. Samples of one profile often follow a neighbour with the same callers, so the path of
 * the sample before is tried first.
 */
#include "view/paths.h"

#include "base/hash.h"

struct walk {
    struct paths *p;
    const uint32_t *as;
    struct column last; /* uint32_t: the nodes of the sample before, without the root */
};

void paths_release(struct paths *p)
{
    column_release(&p->nodes, p->quota);
    column_release(&p->selfs, p->quota);
    column_release(&p->totals, p->quota);
    table_release(&p->children, p->quota);
}

static uint32_t add_node(struct paths *p, struct path_node node)
{
    uint32_t index = (uint32_t)p->nodes.count;
    struct path_node *added = index < TREE_REMAINDER ? column_add(&p->nodes, 1, p->quota) : NULL;
    int64_t *selfs = added ? column_add(&p->selfs, p->width, p->quota) : NULL;

    if (!selfs)
        return TREE_NONE;
    *added = node;
    memset(selfs, 0, p->width * sizeof(*selfs));
    return index;
}

static uint32_t child(struct paths *p, uint32_t parent, uint32_t frame, bool inlined)
{
    uint64_t hash = hash64_pair(parent, frame);
    struct table_probe probe;

    for (uint32_t i = table_first(&p->children, hash, &probe); i != TABLE_NONE;
         i = table_next(&p->children, &probe)) {
        struct path_node *n = &COLUMN_AT(p->nodes, struct path_node)[i];

        if (n->parent == parent && n->frame == frame) {
            n->inlined &= inlined;
            return i;
        }
    }

    uint32_t index =
        add_node(p, (struct path_node){parent, frame, paths_node(p, parent)->depth + 1, inlined});
    return index != TREE_NONE && table_put(&p->children, hash, index, p->quota) ? index : TREE_NONE;
}

/* How many steps of the sample before this one takes too. */
static size_t common(struct walk *w, struct view_stack stack)
{
    const uint32_t *last = COLUMN_AT(w->last, uint32_t);
    size_t most = stack.count < w->last.count ? stack.count : w->last.count;

    for (size_t i = 0; i < most; i++) {
        struct path_node *n = &COLUMN_AT(w->p->nodes, struct path_node)[last[i]];
        uint32_t frame = stack.steps[i].frame;

        if (n->frame != (w->as ? w->as[frame] : frame))
            return i;
        n->inlined &= stack.steps[i].inlined;
    }
    return most;
}

/* The node of a whole stack. */
static uint32_t leaf(struct walk *w, struct view_stack stack)
{
    size_t known = common(w, stack);
    uint32_t node = known > 0 ? COLUMN_AT(w->last, uint32_t)[known - 1] : 0;

    w->last.count = known;
    for (size_t i = known; i < stack.count && node != TREE_NONE; i++) {
        uint32_t frame = stack.steps[i].frame;
        uint32_t *last = column_add(&w->last, 1, w->p->quota);

        if (!last)
            return TREE_NONE;
        node = *last = child(w->p, node, w->as ? w->as[frame] : frame, stack.steps[i].inlined);
    }
    return node;
}

static void add(struct paths *p, int64_t *sum, int64_t value)
{
    int64_t fits;

    if (__builtin_add_overflow(*sum, value, &fits)) {
        p->saturated = true;
        fits = value > 0 ? INT64_MAX : INT64_MIN;
    }
    *sum = fits;
}

/* A base's samples come negated. */
static int64_t value_of(struct paths *p, const struct tree *t, size_t sample, uint32_t type, bool is_base)
{
    int64_t value = view_value(t->view, sample, t->first_type + type);

    p->saturated |= is_base && value == INT64_MIN;
    return !is_base ? value : value == INT64_MIN ? INT64_MAX : -value;
}

static bool add_sample(struct walk *w, const struct tree *t, size_t sample)
{
    bool is_base = t->sides > 1 && view_is_base(t->view, sample), is_zero = true;
    struct view_stack stack;
    uint32_t node;

    for (uint32_t type = 0; is_zero && type < t->types; type++)
        is_zero = view_value(t->view, sample, t->first_type + type) == 0;
    if (is_zero)
        return true;
    if (!view_stack(t->view, sample, &stack) || (node = leaf(w, stack)) == TREE_NONE)
        return false;

    int64_t *selfs = COLUMN_AT(w->p->selfs, int64_t) + (size_t)node * w->p->width;
    for (uint32_t type = 0; type < t->types; type++)
        add(w->p, &selfs[type * t->sides + is_base], value_of(w->p, t, sample, type, is_base));
    return true;
}

static bool add_up(struct paths *p)
{
    int64_t *totals = column_add(&p->totals, p->selfs.count, p->quota);

    if (!totals)
        return false;
    memcpy(totals, p->selfs.ptr, p->selfs.count * sizeof(*totals));
    for (size_t i = p->nodes.count - 1; i > 0; i--)
        for (uint32_t j = 0; j < p->width; j++)
            add(p, &totals[(size_t)paths_node(p, (uint32_t)i)->parent * p->width + j],
                totals[i * p->width + j]);
    return true;
}

static bool add_all(struct walk *w, const struct tree *t)
{
    size_t samples = view_samples(t->view);

    if (add_node(w->p, (struct path_node){0, TREE_NONE, 0, false}) == TREE_NONE)
        return false;
    for (size_t i = 0; i < samples; i++)
        if (!add_sample(w, t, i))
            return false;
    return true;
}

enum status paths_grow(struct paths *p, const struct tree *t, const uint32_t *as, struct error *err)
{
    *p = (struct paths){.quota = &t->view->quota,
                        .width = t->types * t->sides,
                        .nodes = COLUMN_OF(struct path_node),
                        .selfs = COLUMN_OF(int64_t),
                        .totals = COLUMN_OF(int64_t),
                        .children = TABLE_INIT};
    struct walk w = {p, as, COLUMN_OF(uint32_t)};
    bool grown = add_all(&w, t);

    column_release(&w.last, p->quota);
    table_release(&p->children, p->quota);
    if (grown && add_up(p))
        return OK;
    if (!quota_refused(p->quota))
        p->quota->over_max = true; /* more nodes than numbers */
    return quota_error(p->quota, err);
}
