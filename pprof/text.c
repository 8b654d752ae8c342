/*
 * Each line with a stack becomes a sample at once. An address is its location's id as it stands, so there is
 * no table of addresses: they are collected, sorted at the end and written once each. What Go writes behind
 * '#' (names, memory statistics) is for people and is skipped, as google/pprof does: addresses are what two
 * such profiles have in common.
 *
 * Go's heap profile holds what was sampled, one allocation in `rate` bytes on average. Its text form leaves
 * it to the reader to estimate what that stands for; the protobuf form has done it.
 */
#include "pprof/text.h"

#include "pprof/column.h"
#include "pprof/profile.h"
#include "pprof/wire_out.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { VALUES_MAX = 4 };

struct text {
    struct slice rest;
    uint64_t line_nth;
    struct buf *out;
    struct quota quota;
    struct column addresses; /* uint64_t, of all samples */
    bool with_alloc;         /* heap: allocated beside in use */
    double rate;             /* heap: 0 when the values are not sampled */
};

struct text_sample {
    int64_t values[VALUES_MAX];
    size_t values_count;
    int64_t block_bytes; /* heap: size of one, the label "bytes" */
    struct slice stack;  /* what stands behind '@' */
};

/* Strings of the heap form, by their index in the table. */
enum {
    S_EMPTY,
    S_ALLOC_OBJECTS,
    S_COUNT,
    S_ALLOC_SPACE,
    S_BYTES,
    S_INUSE_OBJECTS,
    S_INUSE_SPACE,
    S_SPACE,
    S_OBJECTS
};
static const char *const heap_strings[] = {"",       "alloc_objects", "count",       "alloc_space",
                                           "bytes",  "inuse_objects", "inuse_space", "space",
                                           "objects"};

static void text_release(struct text *t)
{
    column_release(&t->addresses, &t->quota);
}

/* The next line that is neither blank nor a comment. */
static bool next_line(struct text *t, struct slice *ret_line)
{
    struct slice line;
    while (slice_split(&t->rest, '\n', &line)) {
        t->line_nth++;
        line = slice_trim(line);
        if (line.len > 0 && line.ptr[0] != '#') {
            *ret_line = line;
            return true;
        }
    }
    return false;
}

static enum status line_fault(const struct text *t, const char *what, struct error *err)
{
    return profile_fault(err, "line %" PRIu64 ": %s", t->line_nth, what);
}

/* Takes `word` from the front, after blanks. */
static bool take(struct slice *s, struct slice word)
{
    *s = slice_trim(*s);
    if (!slice_starts(*s, word))
        return false;

    *s = slice_from(*s, word.len);
    return true;
}

static struct slice take_digits(struct slice *s)
{
    *s = slice_trim(*s);
    size_t len = 0;
    while (len < s->len && ((s->ptr[len] >= '0' && s->ptr[len] <= '9') || (len == 0 && s->ptr[len] == '-')))
        len++;
    struct slice digits = slice_sub(*s, 0, len);
    *s = slice_from(*s, len);
    return digits;
}

static bool take_number(struct slice *s, int64_t *ret_number)
{
    return slice_to_i64(take_digits(s), ret_number);
}

static bool take_address(struct slice *s, uint64_t *ret_address)
{
    if (!take(s, SLICE("0x")))
        return false;

    uint64_t address = 0;
    size_t len = 0;
    for (; len < s->len; len++) {
        char c = s->ptr[len];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit == 16 || address >> 60 != 0)
            break;
        address = address << 4 | digit;
    }
    *s = slice_from(*s, len);
    *ret_address = address;
    return len > 0 && address != UINT64_MAX && (s->len == 0 || s->ptr[0] == ' ');
}

static void write_type(struct buf *b, uint32_t field, uint64_t type, uint64_t unit)
{
    size_t begun = wire_out_begin(b, field);
    wire_out_number(b, 1, type);
    wire_out_number(b, 2, unit);
    wire_out_end(b, begun);
}

/* The ids of the stack's locations, packed. */
static enum status write_stack(struct text *t, struct slice stack, struct error *err)
{
    size_t packed = wire_out_begin(t->out, 1);
    while (slice_trim(stack).len > 0) {
        uint64_t address;
        if (!take_address(&stack, &address))
            return line_fault(t, "what stands behind '@' is no list of addresses", err);

        uint64_t *element = column_add(&t->addresses, 1, &t->quota);
        if (!element)
            return quota_error(&t->quota, err);

        *element = address;
        wire_out_varint(t->out, address + 1);
    }
    wire_out_end(t->out, packed);
    return OK;
}

static enum status write_sample(struct text *t, const struct text_sample *s, struct error *err)
{
    size_t begun = wire_out_begin(t->out, 2);
    enum status status = write_stack(t, s->stack, err);
    if (status != OK)
        return status;

    size_t packed = wire_out_begin(t->out, 2);
    for (size_t i = 0; i < s->values_count; i++)
        wire_out_varint(t->out, (uint64_t)s->values[i]);
    wire_out_end(t->out, packed);
    if (s->block_bytes != 0) {
        size_t label = wire_out_begin(t->out, 3);
        wire_out_number(t->out, 1, S_BYTES);
        wire_out_number(t->out, 3, (uint64_t)s->block_bytes);
        wire_out_end(t->out, label);
    }
    wire_out_end(t->out, begun);
    return OK;
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A stack holds return addresses: one less is within the call. All stand in one mapping that is made up, but
 * 0, which is no address. */
static void write_locations(struct text *t)
{
    size_t count = t->addresses.count;
    if (count == 0)
        return;

    uint64_t *addresses = COLUMN_AT(t->addresses, uint64_t);
    qsort(addresses, count, sizeof *addresses, compare_addresses);
    for (size_t i = 0; i < count && !t->out->full; i++) {
        if (i > 0 && addresses[i] == addresses[i - 1])
            continue;

        size_t begun = wire_out_begin(t->out, 4);
        wire_out_number(t->out, 1, addresses[i] + 1);
        wire_out_number(t->out, 2, addresses[i] != 1);
        wire_out_number(t->out, 3, addresses[i] - 1);
        wire_out_end(t->out, begun);
    }
    size_t begun = wire_out_begin(t->out, 3);
    wire_out_number(t->out, 1, 1);
    wire_out_number(t->out, 3, UINT64_MAX);
    wire_out_end(t->out, begun);
}

static int64_t whole(double value)
{
    if (value >= 0x1p63)
        return INT64_MAX;

    return value < -0x1p63 ? INT64_MIN : (int64_t)value;
}

/* An allocation of s bytes is sampled with the probability 1 - exp(-s / rate). */
static void unsample(double rate, int64_t *count, int64_t *bytes)
{
    if (*count == 0 || *bytes == 0) {
        *count = *bytes = 0;
        return;
    }
    if (rate <= 1)
        return;

    double scale = 1 / (1 - exp(-((double)*bytes / (double)*count) / rate));
    *count = whole((double)*count * scale);
    *bytes = whole((double)*bytes * scale);
}

static bool add_pair(const struct text *t, int64_t count, int64_t bytes, struct text_sample *s)
{
    if (count == 0 && bytes != 0)
        return false;

    if (count != 0) {
        s->block_bytes = count == -1 ? (int64_t) - (uint64_t)bytes : bytes / count;
        if (t->rate > 0)
            unsample(t->rate, &count, &bytes);
    }
    s->values[s->values_count++] = count;
    s->values[s->values_count++] = bytes;
    return true;
}

/* "1: 2007040 [1: 2007040] @ 0x61ed25 0x447386": in use [allocated] @ stack. */
static bool read_heap_sample(const struct text *t, struct slice line, struct text_sample *s)
{
    int64_t n[4];
    if (!take_number(&line, &n[0]) || !take(&line, SLICE(":")) || !take_number(&line, &n[1]) ||
        !take(&line, SLICE("[")) || !take_number(&line, &n[2]) || !take(&line, SLICE(":")) ||
        !take_number(&line, &n[3]) || !take(&line, SLICE("]")) || !take(&line, SLICE("@")))
        return false;

    s->stack = line;
    return (!t->with_alloc || add_pair(t, n[2], n[3], s)) && add_pair(t, n[0], n[1], s);
}

/* "heap profile: 83: 4168328 [225: 4467104] @ heap/131072" */
static bool read_heap_header(struct text *t, struct slice line, int64_t *ret_period)
{
    struct slice n[4];
    bool read = take(&line, SLICE("heap profile:"));
    static const struct slice between[] = {{":", 1}, {"[", 1}, {":", 1}, {"]", 1}};
    for (size_t i = 0; read && i < ARRAY_LEN(n); i++) {
        n[i] = take_digits(&line);
        read = n[i].len > 0 && take(&line, between[i]);
    }
    if (!read || !take(&line, SLICE("@")))
        return false;

    struct slice kind = slice_trim(line);
    struct slice rate = slice_from(kind, slice_find(kind, '/'));
    kind = slice_sub(kind, 0, kind.len - rate.len);
    int64_t period = 0;
    if (rate.len > 1 && (!slice_to_i64(slice_from(rate, 1), &period) || period < 0))
        return false;

    bool is_go = slice_eq(kind, SLICE("heap"));
    bool is_sampled = is_go || slice_eq(kind, SLICE("heap_v2")) || slice_eq(kind, SLICE("heapz_v2"));
    if (is_go)
        period /= 2; /* Go writes twice the rate, for old readers */
    if (!is_sampled)
        period = 1;
    t->rate = is_sampled ? (double)period : 0;
    t->with_alloc = (!slice_eq(n[2], n[0]) && !slice_eq(n[2], SLICE("0"))) ||
                    (!slice_eq(n[3], n[1]) && !slice_eq(n[3], SLICE("0")));
    *ret_period = period;
    return true;
}

static enum status convert_heap(struct text *t, struct error *err)
{
    struct slice line;
    int64_t period;
    if (!next_line(t, &line) || !read_heap_header(t, line, &period))
        return line_fault(t, "this is no header of a heap profile", err);

    if (t->with_alloc) {
        write_type(t->out, 1, S_ALLOC_OBJECTS, S_COUNT);
        write_type(t->out, 1, S_ALLOC_SPACE, S_BYTES);
    }
    write_type(t->out, 1, t->with_alloc ? S_INUSE_OBJECTS : S_OBJECTS, S_COUNT);
    write_type(t->out, 1, t->with_alloc ? S_INUSE_SPACE : S_SPACE, S_BYTES);
    while (next_line(t, &line)) {
        struct text_sample s = {0};
        if (!read_heap_sample(t, line, &s))
            return line_fault(t, "this is no sample of a heap profile", err);

        enum status status = write_sample(t, &s, err);
        if (status != OK)
            return status;
    }
    write_locations(t);
    for (size_t i = 0; i < ARRAY_LEN(heap_strings); i++)
        wire_out_bytes(t->out, 6, slice_of(heap_strings[i]));
    write_type(t->out, 11, S_SPACE, S_BYTES);
    wire_out_number(t->out, 12, (uint64_t)period);
    return OK;
}

/* "goroutine profile: total 12", then "3 @ 0x43a0b2 0x46a181" */
static enum status convert_count(struct text *t, struct error *err)
{
    struct slice line;
    if (!next_line(t, &line))
        return line_fault(t, "this is no header of a count profile", err);

    struct slice name = slice_sub(line, 0, slice_find(line, ' '));
    write_type(t->out, 1, 1, 2);
    while (next_line(t, &line)) {
        struct text_sample s = {.values_count = 1};
        if (!take_number(&line, &s.values[0]) || s.values[0] < 0 || !take(&line, SLICE("@")))
            return line_fault(t, "this is no sample of a count profile", err);

        s.stack = line;
        enum status status = write_sample(t, &s, err);
        if (status != OK)
            return status;
    }
    write_locations(t);
    wire_out_bytes(t->out, 6, SLICE(""));
    wire_out_bytes(t->out, 6, name);
    wire_out_bytes(t->out, 6, SLICE("count"));
    write_type(t->out, 11, 1, 2);
    wire_out_number(t->out, 12, 1);
    return OK;
}

struct contention {
    int64_t cycles_per_second; /* 0: not said */
    int64_t period;            /* one event in so many is in the profile */
};

/* "sampling period=1" and the like stand before the samples. False: this is no such line, or one of them is
 * wrong. */
static bool read_attribute(struct slice line, struct contention *c)
{
    size_t equals = slice_find(line, '=');
    struct slice key = slice_trim(slice_sub(line, 0, equals));
    int64_t value;
    if (equals == line.len || !slice_to_i64(slice_trim(slice_from(line, equals + 1)), &value))
        return false;

    if (slice_eq(key, SLICE("cycles/second")))
        c->cycles_per_second = value;
    else if (slice_eq(key, SLICE("sampling period")))
        c->period = value;
    else
        return false;
    return true;
}

/* "26781820 1 @ 0x4dcb46 0x4dcb2f": cycles waited, how often. */
static bool read_contention(struct slice line, const struct contention *c, struct text_sample *s)
{
    int64_t cycles, count;
    if (!take_number(&line, &cycles) || !take_number(&line, &count) || !take(&line, SLICE("@")))
        return false;
    if (c->period > 0) {
        if (c->cycles_per_second > 0)
            cycles = whole((double)cycles * (double)c->period / ((double)c->cycles_per_second / 1e9));
        if (__builtin_mul_overflow(count, c->period, &count))
            return false;
    }

    *s = (struct text_sample){.values = {count, cycles}, .values_count = 2, .stack = line};
    return true;
}

/* "--- contention:" or "--- mutex:" */
static enum status convert_contention(struct text *t, struct error *err)
{
    struct contention c = {.period = 1};
    struct slice line;
    bool is_sample = false;
    write_type(t->out, 1, 1, 2);
    write_type(t->out, 1, 3, 4);
    (void)next_line(t, &line);
    while (next_line(t, &line)) {
        if (!is_sample && read_attribute(line, &c))
            continue;

        struct text_sample s;
        is_sample = read_contention(line, &c, &s);
        if (!is_sample)
            return line_fault(t, "this is no sample of a contention profile", err);

        enum status status = write_sample(t, &s, err);
        if (status != OK)
            return status;
    }
    write_locations(t);
    static const char *const strings[] = {"", "contentions", "count", "delay", "nanoseconds"};
    for (size_t i = 0; i < ARRAY_LEN(strings); i++)
        wire_out_bytes(t->out, 6, slice_of(strings[i]));
    write_type(t->out, 11, 1, 2);
    wire_out_number(t->out, 12, (uint64_t)c.period);
    return OK;
}

static enum status convert(struct text *t, enum pprof_format format, struct error *err)
{
    switch (format) {
    case PPROF_GO_HEAP_TEXT: return convert_heap(t, err);
    case PPROF_GO_COUNT_TEXT: return convert_count(t, err);
    case PPROF_GO_CONTENTION_TEXT: return convert_contention(t, err);
    default: return error_set(err, E_INTERNAL, "a %s is no text that is read", pprof_format_name(format));
    }
}

enum status text_convert(enum pprof_format format, struct slice text, struct buf *out,
                         struct slice *ret_proto, struct error *err)
{
    struct text t CLEANUP(text_release) = {.rest = text,
                                           .out = out,
                                           .quota = QUOTA_INIT(out->max, NULL),
                                           .addresses = COLUMN_OF(uint64_t)};
    buf_reset(out);
    enum status status = convert(&t, format, err);
    if (status == OK)
        status = buf_check(out, "the profile as pprof", err);
    if (status != OK)
        return status;

    *ret_proto = buf_slice(out);
    return OK;
}
