/*
 * Two passes. The first walks the fields in whatever order they come, collects the parts into arrays and
 * steps over the samples. The second resolves: functions may stand behind the locations that name them, and
 * the strings usually come last. Numbers from the wire never size an allocation; only what is there does.
 */
#include "pprof/profile.h"

#include "base/limits.h"
#include "pprof/format.h"
#include "pprof/profile_part.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    F_SAMPLE_TYPE = 1,
    F_SAMPLE = 2,
    F_MAPPING = 3,
    F_LOCATION = 4,
    F_FUNCTION = 5,
    F_STRING = 6,
    F_DROP_FRAMES = 7,
    F_KEEP_FRAMES = 8,
    F_TIME = 9,
    F_DURATION = 10,
    F_PERIOD_TYPE = 11,
    F_PERIOD = 12,
    F_COMMENT = 13,
    F_DEFAULT_TYPE = 14,
    F_DOC_URL = 15,
};

void profile_init(struct profile *p, struct quota *quota)
{
    *p = (struct profile){
        .quota = quota,
        .types = COLUMN_OF(struct profile_value_type),
        .mappings = COLUMN_OF(struct profile_mapping),
        .locations = COLUMN_OF(struct profile_location),
        .lines = COLUMN_OF(struct profile_line),
        .functions = COLUMN_OF(struct profile_function),
        .strings = COLUMN_OF(struct profile_string),
        .comments = COLUMN_OF(uint32_t),
        .mapping_ids = IDMAP_INIT,
        .location_ids = IDMAP_INIT,
        .function_ids = IDMAP_INIT,
    };
}

enum { COLUMNS = 7 };

static struct column *column_of(struct profile *p, size_t i)
{
    struct column *all[COLUMNS] = {&p->types,     &p->mappings, &p->locations, &p->lines,
                                   &p->functions, &p->strings,  &p->comments};
    return all[i];
}

void profile_release(struct profile *p)
{
    if (!p->quota)
        return;

    for (size_t i = 0; i < COLUMNS; i++)
        column_release(column_of(p, i), p->quota);
    idmap_release(&p->mapping_ids, p->quota);
    idmap_release(&p->location_ids, p->quota);
    idmap_release(&p->function_ids, p->quota);
}

static void profile_reset(struct profile *p, struct slice inflated)
{
    for (size_t i = 0; i < COLUMNS; i++)
        column_reset(column_of(p, i));
    idmap_reset(&p->mapping_ids);
    idmap_reset(&p->location_ids);
    idmap_reset(&p->function_ids);
    p->wire = inflated;
    p->samples = SLICE_NULL;
    p->period_type = (struct profile_value_type){0, 0};
    p->drop_frames = p->keep_frames = p->default_type = p->doc_url = 0;
    p->time_nanos = p->duration_nanos = p->period = 0;
    p->samples_count = 0;
}

enum status profile_fault(struct error *err, const char *fmt, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return error_set(err, E_INVALID, "malformed profile: %s", text);
}

static enum status put_id(struct profile *p, struct idmap *ids, const char *what, uint64_t id,
                          struct error *err)
{
    switch (idmap_put(ids, id, p->quota)) {
    case IDMAP_OK: return OK;
    case IDMAP_ZERO: return profile_fault(err, "a %s has the id 0", what);
    case IDMAP_DUPLICATE: return profile_fault(err, "two %ss have the id %" PRIu64, what, id);
    case IDMAP_FULL: break;
    }
    return quota_error(p->quota, err);
}

/* One more element in a column, unless it is at its limit. */
static enum status grow(struct profile *p, struct column *c, size_t limit, const char *what,
                        void *ret_element, struct error *err)
{
    if (c->count >= limit)
        return error_set(err, E_TOO_LARGE, "the profile has more than %zu %s", limit, what);

    void *element = column_add(c, 1, p->quota);
    if (!element)
        return quota_error(p->quota, err);

    memcpy(ret_element, &element, sizeof element);
    return OK;
}

static enum status add_mapping(struct profile *p, struct slice message, struct error *err)
{
    struct profile_mapping *m;
    enum status status = grow(p, &p->mappings, LIMIT_PPROF_MAPPINGS, "mappings", &m, err);
    if (status != OK)
        return status;

    uint64_t id;
    status = profile_part_mapping(message, m, &id, err);
    return status != OK ? status : put_id(p, &p->mapping_ids, "mapping", id, err);
}

static enum status add_location(struct profile *p, struct slice message, struct error *err)
{
    struct profile_location *l;
    enum status status = grow(p, &p->locations, LIMIT_PPROF_LOCATIONS, "locations", &l, err);
    if (status != OK)
        return status;

    uint64_t id;
    status = profile_part_location(p, message, l, &id, err);
    return status != OK ? status : put_id(p, &p->location_ids, "location", id, err);
}

static enum status add_function(struct profile *p, struct slice message, struct error *err)
{
    struct profile_function *f;
    enum status status = grow(p, &p->functions, LIMIT_PPROF_FUNCTIONS, "functions", &f, err);
    if (status != OK)
        return status;

    uint64_t id;
    status = profile_part_function(message, f, &id, err);
    return status != OK ? status : put_id(p, &p->function_ids, "function", id, err);
}

static enum status add_type(struct profile *p, struct slice message, struct error *err)
{
    struct profile_value_type *t;
    enum status status = grow(p, &p->types, LIMIT_PPROF_TYPES, "sample types", &t, err);
    return status != OK ? status : profile_part_value_type(message, t, err);
}

static enum status add_string(struct profile *p, struct slice bytes, struct error *err)
{
    if (p->strings.count == 0 && bytes.len > 0)
        return profile_fault(err, "string_table[0] is not empty");

    struct profile_string *s;
    enum status status = grow(p, &p->strings, LIMIT_PPROF_STRINGS, "strings", &s, err);
    if (status != OK)
        return status;

    *s = (struct profile_string){(uint32_t)(bytes.ptr - p->wire.ptr), (uint32_t)bytes.len};
    return OK;
}

static enum status add_sample(struct profile *p, struct slice message, const uint8_t *field_at,
                              struct error *err)
{
    if (p->samples_count >= LIMIT_PPROF_SAMPLES)
        return error_set(err, E_TOO_LARGE, "the profile has more than %lu samples", LIMIT_PPROF_SAMPLES);

    p->samples_count++;
    if (!p->samples.ptr)
        p->samples.ptr = (const char *)field_at;
    p->samples.len = (size_t)(message.ptr + message.len - p->samples.ptr);
    return OK;
}

static enum status add_comment(struct profile *p, uint64_t value, struct error *err)
{
    uint32_t *comment;
    enum status status = grow(p, &p->comments, LIMIT_PPROF_COMMENTS, "comments", &comment, err);
    if (status != OK)
        return status;

    *comment = profile_part_string(value);
    return OK;
}

static enum status add_comments(struct profile *p, const struct wire_field *f, struct error *err)
{
    if (f->type == WIRE_VARINT)
        return add_comment(p, f->value, err);

    struct wire w = wire_of(f->bytes);
    uint64_t value;
    while (w.at < w.end && wire_varint(&w, &value)) {
        enum status status = add_comment(p, value, err);
        if (status != OK)
            return status;
    }
    if (w.fault)
        return profile_fault(err, "the comments have a %s", w.fault);

    return OK;
}

static enum status add_message(struct profile *p, const struct wire_field *f, const uint8_t *field_at,
                               struct error *err)
{
    switch (f->number) {
    case F_SAMPLE_TYPE: return add_type(p, f->bytes, err);
    case F_SAMPLE: return add_sample(p, f->bytes, field_at, err);
    case F_MAPPING: return add_mapping(p, f->bytes, err);
    case F_LOCATION: return add_location(p, f->bytes, err);
    case F_FUNCTION: return add_function(p, f->bytes, err);
    case F_STRING: return add_string(p, f->bytes, err);
    case F_PERIOD_TYPE: return profile_part_value_type(f->bytes, &p->period_type, err);
    default: return OK;
    }
}

static enum status concatenated(struct error *err)
{
    return error_set(err, E_INVALID, "concatenated profiles detected: time_nanos stands there twice");
}

static enum status set_number(struct profile *p, const struct wire_field *f, struct error *err)
{
    switch (f->number) {
    case F_DROP_FRAMES: p->drop_frames = profile_part_string(f->value); break;
    case F_KEEP_FRAMES: p->keep_frames = profile_part_string(f->value); break;
    case F_TIME:
        /* The trace that `cat a b` leaves: a profile has one time. */
        if (p->time_nanos != 0)
            return concatenated(err);
        p->time_nanos = (int64_t)f->value;
        break;
    case F_DURATION: p->duration_nanos = (int64_t)f->value; break;
    case F_PERIOD: p->period = (int64_t)f->value; break;
    case F_DEFAULT_TYPE: p->default_type = profile_part_string(f->value); break;
    case F_DOC_URL: p->doc_url = profile_part_string(f->value); break;
    default: break;
    }
    return OK;
}

static enum status add_field(struct profile *p, const struct wire_field *f, const uint8_t *field_at,
                             struct error *err)
{
    if (f->number == 0 || f->number > F_DOC_URL)
        return OK;
    if (f->number == F_COMMENT && (f->type == WIRE_VARINT || f->type == WIRE_BYTES))
        return add_comments(p, f, err);

    bool message = f->number <= F_STRING || f->number == F_PERIOD_TYPE;
    if (f->type != (message ? WIRE_BYTES : WIRE_VARINT))
        return profile_fault(err, "field %u has the wrong wire type", f->number);

    return message ? add_message(p, f, field_at, err) : set_number(p, f, err);
}

/* What a fault in the fields means. Where not even one part was read, this was never a profile. Of two
 * profiles in one, the ids of the second are found to be taken before its time is: that is not the news. */
static enum status explain(const struct profile *p, struct wire rest, size_t parts, enum status status,
                           struct error *err)
{
    if (status != E_INVALID)
        return status;
    if (parts == 0)
        return format_unknown(p->wire, err);

    struct wire_field f;
    while (p->time_nanos != 0 && wire_next(&rest, &f))
        if (f.number == F_TIME)
            return concatenated(err);

    return status;
}

static enum status collect(struct profile *p, struct error *err)
{
    struct wire w = wire_of(p->wire);
    struct wire_field f;
    size_t parts = 0;
    for (const uint8_t *field_at = w.at; wire_next(&w, &f); field_at = w.at) {
        enum status status = add_field(p, &f, field_at, err);
        if (status != OK)
            return explain(p, w, parts, status, err);
        parts += f.number > 0 && f.number <= F_STRING;
    }
    if (!w.fault)
        return OK;

    enum status status = profile_fault(err, "%s after %" PRIu64 " samples, %zu locations, %zu strings",
                                       w.fault, p->samples_count, p->locations.count, p->strings.count);
    return explain(p, w, parts, status, err);
}

static enum status string_fault(const struct profile *p, struct error *err, const char *what, size_t nth)
{
    return profile_fault(err, "%s %zu refers to a string beyond the table of %zu", what, nth,
                         p->strings.count);
}

static enum status check_header(const struct profile *p, struct error *err)
{
    size_t strings = p->strings.count;
    if (strings == 0)
        return profile_fault(err, "there is no string table");
    if (p->period_type.type >= strings || p->period_type.unit >= strings)
        return profile_fault(err, "the period type refers to a string beyond the table of %zu", strings);
    if (p->drop_frames >= strings || p->keep_frames >= strings || p->default_type >= strings ||
        p->doc_url >= strings)
        return profile_fault(err, "a header field refers to a string beyond the table of %zu", strings);

    for (size_t i = 0; i < p->types.count; i++) {
        struct profile_value_type t = COLUMN_AT(p->types, struct profile_value_type)[i];
        if (t.type >= strings || t.unit >= strings)
            return string_fault(p, err, "sample type", i + 1);
    }
    for (size_t i = 0; i < p->comments.count; i++)
        if (COLUMN_AT(p->comments, uint32_t)[i] >= strings)
            return string_fault(p, err, "comment", i + 1);

    if (p->types.count == 0 && p->samples_count > 0)
        return profile_fault(err, "there are samples but no sample types");

    return OK;
}

static enum status check_symbols(const struct profile *p, struct error *err)
{
    size_t strings = p->strings.count;
    for (size_t i = 0; i < p->mappings.count; i++) {
        const struct profile_mapping *m = &COLUMN_AT(p->mappings, struct profile_mapping)[i];
        if (m->filename >= strings || m->build_id >= strings)
            return string_fault(p, err, "mapping", i + 1);
    }
    for (size_t i = 0; i < p->functions.count; i++) {
        const struct profile_function *f = &COLUMN_AT(p->functions, struct profile_function)[i];
        if (f->name >= strings || f->system_name >= strings || f->filename >= strings)
            return string_fault(p, err, "function", i + 1);
    }
    return OK;
}

static enum status resolve_location(struct profile *p, size_t nth, struct error *err)
{
    struct profile_location *l = &COLUMN_AT(p->locations, struct profile_location)[nth];
    uint32_t mapping = PROFILE_NONE;
    if (l->mapping != 0) {
        mapping = idmap_get(&p->mapping_ids, l->mapping);
        if (mapping == IDMAP_NONE)
            return profile_fault(err, "location %zu refers to mapping %" PRIu64 ", which does not exist",
                                 nth + 1, l->mapping);
    }
    l->mapping = mapping;

    struct profile_line *lines = profile_lines(p, l);
    for (uint32_t i = 0; i < l->lines_count; i++) {
        uint32_t function = idmap_get(&p->function_ids, lines[i].function);
        if (function == IDMAP_NONE)
            return profile_fault(err, "location %zu refers to function %" PRIu64 ", which does not exist",
                                 nth + 1, lines[i].function);
        lines[i].function = function;
    }
    return OK;
}

enum status profile_read(struct profile *p, struct slice inflated, struct error *err)
{
    profile_reset(p, inflated);
    if (inflated.len >= UINT32_MAX)
        return error_set(err, E_TOO_LARGE, "the profile is over 4 GiB");

    enum status status = collect(p, err);
    if (status == OK)
        status = check_header(p, err);
    if (status == OK)
        status = check_symbols(p, err);
    for (size_t i = 0; status == OK && i < p->locations.count; i++)
        status = resolve_location(p, i, err);
    return status;
}

size_t profile_default_type(const struct profile *p)
{
    size_t count = p->types.count;
    struct slice wanted = profile_string(p, p->default_type);
    for (size_t i = 0; wanted.len > 0 && i < count; i++)
        if (slice_eq(profile_string(p, COLUMN_AT(p->types, struct profile_value_type)[i].type), wanted))
            return i;

    return count > 0 ? count - 1 : 0;
}
