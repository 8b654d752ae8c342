/*
 * Age counts from the mint time, as a lifecycle rule counts from the upload: a backfilled profile lives as
 * long as any other. The sweeper needs no index: keys come in the order of time, so it stops at the first
 * that is young. What is kept longer than tombstones is read through for old tombstones once, later only
 * where some have grown old since.
 */
#include "collector/retention.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/patrol.h"
#include "collector/burial.h"
#include "collector/listing.h"
#include "collector/metrics.h"

enum { PERIOD_MAX_MS = 10 * 60 * 1000, PERIOD_MIN_MS = 1000, DEADLINE_MS = 10000, EXPIRE_ROWS = 10000 };

static const int64_t TOMBSTONE_AGE_MS = 7 * TIME_DAY_MS;

struct retention {
    struct retention_options options;
    struct patrol patrol;
    int64_t swept_ms; /* tombstones minted before it are gone */
};

struct retention *retention_new(const struct retention_options *options)
{
    struct retention *r = mem_zero(1, sizeof(*r));

    r->options = *options;
    patrol_init(&r->patrol);
    return r;
}

static enum status expire_rows(struct retention *r, int64_t before_ms, struct error *err)
{
    size_t dropped;

    do {
        if (index_expire(r->options.index, before_ms, EXPIRE_ROWS, &dropped, err) != OK)
            return err->code;
        metrics_add(r->options.metrics, METRIC_EXPIRED, dropped);
    } while (dropped == EXPIRE_ROWS);
    return OK;
}

/* --- the sweeper --- */

struct sweep {
    struct retention *retention;
    struct burial burial; /* before a tombstone goes, so does what it hides */
    int64_t profiles_before_ms, tombstones_before_ms;
    int64_t from_ms, to_ms; /* what is looked through */
    bool end;               /* nothing further back is old enough */
};

static bool is_past(const struct sweep *s, const struct key_parts *parts)
{
    int64_t before_ms = parts->kind == KEY_PROFILE ? s->profiles_before_ms : s->tombstones_before_ms;

    return id_mint_ms(&parts->id) < before_ms;
}

static enum status sweep_page(struct sweep *s, const struct store_page *page, struct error *err)
{
    for (size_t i = 0; i < page->count && !s->end; i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(4 * KIB);
        struct key_parts parts;

        if (key_decode(s->retention->options.root, page->entries[i].key, &arena, &parts, NULL) != OK ||
            parts.kind == KEY_UNKNOWN)
            continue; /* not ours, or not known to this release: not ours to delete */
        s->end = id_mint_ms(&parts.id) >= s->to_ms;
        if (!is_past(s, &parts))
            continue;

        if (patrol_stopping(&s->retention->patrol))
            return error_set(err, E_UNAVAILABLE, "stopping");

        if (parts.kind == KEY_TOMBSTONE && burial_finish(&s->burial, &parts, err) != OK)
            return err->code;

        struct store_op op CLEANUP(store_op_release) = {.verb = STORE_DELETE,
                                                        .key = page->entries[i].key,
                                                        .deadline_ms = clock_mono_ms() + DEADLINE_MS};

        if (store_run(s->retention->options.store, &op) != OK)
            return error_set(err, op.error.code, "%s", op.error.text);
    }
    return OK;
}

static enum status sweep_lane(struct sweep *s, unsigned lane, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct buf after CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct listing listing CLEANUP(listing_release) = {0};
    struct retention *r = s->retention;

    key_prefix(r->options.root, lane, KEY_SPAN_LANE, 0, &prefix);
    key_start_after(r->options.root, lane, s->from_ms, &after);
    listing_begin(&listing, buf_slice(&prefix), buf_slice(&after));
    s->end = false;
    while (!listing.done && !s->end) {
        if (patrol_stopping(&r->patrol))
            return error_set(err, E_UNAVAILABLE, "stopping");

        struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + DEADLINE_MS};

        listing_next(&listing, &op);
        if (store_run(r->options.store, &op) != OK)
            return error_set(err, op.error.code, "%s", op.error.text);
        if (listing_feed(&listing, &op.page, err) != OK || sweep_page(s, &op.page, err) != OK)
            return err->code;
    }
    return OK;
}

/* In all lanes, what was minted in [from, to). */
static enum status sweep_span(struct sweep *s, int64_t from_ms, int64_t to_ms, struct error *err)
{
    s->from_ms = from_ms;
    s->to_ms = to_ms;
    for (unsigned lane = 0; lane < ID_LANES && from_ms < to_ms; lane++)
        if (sweep_lane(s, lane, err) != OK)
            return err->code;
    return OK;
}

static enum status sweep(struct retention *r, int64_t before_ms, int64_t now_ms, struct error *err)
{
    struct sweep s = {.retention = r,
                      .burial = {r->options.store, r->options.index, r->options.root},
                      .profiles_before_ms = before_ms,
                      .tombstones_before_ms = now_ms - TOMBSTONE_AGE_MS};
    int64_t from_ms = before_ms > r->swept_ms ? before_ms : r->swept_ms;

    if (sweep_span(&s, 0, before_ms, err) != OK || sweep_span(&s, from_ms, s.tombstones_before_ms, err) != OK)
        return err->code;
    r->swept_ms = s.tombstones_before_ms;
    return OK;
}

enum status retention_pass(struct retention *r, int64_t now_ms, struct error *err)
{
    int64_t before_ms = r->options.age_ms > 0 ? now_ms - r->options.age_ms : 0;

    if (before_ms > 0 && expire_rows(r, before_ms, err) != OK)
        return err->code;
    return r->options.sweep ? sweep(r, before_ms, now_ms, err) : OK;
}

/* --- the thread --- */

/* Often enough that nothing is kept much longer than its age. */
static int64_t period_ms(const struct retention *r)
{
    int64_t ms = r->options.age_ms > 0 ? r->options.age_ms / 4 : PERIOD_MAX_MS;

    if (ms < PERIOD_MIN_MS)
        return PERIOD_MIN_MS;
    return ms < PERIOD_MAX_MS ? ms : PERIOD_MAX_MS;
}

static void retention_run(void *arg)
{
    struct retention *r = arg;

    while (patrol_wait(&r->patrol, period_ms(r))) {
        struct store_time time;
        struct error err;

        store_time(r->options.store, &time);
        if (time.known && retention_pass(r, time.now_ms, &err) != OK && !patrol_stopping(&r->patrol))
            log_detail(LOG_WARN, "retention is behind, trying again later", "%s", err.text);
    }
}

void retention_start(struct retention *r)
{
    patrol_start(&r->patrol, "retention", retention_run, r);
}

void retention_stop(struct retention *r)
{
    if (r)
        patrol_stop(&r->patrol);
}

void retention_free(struct retention *r)
{
    if (!r)
        return;
    patrol_release(&r->patrol);
    mem_freep(&r);
}
