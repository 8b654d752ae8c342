/*
 * One input at a time: inflate, read, then intern what the samples that are not zero reach and add them. When
 * one of them turns out to be damaged, those before it are taken away again, so that a damaged input changes
 * nothing. What an input refers to often (a location, a function, a string) is interned once and then found
 * in an array by its index in that input.
 */
#include "pprof/merge.h"

#include "base/alloc.h"
#include "base/gzip.h"
#include "pprof/input.h"
#include "pprof/merged.h"
#include "pprof/sample.h"
#include "pprof/stack_queue.h"

#include <stdlib.h>

/* What is written takes about this part of the tables that it is written from. */
enum { GZIP_LEVEL = 6, TABLES_TO_WIRE = 2 };

struct merge {
    struct quota quota;
    struct budget limit; /* of this merge and its partial ones */
    int gzip_level;
    struct input input;
    struct ration wire; /* the result before gzip */
    struct profile profile;
    struct sample_reader reader;
    struct merged merged;
    /* From this input's indexes to the merged ones; uint32_t, UINT32_MAX: not yet. */
    struct column strings, functions, mappings, locations;
    struct column lines;  /* struct symbol_line, of one location */
    struct column labels; /* struct stack_label, of one sample */
    struct stack_queue queue;
    uint64_t inputs, samples_in;
    bool has_base;
};

struct merge *merge_new(const struct merge_options *options)
{
    struct merge *m = mem_zero(1, sizeof *m);
    size_t max = options->max_bytes ? options->max_bytes : LIMIT_MERGE_BYTES;
    budget_init(&m->limit, max);
    m->quota = QUOTA_INIT(max, options->budget);
    m->quota.limit = &m->limit;
    m->input.max_bytes = options->inflated_bytes ? options->inflated_bytes : LIMIT_INFLATED_BYTES;
    m->input.max_ratio = options->inflate_ratio ? options->inflate_ratio : LIMIT_INFLATE_RATIO;
    m->gzip_level = options->gzip_level ? options->gzip_level : GZIP_LEVEL;
    m->strings = m->functions = m->mappings = m->locations = COLUMN_OF(uint32_t);
    m->lines = COLUMN_OF(struct symbol_line);
    m->labels = COLUMN_OF(struct stack_label);
    profile_init(&m->profile, &m->quota);
    sample_reader_init(&m->reader);
    stack_queue_init(&m->queue);
    merged_init(&m->merged, &m->quota);
    return m;
}

struct merge *merge_new_partial(struct merge *m)
{
    struct merge *partial = merge_new(&(struct merge_options){.max_bytes = m->quota.max,
                                                              .inflated_bytes = m->input.max_bytes,
                                                              .inflate_ratio = m->input.max_ratio,
                                                              .gzip_level = m->gzip_level,
                                                              .budget = m->quota.shared});
    partial->quota.limit = m->quota.limit;
    /* When even that is refused, so is the first input. */
    (void)merged_start_as(&partial->merged, &m->merged);
    return partial;
}

void merge_free(struct merge *m)
{
    if (!m)
        return;

    column_release(&m->strings, &m->quota);
    column_release(&m->functions, &m->quota);
    column_release(&m->mappings, &m->quota);
    column_release(&m->locations, &m->quota);
    column_release(&m->lines, &m->quota);
    column_release(&m->labels, &m->quota);
    stack_queue_release(&m->queue, &m->quota);
    profile_release(&m->profile);
    sample_reader_release(&m->reader, &m->quota);
    merged_release(&m->merged);
    input_release(&m->input, &m->quota);
    ration_release(&m->wire, &m->quota);
    free(m);
}

void merge_freep(struct merge **m)
{
    merge_free(*m);
}

static uint32_t *slot(struct column *map, size_t index)
{
    return &COLUMN_AT(*map, uint32_t)[index];
}

static uint32_t map_string(struct merge *m, uint32_t string)
{
    uint32_t *mapped = slot(&m->strings, string);
    if (*mapped == INTERN_NONE)
        *mapped = intern_put(&m->merged.symbols.strings, profile_string(&m->profile, string), &m->quota);
    return *mapped;
}

static uint32_t map_function(struct merge *m, size_t index)
{
    uint32_t *mapped = slot(&m->functions, index);
    if (*mapped != SYMBOL_NONE)
        return *mapped;

    const struct profile_function *from = &COLUMN_AT(m->profile.functions, struct profile_function)[index];
    struct symbol_function f = {.start_line = from->start_line,
                                .name = map_string(m, from->name),
                                .system_name = map_string(m, from->system_name),
                                .file = map_string(m, from->filename)};
    if (f.name != INTERN_NONE && f.system_name != INTERN_NONE && f.file != INTERN_NONE)
        *mapped = symbols_function(&m->merged.symbols, f);
    return *mapped;
}

static uint32_t map_mapping(struct merge *m, size_t index)
{
    uint32_t *mapped = slot(&m->mappings, index);
    if (*mapped != SYMBOL_NONE)
        return *mapped;

    const struct profile_mapping *from = &COLUMN_AT(m->profile.mappings, struct profile_mapping)[index];
    struct symbol_mapping to = {.start = from->start,
                                .limit = from->limit,
                                .offset = from->offset,
                                .file = map_string(m, from->filename),
                                .build_id = map_string(m, from->build_id),
                                .flags = from->flags};
    if (to.file != INTERN_NONE && to.build_id != INTERN_NONE)
        *mapped = symbols_mapping(&m->merged.symbols, &to);
    return *mapped;
}

/* What is shown of the mappings that this input reached, and which one was its first. */
static void fold_mappings(struct merge *m, enum merge_side side)
{
    for (size_t i = 0; i < m->profile.mappings.count; i++) {
        const struct profile_mapping *from = &COLUMN_AT(m->profile.mappings, struct profile_mapping)[i];
        uint32_t mapped = *slot(&m->mappings, i);
        if (mapped == SYMBOL_NONE)
            continue;

        /* Their strings were interned with them. */
        struct symbol_mapping to = {.start = from->start,
                                    .limit = from->limit,
                                    .offset = from->offset,
                                    .file = *slot(&m->strings, from->filename),
                                    .build_id = *slot(&m->strings, from->build_id),
                                    .flags = from->flags,
                                    .is_first = i == 0,
                                    .first_at = merged_rank(&m->profile, side)};
        symbols_fold_mapping(&m->merged.symbols, mapped, &to);
    }
}

/* The location's lines with merged functions, in m->lines. */
static bool map_lines(struct merge *m, const struct profile_location *from)
{
    column_reset(&m->lines);
    if (from->lines_count > 0 && !column_add(&m->lines, from->lines_count, &m->quota))
        return false;

    const struct profile_line *line = profile_lines(&m->profile, from);
    for (uint32_t i = 0; i < from->lines_count; i++) {
        struct symbol_line to = {.line = line[i].line,
                                 .column = line[i].column,
                                 .function = map_function(m, line[i].function)};
        if (to.function == SYMBOL_NONE)
            return false;
        COLUMN_AT(m->lines, struct symbol_line)[i] = to;
    }
    return true;
}

static uint32_t map_location(struct merge *m, size_t index)
{
    uint32_t *mapped = slot(&m->locations, index);
    const struct profile_location *from = &COLUMN_AT(m->profile.locations, struct profile_location)[index];
    struct symbol_location to = {.offset = from->address,
                                 .mapping = SYMBOL_NONE,
                                 .lines_count = from->lines_count,
                                 .folded = from->folded};
    if (from->mapping != PROFILE_NONE) {
        to.mapping = map_mapping(m, from->mapping);
        if (to.mapping == SYMBOL_NONE)
            return SYMBOL_NONE;
        to.offset -= COLUMN_AT(m->profile.mappings, struct profile_mapping)[from->mapping].start;
    }
    if (map_lines(m, from))
        *mapped = symbols_location(&m->merged.symbols, to, COLUMN_AT(m->lines, struct symbol_line));
    return *mapped;
}

/* Texts before numbers, then by key; labels with the same key stay in their order. */
static bool label_before(const struct intern *strings, const struct stack_label *a,
                         const struct stack_label *b)
{
    bool a_is_text = a->text != 0;
    bool b_is_text = b->text != 0;
    if (a_is_text != b_is_text)
        return a_is_text;

    return a->key != b->key && slice_cmp(intern_get(strings, a->key), intern_get(strings, b->key)) < 0;
}

/* Puts it among the `count` labels that are in order. */
static void sort_in(const struct intern *strings, struct stack_label *labels, size_t count,
                    struct stack_label label)
{
    for (; count > 0 && label_before(strings, &label, &labels[count - 1]); count--)
        labels[count] = labels[count - 1];
    labels[count] = label;
}

/* What a diff says of samples of the base: instead of what they say themselves under this key. */
static bool is_base_label(const struct merge *m, const struct sample_label *label)
{
    return label->text != 0 && slice_eq(profile_string(&m->profile, label->key), SLICE(MERGE_BASE_KEY));
}

static bool add_base_label(struct merge *m, struct stack_label *labels, size_t *count)
{
    struct intern *strings = &m->merged.symbols.strings;
    struct stack_label base = {.key = intern_put(strings, SLICE(MERGE_BASE_KEY), &m->quota),
                               .text = intern_put(strings, SLICE(MERGE_BASE_TEXT), &m->quota)};
    if (base.key == INTERN_NONE || base.text == INTERN_NONE)
        return false;

    sort_in(strings, labels, (*count)++, base);
    return true;
}

static uint32_t map_labels(struct merge *m, enum merge_side side)
{
    size_t count = m->reader.labels.count, kept = 0;
    if (count == 0 && side == MERGE_SOURCE)
        return stacks_labels(&m->merged.stacks, NULL, 0);

    column_reset(&m->labels);
    struct stack_label *to = column_add(&m->labels, count + 1, &m->quota);
    if (!to)
        return STACKS_NONE;

    for (size_t i = 0; i < count; i++) {
        const struct sample_label *from = &COLUMN_AT(m->reader.labels, struct sample_label)[i];
        if (side == MERGE_BASE && is_base_label(m, from))
            continue;

        struct stack_label label = {.number = from->number,
                                    .key = map_string(m, from->key),
                                    .text = map_string(m, from->text),
                                    .unit = map_string(m, from->unit)};
        if (label.key == INTERN_NONE || label.text == INTERN_NONE || label.unit == INTERN_NONE)
            return STACKS_NONE;
        sort_in(&m->merged.symbols.strings, to, kept++, label);
    }
    if (side == MERGE_BASE && !add_base_label(m, to, &kept))
        return STACKS_NONE;

    return stacks_labels(&m->merged.stacks, to, (uint32_t)kept);
}

static bool is_zero(const struct sample_reader *r)
{
    const int64_t *values = COLUMN_AT(r->values, int64_t);
    for (size_t i = 0; i < r->values.count; i++)
        if (values[i] != 0)
            return false;

    return true;
}

/* The stack of the sample in merged locations, in the queue. */
static bool map_stack(struct merge *m)
{
    size_t depth = m->reader.locations.count;
    uint32_t *to = stack_queue_room(&m->queue, depth, &m->quota);
    if (!to)
        return false;

    const uint32_t *from = COLUMN_AT(m->reader.locations, uint32_t);
    const uint32_t *map = COLUMN_AT(m->locations, uint32_t);
    bool known = true;
    for (size_t i = 0; i < depth; i++) {
        to[i] = map[from[i]];
        known &= to[i] != SYMBOL_NONE;
    }
    for (size_t i = 0; !known && i < depth; i++) {
        if (to[i] == SYMBOL_NONE)
            to[i] = *slot(&m->locations, from[i]);
        if (to[i] == SYMBOL_NONE)
            to[i] = map_location(m, from[i]);
        if (to[i] == SYMBOL_NONE)
            return false;
    }
    return true;
}

static bool add_sample(struct merge *m, enum merge_side side)
{
    if (!map_stack(m))
        return false;

    struct stack key = {.depth = (uint32_t)m->reader.locations.count, .labels = map_labels(m, side)};
    return key.labels != STACKS_NONE &&
           stack_queue_put(&m->queue, &m->merged.stacks, key, COLUMN_AT(m->reader.values, int64_t));
}

/* Adds the samples from the first to the `last`, or takes them away again. All that are good before one that
 * is not are added. */
static enum status add_samples(struct merge *m, uint64_t last, enum merge_side side, bool undo,
                               struct error *err)
{
    enum status status = OK;
    bool more = true;
    sample_reader_start(&m->reader, &m->profile);
    stack_queue_start(&m->queue, (side == MERGE_BASE) != undo ? -1 : 1);
    while (m->reader.nth < last) {
        status = sample_next(&m->reader, &more, err);
        if (status != OK || !more)
            break;
        if (!is_zero(&m->reader) && !add_sample(m, side))
            return quota_error(&m->quota, err);
    }
    return stack_queue_flush(&m->queue, &m->merged.stacks) ? status : quota_error(&m->quota, err);
}

static enum status add_profile(struct merge *m, enum merge_side side, struct error *err)
{
    const struct profile *p = &m->profile;
    if (!column_fill(&m->strings, p->strings.count, 0xff, &m->quota) ||
        !column_fill(&m->functions, p->functions.count, 0xff, &m->quota) ||
        !column_fill(&m->mappings, p->mappings.count, 0xff, &m->quota) ||
        !column_fill(&m->locations, p->locations.count, 0xff, &m->quota))
        return quota_error(&m->quota, err);

    /* Until one input is in, the number of types is open; a damaged one may have left samples of its own. */
    if (!m->merged.started)
        stacks_reset(&m->merged.stacks, (uint32_t)p->types.count);
    enum status status = add_samples(m, UINT64_MAX, side, false, err);
    if (status != OK && !quota_refused(&m->quota)) {
        enum status undone = add_samples(m, m->reader.nth - 1, side, true, NULL);
        return undone == OK ? status : quota_error(&m->quota, err);
    }
    if (status != OK)
        return status;
    if (p->mappings.count > 0 && map_mapping(m, 0) == SYMBOL_NONE)
        return quota_error(&m->quota, err);

    fold_mappings(m, side);
    return merged_header(&m->merged, p, side) ? OK : quota_error(&m->quota, err);
}

enum status merge_add(struct merge *m, struct slice body, enum merge_side side, struct error *err)
{
    if (quota_refused(&m->quota))
        return quota_error(&m->quota, err);

    struct slice proto = SLICE_NULL;
    enum status status = input_read(&m->input, body, &m->quota, &proto, err);
    if (status == OK)
        status = profile_read(&m->profile, proto, err);
    if (status == OK)
        status = merged_fits(&m->merged, &m->profile, err);
    if (status == OK)
        status = add_profile(m, side, err);
    if (status != OK)
        return status;

    m->inputs++;
    m->has_base |= side == MERGE_BASE;
    m->samples_in += m->profile.samples_count;
    return OK;
}

enum status merge_join(struct merge *m, struct merge *other, struct error *err)
{
    if (quota_refused(&m->quota))
        return quota_error(&m->quota, err);

    enum status status = merged_join(&m->merged, &other->merged, err);
    if (status != OK)
        return status;

    m->inputs += other->inputs;
    m->samples_in += other->samples_in;
    m->has_base |= other->has_base;
    return OK;
}

enum status merge_normalise(struct merge *m, struct error *err)
{
    if (quota_refused(&m->quota))
        return quota_error(&m->quota, err);
    if (!m->has_base)
        return error_set(err, E_INVALID, "there is no base to scale by");

    return merged_normalise(&m->merged) ? OK : quota_error(&m->quota, err);
}

enum status merge_write_raw(struct merge *m, struct buf *out, struct error *err)
{
    if (quota_refused(&m->quota))
        return quota_error(&m->quota, err);
    if (m->inputs == 0)
        return error_set(err, E_INVALID, "no profiles to merge");

    return merged_write(&m->merged, out, err);
}

enum status merge_write(struct merge *m, struct buf *out, struct error *err)
{
    /* The inputs are read: their memory is free for the result. */
    input_release(&m->input, &m->quota);
    size_t bytes = m->quota.used / TABLES_TO_WIRE;
    enum status status;
    do {
        if (!ration_allow(&m->wire, bytes, &m->quota))
            return quota_error(&m->quota, err);
        status = merge_write_raw(m, &m->wire.buf, err);
    } while (!quota_refused(&m->quota) && ration_again(&m->wire, status, SIZE_MAX, &bytes));

    /* While it is made, out may be as large as what it is made from. */
    size_t held = 0;
    if (status == OK && !quota_move(&m->quota, &held, m->wire.buf.len))
        status = quota_error(&m->quota, err);
    if (status == OK)
        status = gzip_deflate(buf_slice(&m->wire.buf), m->gzip_level, out, err);
    quota_give(&m->quota, held);
    ration_release(&m->wire, &m->quota);
    return status;
}

const struct merged *merge_result(const struct merge *m)
{
    return &m->merged;
}

struct merge_stats merge_stats(const struct merge *m)
{
    const struct symbols *s = &m->merged.symbols;
    return (struct merge_stats){.inputs = m->inputs,
                                .samples_in = m->samples_in,
                                .samples = m->merged.stacks.samples.count,
                                .locations = s->locations.count,
                                .functions = s->functions.count,
                                .bytes = m->quota.used,
                                .bytes_peak = m->quota.peak,
                                .bytes_max = m->quota.max,
                                .saturated = m->merged.saturated,
                                .has_base = m->has_base};
}
