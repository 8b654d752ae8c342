/*
 * A scan is what a merge does first with each input, plus sums: the same reader, so that what was accepted
 * once can be merged later. Sums are kept in 128 bits and judged at the end: a total that leaves 64 bits and
 * comes back did not overflow.
 */
#include "pprof/exact.h"

#include "pprof/sample.h"

struct exact {
    struct quota quota;
    struct profile profile;
    struct sample_reader reader;
    __int128 sums[LIMIT_SAMPLE_TYPES];
};

static void exact_release(struct exact *e)
{
    sample_reader_release(&e->reader, &e->quota);
    profile_release(&e->profile);
}

static void take_header(const struct profile *p, struct scan_result *r)
{
    r->time_nanos = p->time_nanos;
    r->duration_nanos = p->duration_nanos;
    r->period = p->period;
    r->period_type = profile_string(p, p->period_type.type);
    r->period_unit = profile_string(p, p->period_type.unit);
    r->types_count = p->types.count;
    r->types_kept = r->types_count < LIMIT_SAMPLE_TYPES ? r->types_count : LIMIT_SAMPLE_TYPES;
    r->type_default = profile_default_type(p);
    for (size_t i = 0; i < r->types_kept; i++) {
        struct profile_value_type t = COLUMN_AT(p->types, struct profile_value_type)[i];
        r->types[i] =
            (struct scan_type){.name = profile_string(p, t.type), .unit = profile_string(p, t.unit)};
    }
}

static enum status sum_samples(struct exact *e, struct scan_result *r, struct error *err)
{
    sample_reader_start(&e->reader, &e->profile);
    for (;;) {
        bool more;
        enum status status = sample_next(&e->reader, &more, err);
        if (status != OK)
            return status;
        if (!more)
            return OK;

        r->samples++;
        const int64_t *values = COLUMN_AT(e->reader.values, int64_t);
        for (size_t i = 0; i < r->types_kept; i++) {
            e->sums[i] += values[i];
            r->types[i].negative |= values[i] < 0;
        }
    }
}

enum status exact_scan(struct slice proto, size_t scratch_bytes, struct scan_result *ret_result,
                       struct error *err)
{
    struct exact e CLEANUP(exact_release) = {.quota = QUOTA_INIT(scratch_bytes, NULL)};
    struct scan_result r = *ret_result;
    r.samples = 0;
    profile_init(&e.profile, &e.quota);
    sample_reader_init(&e.reader);
    enum status status = profile_read(&e.profile, proto, err);
    if (status != OK)
        return status;

    take_header(&e.profile, &r);
    status = sum_samples(&e, &r, err);
    if (status != OK)
        return status;

    for (size_t i = 0; i < r.types_kept; i++)
        scan_type_total(&r.types[i], e.sums[i]);
    r.empty = r.samples == 0;
    *ret_result = r;
    return OK;
}
