/*
 * A message whose fields are all numbers is read into an array of them, by field. A field of the wrong wire
 * type is a fault, a field that is not known is skipped, the last of a repeated scalar counts: as protobuf
 * readers do.
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

/* Fields 1 to `last`; those that are not there are left as they are. */
static enum status read_numbers(struct slice message, const char *what, uint32_t last, uint64_t *numbers,
                                struct error *err)
{
    struct wire w = wire_of(message);
    struct wire_field f;
    while (wire_next(&w, &f)) {
        if (f.number == 0 || f.number > last)
            continue;
        if (f.type != WIRE_VARINT)
            return wrong_type(err, what, f.number);
        numbers[f.number] = f.value;
    }
    return end_of(&w, err, what);
}

enum status profile_part_value_type(struct slice message, struct profile_value_type *ret_type,
                                    struct error *err)
{
    uint64_t n[3] = {0};
    enum status status = read_numbers(message, "value type", 2, n, err);
    if (status == OK)
        *ret_type = (struct profile_value_type){profile_part_string(n[1]), profile_part_string(n[2])};
    return status;
}

enum status profile_part_mapping(struct slice message, struct profile_mapping *ret_mapping, uint64_t *ret_id,
                                 struct error *err)
{
    uint64_t n[11] = {0};
    enum status status = read_numbers(message, "mapping", 10, n, err);
    if (status != OK)
        return status;

    uint32_t flags = 0;
    for (uint32_t i = 0; i < 4; i++)
        flags |= (uint32_t)(n[7 + i] != 0) << i;
    *ret_mapping = (struct profile_mapping){.start = n[2],
                                            .limit = n[3],
                                            .offset = n[4],
                                            .filename = profile_part_string(n[5]),
                                            .build_id = profile_part_string(n[6]),
                                            .flags = flags};
    *ret_id = n[1];
    return OK;
}

enum status profile_part_function(struct slice message, struct profile_function *ret_function,
                                  uint64_t *ret_id, struct error *err)
{
    uint64_t n[6] = {0};
    enum status status = read_numbers(message, "function", 5, n, err);
    if (status != OK)
        return status;

    *ret_function = (struct profile_function){.start_line = (int64_t)n[5],
                                              .name = profile_part_string(n[2]),
                                              .system_name = profile_part_string(n[3]),
                                              .filename = profile_part_string(n[4])};
    *ret_id = n[1];
    return OK;
}

static enum status read_line(struct slice message, struct profile_line *ret_line, struct error *err)
{
    uint64_t n[4] = {0};
    enum status status = read_numbers(message, "line", 3, n, err);
    if (status == OK)
        *ret_line = (struct profile_line){.line = (int64_t)n[2], .column = (int64_t)n[3], .function = n[1]};
    return status;
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
