/*
 * From the top down everything that is reached is marked; from the bottom up it is sorted: strings by their
 * bytes, then what refers to strings by their numbers, and so on. So each comparison is one of small numbers.
 *
 * The first mapping of the earliest profile comes first, also when no sample reaches it: tools take it for
 * the main program.
 */
#include "pprof/order.h"

#include <stdlib.h>

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static bool prepare(struct order_of *o, size_t count, struct quota *q)
{
    o->items = o->number = COLUMN_OF(uint32_t);
    return column_fill(&o->number, count, 0xff, q);
}

static void mark(struct order_of *o, uint32_t index)
{
    COLUMN_AT(o->number, uint32_t)[index] = 0;
}

static bool is_marked(const struct order_of *o, uint32_t index)
{
    return COLUMN_AT(o->number, uint32_t)[index] != ORDER_UNUSED;
}

typedef int compare_fn(const void *a, const void *b, void *order);

/* Collects what is marked from index `from` on, sorts and numbers it. */
static bool settle(struct order *order, struct order_of *o, uint32_t from, compare_fn *compare)
{
    size_t used = 0;
    for (uint32_t i = from; i < o->number.count; i++)
        used += is_marked(o, i);
    if (used == 0)
        return true;

    uint32_t *items = column_add(&o->items, used, order->quota);
    if (!items)
        return false;

    size_t at = 0;
    for (uint32_t i = from; i < o->number.count; i++)
        if (is_marked(o, i))
            items[at++] = i;
    qsort_r(items, used, sizeof *items, compare, order);
    for (size_t i = 0; i < used; i++)
        COLUMN_AT(o->number, uint32_t)[items[i]] = (uint32_t)i + 1;
    return true;
}

static int compare_strings(const void *a, const void *b, void *order)
{
    const struct intern *strings = &((const struct order *)order)->merged->symbols.strings;
    return slice_cmp(intern_get(strings, *(const uint32_t *)a), intern_get(strings, *(const uint32_t *)b));
}

static int compare_functions(const void *a, const void *b, void *order)
{
    const struct order *o = order;
    const struct symbol_function *all = COLUMN_AT(o->merged->symbols.functions, struct symbol_function);
    const struct symbol_function *x = &all[*(const uint32_t *)a];
    const struct symbol_function *y = &all[*(const uint32_t *)b];
    int c = compare_u64(order_number(&o->strings, x->name), order_number(&o->strings, y->name));
    if (c == 0)
        c = compare_u64(order_number(&o->strings, x->file), order_number(&o->strings, y->file));
    if (c == 0)
        c = compare_i64(x->start_line, y->start_line);
    if (c == 0)
        c = compare_u64(order_number(&o->strings, x->system_name), order_number(&o->strings, y->system_name));
    return c;
}

static int compare_mappings(const void *a, const void *b, void *order)
{
    const struct order *o = order;
    const struct symbol_mapping *all = COLUMN_AT(o->merged->symbols.mappings, struct symbol_mapping);
    return symbols_compare_mappings(&o->merged->symbols, &all[*(const uint32_t *)a],
                                    &all[*(const uint32_t *)b]);
}

/* Puts the first mapping in front of the sorted ones. */
static void lead_mapping(struct order_of *o, uint32_t first)
{
    uint32_t *items = COLUMN_AT(o->items, uint32_t);
    size_t at = order_number(o, first) - 1;
    memmove(items + 1, items, at * sizeof *items);
    items[0] = first;
    for (size_t i = 0; i <= at; i++)
        COLUMN_AT(o->number, uint32_t)[items[i]] = (uint32_t)i + 1;
}

static int compare_lines(const struct order *o, const struct symbol_location *x,
                         const struct symbol_location *y)
{
    const struct symbol_line *lines = COLUMN_AT(o->merged->symbols.lines, struct symbol_line);
    int c = compare_u64(x->lines_count, y->lines_count);
    for (uint32_t i = 0; c == 0 && i < x->lines_count; i++) {
        const struct symbol_line *a = &lines[x->lines_at + i];
        const struct symbol_line *b = &lines[y->lines_at + i];
        c = compare_u64(order_number(&o->functions, a->function), order_number(&o->functions, b->function));
        if (c == 0)
            c = compare_i64(a->line, b->line);
        if (c == 0)
            c = compare_i64(a->column, b->column);
    }
    return c;
}

static uint32_t mapping_number(const struct order *o, const struct symbol_location *l)
{
    return l->mapping != SYMBOL_NONE ? order_number(&o->mappings, l->mapping) : 0;
}

static int compare_locations(const void *a, const void *b, void *order)
{
    const struct order *o = order;
    const struct symbol_location *all = COLUMN_AT(o->merged->symbols.locations, struct symbol_location);
    const struct symbol_location *x = &all[*(const uint32_t *)a];
    const struct symbol_location *y = &all[*(const uint32_t *)b];
    int c = compare_u64(mapping_number(o, x), mapping_number(o, y));
    if (c == 0)
        c = compare_u64(x->offset, y->offset);
    if (c == 0)
        c = compare_lines(o, x, y);
    return c != 0 ? c : compare_u64(x->folded, y->folded);
}

static int compare_labels(const struct order *o, const struct stack_label *a, const struct stack_label *b)
{
    int c = compare_u64(order_number(&o->strings, a->key), order_number(&o->strings, b->key));
    if (c == 0)
        c = compare_u64(order_number(&o->strings, a->text), order_number(&o->strings, b->text));
    if (c == 0)
        c = compare_i64(a->number, b->number);
    return c != 0 ? c : compare_u64(order_number(&o->strings, a->unit), order_number(&o->strings, b->unit));
}

static int compare_sets(const void *a, const void *b, void *order)
{
    const struct order *o = order;
    const struct stacks *s = &o->merged->stacks;
    struct stack_labels x = COLUMN_AT(s->sets, struct stack_labels)[*(const uint32_t *)a];
    struct stack_labels y = COLUMN_AT(s->sets, struct stack_labels)[*(const uint32_t *)b];
    const struct stack_label *labels = COLUMN_AT(s->labels, struct stack_label);
    int c = compare_u64(x.count, y.count);
    for (uint32_t i = 0; c == 0 && i < x.count; i++)
        c = compare_labels(o, &labels[x.at + i], &labels[y.at + i]);
    return c;
}

static bool mark_samples(struct order *o)
{
    const struct stacks *s = &o->merged->stacks;
    o->samples = COLUMN_OF(uint32_t);
    for (uint32_t i = 0; i < s->samples.count; i++) {
        if (stacks_is_zero(s, i))
            continue;

        uint32_t *element = column_add(&o->samples, 1, o->quota);
        if (!element)
            return false;
        *element = i;

        struct stack sample = COLUMN_AT(s->samples, struct stack)[i];
        mark(&o->sets, sample.labels);
        for (uint32_t at = sample.at; at < sample.at + sample.depth; at++)
            mark(&o->locations, COLUMN_AT(s->locations, uint32_t)[at]);
    }
    return true;
}

static void mark_symbols(struct order *o)
{
    const struct symbols *s = &o->merged->symbols;
    for (uint32_t i = 0; i < s->locations.count; i++) {
        if (!is_marked(&o->locations, i))
            continue;

        const struct symbol_location *l = &COLUMN_AT(s->locations, struct symbol_location)[i];
        if (l->mapping != SYMBOL_NONE)
            mark(&o->mappings, l->mapping);
        for (uint32_t at = l->lines_at; at < l->lines_at + l->lines_count; at++)
            mark(&o->functions, COLUMN_AT(s->lines, struct symbol_line)[at].function);
    }
    uint32_t first = symbols_first_mapping(&o->merged->symbols);
    if (first != SYMBOL_NONE)
        mark(&o->mappings, first);
}

static void mark_symbol_strings(struct order *o)
{
    const struct symbols *s = &o->merged->symbols;
    for (uint32_t i = 0; i < s->mappings.count; i++) {
        const struct symbol_mapping *m = &COLUMN_AT(s->mappings, struct symbol_mapping)[i];
        if (is_marked(&o->mappings, i)) {
            mark(&o->strings, m->file);
            mark(&o->strings, m->build_id);
        }
    }
    for (uint32_t i = 0; i < s->functions.count; i++) {
        const struct symbol_function *f = &COLUMN_AT(s->functions, struct symbol_function)[i];
        if (is_marked(&o->functions, i)) {
            mark(&o->strings, f->name);
            mark(&o->strings, f->system_name);
            mark(&o->strings, f->file);
        }
    }
}

static void mark_label_strings(struct order *o)
{
    const struct stacks *s = &o->merged->stacks;
    for (uint32_t i = 0; i < s->sets.count; i++) {
        struct stack_labels set = COLUMN_AT(s->sets, struct stack_labels)[i];
        if (!is_marked(&o->sets, i))
            continue;

        for (uint32_t at = set.at; at < set.at + set.count; at++) {
            const struct stack_label *label = &COLUMN_AT(s->labels, struct stack_label)[at];
            mark(&o->strings, label->key);
            mark(&o->strings, label->text);
            mark(&o->strings, label->unit);
        }
    }
}

static void mark_header_strings(struct order *o)
{
    const struct merged *m = o->merged;
    for (uint32_t i = 0; i < m->types_count; i++) {
        mark(&o->strings, m->types[i].type);
        mark(&o->strings, m->types[i].unit);
    }
    const uint32_t others[] = {m->period_type.type, m->period_type.unit,   m->default_type.string,
                               m->doc_url.string,   m->drop_frames.string, m->keep_frames.string};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        mark(&o->strings, others[i]);
    for (size_t i = 0; i < m->comments.count; i++)
        mark(&o->strings, COLUMN_AT(m->comments, uint32_t)[i]);
}

static bool mark_all(struct order *o)
{
    const struct merged *m = o->merged;
    bool ready = prepare(&o->strings, intern_count(&m->symbols.strings), o->quota) &&
                 prepare(&o->mappings, m->symbols.mappings.count, o->quota) &&
                 prepare(&o->functions, m->symbols.functions.count, o->quota) &&
                 prepare(&o->locations, m->symbols.locations.count, o->quota) &&
                 prepare(&o->sets, m->stacks.sets.count, o->quota);
    if (!ready || !mark_samples(o))
        return false;

    mark_symbols(o);
    mark_symbol_strings(o);
    mark_label_strings(o);
    mark_header_strings(o);
    return true;
}

static bool settle_all(struct order *o)
{
    mark(&o->strings, 0);
    if (!settle(o, &o->strings, 1, compare_strings) || !settle(o, &o->mappings, 0, compare_mappings) ||
        !settle(o, &o->functions, 0, compare_functions) || !settle(o, &o->sets, 0, compare_sets))
        return false;
    if (o->mappings.items.count > 0)
        lead_mapping(&o->mappings, symbols_first_mapping(&o->merged->symbols));

    return settle(o, &o->locations, 0, compare_locations) && order_samples(o);
}

enum status order_build(struct order *o, const struct merged *m, struct error *err)
{
    *o = (struct order){.merged = m, .quota = m->quota};
    if (!mark_all(o) || !settle_all(o))
        return quota_error(m->quota, err);

    return OK;
}

void order_release(struct order *o)
{
    struct order_of *all[] = {&o->strings, &o->mappings, &o->functions, &o->locations, &o->sets};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        column_release(&all[i]->items, o->quota);
        column_release(&all[i]->number, o->quota);
    }
    column_release(&o->samples, o->quota);
}
