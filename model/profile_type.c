/*
 * A shape is what sample types positively say. Each row of SHAPES is one sample type that only one shape has;
 * a profile has every shape that one of its sample types names. "samples/count" alone is in no row: everybody
 * uses it.
 *
 * Units are compared by kind, since producers differ (wall/microseconds of Node, cpu/milliseconds elsewhere).
 */
#include "model/profile_type.h"

#include "base/buf.h"
#include "model/quoted.h"

enum shape {
    SHAPE_CPU = 1 << 0, /* time on a CPU, or wall time sampled the same way */
    SHAPE_HEAP = 1 << 1,
    SHAPE_CONTENTION = 1 << 2,
    SHAPE_GOROUTINE = 1 << 3,
    SHAPE_THREADCREATE = 1 << 4,
    SHAPE_ANY = 0,
};

enum unit { UNIT_COUNT, UNIT_BYTES, UNIT_TIME };

const struct profile_type PROFILE_TYPES[PROFILE_TYPE_COUNT] = {
    {"cpu", true, SHAPE_CPU},
    {"heap", true, SHAPE_HEAP},
    {"allocs", true, SHAPE_HEAP},
    {"block", true, SHAPE_CONTENTION},
    {"mutex", true, SHAPE_CONTENTION},
    {"goroutine", true, SHAPE_GOROUTINE},
    {"threadcreate", true, SHAPE_THREADCREATE},
    {"other", true, SHAPE_ANY},
    {"trace", false, SHAPE_ANY},
};

static const struct {
    const char *name;
    enum unit unit;
    enum shape shape;
} SHAPES[] = {
    {"cpu", UNIT_TIME, SHAPE_CPU},
    {"wall", UNIT_TIME, SHAPE_CPU},
    {"cpu_clock", UNIT_TIME, SHAPE_CPU}, /* perf's events */
    {"task_clock", UNIT_TIME, SHAPE_CPU},
    {"cycles", UNIT_COUNT, SHAPE_CPU},
    {"alloc_objects", UNIT_COUNT, SHAPE_HEAP},
    {"alloc_space", UNIT_BYTES, SHAPE_HEAP},
    {"inuse_objects", UNIT_COUNT, SHAPE_HEAP},
    {"inuse_space", UNIT_BYTES, SHAPE_HEAP},
    {"objects", UNIT_COUNT, SHAPE_HEAP},
    {"space", UNIT_BYTES, SHAPE_HEAP},
    {"alloc_samples", UNIT_COUNT, SHAPE_HEAP},
    {"alloc_size", UNIT_BYTES, SHAPE_HEAP},
    {"contentions", UNIT_COUNT, SHAPE_CONTENTION},
    {"delay", UNIT_TIME, SHAPE_CONTENTION},
    {"lock_count", UNIT_COUNT, SHAPE_CONTENTION},
    {"lock_time", UNIT_TIME, SHAPE_CONTENTION},
    {"goroutine", UNIT_COUNT, SHAPE_GOROUTINE},
    {"goroutines", UNIT_COUNT, SHAPE_GOROUTINE},
    {"threadcreate", UNIT_COUNT, SHAPE_THREADCREATE},
};

static bool unit_is(struct slice unit, enum unit kind)
{
    switch (kind) {
    case UNIT_COUNT: return slice_eq_cstr(unit, "count");
    case UNIT_BYTES: return slice_eq_cstr(unit, "bytes");
    case UNIT_TIME:
        return slice_eq_cstr(unit, "nanoseconds") || slice_eq_cstr(unit, "microseconds") ||
               slice_eq_cstr(unit, "milliseconds") || slice_eq_cstr(unit, "seconds");
    }
    return false;
}

/* '-' is as good as '_': .NET writes inuse-space. */
static bool name_is(struct slice name, const char *wanted)
{
    size_t i = 0;
    while (i < name.len && wanted[i] != '\0' && wanted[i] == (name.ptr[i] == '-' ? '_' : name.ptr[i]))
        i++;
    return i == name.len && wanted[i] == '\0';
}

/* All shapes that the sample types name; 0: none that we know. */
static unsigned shapes_of(const struct sample_type *types, size_t count)
{
    unsigned shapes = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ARRAY_LEN(SHAPES); k++)
            if (name_is(types[i].name, SHAPES[k].name) && unit_is(types[i].unit, SHAPES[k].unit))
                shapes |= SHAPES[k].shape;
    return shapes;
}

const char *profile_type_names(void)
{
    return "cpu, heap, allocs, block, mutex, goroutine, threadcreate, other, trace";
}

enum status profile_type_parse(struct slice name, const struct profile_type **ret_type, struct error *err)
{
    struct slice trimmed = slice_trim(name);
    for (size_t i = 0; i < PROFILE_TYPE_COUNT; i++) {
        if (slice_eq_cstr(trimmed, PROFILE_TYPES[i].name)) {
            *ret_type = &PROFILE_TYPES[i];
            return OK;
        }
    }
    return error_set(err, E_INVALID, "unknown profile type %s: one of %s", quoted_of(name).text,
                     profile_type_names());
}

/* "heap or allocs": all rows that the sample types look like. */
static void append_guesses(unsigned shapes, struct buf *out)
{
    for (size_t i = 0; i < PROFILE_TYPE_COUNT; i++) {
        if ((PROFILE_TYPES[i].shapes & shapes) == 0)
            continue;
        if (out->len > 0)
            buf_append_cstr(out, " or ");
        buf_append_cstr(out, PROFILE_TYPES[i].name);
    }
}

enum status profile_type_check(const struct profile_type *type, const struct sample_type *types, size_t count,
                               struct error *err)
{
    unsigned shapes = shapes_of(types, count);
    if (type->shapes == SHAPE_ANY || shapes == 0 || (type->shapes & shapes) != 0)
        return OK;

    enum { SHOWN = 4 };
    struct buf guesses CLEANUP(buf_release) = BUF_INIT(256);
    struct buf seen CLEANUP(buf_release) = BUF_INIT(2 * SHOWN * (QUOTED_TEXT_BYTES + 4));
    append_guesses(shapes, &guesses);
    for (size_t i = 0; i < count && i < SHOWN; i++)
        buf_printf(&seen, "%s%s %s", i > 0 ? ", " : "", quoted_of(types[i].name).text,
                   quoted_of(types[i].unit).text);
    return error_set(err, E_INVALID, "declared as %s, but it looks like %s: its sample types are %s%s",
                     type->name, buf_cstr(&guesses), buf_cstr(&seen), count > SHOWN ? ", ..." : "");
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The type that a word of the name says; NULL: none does. */
static const struct profile_type *type_in_name(struct slice name)
{
    for (size_t at = 0, end; at < name.len; at = end + 1) {
        for (end = at; end < name.len && is_word(name.ptr[end]);)
            end++;
        for (size_t i = 0; i < PROFILE_TYPE_COUNT; i++)
            if (PROFILE_TYPES[i].is_pprof &&
                slice_eq_nocase(slice_sub(name, at, end - at), slice_of(PROFILE_TYPES[i].name)))
                return &PROFILE_TYPES[i];
    }
    return NULL;
}

enum status profile_type_guess(const struct sample_type *types, size_t count, struct slice name,
                               const struct profile_type **ret_type, struct error *err)
{
    unsigned shapes = shapes_of(types, count);
    const struct profile_type *named = type_in_name(name);
    if (named && profile_type_check(named, types, count, NULL) == OK) {
        *ret_type = named;
        return OK;
    }
    /* Allocs are what a heap profile also holds; block and mutex cannot be told apart. */
    for (size_t i = 0; i < PROFILE_TYPE_COUNT; i++) {
        if (PROFILE_TYPES[i].shapes == 0 || PROFILE_TYPES[i].shapes != shapes || shapes == SHAPE_CONTENTION)
            continue;
        *ret_type = &PROFILE_TYPES[i];
        return OK;
    }

    struct buf guesses CLEANUP(buf_release) = BUF_INIT(256);
    append_guesses(shapes, &guesses);
    if (guesses.len == 0)
        return error_set(err, E_INVALID, "its type cannot be told from its content");
    return error_set(err, E_INVALID, "its type cannot be told: it looks like %s", buf_cstr(&guesses));
}
