/*
 * Writes a merged profile in its canonical order, fields by number as other writers do, packed. The wire is
 * its own buffer: there is no copy of the profile in between.
 */
#include "pprof/merged.h"
#include "pprof/order.h"
#include "pprof/wire_out.h"

#include <stdlib.h>

static uint32_t string_number(const struct order *o, uint32_t string)
{
    return order_number(&o->strings, string);
}

static void write_type(const struct order *o, struct buf *b, uint32_t field, struct merged_type type)
{
    size_t begun = wire_out_begin(b, field);
    wire_out_number(b, 1, string_number(o, type.type));
    wire_out_number(b, 2, string_number(o, type.unit));
    wire_out_end(b, begun);
}

static void write_label(const struct order *o, struct buf *b, const struct stack_label *label)
{
    size_t begun = wire_out_begin(b, 3);
    wire_out_number(b, 1, string_number(o, label->key));
    wire_out_number(b, 2, string_number(o, label->text));
    wire_out_number(b, 3, (uint64_t)label->number);
    wire_out_number(b, 4, string_number(o, label->unit));
    wire_out_end(b, begun);
}

static void write_sample(const struct order *o, struct buf *b, uint32_t index, bool *saturated)
{
    const struct stacks *s = &o->merged->stacks;
    struct stack sample = COLUMN_AT(s->samples, struct stack)[index];
    size_t begun = wire_out_begin(b, 2);
    if (sample.depth > 0) {
        const uint32_t *locations = COLUMN_AT(s->locations, uint32_t) + sample.at;
        size_t packed = wire_out_begin(b, 1);
        for (uint32_t i = 0; i < sample.depth; i++)
            wire_out_varint(b, order_number(&o->locations, locations[i]));
        wire_out_end(b, packed);
    }

    size_t packed = wire_out_begin(b, 2);
    for (uint32_t i = 0; i < s->types; i++)
        wire_out_varint(b, (uint64_t)stacks_sum(s, index, i, saturated));
    wire_out_end(b, packed);

    struct stack_labels set = COLUMN_AT(s->sets, struct stack_labels)[sample.labels];
    for (uint32_t i = 0; i < set.count; i++)
        write_label(o, b, &COLUMN_AT(s->labels, struct stack_label)[set.at + i]);
    wire_out_end(b, begun);
}

static void write_mapping(const struct order *o, struct buf *b, uint32_t index)
{
    const struct symbol_mapping *m = &COLUMN_AT(o->merged->symbols.mappings, struct symbol_mapping)[index];
    size_t begun = wire_out_begin(b, 3);
    wire_out_number(b, 1, order_number(&o->mappings, index));
    wire_out_number(b, 2, m->start);
    wire_out_number(b, 3, m->limit);
    wire_out_number(b, 4, m->offset);
    wire_out_number(b, 5, string_number(o, m->file));
    wire_out_number(b, 6, string_number(o, m->build_id));
    wire_out_number(b, 7, (m->flags & MAPPING_HAS_FUNCTIONS) != 0);
    wire_out_number(b, 8, (m->flags & MAPPING_HAS_FILENAMES) != 0);
    wire_out_number(b, 9, (m->flags & MAPPING_HAS_LINE_NUMBERS) != 0);
    wire_out_number(b, 10, (m->flags & MAPPING_HAS_INLINE_FRAMES) != 0);
    wire_out_end(b, begun);
}

static void write_location(const struct order *o, struct buf *b, uint32_t index)
{
    const struct symbols *s = &o->merged->symbols;
    const struct symbol_location *l = &COLUMN_AT(s->locations, struct symbol_location)[index];
    size_t begun = wire_out_begin(b, 4);
    wire_out_number(b, 1, order_number(&o->locations, index));
    uint64_t address = l->offset;
    if (l->mapping != SYMBOL_NONE) {
        wire_out_number(b, 2, order_number(&o->mappings, l->mapping));
        address += COLUMN_AT(s->mappings, struct symbol_mapping)[l->mapping].start;
    }
    wire_out_number(b, 3, address);
    for (uint32_t i = 0; i < l->lines_count; i++) {
        const struct symbol_line *line = &COLUMN_AT(s->lines, struct symbol_line)[l->lines_at + i];
        size_t begun_line = wire_out_begin(b, 4);
        wire_out_number(b, 1, order_number(&o->functions, line->function));
        wire_out_number(b, 2, (uint64_t)line->line);
        wire_out_number(b, 3, (uint64_t)line->column);
        wire_out_end(b, begun_line);
    }
    wire_out_number(b, 5, l->folded);
    wire_out_end(b, begun);
}

static void write_function(const struct order *o, struct buf *b, uint32_t index)
{
    const struct symbol_function *f = &COLUMN_AT(o->merged->symbols.functions, struct symbol_function)[index];
    size_t begun = wire_out_begin(b, 5);
    wire_out_number(b, 1, order_number(&o->functions, index));
    wire_out_number(b, 2, string_number(o, f->name));
    wire_out_number(b, 3, string_number(o, f->system_name));
    wire_out_number(b, 4, string_number(o, f->file));
    wire_out_number(b, 5, (uint64_t)f->start_line);
    wire_out_end(b, begun);
}

/* The strings have the numbers 0..count; the comment about saturation, which no input need have, is one more.
 */
static void write_strings(const struct order *o, struct buf *b, bool saturated)
{
    wire_out_bytes(b, 6, SLICE(""));
    for (size_t i = 0; i < o->strings.items.count; i++)
        wire_out_bytes(b, 6,
                       intern_get(&o->merged->symbols.strings, COLUMN_AT(o->strings.items, uint32_t)[i]));
    if (saturated)
        wire_out_bytes(b, 6, SLICE(MERGED_SATURATED));
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum status write_comments(const struct order *o, struct buf *b, bool saturated, struct error *err)
{
    const struct merged *m = o->merged;
    size_t count = m->comments.count;
    if (count + saturated == 0)
        return OK;

    struct column numbers = COLUMN_OF(uint32_t);
    if (!column_fill(&numbers, count + 1, 0, m->quota))
        return quota_error(m->quota, err);

    uint32_t *number = COLUMN_AT(numbers, uint32_t);
    for (size_t i = 0; i < count; i++)
        number[i] = string_number(o, COLUMN_AT(m->comments, uint32_t)[i]);
    if (saturated)
        number[count++] = (uint32_t)o->strings.items.count + 1;
    qsort(number, count, sizeof *number, compare_numbers);

    size_t packed = wire_out_begin(b, 13);
    for (size_t i = 0; i < count; i++)
        wire_out_varint(b, number[i]);
    wire_out_end(b, packed);
    column_release(&numbers, m->quota);
    return OK;
}

static void write_each(const struct order *o, struct buf *b, const struct order_of *kind,
                       void (*write)(const struct order *, struct buf *, uint32_t))
{
    for (size_t i = 0; i < kind->items.count && !b->full; i++)
        write(o, b, COLUMN_AT(kind->items, uint32_t)[i]);
}

static enum status write_all(const struct order *o, struct buf *b, bool *ret_saturated, struct error *err)
{
    const struct merged *m = o->merged;
    int64_t duration = stacks_clamp(m->duration_nanos);
    bool saturated = duration != m->duration_nanos;
    for (uint32_t i = 0; i < m->types_count; i++)
        write_type(o, b, 1, m->types[i]);
    for (size_t i = 0; i < o->samples.count && !b->full; i++)
        write_sample(o, b, COLUMN_AT(o->samples, uint32_t)[i], &saturated);
    write_each(o, b, &o->mappings, write_mapping);
    write_each(o, b, &o->locations, write_location);
    write_each(o, b, &o->functions, write_function);
    write_strings(o, b, saturated);
    wire_out_number(b, 7, string_number(o, m->drop_frames.string));
    wire_out_number(b, 8, string_number(o, m->keep_frames.string));
    wire_out_number(b, 9, (uint64_t)m->time_nanos);
    wire_out_number(b, 10, (uint64_t)duration);
    if (m->period_type.type != 0 || m->period_type.unit != 0)
        write_type(o, b, 11, m->period_type);
    wire_out_number(b, 12, (uint64_t)m->period);
    enum status status = write_comments(o, b, saturated, err);
    if (status != OK)
        return status;

    wire_out_number(b, 14, string_number(o, m->default_type.string));
    wire_out_number(b, 15, string_number(o, m->doc_url.string));
    *ret_saturated = saturated;
    return buf_check(b, "the merged profile", err);
}

enum status merged_write(struct merged *m, struct buf *out, struct error *err)
{
    struct order o CLEANUP(order_release);
    enum status status = order_build(&o, m, err);
    if (status == OK)
        status = write_all(&o, out, &m->saturated, err);
    return status;
}
