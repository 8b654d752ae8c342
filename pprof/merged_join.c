/*
 * Joining reads the tables of the other merge as if they were an input: what its samples reach is interned
 * here and then found in an array by its index there. Sums and their carries are added as they are, so that
 * nothing is rounded or saturated in between. Mappings fold in whether or not a sample still reaches them:
 * the inputs that had them did.
 */
#include "pprof/merged.h"

struct join {
    struct merged *to;
    const struct merged *from;
    /* From its indexes to ours; uint32_t, UINT32_MAX: not yet. */
    struct column strings, functions, mappings, locations, sets;
    struct column lines;  /* struct symbol_line, of one location */
    struct column labels; /* struct stack_label, of one set */
    struct column stack;  /* uint32_t, of one sample */
};

static bool prepare(struct join *j)
{
    const struct symbols *s = &j->from->symbols;
    struct quota *q = j->to->quota;
    j->strings = j->functions = j->mappings = j->locations = j->sets = j->stack = COLUMN_OF(uint32_t);
    j->lines = COLUMN_OF(struct symbol_line);
    j->labels = COLUMN_OF(struct stack_label);
    return column_fill(&j->strings, intern_count(&s->strings), 0xff, q) &&
           column_fill(&j->functions, s->functions.count, 0xff, q) &&
           column_fill(&j->mappings, s->mappings.count, 0xff, q) &&
           column_fill(&j->locations, s->locations.count, 0xff, q) &&
           column_fill(&j->sets, j->from->stacks.sets.count, 0xff, q);
}

static void join_release(struct join *j)
{
    struct column *all[] = {&j->strings, &j->functions, &j->mappings, &j->locations,
                            &j->sets,    &j->lines,     &j->labels,   &j->stack};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        column_release(all[i], j->to->quota);
}

static uint32_t *slot(struct column *map, uint32_t index)
{
    return &COLUMN_AT(*map, uint32_t)[index];
}

static uint32_t join_string(struct join *j, uint32_t string)
{
    uint32_t *mapped = slot(&j->strings, string);
    if (*mapped == INTERN_NONE)
        *mapped =
            intern_put(&j->to->symbols.strings, intern_get(&j->from->symbols.strings, string), j->to->quota);
    return *mapped;
}

static uint32_t join_function(struct join *j, uint32_t index)
{
    uint32_t *mapped = slot(&j->functions, index);
    if (*mapped != SYMBOL_NONE)
        return *mapped;

    struct symbol_function f = COLUMN_AT(j->from->symbols.functions, struct symbol_function)[index];
    f.name = join_string(j, f.name);
    f.system_name = join_string(j, f.system_name);
    f.file = join_string(j, f.file);
    if (f.name != INTERN_NONE && f.system_name != INTERN_NONE && f.file != INTERN_NONE)
        *mapped = symbols_function(&j->to->symbols, f);
    return *mapped;
}

static bool join_mappings(struct join *j)
{
    for (uint32_t i = 0; i < j->from->symbols.mappings.count; i++) {
        struct symbol_mapping m = COLUMN_AT(j->from->symbols.mappings, struct symbol_mapping)[i];
        if (!m.is_known)
            continue;

        m.file = join_string(j, m.file);
        m.build_id = join_string(j, m.build_id);
        if (m.file == INTERN_NONE || m.build_id == INTERN_NONE)
            return false;

        uint32_t *mapped = slot(&j->mappings, i);
        *mapped = symbols_mapping(&j->to->symbols, &m);
        if (*mapped == SYMBOL_NONE)
            return false;
        symbols_fold_mapping(&j->to->symbols, *mapped, &m);
    }
    return true;
}

static uint32_t join_location(struct join *j, uint32_t index)
{
    uint32_t *mapped = slot(&j->locations, index);
    if (*mapped != SYMBOL_NONE)
        return *mapped;

    struct symbol_location l = COLUMN_AT(j->from->symbols.locations, struct symbol_location)[index];
    if (l.mapping != SYMBOL_NONE)
        l.mapping = *slot(&j->mappings, l.mapping);
    column_reset(&j->lines);
    if (l.lines_count > 0 && !column_add(&j->lines, l.lines_count, j->to->quota))
        return SYMBOL_NONE;

    struct symbol_line *lines = COLUMN_AT(j->lines, struct symbol_line);
    for (uint32_t i = 0; i < l.lines_count; i++) {
        lines[i] = COLUMN_AT(j->from->symbols.lines, struct symbol_line)[l.lines_at + i];
        lines[i].function = join_function(j, lines[i].function);
        if (lines[i].function == SYMBOL_NONE)
            return SYMBOL_NONE;
    }
    *mapped = symbols_location(&j->to->symbols, l, lines);
    return *mapped;
}

/* The order of labels in a set does not depend on who interned them. */
static uint32_t join_set(struct join *j, uint32_t index)
{
    uint32_t *mapped = slot(&j->sets, index);
    if (*mapped != STACKS_NONE)
        return *mapped;

    struct stack_labels set = COLUMN_AT(j->from->stacks.sets, struct stack_labels)[index];
    column_reset(&j->labels);
    if (set.count > 0 && !column_add(&j->labels, set.count, j->to->quota))
        return STACKS_NONE;

    struct stack_label *labels = COLUMN_AT(j->labels, struct stack_label);
    for (uint32_t i = 0; i < set.count; i++) {
        labels[i] = COLUMN_AT(j->from->stacks.labels, struct stack_label)[set.at + i];
        labels[i].key = join_string(j, labels[i].key);
        labels[i].text = join_string(j, labels[i].text);
        labels[i].unit = join_string(j, labels[i].unit);
        if (labels[i].key == INTERN_NONE || labels[i].text == INTERN_NONE || labels[i].unit == INTERN_NONE)
            return STACKS_NONE;
    }
    *mapped = stacks_labels(&j->to->stacks, labels, set.count);
    return *mapped;
}

static bool join_sample(struct join *j, uint32_t index)
{
    struct stack sample = COLUMN_AT(j->from->stacks.samples, struct stack)[index];
    column_reset(&j->stack);
    if (sample.depth > 0 && !column_add(&j->stack, sample.depth, j->to->quota))
        return false;

    uint32_t *stack = COLUMN_AT(j->stack, uint32_t);
    for (uint32_t i = 0; i < sample.depth; i++) {
        stack[i] = join_location(j, COLUMN_AT(j->from->stacks.locations, uint32_t)[sample.at + i]);
        if (stack[i] == SYMBOL_NONE)
            return false;
    }
    struct stack key = {.depth = sample.depth, .labels = join_set(j, sample.labels)};
    return key.labels != STACKS_NONE && stacks_add_sum(&j->to->stacks, key, stack, &j->from->stacks, index);
}

static bool join_all(struct join *j)
{
    if (!j->to->started && !merged_start_as(j->to, j->from))
        return false;
    if (!prepare(j) || !join_mappings(j) || !merged_header_of(j->to, j->from))
        return false;

    for (uint32_t i = 0; i < j->from->stacks.samples.count; i++)
        if (!stacks_is_zero(&j->from->stacks, i) && !join_sample(j, i))
            return false;

    return true;
}

enum status merged_join(struct merged *m, const struct merged *other, struct error *err)
{
    enum status status = merged_fits_merged(m, other, err);
    if (status != OK || !other->started)
        return status;

    struct join j CLEANUP(join_release) = {.to = m, .from = other};
    return join_all(&j) ? OK : quota_error(m->quota, err);
}
