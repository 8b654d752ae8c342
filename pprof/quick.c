/*
 * One pass, no table, no allocation. In the plain form the n-th location, function or mapping has the id n,
 * so that "does what is named here exist?" is "is the highest number that was named as high as the count?",
 * which can be asked at the end, wherever the parts stand. Strings are numbered so by their nature. Types
 * stand before the samples, and tags are the one byte that they are in every writer's output.
 *
 * Bounds: a number or a length is checked against the end of all bytes, not against the end of its message.
 * A message that was left behind its end instead of at it was not well formed, which is told afterwards.
 *
 * Location ids, a fifth of a CPU profile and half of its numbers, have one byte or two in no order that a
 * processor could predict. They are not decoded one after the other: for every byte of a block at once, the
 * id that would end there is computed, if one ends there. The loop has a fixed length, for the compiler to
 * make vectors of it.
 */
#include "pprof/quick.h"

#include "pprof/sample.h"

enum {
    KEPT_STRINGS = 64, /* the names of types come early */
    BLOCK_BYTES = 16,
    WORD_BYTES = 8,
    SHORT_MAX = 0x7fff,
    MORE = 0x80, /* the bit of a byte of a varint that is not the last */
};

/* Field number and wire type, as they stand on the wire. */
#define VARINT(field) ((field) << 3 | WIRE_VARINT)
#define BYTES(field)  ((field) << 3 | WIRE_BYTES)

struct quick_type {
    uint64_t name, unit;
};

struct quick {
    const uint8_t *stop; /* behind the last byte */
    uint64_t types_count, mappings, locations, lines, functions, strings, comments, samples;
    uint64_t top_string;   /* the highest that was named */
    uint64_t top_mapping;  /* likewise; 0 names none */
    uint64_t top_location; /* less 1, so that the forbidden 0 is the highest of all */
    uint64_t top_function; /* likewise */
    uint64_t default_type, time, duration, period;
    bool has_stacks;
    struct quick_type period_type;
    struct quick_type types[LIMIT_SAMPLE_TYPES];
    uint64_t signs[LIMIT_SAMPLE_TYPES]; /* all values of a type, or-ed */
    __int128 sums[LIMIT_SAMPLE_TYPES];
    struct slice kept[KEPT_STRINGS]; /* the first ones */
};

static inline void raise(uint64_t *top, uint64_t value)
{
    if (value > *top)
        *top = value;
}

/* Readers return where to go on, or NULL. This one is for the ends of things and for ten bytes. */
static const uint8_t *careful_number(const struct quick *q, const uint8_t *at, uint64_t *ret_value)
{
    struct wire w = {at, q->stop, NULL};
    return wire_varint_long(&w, ret_value) ? w.at : NULL;
}

/* Eight bytes are there. The bits of those up to the last of the number are moved together, pairwise. */
static const uint8_t *long_number(const struct quick *q, const uint8_t *at, uint64_t *ret_value)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        word = __builtin_bswap64(word);
    uint64_t ends = ~word & 0x8080808080808080;
    if (ends == 0)
        return careful_number(q, at, ret_value);

    word &= ends ^ (ends - 1);
    word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
    word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
    *ret_value = (word & 0x0fffffff) | (word & 0x0fffffff00000000) >> 4;
    return at + (unsigned)__builtin_ctzll(ends) / 8 + 1;
}

static inline const uint8_t *number(const struct quick *q, const uint8_t *at, uint64_t *ret_value)
{
    bool is_roomy = q->stop - at >= WORD_BYTES;
    if (is_roomy && at[0] < MORE) {
        *ret_value = at[0];
        return at + 1;
    }
    if (is_roomy && at[1] < MORE) {
        *ret_value = (uint64_t)(at[0] & 0x7f) | (uint64_t)at[1] << 7;
        return at + 2;
    }
    /* Through a copy: what has its address taken lives in memory. */
    uint64_t value = 0;
    at = is_roomy ? long_number(q, at, &value) : careful_number(q, at, &value);
    *ret_value = value;
    return at;
}

static inline const uint8_t *string_number(struct quick *q, const uint8_t *at)
{
    uint64_t value;
    at = number(q, at, &value);
    raise(&q->top_string, value);
    return at;
}

static inline const uint8_t *any_number(const struct quick *q, const uint8_t *at)
{
    uint64_t value;
    return number(q, at, &value);
}

/* Where the bytes begin; they end before q->stop. */
static inline const uint8_t *length(const struct quick *q, const uint8_t *at, const uint8_t **ret_end)
{
    uint64_t len;
    at = number(q, at, &len);
    if (!at || len > (uint64_t)(q->stop - at))
        return NULL;

    *ret_end = at + len;
    return at;
}

static bool read_value_type(struct quick *q, const uint8_t *at, const uint8_t *end, struct quick_type *type)
{
    *type = (struct quick_type){0, 0};
    while (at && at < end)
        switch (*at++) {
        case VARINT(1): at = number(q, at, &type->name); break;
        case VARINT(2): at = number(q, at, &type->unit); break;
        default: return false;
        }
    raise(&q->top_string, type->name);
    raise(&q->top_string, type->unit);
    return at == end;
}

static bool read_mapping(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    uint64_t id = 0;
    while (at && at < end)
        switch (*at++) {
        case VARINT(1): at = number(q, at, &id); break;
        case VARINT(5):
        case VARINT(6): at = string_number(q, at); break;
        case VARINT(2):
        case VARINT(3):
        case VARINT(4):
        case VARINT(7):
        case VARINT(8):
        case VARINT(9):
        case VARINT(10): at = any_number(q, at); break;
        default: return false;
        }
    return at == end && id == ++q->mappings;
}

static bool read_function(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    uint64_t id = 0;
    while (at && at < end)
        switch (*at++) {
        case VARINT(1): at = number(q, at, &id); break;
        case VARINT(2):
        case VARINT(3):
        case VARINT(4): at = string_number(q, at); break;
        case VARINT(5): at = any_number(q, at); break;
        default: return false;
        }
    return at == end && id == ++q->functions;
}

static bool read_line(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    uint64_t function = 0;
    while (at && at < end)
        switch (*at++) {
        case VARINT(1): at = number(q, at, &function); break;
        case VARINT(2):
        case VARINT(3): at = any_number(q, at); break;
        default: return false;
        }
    raise(&q->top_function, function - 1);
    return at == end;
}

static bool read_location(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    uint64_t id = 0, mapping = 0, lines = 0;
    const uint8_t *line_end;
    while (at && at < end)
        switch (*at++) {
        case VARINT(1): at = number(q, at, &id); break;
        case VARINT(2): at = number(q, at, &mapping); break;
        case VARINT(3):
        case VARINT(5): at = any_number(q, at); break;
        case BYTES(4):
            at = length(q, at, &line_end);
            if (!at || !read_line(q, at, line_end))
                return false;
            at = line_end;
            lines++;
            break;
        default: return false;
        }
    raise(&q->top_mapping, mapping);
    q->lines += lines;
    return at == end && id == ++q->locations && lines <= LIMIT_PPROF_LINES;
}

/* The ids that end in these bytes, less 1; the byte before them is looked at too. 0 becomes the highest,
 * SHORT_MAX. `longer` gets MORE where an id has more than two bytes: then `top` means nothing. Masks instead
 * of conditions, and signed numbers, are what the vectors of any x86-64 can do. */
static inline void read_block(const uint8_t *at, int16_t top[BLOCK_BYTES], uint8_t longer[BLOCK_BYTES])
{
    for (int i = 0; i < BLOCK_BYTES; i++) {
        int16_t here = at[i], before = at[i - 1];
        int16_t is_second = (int16_t) - (before >> 7), is_last = (int16_t)((here >> 7) - 1);
        int16_t id = (int16_t)((here & ~is_second) | (((before & 0x7f) | here << 7) & is_second));
        int16_t less_one = (int16_t)((id - 1) & SHORT_MAX & is_last);
        top[i] = top[i] > less_one ? top[i] : less_one;
    }
    for (int i = 0; i < BLOCK_BYTES; i++)
        longer[i] |= at[i] & at[i - 1];
}

/* False: some id is longer than two bytes, or 0. There are at least BLOCK_BYTES, and a byte that ends a
 * number, their length, stands before them. The last block overlaps: to look at an id twice does no harm. */
static bool read_short_ids(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    int16_t top[BLOCK_BYTES] = {0}, highest = 0;
    uint8_t longer[BLOCK_BYTES] = {0}, any = end[-1];
    for (; end - at > BLOCK_BYTES; at += BLOCK_BYTES)
        read_block(at, top, longer);
    read_block(end - BLOCK_BYTES, top, longer);
    for (int i = 0; i < BLOCK_BYTES; i++) {
        highest = highest > top[i] ? highest : top[i];
        any |= longer[i];
    }
    if (any >= MORE || highest == SHORT_MAX)
        return false;

    raise(&q->top_location, (uint64_t)highest);
    return true;
}

static bool read_ids(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    if (end - at >= BLOCK_BYTES && read_short_ids(q, at, end))
        return true;

    while (at && at < end) {
        uint64_t id;
        at = number(q, at, &id);
        raise(&q->top_location, id - 1);
    }
    return at == end;
}

static const uint8_t *read_value(struct quick *q, const uint8_t *at, size_t nth)
{
    uint64_t value;
    at = number(q, at, &value);
    if (nth >= q->types_count)
        return NULL;

    q->sums[nth] += (int64_t)value;
    q->signs[nth] |= value;
    return at;
}

static bool read_label(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    while (at && at < end)
        switch (*at++) {
        case VARINT(1):
        case VARINT(2):
        case VARINT(4): at = string_number(q, at); break;
        case VARINT(3): at = any_number(q, at); break;
        default: return false;
        }
    return at == end;
}

static bool read_sample(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    size_t depth = 0, values = 0, labels = 0;
    uint64_t id;
    const uint8_t *inner = at;
    while (at && at < end)
        switch (*at++) {
        case BYTES(1):
            at = length(q, at, &inner);
            if (!at || !read_ids(q, at, inner))
                return false;
            depth += (size_t)(inner - at); /* at least as many as there are ids */
            at = inner;
            break;
        case VARINT(1):
            at = number(q, at, &id);
            raise(&q->top_location, id - 1);
            depth++;
            break;
        case BYTES(2):
            at = length(q, at, &inner);
            while (at && at < inner)
                at = read_value(q, at, values++);
            if (at != inner)
                return false;
            break;
        case VARINT(2): at = read_value(q, at, values++); break;
        case BYTES(3):
            at = length(q, at, &inner);
            if (!at || !read_label(q, at, inner))
                return false;
            at = inner;
            labels++;
            break;
        default: return false;
        }
    q->samples++;
    q->has_stacks |= depth > 0;
    return at == end && values == q->types_count && values > 0 && depth <= LIMIT_PPROF_DEPTH &&
           labels <= LIMIT_PPROF_LABELS;
}

static bool add_string(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    struct slice text = {(const char *)at, (size_t)(end - at)};
    if (q->strings == 0 && text.len > 0)
        return false;
    if (q->strings < KEPT_STRINGS)
        q->kept[q->strings] = text;
    q->strings++;
    return true;
}

static bool add_type(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    return q->samples == 0 && q->types_count < LIMIT_SAMPLE_TYPES &&
           read_value_type(q, at, end, &q->types[q->types_count++]);
}

static bool add_comments(struct quick *q, const uint8_t *at, const uint8_t *end)
{
    for (; at && at < end; q->comments++)
        at = string_number(q, at);
    return at == end;
}

static bool read_part(struct quick *q, uint8_t tag, const uint8_t *at, const uint8_t *end)
{
    switch (tag) {
    case BYTES(1): return add_type(q, at, end);
    case BYTES(2): return read_sample(q, at, end);
    case BYTES(3): return read_mapping(q, at, end);
    case BYTES(4): return read_location(q, at, end);
    case BYTES(5): return read_function(q, at, end);
    case BYTES(6): return add_string(q, at, end);
    case BYTES(11): return read_value_type(q, at, end, &q->period_type);
    case BYTES(13): return add_comments(q, at, end);
    default: return false;
    }
}

static const uint8_t *read_number(struct quick *q, uint8_t tag, const uint8_t *at)
{
    switch (tag) {
    case VARINT(13): q->comments++; return string_number(q, at);
    case VARINT(7):
    case VARINT(8):
    case VARINT(15): return string_number(q, at);
    case VARINT(9): return q->time == 0 ? number(q, at, &q->time) : NULL;
    case VARINT(10): return number(q, at, &q->duration);
    case VARINT(12): return number(q, at, &q->period);
    case VARINT(14):
        at = number(q, at, &q->default_type);
        raise(&q->top_string, q->default_type);
        return at;
    default: return NULL;
    }
}

static bool read_all(struct quick *q, const uint8_t *at)
{
    while (at && at < q->stop) {
        uint8_t tag = *at++;
        if ((tag & 7) == WIRE_VARINT) {
            at = read_number(q, tag, at);
            continue;
        }
        const uint8_t *end;
        at = length(q, at, &end);
        if (!at || !read_part(q, tag, at, end))
            return false;
        at = end;
    }
    return at == q->stop;
}

/* At least what the exact reader's columns take: they grow by doubling. */
static size_t exact_bytes(const struct quick *q)
{
    const struct {
        uint64_t count;
        size_t width;
    } columns[] = {
        {q->types_count, sizeof(struct profile_value_type)},
        {q->mappings, sizeof(struct profile_mapping)},
        {q->locations, sizeof(struct profile_location)},
        {q->lines, sizeof(struct profile_line)},
        {q->functions, sizeof(struct profile_function)},
        {q->strings, sizeof(struct profile_string)},
        {q->comments, sizeof(uint32_t)},
        {LIMIT_PPROF_DEPTH, sizeof(uint32_t)},
        {q->types_count + 1, sizeof(int64_t)},
        {LIMIT_PPROF_LABELS, sizeof(struct sample_label)},
    };
    size_t bytes = 0;
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        bytes += (2 * columns[i].count + COLUMN_FIRST_CAP) * columns[i].width;
    return bytes;
}

static bool is_sound(const struct quick *q, size_t scratch_bytes)
{
    bool refers = q->top_string < q->strings && q->top_mapping <= q->mappings &&
                  (!q->has_stacks || q->top_location < q->locations) &&
                  (q->lines == 0 || q->top_function < q->functions);
    bool fits = q->samples <= LIMIT_PPROF_SAMPLES && q->locations <= LIMIT_PPROF_LOCATIONS &&
                q->functions <= LIMIT_PPROF_FUNCTIONS && q->mappings <= LIMIT_PPROF_MAPPINGS &&
                q->strings <= LIMIT_PPROF_STRINGS && q->comments <= LIMIT_PPROF_COMMENTS;
    return refers && fits && exact_bytes(q) <= scratch_bytes;
}

/* False when it is not among the kept. It is in the table: is_sound() asked. */
static bool find_string(const struct quick *q, uint64_t index, struct slice *ret_text)
{
    if (index >= KEPT_STRINGS)
        return false;

    *ret_text = q->kept[index];
    return true;
}

static bool take_types(const struct quick *q, struct scan_result *r)
{
    struct slice wanted;
    if (!find_string(q, q->default_type, &wanted) || !find_string(q, q->period_type.name, &r->period_type) ||
        !find_string(q, q->period_type.unit, &r->period_unit))
        return false;

    r->types_count = r->types_kept = (size_t)q->types_count;
    r->type_default = r->types_count > 0 ? r->types_count - 1 : 0;
    bool found = wanted.len == 0;
    for (size_t i = 0; i < r->types_count; i++) {
        struct scan_type *t = &r->types[i];
        t->negative = (int64_t)q->signs[i] < 0;
        scan_type_total(t, q->sums[i]);
        if (!find_string(q, q->types[i].name, &t->name) || !find_string(q, q->types[i].unit, &t->unit))
            return false;
        if (!found && slice_eq(t->name, wanted)) {
            r->type_default = i;
            found = true;
        }
    }
    return true;
}

bool quick_scan(struct slice proto, size_t scratch_bytes, struct scan_result *ret_result)
{
    const uint8_t *at = (const uint8_t *)proto.ptr;
    if (proto.len == 0 || proto.len >= UINT32_MAX)
        return false;

    struct quick q;
    memset(&q, 0, offsetof(struct quick, kept));
    q.stop = at + proto.len;
    struct scan_result r = *ret_result;
    if (!read_all(&q, at) || !is_sound(&q, scratch_bytes) || !take_types(&q, &r))
        return false;

    r.time_nanos = (int64_t)q.time;
    r.duration_nanos = (int64_t)q.duration;
    r.period = (int64_t)q.period;
    r.samples = q.samples;
    r.empty = q.samples == 0;
    *ret_result = r;
    return true;
}
