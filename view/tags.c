/*
 * Pictures have 80 nodes, so tags are looked at for few nodes only: first to choose them (tags take room as
 * nodes do), then for those that were chosen. That takes two more walks over the samples and spares the sums
 * for tens of thousands of nodes.
 *
 * Samples share their sets of labels: what a set means is worked out once.
 */
#include "view/tags.h"

#include "base/hash.h"
#include "view/dot.h"
#include "view/graph_part.h"
#include "view/measure.h"

#include <stdlib.h>

/* What a set of labels means. */
struct meaning {
    uint32_t labels; /* text */
    uint32_t at;     /* in numbers */
    uint32_t count;
    bool is_known;
};

struct number {
    uint32_t name; /* text */
    int64_t value;
};

struct collect {
    struct tags *t;
    struct table table;     /* of t->tags */
    struct column meanings; /* struct meaning, by set */
    struct column numbers;  /* struct number */
    struct column nodes;    /* uint32_t by frame: its node or GRAPH_NONE */
    struct column stamps;   /* uint32_t by node: the last sample, from 1 */
};

static struct quota *quota_of(const struct tags *t)
{
    return &t->graph->view->quota;
}

static struct slice text_of(const struct collect *c, uint32_t string)
{
    return intern_get(&c->t->graph->view->merged->symbols.strings, string);
}

static const struct stack_label *label_at(const struct collect *c, uint32_t index)
{
    return &COLUMN_AT(c->t->graph->view->merged->stacks.labels, struct stack_label)[index];
}

/* --- what a set means --- */

static int compare_labels(const void *a, const void *b, void *collect)
{
    const struct collect *c = collect;
    const struct stack_label *x = label_at(c, *(const uint32_t *)a), *y = label_at(c, *(const uint32_t *)b);
    const struct slice of_x[] = {text_of(c, x->key), SLICE(":"), text_of(c, x->text)};
    const struct slice of_y[] = {text_of(c, y->key), SLICE(":"), text_of(c, y->text)};
    return graph_compare_pieces(of_x, of_y, ARRAY_LEN(of_x));
}

/* The label that tells a diff's base is no label of the program. */
static bool is_drawn(const struct collect *c, const struct stack_label *l)
{
    return l->text != 0 && !slice_eq_cstr(text_of(c, l->key), MERGE_BASE_KEY);
}

static bool join_labels(struct collect *c, struct stack_labels set, uint32_t *ret_text)
{
    uint32_t drawn[LIMIT_PPROF_LABELS + 1];
    size_t count = 0;
    for (uint32_t i = 0; i < set.count && count < ARRAY_LEN(drawn); i++)
        if (is_drawn(c, label_at(c, set.at + i)))
            drawn[count++] = set.at + i;
    if (count > 1)
        qsort_r(drawn, count, sizeof drawn[0], compare_labels, c);

    struct buf joined CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_append_cstr(&joined, "\\n");
        if (joined.len >= DOT_TEXT_BYTES) {
            buf_append_cstr(&joined, "...");
            break;
        }
        dot_escape(text_of(c, label_at(c, drawn[i])->key), &joined);
        buf_append_byte(&joined, ':');
        dot_escape(text_of(c, label_at(c, drawn[i])->text), &joined);
    }
    *ret_text = intern_put(&c->t->texts, buf_slice(&joined), quota_of(c->t));
    return *ret_text != INTERN_NONE;
}

static bool add_number(struct collect *c, int64_t value)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES),
                    escaped CLEANUP(buf_release) = BUF_INIT(LIMIT_VIEW_BYTES);
    measure_label(value, c->t->unit, SLICE("minimum"), &text);
    dot_escape(buf_slice(&text), &escaped);
    uint32_t name = intern_put(&c->t->texts, buf_slice(&escaped), quota_of(c->t));
    struct number *number = name != INTERN_NONE ? column_add(&c->numbers, 1, quota_of(c->t)) : NULL;
    if (number)
        *number = (struct number){name, value};
    return number != NULL;
}

static bool is_bytes(const struct collect *c, const struct stack_label *l)
{
    return l->text == 0 && slice_eq_cstr(text_of(c, l->key), "bytes");
}

static bool find_meaning(struct collect *c, uint32_t set, struct meaning *ret_meaning)
{
    struct meaning *meaning = &COLUMN_AT(c->meanings, struct meaning)[set];
    if (!meaning->is_known) {
        struct stack_labels labels =
            COLUMN_AT(c->t->graph->view->merged->stacks.sets, struct stack_labels)[set];
        meaning->at = (uint32_t)c->numbers.count;
        if (!join_labels(c, labels, &meaning->labels))
            return false;
        for (uint32_t i = 0; i < labels.count; i++)
            if (is_bytes(c, label_at(c, labels.at + i)) && !add_number(c, label_at(c, labels.at + i)->number))
                return false;
        meaning->count = (uint32_t)c->numbers.count - meaning->at;
        meaning->is_known = true;
    }
    *ret_meaning = *meaning;
    return true;
}

/* The first unit that is said decides for all. */
static struct slice find_unit(const struct collect *c)
{
    const struct stacks *s = &c->t->graph->view->merged->stacks;
    for (uint32_t i = 0; i < s->labels.count; i++)
        if (is_bytes(c, label_at(c, i)) && label_at(c, i)->unit != 0)
            return text_of(c, label_at(c, i)->unit);

    return SLICE("bytes");
}

/* --- sums --- */

static struct tag *find_tag(struct collect *c, const struct tag *key)
{
    struct tags *t = c->t;
    uint64_t hash = hash64_pair((uint64_t)key->node << 32 | key->labels, key->name);
    struct table_probe probe;
    for (uint32_t i = table_first(&c->table, hash, &probe); i != TABLE_NONE;
         i = table_next(&c->table, &probe)) {
        struct tag *tag = &COLUMN_AT(t->tags, struct tag)[i];
        if (tag->node == key->node && tag->labels == key->labels && tag->name == key->name)
            return tag;
    }

    uint32_t index = (uint32_t)t->tags.count;
    struct tag *tag = column_add(&t->tags, 1, quota_of(t));
    if (!tag || !table_put(&c->table, hash, index, quota_of(t)))
        return NULL;

    *tag = *key;
    return tag;
}

static bool add_to_tag(struct collect *c, const struct tag *key, int64_t value, bool flat)
{
    struct tag *tag = find_tag(c, key);
    if (!tag)
        return false;

    int64_t *sum = flat ? &tag->flat : &tag->cum;
    *sum = graph_add(*sum, value);
    return true;
}

static bool add_to_node(struct collect *c, uint32_t node, const struct meaning *m, int64_t value, bool flat)
{
    struct tag key = {.node = node, .labels = m->labels};
    if (m->labels != 0 && !add_to_tag(c, &key, value, flat))
        return false;

    for (uint32_t i = 0; i < m->count; i++) {
        struct number number = COLUMN_AT(c->numbers, struct number)[m->at + i];
        key.name = number.name;
        key.value = number.value;
        if (!add_to_tag(c, &key, value, flat))
            return false;
    }
    return true;
}

static bool add_stack(struct collect *c, const struct view_stack *stack, uint32_t stamp,
                      const struct meaning *m, int64_t value)
{
    uint32_t *stamps = COLUMN_AT(c->stamps, uint32_t);
    for (size_t i = 0; i < stack->count; i++) {
        uint32_t node = COLUMN_AT(c->nodes, uint32_t)[stack->steps[i].frame];
        if (node == GRAPH_NONE)
            continue;
        if (stamps[node] != stamp && !add_to_node(c, node, m, value, false))
            return false;
        stamps[node] = stamp;
        if (i + 1 == stack->count && !add_to_node(c, node, m, value, true))
            return false;
    }
    return true;
}

static bool add_samples(struct collect *c)
{
    struct view *v = c->t->graph->view;
    size_t samples = view_samples(v);
    for (size_t i = 0; i < samples; i++) {
        int64_t value = view_value(v, i, v->type);
        uint32_t set = COLUMN_AT(v->merged->stacks.samples, struct stack)[i].labels;
        struct meaning meaning;
        struct view_stack stack;
        if (value == 0)
            continue;
        if (!find_meaning(c, set, &meaning))
            return false;
        if (meaning.labels == 0 && meaning.count == 0)
            continue;
        if (!view_stack(v, i, &stack) || !add_stack(c, &stack, (uint32_t)i + 1, &meaning, value))
            return false;
    }
    return true;
}

/* --- results --- */

static int compare_tags(const void *a, const void *b)
{
    const struct tag *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if ((x->name != 0) != (y->name != 0))
        return x->name == 0 ? -1 : 1;
    if (x->labels != y->labels)
        return x->labels < y->labels ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

static void settle(struct tags *t)
{
    struct tag *tags = COLUMN_AT(t->tags, struct tag);
    size_t kept = 0;
    for (size_t i = 0; i < t->tags.count; i++)
        if (graph_abs(tags[i].flat) >= t->graph->node_cutoff ||
            graph_abs(tags[i].cum) >= t->graph->node_cutoff)
            tags[kept++] = tags[i];
    t->tags.count = kept;
    if (kept > 1)
        qsort(tags, kept, sizeof *tags, compare_tags);
}

bool tags_build(struct tags *t, struct graph *g, uint32_t count)
{
    struct view *v = g->view;
    *t = (struct tags){.graph = g, .texts = INTERN_INIT, .tags = COLUMN_OF(struct tag)};
    struct collect c = {t,
                        TABLE_INIT,
                        COLUMN_OF(struct meaning),
                        COLUMN_OF(struct number),
                        COLUMN_OF(uint32_t),
                        COLUMN_OF(uint32_t)};
    bool ok = column_fill(&c.meanings, v->merged->stacks.sets.count, 0, &v->quota) &&
              column_fill(&c.nodes, v->frames.count, 0xff, &v->quota) &&
              column_fill(&c.stamps, count, 0, &v->quota);
    for (uint32_t i = 0; ok && i < count; i++)
        COLUMN_AT(c.nodes, uint32_t)[graph_node(g, i)->frame] = i;
    t->unit = find_unit(&c);
    ok = ok && (!c.meanings.ptr || add_samples(&c));
    table_release(&c.table, &v->quota);
    column_release(&c.meanings, &v->quota);
    column_release(&c.numbers, &v->quota);
    column_release(&c.nodes, &v->quota);
    column_release(&c.stamps, &v->quota);
    if (ok)
        settle(t);
    return ok;
}

void tags_release(struct tags *t)
{
    intern_release(&t->texts, quota_of(t));
    column_release(&t->tags, quota_of(t));
}

/* The first tag that does not stand before the key. */
static uint32_t lower_bound(const struct tags *t, const struct tag *key)
{
    uint32_t low = 0, high = (uint32_t)t->tags.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_tags(&COLUMN_AT(t->tags, struct tag)[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct view_span tags_labels(const struct tags *t, uint32_t node)
{
    uint32_t from = lower_bound(t, &(struct tag){.node = node});
    return (struct view_span){from, lower_bound(t, &(struct tag){.node = node, .name = 1}) - from};
}

struct view_span tags_numbers(const struct tags *t, uint32_t node, uint32_t labels)
{
    uint32_t from = lower_bound(t, &(struct tag){.node = node, .labels = labels, .name = 1});
    uint32_t to = lower_bound(t, &(struct tag){.node = node, .labels = labels + 1, .name = 1});
    return (struct view_span){from, to - from};
}

/* --- choosing nodes --- */

/* Those that the node itself has, not only what it calls. */
static uint32_t room_of(const struct tags *t, uint32_t node)
{
    uint32_t from = lower_bound(t, &(struct tag){.node = node});
    uint32_t to = lower_bound(t, &(struct tag){.node = node + 1});
    uint32_t room = 0;
    for (uint32_t i = from; i < to && room < TAGS_OF_A_NODE; i++)
        room += COLUMN_AT(t->tags, struct tag)[i].flat != 0;
    return 1 + room;
}

bool tags_choose_nodes(struct graph *g, int64_t wanted, uint32_t *ret_count)
{
    struct tags t CLEANUP(tags_release);
    uint32_t candidates = wanted < g->shown ? (uint32_t)wanted : g->shown;
    if (!tags_build(&t, g, candidates))
        return false;

    int64_t room = 0;
    uint32_t count = 0;
    while (count < candidates && room < wanted)
        room += room_of(&t, count++);
    *ret_count = count;
    return true;
}
