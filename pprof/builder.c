/*
 * The parts come in the order in which Go writes them too (types, samples, mappings, locations, functions,
 * strings, the rest), with ids 1, 2, 3...: the plain form, which the quick reader knows.
 *
 * A mapping has no table: a memory map has some dozens, and two equal ones are the maker's wish.
 */
#include "pprof/builder.h"

#include "base/limits.h"
#include "pprof/wire_out.h"

void builder_init(struct builder *b, struct buf *out, struct quota *quota)
{
    *b = (struct builder){.out = out,
                          .quota = quota,
                          .by_name = COLUMN_OF(uint32_t),
                          .mappings = COLUMN_OF(struct profile_mapping),
                          .stack = COLUMN_OF(uint32_t),
                          .labels = COLUMN_OF(struct stack_label),
                          .text = COLUMN_OF(char)};
    symbols_init(&b->symbols, quota);
}

void builder_release(struct builder *b)
{
    symbols_release(&b->symbols);
    column_release(&b->by_name, b->quota);
    column_release(&b->mappings, b->quota);
    column_release(&b->stack, b->quota);
    column_release(&b->labels, b->quota);
    column_release(&b->text, b->quota);
}

bool builder_failed(const struct builder *b)
{
    return b->error.code != OK || b->out->full;
}

static void over_quota(struct builder *b)
{
    if (b->error.code == OK)
        (void)quota_error(b->quota, &b->error);
}

void builder_refuse(struct builder *b, const char *what, size_t limit)
{
    if (!what)
        over_quota(b);
    else if (b->error.code == OK)
        (void)error_set(&b->error, E_TOO_LARGE, "the profile has more than %zu %s", limit, what);
}

/* Room for one more of `what`? */
static bool within(struct builder *b, size_t count, size_t limit, const char *what)
{
    if (builder_failed(b))
        return false;
    if (count < limit)
        return true;

    builder_refuse(b, what, limit);
    return false;
}

/* One more element of a column; NULL when something failed. */
static void *add(struct builder *b, struct column *c)
{
    void *element = builder_failed(b) ? NULL : column_add(c, 1, b->quota);
    if (!element)
        over_quota(b);
    return element;
}

static uint32_t number_of(struct builder *b, uint32_t number)
{
    if (number == BUILDER_NONE)
        over_quota(b);
    return number;
}

/* --- strings --- */

/* A copy of s in which every byte that is no UTF-8 is '?'. */
static struct slice as_utf8(struct builder *b, struct slice s)
{
    column_reset(&b->text);
    char *text = column_add(&b->text, s.len, b->quota);
    if (!text) {
        over_quota(b);
        return SLICE_NULL;
    }

    memcpy(text, s.ptr, s.len);
    for (size_t at = 0; at < s.len;) {
        size_t head = slice_utf8_head(slice_from(s, at));
        if (head == 0)
            text[at] = '?';
        at += head > 0 ? head : 1;
    }
    return (struct slice){text, s.len};
}

/* The number of a string; 0 also when something failed. */
static uint32_t string(struct builder *b, struct slice s)
{
    if (builder_failed(b))
        return 0;

    uint32_t known = intern_find(&b->symbols.strings, s);
    if (known != INTERN_NONE)
        return known;
    if (!slice_is_utf8(s))
        s = as_utf8(b, s);

    uint32_t number = number_of(b, intern_put(&b->symbols.strings, s, b->quota));
    return number != BUILDER_NONE &&
                   within(b, intern_count(&b->symbols.strings) - 1, LIMIT_PPROF_STRINGS, "strings")
               ? number
               : 0;
}

static void write_type(struct builder *b, uint32_t field, struct slice name, struct slice unit)
{
    size_t begun = wire_out_begin(b->out, field);
    wire_out_number(b->out, 1, string(b, name));
    wire_out_number(b->out, 2, string(b, unit));
    wire_out_end(b->out, begun);
}

void builder_type(struct builder *b, struct slice name, struct slice unit)
{
    if (!within(b, b->types, LIMIT_PPROF_TYPES, "sample types"))
        return;

    write_type(b, 1, name, unit);
    b->types++;
}

/* --- what samples stand on --- */

uint32_t builder_mapping(struct builder *b, const struct builder_mapping *m)
{
    struct profile_mapping *mapping =
        within(b, b->mappings.count, LIMIT_PPROF_MAPPINGS, "mappings") ? add(b, &b->mappings) : NULL;
    if (!mapping)
        return BUILDER_NONE;

    *mapping = (struct profile_mapping){.start = m->start,
                                        .limit = m->limit,
                                        .offset = m->offset,
                                        .filename = string(b, m->file),
                                        .build_id = string(b, m->build_id),
                                        .flags = m->flags};
    return (uint32_t)(b->mappings.count - 1);
}

uint32_t builder_function(struct builder *b, const struct builder_function *f)
{
    struct symbol_function function = {.start_line = f->start_line,
                                       .name = string(b, f->name),
                                       .system_name =
                                           string(b, f->system_name.len > 0 ? f->system_name : f->name),
                                       .file = string(b, f->file)};
    if (!within(b, b->symbols.functions.count, LIMIT_PPROF_FUNCTIONS, "functions"))
        return BUILDER_NONE;

    return number_of(b, symbols_function(&b->symbols, function));
}

uint32_t builder_location(struct builder *b, const struct builder_location *l)
{
    if (!within(b, b->symbols.locations.count, LIMIT_PPROF_LOCATIONS, "locations") ||
        !within(b, l->lines_count, LIMIT_PPROF_LINES + 1, "lines at a location"))
        return BUILDER_NONE;

    struct symbol_location location = {.offset = l->address,
                                       .mapping = l->mapping,
                                       .lines_count = l->lines_count};
    return number_of(b, symbols_location(&b->symbols, location, l->lines));
}

uint32_t builder_address(struct builder *b, uint64_t address, uint32_t mapping)
{
    return builder_location(b, &(struct builder_location){.address = address, .mapping = mapping});
}

/* Where string `name` has its place in by_name; NULL when something failed. */
static uint32_t *place_of_name(struct builder *b, uint32_t name)
{
    size_t known = b->by_name.count;
    if (builder_failed(b))
        return NULL;
    if (name >= known) {
        uint32_t *more = column_add(&b->by_name, name + 1 - known, b->quota);
        if (!more) {
            over_quota(b);
            return NULL;
        }
        memset(more, 0xff, (name + 1 - known) * sizeof *more);
    }
    return &COLUMN_AT(b->by_name, uint32_t)[name];
}

uint32_t builder_name(struct builder *b, struct slice function)
{
    uint32_t *place = place_of_name(b, string(b, function));
    if (!place || *place != BUILDER_NONE)
        return place ? *place : BUILDER_NONE;

    struct symbol_line line = {.function = builder_function(b, &(struct builder_function){.name = function})};
    struct builder_location l = {.mapping = BUILDER_NONE, .lines_count = 1, .lines = &line};
    *place = builder_location(b, &l);
    return *place;
}

static struct symbol_location *location_at(const struct builder *b, size_t location)
{
    return &COLUMN_AT(b->symbols.locations, struct symbol_location)[location];
}

size_t builder_locations(const struct builder *b)
{
    return b->symbols.locations.count;
}

uint64_t builder_address_of(const struct builder *b, size_t location)
{
    return location_at(b, location)->offset;
}

void builder_place(struct builder *b, size_t location, uint32_t mapping)
{
    location_at(b, location)->mapping = mapping;
}

/* --- samples --- */

void builder_frame(struct builder *b, uint32_t location)
{
    if (builder_failed(b))
        return;
    if (b->stack.count >= LIMIT_PPROF_DEPTH) {
        (void)error_set(&b->error, E_TOO_LARGE, "a sample has more than %lu locations", LIMIT_PPROF_DEPTH);
        return;
    }

    uint32_t *frame = add(b, &b->stack);
    if (frame)
        *frame = location;
}

void builder_turn(struct builder *b)
{
    uint32_t *frames = COLUMN_AT(b->stack, uint32_t);
    for (size_t i = 0, k = b->stack.count; i + 1 < k; i++) {
        uint32_t frame = frames[--k];
        frames[k] = frames[i];
        frames[i] = frame;
    }
}

static void add_label(struct builder *b, struct stack_label label)
{
    struct stack_label *element =
        within(b, b->labels.count, LIMIT_PPROF_LABELS, "labels at a sample") ? add(b, &b->labels) : NULL;
    if (element)
        *element = label;
}

void builder_text_label(struct builder *b, struct slice key, struct slice text)
{
    if (text.len > 0)
        add_label(b, (struct stack_label){.key = string(b, key), .text = string(b, text)});
}

void builder_number_label(struct builder *b, struct slice key, int64_t number, struct slice unit)
{
    if (number != 0 || unit.len > 0)
        add_label(b, (struct stack_label){.key = string(b, key), .number = number, .unit = string(b, unit)});
}

static void write_label(struct buf *out, const struct stack_label *l)
{
    size_t begun = wire_out_begin(out, 3);
    wire_out_number(out, 1, l->key);
    wire_out_number(out, 2, l->text);
    wire_out_number(out, 3, (uint64_t)l->number);
    wire_out_number(out, 4, l->unit);
    wire_out_end(out, begun);
}

void builder_sample(struct builder *b, const int64_t *values)
{
    if (!within(b, b->samples, LIMIT_PPROF_SAMPLES, "samples"))
        return;

    size_t begun = wire_out_begin(b->out, 2);
    if (b->stack.count > 0) {
        size_t packed = wire_out_begin(b->out, 1);
        for (size_t i = 0; i < b->stack.count; i++)
            wire_out_varint(b->out, (uint64_t)COLUMN_AT(b->stack, uint32_t)[i] + 1);
        wire_out_end(b->out, packed);
    }
    size_t packed = wire_out_begin(b->out, 2);
    for (size_t i = 0; i < b->types; i++)
        wire_out_varint(b->out, (uint64_t)values[i]);
    wire_out_end(b->out, packed);
    for (size_t i = 0; i < b->labels.count; i++)
        write_label(b->out, &COLUMN_AT(b->labels, struct stack_label)[i]);
    wire_out_end(b->out, begun);
    column_reset(&b->stack);
    column_reset(&b->labels);
    b->samples++;
}

/* --- the end --- */

static void write_mappings(struct builder *b)
{
    for (size_t i = 0; i < b->mappings.count; i++) {
        const struct profile_mapping *m = &COLUMN_AT(b->mappings, struct profile_mapping)[i];
        size_t begun = wire_out_begin(b->out, 3);
        wire_out_number(b->out, 1, i + 1);
        wire_out_number(b->out, 2, m->start);
        wire_out_number(b->out, 3, m->limit);
        wire_out_number(b->out, 4, m->offset);
        wire_out_number(b->out, 5, m->filename);
        wire_out_number(b->out, 6, m->build_id);
        wire_out_number(b->out, 7, (m->flags & MAPPING_HAS_FUNCTIONS) != 0);
        wire_out_number(b->out, 8, (m->flags & MAPPING_HAS_FILENAMES) != 0);
        wire_out_number(b->out, 9, (m->flags & MAPPING_HAS_LINE_NUMBERS) != 0);
        wire_out_number(b->out, 10, (m->flags & MAPPING_HAS_INLINE_FRAMES) != 0);
        wire_out_end(b->out, begun);
    }
}

static void write_locations(struct builder *b)
{
    for (size_t i = 0; i < builder_locations(b) && !b->out->full; i++) {
        const struct symbol_location *l = location_at(b, i);
        size_t begun = wire_out_begin(b->out, 4);
        wire_out_number(b->out, 1, i + 1);
        wire_out_number(b->out, 2, l->mapping == BUILDER_NONE ? 0 : (uint64_t)l->mapping + 1);
        wire_out_number(b->out, 3, l->offset);
        for (uint32_t k = 0; k < l->lines_count; k++) {
            const struct symbol_line *line =
                &COLUMN_AT(b->symbols.lines, struct symbol_line)[l->lines_at + k];
            size_t nested = wire_out_begin(b->out, 4);
            wire_out_number(b->out, 1, (uint64_t)line->function + 1);
            wire_out_number(b->out, 2, (uint64_t)line->line);
            wire_out_number(b->out, 3, (uint64_t)line->column);
            wire_out_end(b->out, nested);
        }
        wire_out_end(b->out, begun);
    }
}

static void write_functions(struct builder *b)
{
    for (size_t i = 0; i < b->symbols.functions.count && !b->out->full; i++) {
        const struct symbol_function *f = &COLUMN_AT(b->symbols.functions, struct symbol_function)[i];
        size_t begun = wire_out_begin(b->out, 5);
        wire_out_number(b->out, 1, i + 1);
        wire_out_number(b->out, 2, f->name);
        wire_out_number(b->out, 3, f->system_name);
        wire_out_number(b->out, 4, f->file);
        wire_out_number(b->out, 5, (uint64_t)f->start_line);
        wire_out_end(b->out, begun);
    }
}

/* Before the strings, which it may add to. */
static void write_header(struct builder *b, const struct builder_header *h)
{
    wire_out_number(b->out, 7, string(b, h->drop_frames));
    wire_out_number(b->out, 8, string(b, h->keep_frames));
    wire_out_number(b->out, 9, (uint64_t)h->time_nanos);
    wire_out_number(b->out, 10, (uint64_t)h->duration_nanos);
    if (h->period_type.len > 0)
        write_type(b, 11, h->period_type, h->period_unit);
    wire_out_number(b->out, 12, (uint64_t)h->period);
    wire_out_number(b->out, 14, string(b, h->default_type));
}

enum status builder_finish(struct builder *b, const struct builder_header *header, struct error *err)
{
    if (!builder_failed(b)) {
        write_mappings(b);
        write_locations(b);
        write_functions(b);
        write_header(b, header);
    }
    if (!builder_failed(b))
        for (uint32_t i = 0; i < intern_count(&b->symbols.strings); i++)
            wire_out_bytes(b->out, 6, intern_get(&b->symbols.strings, i));
    if (b->error.code != OK)
        return error_set(err, b->error.code, "%s", b->error.text);

    return buf_check(b->out, "the profile as pprof", err);
}
