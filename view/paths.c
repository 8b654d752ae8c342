/*
 * A child is found in a hash table by its parent and its frame. Samples add to their last node only; what is
 * beneath a node is added up once at the end, from the last node to the first, since a parent always stands
 * before its children. Samples of one profile often follow a neighbour with the same callers, so the path of
 * the sample before is tried first.
 *
 * Sums wrap, and how often they did stands beside them: only what does not fit in the end stays at the end of
 * the range, whichever came first. Real values never wrap, so there is nothing beside them.
 */
#include "view/paths.h"

#include "base/hash.h"

struct walk {
    struct paths *p;
    const uint32_t *as;
    struct column last; /* uint32_t: the nodes of the sample before, without the root */
};

static void sums_release(struct sums *sums, struct quota *quota)
{
    column_release(&sums->values, quota);
    column_release(&sums->carries, quota);
}

void paths_release(struct paths *p)
{
    column_release(&p->nodes, p->quota);
    sums_release(&p->selfs, p->quota);
    sums_release(&p->totals, p->quota);
    table_release(&p->children, p->quota);
}

static uint32_t add_node(struct paths *p, struct path_node node)
{
    uint32_t index = (uint32_t)p->nodes.count;
    struct path_node *added = index < TREE_REMAINDER ? column_add(&p->nodes, 1, p->quota) : NULL;
    int64_t *selfs = added ? column_add(&p->selfs.values, p->width, p->quota) : NULL;

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

/* Times 2^64. */
static bool carry(struct paths *p, struct column *carries, size_t at, int64_t times)
{
    if (times == 0)
        return true;
    if (at >= carries->count) {
        size_t more = at + 1 - carries->count;
        int64_t *added = column_add(carries, more, p->quota);

        if (!added)
            return false;
        memset(added, 0, more * sizeof(*added));
    }
    COLUMN_AT(*carries, int64_t)[at] += times;
    return true;
}

static int64_t carried(const struct column *carries, size_t at)
{
    return at < carries->count ? COLUMN_AT(*carries, int64_t)[at] : 0;
}

static bool add(struct paths *p, struct sums *sums, size_t at, int64_t value, bool is_negated)
{
    int64_t *sum = &COLUMN_AT(sums->values, int64_t)[at];
    bool wraps =
        is_negated ? __builtin_sub_overflow(*sum, value, sum) : __builtin_add_overflow(*sum, value, sum);

    return carry(p, &sums->carries, at, !wraps ? 0 : (value > 0) != is_negated ? 1 : -1);
}

static void settle(struct paths *p, struct sums *sums)
{
    for (size_t i = 0; i < sums->carries.count; i++) {
        int64_t times = carried(&sums->carries, i);

        p->saturated |= times != 0;
        if (times != 0)
            COLUMN_AT(sums->values, int64_t)[i] = times > 0 ? INT64_MAX : INT64_MIN;
    }
    column_release(&sums->carries, p->quota);
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

    for (uint32_t type = 0; type < t->types; type++) {
        int64_t value =
            stacks_sum(&t->view->merged->stacks, (uint32_t)sample, t->first_type + type, &w->p->saturated);

        /* A base's samples come negated. */
        if (!add(w->p, &w->p->selfs, (size_t)node * w->p->width + type * t->sides + is_base, value, is_base))
            return false;
    }
    return true;
}

/* A child's total into its parent's. */
static bool pass_up(struct paths *p, uint32_t node, uint32_t j)
{
    size_t from = (size_t)node * p->width + j, to = (size_t)paths_node(p, node)->parent * p->width + j;
    int64_t times = carried(&p->totals.carries, from);

    return add(p, &p->totals, to, COLUMN_AT(p->totals.values, int64_t)[from], false) &&
           carry(p, &p->totals.carries, to, times);
}

static bool add_up(struct paths *p)
{
    size_t count = p->selfs.values.count;
    int64_t *totals = column_add(&p->totals.values, count, p->quota);
    bool added = totals;

    if (added)
        memcpy(totals, p->selfs.values.ptr, count * sizeof(*totals));
    for (size_t i = 0; added && i < p->selfs.carries.count; i++)
        added = carry(p, &p->totals.carries, i, carried(&p->selfs.carries, i));
    for (size_t i = p->nodes.count - 1; added && i > 0; i--)
        for (uint32_t j = 0; added && j < p->width; j++)
            added = pass_up(p, (uint32_t)i, j);
    settle(p, &p->selfs);
    settle(p, &p->totals);
    return added;
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
                        .selfs = {COLUMN_OF(int64_t), COLUMN_OF(int64_t)},
                        .totals = {COLUMN_OF(int64_t), COLUMN_OF(int64_t)},
                        .children = TABLE_INIT};
    struct walk w = {p, as, COLUMN_OF(uint32_t)};
    bool grown = add_all(&w, t);

    column_release(&w.last, p->quota);
    table_release(&p->children, p->quota);
    if (grown && add_up(p))
        return OK;
    if (!quota_refused(p->quota))
        p->quota->over_max = true; /* more nodes than numbers */
    return view_error(t->view, err);
}
