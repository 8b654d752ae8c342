/*
 * Every fault of a client is found here, so that all of them are answered in one place and nothing is stored
 * before all is known. The digest covers the body as it was received, before any coding is taken off: a retry
 * sends the same bytes.
 */
#include "collector/upload.h"

#include "base/gzip.h"
#include "base/limits.h"
#include "model/quoted.h"
#include "pprof/scan.h"

enum { NANOS_PER_MS = 1000000 };

void upload_release(struct upload *u)
{
    buf_release(&u->decoded);
}

static enum status read_created_at(const struct upload_input *in, struct upload *u, struct error *err)
{
    struct error bad;

    u->meta.created_at_ms = in->now_ms;
    if (in->created_at.len == 0)
        return OK;
    if (time_parse(in->created_at, in->now_ms, &u->meta.created_at_ms, &bad) != OK)
        return error_set(err, E_INVALID, "bad request: bad \"created_at\" %s: %s",
                         quoted_of(in->created_at).text, bad.text);
    u->is_dated = true;
    return OK;
}

enum status upload_read_params(const struct upload_input *in, struct arena *arena, struct upload *ret_upload,
                               struct error *err)
{
    struct upload u = {.decoded = BUF_INIT(LIMIT_INFLATED_BYTES)};

    if (in->service.len == 0)
        return error_set(err, E_INVALID, "bad request: missing \"service\"");
    if (in->type.len == 0)
        return error_set(err, E_INVALID, "bad request: missing \"type\": one of %s", profile_type_names());
    if (profile_type_parse(in->type, &u.type, err) != OK ||
        labels_parse(in->labels, arena, &u.meta.labels, err) != OK)
        return error_wrap(err, "bad request");
    if (read_created_at(in, &u, err) != OK)
        return err->code;
    if (in->idempotency_key.len > LIMIT_IDEMPOTENCY_KEY_BYTES)
        return error_set(err, E_INVALID, "bad request: Idempotency-Key has %zu bytes, %lu are allowed",
                         in->idempotency_key.len, LIMIT_IDEMPOTENCY_KEY_BYTES);
    u.meta.service = in->service;
    u.meta.type = slice_of(u.type->name);
    if (profile_meta_check(&u.meta, in->now_ms, err) != OK)
        return error_wrap(err, "bad request");

    *ret_upload = u;
    return OK;
}

/* Takes a transfer coding off, if there is one that has to go. */
static enum status read_encoding(const struct upload_input *in, struct upload *u, struct error *err)
{
    struct slice encoding = slice_trim(in->content_encoding);

    u->blob = in->body;
    if (encoding.len == 0 || slice_eq_nocase(encoding, SLICE("identity")))
        return OK;
    if (!slice_eq_nocase(encoding, SLICE("gzip")) && !slice_eq_nocase(encoding, SLICE("x-gzip")))
        return error_set(err, E_INVALID, "bad request: Content-Encoding %s is not understood: gzip or none",
                         quoted_of(encoding).text);
    if (!gzip_looks(in->body)) {
        /* Clients that mean "the profile is gzip" send raw profiles with it too. */
        return OK;
    }
    u->decoded.max = in->max_inflated_bytes;
    if (gzip_inflate(in->body, in->max_inflated_bytes, LIMIT_INFLATE_RATIO, &u->decoded, err) != OK)
        return error_wrap(err, "Content-Encoding: gzip");
    if (gzip_looks(buf_slice(&u->decoded)) || !u->type->is_pprof)
        u->blob = buf_slice(&u->decoded);
    else
        buf_release(&u->decoded);
    return OK;
}

static void take_facts(const struct scan_result *scan, struct upload *u)
{
    struct facts facts = {.present = true, .duration_ms = scan->duration_nanos / NANOS_PER_MS};

    if (!format_merges(scan->format) || scan->types_count == 0 || scan->types_count > LIMIT_SAMPLE_TYPES)
        return;
    for (size_t i = 0; i < scan->types_count; i++) {
        if (scan->types[i].overflow || scan->types[i].total < 0)
            return;
        facts.items[i] = (struct fact){scan->types[i].name, scan->types[i].unit, scan->types[i].total};
    }
    facts.count = scan->types_count;
    facts.default_index = scan->type_default < facts.count ? scan->type_default : facts.count - 1;
    if (facts_are_sayable(&facts))
        u->meta.facts = facts;
}

static enum status check_declared_type(const struct scan_result *scan, const struct upload *u,
                                       struct error *err)
{
    struct sample_type types[LIMIT_SAMPLE_TYPES];

    if (!format_merges(scan->format))
        return OK;
    for (size_t i = 0; i < scan->types_kept; i++)
        types[i] = (struct sample_type){scan->types[i].name, scan->types[i].unit};
    if (profile_type_check(u->type, types, scan->types_kept, err) != OK)
        return error_wrap(err, "bad request");
    return OK;
}

enum status upload_read_body(const struct upload_input *in, struct arena *arena, struct upload *upload,
                             struct error *err)
{
    struct upload *u = upload;
    struct digest_input identity = {in->service,    u->meta.type,        &u->meta.labels,
                                    in->created_at, in->idempotency_key, sha256_of(in->body)};
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;

    u->digest = digest_compute(&identity);
    if (read_encoding(in, u, err) != OK)
        return err->code;
    if (!u->type->is_pprof)
        return OK;

    limits.inflated_bytes = in->max_inflated_bytes;
    if (pprof_scan(u->blob, &limits, arena, &scan, err) != OK)
        return err->code;
    if (check_declared_type(&scan, u, err) != OK)
        return err->code;
    u->empty = scan.empty;
    if (scan.time_nanos > 0) {
        u->meta.created_at_ms = scan.time_nanos / NANOS_PER_MS;
        u->is_dated = true;
    }
    take_facts(&scan, u);
    if (profile_meta_check(&u->meta, in->now_ms, err) != OK)
        return error_wrap(err, "bad profile");
    return OK;
}
