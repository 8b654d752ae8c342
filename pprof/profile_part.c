/*
 * Each message is a loop over its fields and a switch. A field of the wrong wire type is a fault, a field
 * that is not known is skipped, the last of a repeated scalar counts: as protobuf readers do.
 */
#include "pprof/profile_part.h"

#include "base/limits.h"

static enum status wrong_type(struct error *err, const char *message, uint32_t field)
{
    return profile_fault(err, "field %u of a %s has the wrong wire type", field, message);
}

static enum status end_of(const struct wire *w, struct error *err, const char *message)
{
    if (w->fault)
        return profile_fault(err, "a %s has a %s", message, w->fault);

    return OK;
}

enum status profile_part_value_type(struct slice message, struct profile_value_type *ret_type,
                                    struct error *err)
{
    struct profile_value_type t = {0, 0};
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number != 1 && f.number != 2)
            continue;
        if (f.type != WIRE_VARINT)
            return wrong_type(err, "value type", f.number);
        if (f.number == 1)
            t.type = profile_part_string(f.value);
        else
            t.unit = profile_part_string(f.value);
    }
    if (w.fault)
        return end_of(&w, err, "value type");

    *ret_type = t;
    return OK;
}

enum status profile_part_mapping(struct slice message, struct profile_mapping *ret_mapping, uint64_t *ret_id,
                                 struct error *err)
{
    struct profile_mapping m = {0};
    uint64_t id = 0;
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number == 0 || f.number > 10)
            continue;
        if (f.type != WIRE_VARINT)
            return wrong_type(err, "mapping", f.number);
        switch (f.number) {
        case 1: id = f.value; break;
        case 2: m.start = f.value; break;
        case 3: m.limit = f.value; break;
        case 4: m.offset = f.value; break;
        case 5: m.filename = profile_part_string(f.value); break;
        case 6: m.build_id = profile_part_string(f.value); break;
        default: {
            uint32_t flag = 1U << (f.number - 7);
            m.flags = f.value ? m.flags | flag : m.flags & ~flag;
        }
        }
    }
    if (w.fault)
        return end_of(&w, err, "mapping");

    *ret_mapping = m;
    *ret_id = id;
    return OK;
}

enum status profile_part_function(struct slice message, struct profile_function *ret_function,
                                  uint64_t *ret_id, struct error *err)
{
    struct profile_function fn = {0};
    uint64_t id = 0;
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number == 0 || f.number > 5)
            continue;
        if (f.type != WIRE_VARINT)
            return wrong_type(err, "function", f.number);
        switch (f.number) {
        case 1: id = f.value; break;
        case 2: fn.name = profile_part_string(f.value); break;
        case 3: fn.system_name = profile_part_string(f.value); break;
        case 4: fn.filename = profile_part_string(f.value); break;
        default: fn.start_line = (int64_t)f.value;
        }
    }
    if (w.fault)
        return end_of(&w, err, "function");

    *ret_function = fn;
    *ret_id = id;
    return OK;
}

static enum status read_line(struct slice message, struct profile_line *ret_line, struct error *err)
{
    struct profile_line line = {0};
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number == 0 || f.number > 3)
            continue;
        if (f.type != WIRE_VARINT)
            return wrong_type(err, "line", f.number);
        switch (f.number) {
        case 1: line.function = f.value; break;
        case 2: line.line = (int64_t)f.value; break;
        default: line.column = (int64_t)f.value;
        }
    }
    if (w.fault)
        return end_of(&w, err, "line");

    *ret_line = line;
    return OK;
}

static enum status add_line(struct profile *p, const struct wire_field *f, uint32_t count, struct error *err)
{
    if (f->type != WIRE_BYTES)
        return wrong_type(err, "location", f->number);
    if (count >= LIMIT_PPROF_LINES)
        return error_set(err, E_TOO_LARGE, "a location has more than %lu lines", LIMIT_PPROF_LINES);

    struct profile_line *line = column_add(&p->lines, 1, p->quota);
    if (!line)
        return quota_error(p->quota, err);

    return read_line(f->bytes, line, err);
}

enum status profile_part_location(struct profile *p, struct slice message,
                                  struct profile_location *ret_location, uint64_t *ret_id, struct error *err)
{
    struct profile_location l = {.lines_at = (uint32_t)p->lines.count};
    uint64_t id = 0;
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number == 0 || f.number > 5)
            continue;
        if (f.number == 4) {
            enum status status = add_line(p, &f, l.lines_count, err);
            if (status != OK)
                return status;
            l.lines_count++;
            continue;
        }
        if (f.type != WIRE_VARINT)
            return wrong_type(err, "location", f.number);
        switch (f.number) {
        case 1: id = f.value; break;
        case 2: l.mapping = f.value; break;
        case 3: l.address = f.value; break;
        default: l.folded = f.value != 0;
        }
    }
    if (w.fault)
        return end_of(&w, err, "location");

    *ret_location = l;
    *ret_id = id;
    return OK;
}
