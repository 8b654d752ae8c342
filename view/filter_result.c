/*
 * What is left is interned anew: the result holds only what its samples reach. A location whose lines were
 * filtered is another location. Mappings stay all, reached or not: the first of them is the program.
 */
#include "view/filter_stage.h"

static uint32_t *slot(struct column *numbers, uint32_t index)
{
    return &COLUMN_AT(*numbers, uint32_t)[index];
}

static uint32_t put_string(struct filter *f, uint32_t string)
{
    uint32_t *known = slot(&f->out_strings, string);
    if (*known == INTERN_NONE)
        *known = intern_put(&f->out->symbols.strings, filter_string(f, string), f->quota);
    return *known;
}

static uint32_t put_function(struct filter *f, uint32_t function)
{
    uint32_t *known = slot(&f->out_functions, function);
    if (*known != SYMBOL_NONE)
        return *known;

    struct symbol_function put = COLUMN_AT(f->in->symbols.functions, struct symbol_function)[function];
    put.name = put_string(f, put.name);
    put.system_name = put_string(f, put.system_name);
    put.file = put_string(f, put.file);
    if (put.name != INTERN_NONE && put.system_name != INTERN_NONE && put.file != INTERN_NONE)
        *known = symbols_function(&f->out->symbols, put);
    return *known;
}

static uint32_t put_pseudo(struct filter *f, uint32_t pseudo)
{
    struct filter_pseudo from = COLUMN_AT(f->pseudos, struct filter_pseudo)[pseudo];
    struct symbol_function put = {0};
    put.name = intern_put(&f->out->symbols.strings, intern_get(&f->pseudo_strings, from.name), f->quota);
    put.file = intern_put(&f->out->symbols.strings, intern_get(&f->pseudo_strings, from.file), f->quota);
    if (put.name == INTERN_NONE || put.file == INTERN_NONE)
        return SYMBOL_NONE;

    return symbols_function(&f->out->symbols, put);
}

static bool put_mappings(struct filter *f)
{
    for (uint32_t i = 0; i < f->in->symbols.mappings.count; i++) {
        struct symbol_mapping m = COLUMN_AT(f->in->symbols.mappings, struct symbol_mapping)[i];
        if (!m.is_known)
            continue;

        m.file = put_string(f, m.file);
        m.build_id = put_string(f, m.build_id);
        if (m.file == INTERN_NONE || m.build_id == INTERN_NONE)
            return false;

        uint32_t mapping = symbols_mapping(&f->out->symbols, &m);
        if (mapping == SYMBOL_NONE)
            return false;

        *slot(&f->out_mappings, i) = mapping;
        symbols_fold_mapping(&f->out->symbols, mapping, &m);
    }
    return true;
}

/* The lines of a location that are left, in *ret_lines until the next. */
static bool put_lines(struct filter *f, const struct filter_location *l, struct column *lines)
{
    const struct symbols *s = &f->in->symbols;
    column_reset(lines);
    if (l->count > 0 && !column_add(lines, l->count, f->quota))
        return false;

    for (uint32_t i = 0; i < l->count; i++) {
        uint32_t from = *filter_line(f, l, i);
        struct symbol_line line = {0};
        if (from < s->lines.count) {
            line = COLUMN_AT(s->lines, struct symbol_line)[from];
            line.function = put_function(f, line.function);
        } else {
            line.function = put_pseudo(f, from - (uint32_t)s->lines.count);
        }
        if (line.function == SYMBOL_NONE)
            return false;
        COLUMN_AT(*lines, struct symbol_line)[i] = line;
    }
    return true;
}

static uint32_t put_location(struct filter *f, uint32_t location)
{
    uint32_t *known = slot(&f->out_locations, location);
    if (*known != SYMBOL_NONE)
        return *known;

    const struct filter_location *from = filter_location(f, location);
    struct symbol_location put = {.mapping = SYMBOL_NONE};
    if (location < f->in->symbols.locations.count) {
        put = COLUMN_AT(f->in->symbols.locations, struct symbol_location)[location];
        if (put.mapping != SYMBOL_NONE)
            put.mapping = *slot(&f->out_mappings, put.mapping);
    }
    put.lines_count = from->count;

    struct column lines = COLUMN_OF(struct symbol_line);
    if (put_lines(f, from, &lines))
        *known = symbols_location(&f->out->symbols, put, COLUMN_AT(lines, struct symbol_line));
    column_release(&lines, f->quota);
    return *known;
}

/* Labels stand in the order of their keys' texts, whoever interned them. */
static uint32_t put_set(struct filter *f, uint32_t set)
{
    uint32_t *known = slot(&f->out_sets, set);
    if (*known != STACKS_NONE)
        return *known;

    struct stack_labels from = COLUMN_AT(f->in->stacks.sets, struct stack_labels)[set];
    struct column labels = COLUMN_OF(struct stack_label);
    bool put = from.count == 0 || column_add(&labels, from.count, f->quota);
    for (uint32_t i = 0; put && i < from.count; i++) {
        struct stack_label label = COLUMN_AT(f->in->stacks.labels, struct stack_label)[from.at + i];
        label.key = put_string(f, label.key);
        label.text = put_string(f, label.text);
        label.unit = put_string(f, label.unit);
        put = label.key != INTERN_NONE && label.text != INTERN_NONE && label.unit != INTERN_NONE;
        COLUMN_AT(labels, struct stack_label)[i] = label;
    }
    if (put)
        *known = stacks_labels(&f->out->stacks, COLUMN_AT(labels, struct stack_label), from.count);
    column_release(&labels, f->quota);
    return *known;
}

bool filter_result_start(struct filter *f)
{
    const struct merged *in = f->in;
    struct quota *q = f->quota;
    return column_fill(&f->out_strings, intern_count(&in->symbols.strings), 0xff, q) &&
           column_fill(&f->out_functions, in->symbols.functions.count, 0xff, q) &&
           column_fill(&f->out_mappings, in->symbols.mappings.count, 0xff, q) &&
           column_fill(&f->out_locations, f->locations.count, 0xff, q) &&
           column_fill(&f->out_sets, in->stacks.sets.count, 0xff, q) && merged_start_as(f->out, in) &&
           merged_header_of(f->out, in) && put_mappings(f);
}

bool filter_result_add(struct filter *f, uint32_t sample, uint32_t *locations, uint32_t depth)
{
    for (uint32_t i = 0; i < depth; i++) {
        locations[i] = put_location(f, locations[i]);
        if (locations[i] == SYMBOL_NONE)
            return false;
    }
    uint32_t from = COLUMN_AT(f->in->stacks.samples, struct stack)[sample].labels;
    struct stack key = {.depth = depth, .labels = put_set(f, from)};
    return key.labels != STACKS_NONE &&
           stacks_add_sum(&f->out->stacks, key, locations, &f->in->stacks, sample);
}
