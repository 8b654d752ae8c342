/* Age counts from the mint time, as a lifecycle rule counts from the upload: a backfilled profile lives as
 * long as any other. The sweeper needs no index: keys come in the order of time, so it stops at the first
 * that is young. */
#include "collector/retention.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/patrol.h"
#include "collector/metrics.h"
#include "collector/tail.h"

enum { PERIOD_MAX_MS = 10 * 60 * 1000, PERIOD_MIN_MS = 1000, DEADLINE_MS = 10000, EXPIRE_ROWS = 10000 };
enum { PAGE_ARENA_BYTES = 8 << 20, LANES = 16 };

static const int64_t TOMBSTONE_AGE_MS = 7 * TIME_DAY_MS;

struct retention {
    struct retention_options options;
    struct patrol patrol;
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

/* --- the sweeper -----------------------------------------------------------------------------------------
 */

struct sweep {
    struct retention *retention;
    int64_t profiles_before_ms, tombstones_before_ms;
    bool end; /* nothing further back is old enough */
};

static bool is_past(const struct sweep *s, const struct key_parts *parts)
{
    int64_t before_ms = parts->kind == KEY_PROFILE ? s->profiles_before_ms : s->tombstones_before_ms;

    return id_mint_ms(&parts->id) < before_ms;
}

static enum status sweep_page(struct sweep *s, const struct store_page *page, struct error *err)
{
    int64_t newest_ms =
        s->profiles_before_ms > s->tombstones_before_ms ? s->profiles_before_ms : s->tombstones_before_ms;

    for (size_t i = 0; i < page->count && !s->end; i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(4 * KIB);
        struct key_parts parts;

        if (key_decode(s->retention->options.root, page->entries[i].key, &arena, &parts, NULL) != OK ||
            parts.kind == KEY_UNKNOWN)
            continue; /* not ours, or not known to this release: not ours to delete */
        s->end = id_mint_ms(&parts.id) >= newest_ms;
        if (!is_past(s, &parts))
            continue;

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
    struct listing listing CLEANUP(listing_release) = {0};
    struct retention *r = s->retention;

    key_prefix(r->options.root, lane, KEY_SPAN_LANE, 0, &prefix);
    listing_begin(&listing, buf_slice(&prefix), SLICE_NULL);
    s->end = false;
    while (!listing.done && !s->end) {
        struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + DEADLINE_MS};

        listing_next(&listing, &op);
        if (store_run(r->options.store, &op) != OK)
            return error_set(err, op.error.code, "%s", op.error.text);
        if (listing_feed(&listing, &op.page, err) != OK || sweep_page(s, &op.page, err) != OK)
            return err->code;
    }
    return OK;
}

enum status retention_pass(struct retention *r, int64_t now_ms, struct error *err)
{
    int64_t before_ms = r->options.age_ms > 0 ? now_ms - r->options.age_ms : 0;
    struct sweep sweep = {r, before_ms, now_ms - TOMBSTONE_AGE_MS, false};

    if (before_ms > 0 && expire_rows(r, before_ms, err) != OK)
        return err->code;
    for (unsigned lane = 0; lane < LANES && r->options.sweep; lane++)
        if (sweep_lane(&sweep, lane, err) != OK)
            return err->code;
    return OK;
}

/* --- the thread ------------------------------------------------------------------------------------------
 */

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
        if (time.known && retention_pass(r, time.now_ms, &err) != OK)
            log_detail(LOG_WARN, "retention is behind, trying again later", "%s", err.text);
    }
}

void retention_start(struct retention *r)
{
    patrol_start(&r->patrol, "retention", retention_run, r);
}

void retention_free(struct retention *r)
{
    if (!r)
        return;
    patrol_release(&r->patrol);
    mem_freep(&r);
}
