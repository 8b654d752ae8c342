/*
 * The older profile is rewritten on the wire: values of types that grow times -1, others 0, the duration that
 * which lies between the two. Both are then merged as sources, so equal samples add up. Samples of the older
 * one alone are left with negative values, which is how a restart is told.
 */
#include "scrape/delta.h"

#include "base/limits.h"
#include "pprof/inflate.h"
#include "pprof/merge.h"
#include "pprof/merged.h"
#include "pprof/scan.h"
#include "pprof/wire.h"
#include "pprof/wire_out.h"

enum {
    FIELD_SAMPLE = 2,
    FIELD_DURATION = 10,
    SAMPLE_VALUE = 2,
    TYPES_MAX = LIMIT_SAMPLE_TYPES,
};

/* Which sample types only grow. */
struct growing {
    bool is[TYPES_MAX];
    size_t count;
    bool any;
};

void delta_release(struct delta *d)
{
    budget_give(d->budget, d->last.len);
    buf_release(&d->last);
}

static bool grows(struct slice name)
{
    static const char *const names[] = {"alloc_objects", "alloc_space", "contentions",
                                        "delay",         "lock_count",  "lock_time"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (slice_eq_cstr(name, names[i]))
            return true;
    return false;
}

static enum status look(struct slice body, struct growing *ret, int64_t *ret_time, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct growing g = {0};

    if (pprof_scan(body, &limits, &arena, &scan, err) != OK)
        return err ? err->code : E_INVALID;
    if (scan.types_count > TYPES_MAX)
        return error_set(err, E_INVALID, "a difference of more than %d sample types is not made", TYPES_MAX);
    g.count = scan.types_count;
    for (size_t i = 0; i < g.count; i++) {
        g.is[i] = grows(scan.types[i].name);
        g.any = g.any || g.is[i];
    }
    if (!g.any && g.count > 0)
        return error_set(err, E_INVALID, "none of its sample types only grows: it has no delta");
    *ret = g;
    *ret_time = scan.time_nanos;
    return OK;
}

static void put_value(struct buf *out, const struct growing *g, size_t index, uint64_t value)
{
    wire_out_varint(out, index < TYPES_MAX && g->is[index] ? -value : 0);
}

/* Values come packed or one by one; they go out packed. */
static void negate_sample(struct slice sample, const struct growing *g, struct buf *out)
{
    struct wire w = wire_of(sample);
    struct wire_field f;
    size_t message = wire_out_begin(out, FIELD_SAMPLE), index = 0;

    while (wire_next(&w, &f))
        if (f.number != SAMPLE_VALUE && f.type == WIRE_BYTES)
            wire_out_bytes(out, f.number, f.bytes);
        else if (f.number != SAMPLE_VALUE)
            wire_out_number(out, f.number, f.value);
    w = wire_of(sample);
    size_t values = wire_out_begin(out, SAMPLE_VALUE);
    while (wire_next(&w, &f)) {
        if (f.number != SAMPLE_VALUE)
            continue;
        struct wire packed = wire_of(f.bytes);
        uint64_t value;
        if (f.type == WIRE_VARINT)
            put_value(out, g, index++, f.value);
        else
            while (packed.at != packed.end && wire_varint(&packed, &value))
                put_value(out, g, index++, value);
    }
    wire_out_end(out, values);
    wire_out_end(out, message);
}

static void negate(struct slice profile, const struct growing *g, int64_t duration, struct buf *out)
{
    struct wire w = wire_of(profile);
    struct wire_field f;

    while (wire_next(&w, &f)) {
        if (f.number == FIELD_SAMPLE && f.type == WIRE_BYTES)
            negate_sample(f.bytes, g, out);
        else if (f.number == FIELD_DURATION)
            continue;
        else if (f.type == WIRE_BYTES)
            wire_out_bytes(out, f.number, f.bytes);
        else
            wire_out_number(out, f.number, f.value);
    }
    wire_out_number(out, FIELD_DURATION, (uint64_t)duration);
}

static enum delta_outcome judge(const struct merged *m, const struct growing *g)
{
    enum delta_outcome outcome = DELTA_SAME;
    bool saturated = false;

    for (uint32_t i = 0; i < (uint32_t)m->stacks.samples.count; i++)
        for (uint32_t type = 0; type < g->count; type++) {
            int64_t sum = stacks_sum(&m->stacks, i, type, &saturated);
            if (g->is[type] && sum < 0)
                return DELTA_RESTART;
            if (sum != 0)
                outcome = DELTA_MORE;
        }
    return outcome;
}

static enum status compare(struct slice older, struct slice newer, struct buf *out,
                           enum delta_outcome *ret_outcome, struct error *err)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    struct buf scratch CLEANUP(buf_release) = BUF_INIT(LIMIT_INFLATED_BYTES),
                       negative CLEANUP(buf_release) = BUF_INIT(LIMIT_INFLATED_BYTES);
    struct growing before = {0}, after = {0};
    int64_t before_ns = 0, after_ns = 0;
    struct slice proto;

    if (look(older, &before, &before_ns, err) != OK || look(newer, &after, &after_ns, err) != OK ||
        pprof_inflate(older, LIMIT_INFLATED_BYTES, LIMIT_INFLATE_RATIO, &scratch, &proto, err) != OK)
        return err ? err->code : E_INVALID;
    int64_t duration = before_ns > 0 && after_ns > before_ns ? after_ns - before_ns : 0;
    negate(proto, &before, duration, &negative);
    if (buf_check(&negative, "the older profile", err) != OK ||
        merge_add(m, buf_slice(&negative), MERGE_SOURCE, err) != OK ||
        merge_add(m, newer, MERGE_SOURCE, err) != OK)
        return err ? err->code : E_INVALID;
    enum delta_outcome outcome = judge(merge_result(m), &after);
    if (outcome == DELTA_RESTART)
        buf_append(out, newer);
    else if (outcome == DELTA_MORE && merge_write(m, out, err) != OK)
        return err ? err->code : E_INVALID;
    *ret_outcome = outcome;
    return buf_check(out, "the difference", err);
}

static void forget(struct delta *d)
{
    budget_give(d->budget, d->last.len);
    buf_reset(&d->last);
}

enum status delta_take(struct delta *d, struct slice body, struct buf *out, enum delta_outcome *ret_outcome,
                       struct error *err)
{
    struct error local;
    struct growing growing;
    int64_t time_ns;
    enum delta_outcome outcome = DELTA_FIRST;
    enum status status;

    err = err ? err : &local;
    status = d->last.len > 0 ? compare(buf_slice(&d->last), body, out, &outcome, err)
                             : look(body, &growing, &time_ns, err);
    forget(d);
    if (status != OK)
        return status;
    if (!budget_take(d->budget, body.len))
        return error_set(err, E_BUSY, "the profiles kept for differences take over %zu bytes",
                         d->budget->max);
    buf_append(&d->last, body);
    if (buf_check(&d->last, "the profile", err) != OK) {
        budget_give(d->budget, body.len - d->last.len);
        forget(d);
        return err->code;
    }
    *ret_outcome = outcome;
    return OK;
}
