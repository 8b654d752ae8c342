/*
 * Waiting for locks: Go's block ("--- contention:") and mutex profiles ("--- mutex:") with debug=1, and
 * contentionz of C++ programs. Attributes, then a line for each stack: the time waited, in cycles, and how
 * often.
 *
 *     --- mutex:
 *     cycles/second=2000000000
 *     sampling period=5
 *     4000 3 @ 0x401 0x501
 *
 * Source: Go's runtime/pprof; google/pprof's profile/legacy_profile.go, where a Java agent's contentionz has
 * a reader of its own, which this is not.
 */
#include "pprof/callers.h"
#include "pprof/format_rows.h"
#include "pprof/maps.h"
#include "pprof/scale.h"

struct contention {
    struct lines lines;
    int64_t cycles_per_second; /* 0: not said */
    int64_t period;            /* one event in so many is in the profile */
    int64_t duration_ms;
};

bool format_contention_detect(struct slice inflated)
{
    struct slice line = lines_first(inflated);
    return slice_starts(line, SLICE("--- contention:")) || slice_starts(line, SLICE("--- mutex:")) ||
           slice_starts(line, SLICE("--- contentionz "));
}

/* False: this is no such line, or one of them is wrong. */
static bool read_attribute(struct contention *c, struct slice line)
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
    else if (slice_eq(key, SLICE("ms since reset")))
        c->duration_ms = value;
    else
        return slice_eq(key, SLICE("discarded samples"));
    return true;
}

/* "26781820 1 @ 0x4dcb46 0x4dcb2f": cycles waited, how often. */
static bool add_sample(const struct contention *c, struct slice line, struct builder *b)
{
    int64_t cycles, count;
    if (!take_number(&line, &cycles) || !take_number(&line, &count) || !take_text(&line, "@") ||
        !callers_push(b, line))
        return false;
    if (c->period > 0) {
        if (c->cycles_per_second > 0)
            cycles = scale_whole((double)cycles * (double)c->period / ((double)c->cycles_per_second / 1e9));
        if (__builtin_mul_overflow(count, c->period, &count))
            return false;
    }

    builder_sample(b, (int64_t[]){count, cycles});
    return true;
}

static enum status add_samples(struct contention *c, struct builder *b, struct error *err)
{
    struct slice line;
    bool is_sample = false;
    while (!builder_failed(b) && lines_next_said(&c->lines, &line)) {
        if (slice_starts(line, SLICE("---"))) {
            while (!maps_begin(line) && lines_next(&c->lines, &line))
                ;
            return OK;
        }
        if (!is_sample && read_attribute(c, line))
            continue;
        is_sample = true;
        if (maps_begin(line))
            return OK;
        if (!add_sample(c, line, b))
            return lines_fault(&c->lines, "this is no sample of a contention profile", err);
    }
    return OK;
}

enum status format_contention_convert(struct slice inflated, struct buf *out, struct quota *quota,
                                      struct error *err)
{
    struct contention c = {.lines = LINES_OF(inflated), .period = 1};
    struct slice line;
    if (!lines_next_said(&c.lines, &line))
        return lines_fault(&c.lines, "this is no header of a contention profile", err);

    struct builder b CLEANUP(builder_release);
    builder_init(&b, out, quota);
    builder_type(&b, SLICE("contentions"), SLICE("count"));
    builder_type(&b, SLICE("delay"), SLICE("nanoseconds"));
    enum status status = add_samples(&c, &b, err);
    if (status != OK)
        return status;

    int64_t duration_ns;
    if (__builtin_mul_overflow(c.duration_ms, 1000000, &duration_ns))
        duration_ns = 0;
    maps_place(&c.lines, &b);
    return builder_finish(&b,
                          &(struct builder_header){.duration_nanos = duration_ns,
                                                   .period_type = SLICE("contentions"),
                                                   .period_unit = SLICE("count"),
                                                   .period = c.period,
                                                   .drop_frames = slice_of(CALLERS_LOCKS)},
                          err);
}
