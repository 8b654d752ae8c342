/*
 * Inflated, told from the other formats, and read: by the quick reader, which accepts nearly every profile,
 * or else by the exact one, which knows the rest and what is wrong with it.
 */
#include "pprof/scan.h"

#include "pprof/exact.h"
#include "pprof/inflate.h"
#include "pprof/quick.h"

struct scan {
    struct buf inflated;
    struct buf converted;
};

static void scan_release(struct scan *s)
{
    buf_release(&s->inflated);
    buf_release(&s->converted);
}

static enum status own(struct slice *name, struct arena *arena, struct error *err)
{
    struct slice copy = arena_copy(arena, *name);
    if (!copy.ptr)
        return error_set(err, E_TOO_LARGE, "the names of the sample types are over %zu bytes", arena->max);

    *name = copy;
    return OK;
}

/* The names borrow from the inflated bytes, which are about to go. */
static enum status own_names(struct scan_result *r, struct arena *arena, struct error *err)
{
    enum status status = own(&r->period_type, arena, err);
    if (status == OK)
        status = own(&r->period_unit, arena, err);
    for (size_t i = 0; status == OK && i < r->types_kept; i++) {
        status = own(&r->types[i].name, arena, err);
        if (status == OK)
            status = own(&r->types[i].unit, arena, err);
    }
    return status;
}

static enum status scan_proto(struct slice proto, size_t scratch_bytes, struct arena *arena,
                              struct scan_result *r, struct error *err)
{
    enum status status = OK;
    if (!quick_scan(proto, scratch_bytes, r))
        status = exact_scan(proto, scratch_bytes, r, err);
    return status != OK ? status : own_names(r, arena, err);
}

enum status pprof_scan(struct slice body, const struct scan_limits *limits, struct arena *arena,
                       struct scan_result *ret_result, struct error *err)
{
    struct scan s CLEANUP(scan_release) = {.inflated = BUF_INIT(limits->inflated_bytes),
                                           .converted = BUF_INIT(limits->inflated_bytes)};
    struct slice inflated;
    enum status status =
        pprof_inflate(body, limits->inflated_bytes, limits->inflate_ratio, &s.inflated, &inflated, err);
    if (status != OK)
        return status;

    struct scan_result r = {.format = format_detect(inflated), .inflated_bytes = inflated.len};
    if (!r.format)
        return format_unknown(inflated, err);

    if (format_merges(r.format)) {
        struct quota quota = QUOTA_INIT(limits->scratch_bytes, NULL);
        struct slice proto = inflated;
        status = format_to_pprof(inflated, &s.converted, &quota, &proto, err);
        if (quota_refused(&quota)) /* its own words are for those who merge */
            return error_set(err, E_TOO_LARGE, "reading this %s needs more than %zu MiB of memory",
                             r.format->name, quota.max >> 20);
        if (status == OK)
            status = scan_proto(proto, limits->scratch_bytes, arena, &r, err);
        if (status != OK)
            return status;
    }
    *ret_result = r;
    return OK;
}
