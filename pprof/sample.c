/*
 * The hot loop of the engine: nearly all bytes of a profile are location ids here. Packed ids of a profile
 * that numbers its locations 1, 2, 3... cost a byte or two of decoding and a comparison each.
 */
#include "pprof/sample.h"

#include "base/limits.h"
#include "pprof/profile_part.h"

#include <inttypes.h>

enum { F_SAMPLE = 2, S_LOCATION = 1, S_VALUE = 2, S_LABEL = 3 };

void sample_reader_init(struct sample_reader *r)
{
    *r = (struct sample_reader){.locations = COLUMN_OF(uint32_t),
                                .values = COLUMN_OF(int64_t),
                                .labels = COLUMN_OF(struct sample_label)};
}

void sample_reader_release(struct sample_reader *r, struct quota *q)
{
    column_release(&r->locations, q);
    column_release(&r->values, q);
    column_release(&r->labels, q);
}

void sample_reader_start(struct sample_reader *r, const struct profile *p)
{
    r->profile = p;
    r->wire = wire_of(p->samples);
    r->nth = 0;
    r->room = 0;
}

static enum status location_fault(const struct sample_reader *r, uint64_t id, struct error *err)
{
    return profile_fault(err, "sample %" PRIu64 " refers to location %" PRIu64 ", which does not exist",
                         r->nth, id);
}

static enum status too_deep(const struct sample_reader *r, struct error *err)
{
    return error_set(err, E_TOO_LARGE, "sample %" PRIu64 " has more than %lu locations", r->nth,
                     LIMIT_PPROF_DEPTH);
}

static enum status wire_fault(const struct sample_reader *r, const char *fault, struct error *err)
{
    return profile_fault(err, "sample %" PRIu64 " has a %s", r->nth, fault);
}

/* Room for whatever a sample may have, taken once, so that the loops below only store. */
static enum status make_room(struct sample_reader *r, struct error *err)
{
    column_reset(&r->locations);
    column_reset(&r->values);
    if (!column_add(&r->locations, LIMIT_PPROF_DEPTH, r->profile->quota) ||
        !column_add(&r->values, r->profile->types.count + 1, r->profile->quota))
        return quota_error(r->profile->quota, err);

    r->room = r->profile->types.count + 1;
    return OK;
}

/*
 * Ids of one or two bytes of a profile that numbers its locations 1, 2, 3...: nearly all there are. Both
 * lengths take the same steps, because a branch between them could not be predicted. Stops before an id that
 * is not of this kind, and before `out` is full.
 */
static uint32_t *short_ids(struct wire *w, uint32_t ordered, uint32_t *out, const uint32_t *out_end)
{
    const uint8_t *at = w->at;
    const uint8_t *last = w->end - 1;
    while (at < last && out < out_end) {
        uint32_t first = at[0], second = at[1], two = first >> 7;
        uint32_t index = (first & 0x7f) + ((second << 7) & -two) - 1;
        if ((first & second & 0x80) != 0 || index >= ordered)
            break;

        at += 1 + two;
        *out++ = index;
    }
    w->at = at;
    return out;
}

static enum status add_locations(struct sample_reader *r, struct slice packed, struct error *err)
{
    uint32_t *all = COLUMN_AT(r->locations, uint32_t);
    uint32_t *out = all + r->locations.count;
    const uint32_t *end = all + LIMIT_PPROF_DEPTH;
    const struct idmap *ids = &r->profile->location_ids;
    uint32_t ordered = ids->ordered ? ids->count : 0;
    struct wire w = wire_of(packed);
    while (w.at < w.end) {
        out = short_ids(&w, ordered, out, end);
        uint64_t id;
        if (w.at == w.end || !wire_varint(&w, &id))
            break;
        if (out == end)
            return too_deep(r, err);

        uint32_t index = idmap_get(ids, id);
        if (index == IDMAP_NONE)
            return location_fault(r, id, err);
        *out++ = index;
    }
    if (w.fault)
        return wire_fault(r, w.fault, err);

    r->locations.count = (size_t)(out - all);
    return OK;
}

static enum status add_location(struct sample_reader *r, uint64_t id, struct error *err)
{
    if (r->locations.count >= LIMIT_PPROF_DEPTH)
        return too_deep(r, err);

    uint32_t index = idmap_get(&r->profile->location_ids, id);
    if (index == IDMAP_NONE)
        return location_fault(r, id, err);

    COLUMN_AT(r->locations, uint32_t)[r->locations.count++] = index;
    return OK;
}

/* One more than there are types is kept, to tell that there are too many. */
static void add_value(struct sample_reader *r, uint64_t value)
{
    if (r->values.count < r->room)
        COLUMN_AT(r->values, int64_t)[r->values.count++] = (int64_t)value;
}

static enum status add_values(struct sample_reader *r, struct slice packed, struct error *err)
{
    struct wire w = wire_of(packed);
    uint64_t value;
    while (w.at < w.end && wire_varint(&w, &value))
        add_value(r, value);
    if (w.fault)
        return wire_fault(r, w.fault, err);

    return OK;
}

/* A label whose text, number and unit are all zero says nothing and is dropped, as the reference does. So is
 * one with an empty text: written again it would be one of the former. */
static enum status keep_label(struct sample_reader *r, struct sample_label label, struct error *err)
{
    const struct profile *p = r->profile;
    size_t strings = p->strings.count;
    if (label.key >= strings || label.text >= strings || (label.text == 0 && label.unit >= strings))
        return profile_fault(err, "a label of sample %" PRIu64 " refers to a string beyond the table of %zu",
                             r->nth, strings);
    if (label.text != 0) {
        label.unit = 0;
        label.number = 0;
        if (profile_string(p, label.text).len == 0)
            return OK;
    } else if (label.number == 0 && label.unit == 0) {
        return OK;
    }
    if (r->labels.count >= LIMIT_PPROF_LABELS)
        return error_set(err, E_TOO_LARGE, "sample %" PRIu64 " has more than %lu labels", r->nth,
                         LIMIT_PPROF_LABELS);

    struct sample_label *element = column_add(&r->labels, 1, p->quota);
    if (!element)
        return quota_error(p->quota, err);

    *element = label;
    return OK;
}

static enum status add_label(struct sample_reader *r, struct slice message, struct error *err)
{
    struct sample_label label = {0};
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number == 0 || f.number > 4)
            continue;
        if (f.type != WIRE_VARINT)
            return profile_fault(err, "field %u of a label of sample %" PRIu64 " has the wrong wire type",
                                 f.number, r->nth);
        switch (f.number) {
        case 1: label.key = profile_part_string(f.value); break;
        case 2: label.text = profile_part_string(f.value); break;
        case 3: label.number = (int64_t)f.value; break;
        default: label.unit = profile_part_string(f.value);
        }
    }
    if (w.fault)
        return wire_fault(r, w.fault, err);

    return keep_label(r, label, err);
}

static enum status add_field(struct sample_reader *r, const struct wire_field *f, struct error *err)
{
    if (f->number == 0 || f->number > S_LABEL)
        return OK;
    if (f->type == WIRE_BYTES) {
        switch (f->number) {
        case S_LOCATION: return add_locations(r, f->bytes, err);
        case S_VALUE: return add_values(r, f->bytes, err);
        default: return add_label(r, f->bytes, err);
        }
    }
    if (f->type == WIRE_VARINT && f->number == S_LOCATION)
        return add_location(r, f->value, err);
    if (f->type == WIRE_VARINT && f->number == S_VALUE) {
        add_value(r, f->value);
        return OK;
    }

    return profile_fault(err, "field %u of sample %" PRIu64 " has the wrong wire type", f->number, r->nth);
}

static enum status read_sample(struct sample_reader *r, struct slice message, struct error *err)
{
    if (r->room == 0) {
        enum status status = make_room(r, err);
        if (status != OK)
            return status;
    }
    column_reset(&r->locations);
    column_reset(&r->values);
    column_reset(&r->labels);
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        enum status status = add_field(r, &f, err);
        if (status != OK)
            return status;
    }
    if (w.fault)
        return wire_fault(r, w.fault, err);

    size_t types = r->profile->types.count;
    if (r->values.count != types)
        return profile_fault(err, "sample %" PRIu64 " has %s values than the %zu sample types", r->nth,
                             r->values.count < types ? "fewer" : "more", types);

    return OK;
}

enum status sample_next(struct sample_reader *r, bool *ret_more, struct error *err)
{
    struct wire_field f;
    do {
        if (!wire_next(&r->wire, &f)) {
            *ret_more = false;
            return OK;
        }
    } while (f.number != F_SAMPLE || f.type != WIRE_BYTES);

    r->nth++;
    enum status status = read_sample(r, f.bytes, err);
    if (status != OK)
        return status;

    *ret_more = true;
    return OK;
}
