/*
 * A scan is what a merge does first with each input, plus sums: the same reader, so that what was accepted
 * once can be merged later. Sums are kept in 128 bits and judged at the end: a total that leaves 64 bits and
 * comes back did not overflow.
 */
#include "pprof/scan.h"

#include "pprof/inflate.h"
#include "pprof/sample.h"
#include "pprof/text.h"

struct scan {
    struct quota quota;
    struct buf inflated;
    struct buf converted;
    struct profile profile;
    struct sample_reader reader;
    __int128 sums[LIMIT_SAMPLE_TYPES];
};

static void scan_release(struct scan *s)
{
    sample_reader_release(&s->reader, &s->quota);
    profile_release(&s->profile);
    buf_release(&s->inflated);
    buf_release(&s->converted);
}

static enum status copy_string(const struct profile *p, uint32_t string, struct arena *arena,
                               struct slice *ret_copy, struct error *err)
{
    struct slice copy = arena_copy(arena, profile_string(p, string));
    if (!copy.ptr)
        return error_set(err, E_TOO_LARGE, "the names of the sample types are over %zu bytes", arena->max);

    *ret_copy = copy;
    return OK;
}

static enum status keep_header(const struct profile *p, struct arena *arena, struct scan_result *r,
                               struct error *err)
{
    r->time_nanos = p->time_nanos;
    r->duration_nanos = p->duration_nanos;
    r->period = p->period;
    r->types_count = p->types.count;
    r->types_kept = r->types_count < LIMIT_SAMPLE_TYPES ? r->types_count : LIMIT_SAMPLE_TYPES;
    r->type_default = profile_default_type(p);

    enum status status = copy_string(p, p->period_type.type, arena, &r->period_type, err);
    if (status == OK)
        status = copy_string(p, p->period_type.unit, arena, &r->period_unit, err);
    for (size_t i = 0; status == OK && i < r->types_kept; i++) {
        struct profile_value_type t = COLUMN_AT(p->types, struct profile_value_type)[i];
        status = copy_string(p, t.type, arena, &r->types[i].name, err);
        if (status == OK)
            status = copy_string(p, t.unit, arena, &r->types[i].unit, err);
    }
    return status;
}

static enum status sum_samples(struct scan *s, struct scan_result *r, struct error *err)
{
    sample_reader_start(&s->reader, &s->profile);
    for (;;) {
        bool more;
        enum status status = sample_next(&s->reader, &more, err);
        if (status != OK)
            return status;
        if (!more)
            return OK;

        r->samples++;
        const int64_t *values = COLUMN_AT(s->reader.values, int64_t);
        for (size_t i = 0; i < r->types_kept; i++) {
            s->sums[i] += values[i];
            r->types[i].negative |= values[i] < 0;
        }
    }
}

static enum status scan_proto(struct scan *s, struct slice proto, struct arena *arena, struct scan_result *r,
                              struct error *err)
{
    profile_init(&s->profile, &s->quota);
    enum status status = profile_read(&s->profile, proto, err);
    if (status == OK)
        status = keep_header(&s->profile, arena, r, err);
    if (status == OK)
        status = sum_samples(s, r, err);
    if (status != OK)
        return status;

    for (size_t i = 0; i < r->types_kept; i++) {
        int64_t total = (int64_t)s->sums[i];
        r->types[i].overflow = total != s->sums[i];
        r->types[i].total = r->types[i].overflow ? (s->sums[i] < 0 ? INT64_MIN : INT64_MAX) : total;
    }
    r->empty = r->samples == 0;
    return OK;
}

enum status pprof_scan(struct slice body, const struct scan_limits *limits, struct arena *arena,
                       struct scan_result *ret_result, struct error *err)
{
    struct scan s CLEANUP(scan_release) = {.quota = QUOTA_INIT(limits->scratch_bytes, NULL),
                                           .inflated = BUF_INIT(limits->inflated_bytes),
                                           .converted = BUF_INIT(limits->scratch_bytes)};
    sample_reader_init(&s.reader);
    struct slice inflated;
    enum status status =
        pprof_inflate(body, limits->inflated_bytes, limits->inflate_ratio, &s.inflated, &inflated, err);
    if (status != OK)
        return status;

    struct scan_result r = {.format = pprof_detect(inflated),
                            .gzip = s.inflated.len > 0,
                            .inflated_bytes = inflated.len};
    if (r.format == PPROF_UNKNOWN)
        return error_set(err, E_INVALID, "unrecognized profile format");

    if (pprof_format_merges(r.format)) {
        struct slice proto = inflated;
        if (r.format != PPROF_PROTO)
            status = text_convert(r.format, inflated, &s.converted, &proto, err);
        if (status == OK)
            status = scan_proto(&s, proto, arena, &r, err);
        if (status != OK)
            return status;
    }
    *ret_result = r;
    return OK;
}
