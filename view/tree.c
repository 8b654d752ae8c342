/*
 * From paths in the order of samples to a tree in an order of its own:
 *
 *   1. children of each node next to each other (a counting sort by parent), sorted;
 *   2. depth first from there, which numbers the nodes in a way that no order of samples changes;
 *   3. a weight for each node: the greatest share that it or anything beneath it has. Weights never grow on
 *      the way down, also where negative values cancel out, so what is kept is connected;
 *   4. kept is what weighs enough; if that is too much, the heaviest, of equals those nearest to the root and
 *      first in the order of 2. Remainders count, so keeping is tried node by node;
 *   5. what is kept is copied, depth first, with a remainder behind the children of whoever loses some.
 *
 * Stacks may be a million frames deep, so nothing here recurses in C.
 */
#include "view/tree.h"

#include "base/alloc.h"
#include "view/paths.h"

#include <stdlib.h>

enum { FEWEST_NODES = 2 };

/* While a tree is made. All columns but `stack` have one element a node of `paths`. */
struct pruning {
    struct tree *t;
    struct paths paths;
    uint32_t shown;        /* index of the type in the tree that orders children */
    struct column ranks;   /* uint32_t by frame: its place among all, by name */
    struct column starts;  /* uint32_t by node, and one more: where its children begin in ... */
    struct column kids;    /* ... uint32_t */
    struct column order;   /* uint32_t: nodes, depth first */
    struct column places;  /* uint32_t by node: its index in order */
    struct column weights; /* double by node */
    struct column sizes;   /* uint32_t by node: nodes beneath, with itself */
    struct column keep;    /* char by node */
    struct column stack;   /* struct visit */
    struct column latest;  /* uint32_t by depth: the last node of the tree that was put there */
};

/* Something that is still to be copied. */
struct visit {
    uint32_t node;   /* of paths; of a remainder: whose children it stands for */
    uint32_t parent; /* in the tree */
    bool is_remainder;
};

static uint32_t *numbers(const struct column *c)
{
    return COLUMN_AT(*c, uint32_t);
}

static bool make_numbers(struct pruning *p, struct column *c, size_t count, int fill)
{
    return column_fill(c, count, fill, p->paths.quota);
}

/* --- order --- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_frames(const void *a, const void *b, void *context)
{
    const struct view *v = context;
    const struct view_frame *f = view_frame(v, *(const uint32_t *)a);
    const struct view_frame *g = view_frame(v, *(const uint32_t *)b);
    int order = slice_cmp(view_string(v, f->name), view_string(v, g->name));

    if (order == 0)
        order = slice_cmp(view_string(v, f->file), view_string(v, g->file));
    if (order == 0)
        order = slice_cmp(view_string(v, f->module), view_string(v, g->module));
    if (order == 0)
        order = by_number(f->line, g->line);
    if (order == 0)
        order = by_number(f->column, g->column);
    if (order == 0)
        order = by_number(f->start_line, g->start_line);
    return order != 0 ? order : (f->address > g->address) - (f->address < g->address);
}

static bool rank_frames(struct pruning *p)
{
    size_t count = p->t->view->frames.count;
    struct column sorted = COLUMN_OF(uint32_t);
    bool made = make_numbers(p, &p->ranks, count, 0) && make_numbers(p, &sorted, count, 0);

    for (uint32_t i = 0; made && i < count; i++)
        numbers(&sorted)[i] = i;
    if (made && count > 0)
        qsort_r(sorted.ptr, count, sizeof(uint32_t), compare_frames, p->t->view);
    for (uint32_t i = 0; made && i < count; i++)
        numbers(&p->ranks)[numbers(&sorted)[i]] = i;
    column_release(&sorted, p->paths.quota);
    return made;
}

/* Without a sign, which INT64_MIN has no positive for. */
static uint64_t size_of(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static uint64_t greater_side(const struct pruning *p, uint32_t node)
{
    const int64_t *totals = paths_totals(&p->paths, node) + (size_t)p->shown * p->t->sides;
    uint64_t most = size_of(totals[0]);

    return p->t->sides > 1 && size_of(totals[1]) > most ? size_of(totals[1]) : most;
}

static int compare_kids(const void *a, const void *b, void *context)
{
    const struct pruning *p = context;
    uint32_t m = *(const uint32_t *)a, n = *(const uint32_t *)b;
    uint64_t x = greater_side(p, m), y = greater_side(p, n);

    if (x != y)
        return x < y ? 1 : -1;
    return by_number(numbers(&p->ranks)[paths_node(&p->paths, m)->frame],
                     numbers(&p->ranks)[paths_node(&p->paths, n)->frame]);
}

static bool order_kids(struct pruning *p)
{
    uint32_t count = (uint32_t)p->paths.nodes.count;

    if (!make_numbers(p, &p->starts, (size_t)count + 2, 0) || !make_numbers(p, &p->kids, count, 0))
        return false;

    /* Counted two places ahead: filling moves each start to where it belongs. */
    uint32_t *starts = numbers(&p->starts), *kids = numbers(&p->kids);
    for (uint32_t i = 1; i < count; i++)
        starts[paths_node(&p->paths, i)->parent + 2]++;
    for (uint32_t i = 2; i < count + 2; i++)
        starts[i] += starts[i - 1];
    for (uint32_t i = 1; i < count; i++)
        kids[starts[paths_node(&p->paths, i)->parent + 1]++] = i;
    for (uint32_t i = 0; i < count; i++)
        if (starts[i + 1] - starts[i] > 1)
            qsort_r(kids + starts[i], starts[i + 1] - starts[i], sizeof(*kids), compare_kids, p);
    return true;
}

static bool order_nodes(struct pruning *p)
{
    uint32_t count = (uint32_t)p->paths.nodes.count, open = 0, done = 0;
    struct column stack = COLUMN_OF(uint32_t);

    if (!make_numbers(p, &p->order, count, 0) || !make_numbers(p, &p->places, count, 0) ||
        !make_numbers(p, &stack, count, 0))
        return false;

    const uint32_t *starts = numbers(&p->starts), *kids = numbers(&p->kids);
    uint32_t *waiting = numbers(&stack);
    waiting[open++] = 0;
    while (open > 0) {
        uint32_t node = waiting[--open];

        numbers(&p->places)[node] = done;
        numbers(&p->order)[done++] = node;
        for (uint32_t i = starts[node + 1]; i-- > starts[node];)
            waiting[open++] = kids[i];
    }
    column_release(&stack, p->paths.quota);
    return true;
}

/* --- weight --- */

/* What shares of a type are of: the root of the greater side; where values cancel out, their sizes. */
static double whole(const struct pruning *p, uint32_t type)
{
    double most = 0;

    for (uint32_t side = 0; side < p->t->sides; side++) {
        unsigned __int128 sum = 0;

        for (uint32_t i = 0; i < p->paths.nodes.count; i++)
            sum += size_of(paths_selfs(&p->paths, i)[type * p->t->sides + side]);
        most = (double)sum > most ? (double)sum : most;
    }
    return most;
}

static bool weigh(struct pruning *p)
{
    uint32_t count = (uint32_t)p->paths.nodes.count;

    if (!make_numbers(p, &p->sizes, count, 0) || !make_numbers(p, &p->weights, count, 0))
        return false;

    double *weights = COLUMN_AT(p->weights, double);
    for (uint32_t type = 0; type < p->t->types; type++) {
        double all = whole(p, type);

        for (uint32_t i = 0; all > 0 && i < count; i++)
            for (uint32_t side = 0; side < p->t->sides; side++) {
                double share = (double)size_of(paths_totals(&p->paths, i)[type * p->t->sides + side]) / all;

                weights[i] = share > weights[i] ? share : weights[i];
            }
    }
    for (uint32_t i = count; i-- > 0;) {
        uint32_t parent = paths_node(&p->paths, i)->parent;

        numbers(&p->sizes)[i]++;
        if (i == 0)
            break;
        numbers(&p->sizes)[parent] += numbers(&p->sizes)[i];
        weights[parent] = weights[i] > weights[parent] ? weights[i] : weights[parent];
    }
    return true;
}

/* --- keeping --- */

static uint32_t kids_count(const struct pruning *p, uint32_t node)
{
    return numbers(&p->starts)[node + 1] - numbers(&p->starts)[node];
}

static int compare_weights(const void *a, const void *b, void *context)
{
    const struct pruning *p = context;
    uint32_t m = *(const uint32_t *)a, n = *(const uint32_t *)b;
    double x = COLUMN_AT(p->weights, double)[m], y = COLUMN_AT(p->weights, double)[n];

    if (x != y)
        return x < y ? 1 : -1;
    uint32_t k = paths_node(&p->paths, m)->depth, l = paths_node(&p->paths, n)->depth;
    return k != l ? by_number(k, l) : by_number(numbers(&p->places)[m], numbers(&p->places)[n]);
}

/* Lets go of the lightest until what is kept and its remainders are at most so many. */
static bool keep_heaviest(struct pruning *p, uint64_t max_nodes)
{
    uint32_t count = (uint32_t)p->paths.nodes.count, left = 0;
    struct column sorted = COLUMN_OF(uint32_t), missing = COLUMN_OF(uint32_t);
    char *keep = COLUMN_AT(p->keep, char);
    uint64_t nodes = 0;
    bool made = make_numbers(p, &sorted, count, 0) && make_numbers(p, &missing, count, 0);

    for (uint32_t i = 0; made && i < count; i++) {
        numbers(&missing)[i] = kids_count(p, i);
        if (keep[i])
            numbers(&sorted)[left++] = i;
    }
    if (made)
        qsort_r(sorted.ptr, left, sizeof(uint32_t), compare_weights, p);
    for (uint32_t i = 0; made && i < left; i++) {
        uint32_t node = numbers(&sorted)[i], parent = paths_node(&p->paths, node)->parent;

        /* It comes, perhaps with a remainder; and perhaps the last of its parent's goes. */
        nodes += 1 + (kids_count(p, node) > 0);
        nodes -= i > 0 && --numbers(&missing)[parent] == 0;
        keep[node] = nodes <= max_nodes;
    }
    column_release(&sorted, p->paths.quota);
    column_release(&missing, p->paths.quota);
    return made;
}

static bool keep_some(struct pruning *p, const struct tree_options *o)
{
    uint32_t count = (uint32_t)p->paths.nodes.count;
    uint64_t max_nodes = o->max_nodes <= 0             ? UINT64_MAX
                         : o->max_nodes < FEWEST_NODES ? FEWEST_NODES
                                                       : (uint64_t)o->max_nodes;

    if (!column_fill(&p->keep, count, 0, p->paths.quota))
        return false;
    for (uint32_t i = 0; i < count; i++)
        COLUMN_AT(p->keep, char)[i] = i == 0 || !(COLUMN_AT(p->weights, double)[i] < o->min_fraction);
    return count <= max_nodes || keep_heaviest(p, max_nodes);
}

/* --- copying --- */

static bool is_kept(const struct pruning *p, uint32_t node)
{
    return COLUMN_AT(p->keep, char)[node];
}

/* Puts what `visit` is for behind the last node; its values are still to be filled in. */
static struct tree_node *put(struct pruning *p, struct visit visit)
{
    struct tree *t = p->t;
    const struct path_node *from = paths_node(&p->paths, visit.node);
    uint32_t index = tree_count(t), depth = from->depth + visit.is_remainder;
    struct tree_node *node = column_add(&t->nodes, 1, p->paths.quota);

    if (!node)
        return NULL;
    *node = (struct tree_node){visit.parent,
                               visit.is_remainder ? TREE_REMAINDER : from->frame,
                               TREE_NONE,
                               TREE_NONE,
                               depth,
                               0,
                               !visit.is_remainder && from->inlined};
    if (index > 0) {
        struct tree_node *parent = &COLUMN_AT(t->nodes, struct tree_node)[visit.parent];

        if (parent->first == TREE_NONE)
            parent->first = index;
        else
            COLUMN_AT(t->nodes, struct tree_node)[numbers(&p->latest)[depth]].next = index;
    }
    numbers(&p->latest)[depth] = index;
    t->depth = depth > t->depth ? depth : t->depth;
    return node;
}

static void fold(struct pruning *p, uint32_t whose, struct tree_node *into, int64_t *values)
{
    for (uint32_t i = numbers(&p->starts)[whose]; i < numbers(&p->starts)[whose + 1]; i++) {
        uint32_t kid = numbers(&p->kids)[i];

        if (is_kept(p, kid))
            continue;
        into->folded += numbers(&p->sizes)[kid];
        for (uint32_t j = 0; j < p->paths.width; j++)
            if (__builtin_add_overflow(values[j], paths_totals(&p->paths, kid)[j], &values[j])) {
                values[j] = values[j] < 0 ? INT64_MAX : INT64_MIN; /* it wrapped: the other end */
                p->t->saturated = true;
            }
    }
    p->t->pruned += into->folded;
}

static bool copy(struct pruning *p, struct visit visit)
{
    uint32_t width = p->paths.width;
    struct tree_node *node = put(p, visit);
    int64_t *selfs = node ? column_add(&p->t->selfs, width, p->paths.quota) : NULL;
    int64_t *totals = selfs ? column_add(&p->t->totals, width, p->paths.quota) : NULL;

    if (!totals)
        return false;
    if (visit.is_remainder) {
        memset(totals, 0, width * sizeof(*totals));
        fold(p, visit.node, node, totals);
        memcpy(selfs, totals, width * sizeof(*selfs));
    } else {
        memcpy(selfs, paths_selfs(&p->paths, visit.node), width * sizeof(*selfs));
        memcpy(totals, paths_totals(&p->paths, visit.node), width * sizeof(*totals));
    }
    return true;
}

static bool push(struct pruning *p, struct visit visit)
{
    struct visit *pushed = column_add(&p->stack, 1, p->paths.quota);

    if (pushed)
        *pushed = visit;
    return pushed;
}

/* The last comes first from the stack. */
static bool push_kids(struct pruning *p, uint32_t node, uint32_t parent)
{
    const uint32_t *starts = numbers(&p->starts), *kids = numbers(&p->kids);
    uint32_t lost = 0, one = 0;

    for (uint32_t i = starts[node]; i < starts[node + 1]; i++)
        if (!is_kept(p, kids[i])) {
            one = kids[i];
            lost++;
        }
    if (lost == 1 && numbers(&p->sizes)[one] == 1)
        COLUMN_AT(p->keep, char)[one] = 1;
    else if (lost > 0 && !push(p, (struct visit){node, parent, true}))
        return false;
    for (uint32_t i = starts[node + 1]; i-- > starts[node];)
        if (is_kept(p, kids[i]) && !push(p, (struct visit){kids[i], parent, false}))
            return false;
    return true;
}

static bool copy_kept(struct pruning *p)
{
    uint32_t deepest = 0;

    for (uint32_t i = 0; i < p->paths.nodes.count; i++)
        if (paths_node(&p->paths, i)->depth > deepest)
            deepest = paths_node(&p->paths, i)->depth;
    if (!make_numbers(p, &p->latest, (size_t)deepest + 2, 0) || !push(p, (struct visit){0, 0, false}))
        return false;
    while (p->stack.count > 0) {
        struct visit visit = COLUMN_AT(p->stack, struct visit)[--p->stack.count];
        uint32_t index = tree_count(p->t);

        if (!copy(p, visit) || (!visit.is_remainder && !push_kids(p, visit.node, index)))
            return false;
    }
    return true;
}

/* --- life --- */

static void pruning_release(struct pruning *p)
{
    struct quota *q = p->paths.quota;

    paths_release(&p->paths);
    column_release(&p->ranks, q);
    column_release(&p->starts, q);
    column_release(&p->kids, q);
    column_release(&p->order, q);
    column_release(&p->places, q);
    column_release(&p->weights, q);
    column_release(&p->sizes, q);
    column_release(&p->keep, q);
    column_release(&p->stack, q);
    column_release(&p->latest, q);
}

enum status tree_build(struct view *v, const struct tree_options *options, struct tree **ret_tree,
                       struct error *err)
{
    struct tree *t CLEANUP(tree_freep) = mem_zero(1, sizeof(*t));
    bool all = options->type == TREE_ALL_TYPES;

    *t = (struct tree){.view = v,
                       .first_type = all ? 0 : options->type,
                       .types = all ? v->merged->types_count : 1,
                       .sides = v->is_diff ? 2 : 1,
                       .nodes = COLUMN_OF(struct tree_node),
                       .selfs = COLUMN_OF(int64_t),
                       .totals = COLUMN_OF(int64_t)};
    struct pruning p CLEANUP(pruning_release) = {
        .t = t,
        .paths = {.quota = &v->quota},
        .shown = all ? v->type : 0,
        .ranks = COLUMN_OF(uint32_t),
        .starts = COLUMN_OF(uint32_t),
        .kids = COLUMN_OF(uint32_t),
        .order = COLUMN_OF(uint32_t),
        .places = COLUMN_OF(uint32_t),
        .weights = COLUMN_OF(double),
        .sizes = COLUMN_OF(uint32_t),
        .keep = COLUMN_OF(char),
        .stack = COLUMN_OF(struct visit),
        .latest = COLUMN_OF(uint32_t),
    };
    enum status status = paths_grow(&p.paths, t, options->as, err);
    if (status != OK)
        return status;

    t->saturated = p.paths.saturated;
    if (!rank_frames(&p) || !order_kids(&p) || !order_nodes(&p) || !weigh(&p) || !keep_some(&p, options) ||
        !copy_kept(&p))
        return quota_error(&v->quota, err);
    *ret_tree = t;
    t = NULL;
    return OK;
}

void tree_free(struct tree *t)
{
    if (!t)
        return;
    column_release(&t->nodes, &t->view->quota);
    column_release(&t->selfs, &t->view->quota);
    column_release(&t->totals, &t->view->quota);
    free(t);
}

void tree_freep(struct tree **t)
{
    tree_free(*t);
}

struct tree_value tree_value(const struct tree *t, uint32_t node, uint32_t type)
{
    size_t at = ((size_t)node * t->types + type) * t->sides;
    const int64_t *selfs = COLUMN_AT(t->selfs, int64_t) + at, *totals = COLUMN_AT(t->totals, int64_t) + at;

    return (struct tree_value){selfs[0], totals[0], t->sides > 1 ? selfs[1] : 0,
                               t->sides > 1 ? totals[1] : 0};
}
