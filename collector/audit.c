/*
 * A range is compared as two ascending lists of ids, the bucket's and the index's. A range that is too large
 * for memory is halved, down to a minute.
 */
#include "collector/audit.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/patrol.h"
#include "collector/burial.h"
#include "collector/metrics.h"
#include "collector/tail.h"

enum { LIST_DEADLINE_MS = 10000, IDS_ARENA_BYTES = 64 << 20, LOOK_MS = 60000 };
enum { ID_KEYS = 10 };

struct audit {
    struct audit_options options;
    struct patrol patrol;
};

struct audit *audit_new(const struct audit_options *options)
{
    struct audit *a = mem_zero(1, sizeof(*a));

    a->options = *options;
    patrol_init(&a->patrol);
    return a;
}

/* --- one range --- */

struct range {
    struct audit *audit;
    unsigned lane;
    int64_t from_ms, to_ms;
    struct id *known; /* the index's, ascending */
    size_t known_count, at;
    struct id *suspects; /* known, but not listed */
    size_t suspect_count;
    struct audit_result *result;
};

static bool was_known(struct range *r, const struct id *id)
{
    while (r->at < r->known_count && id_cmp(&r->known[r->at], id) < 0)
        r->suspects[r->suspect_count++] = r->known[r->at++];
    if (r->at == r->known_count || id_cmp(&r->known[r->at], id) != 0)
        return false;
    r->at++;
    return true;
}

/* Once the index knows them. What fails now is tried again by the next audit. */
static void bury(struct audit *a, const struct index_batch *batch)
{
    const struct burial burial = {a->options.store, a->options.index, a->options.root};

    for (size_t i = 0; i < batch->row_count && !patrol_stopping(&a->patrol); i++) {
        struct error ignored;

        if (batch->rows[i].kind == KEY_TOMBSTONE && burial_finish(&burial, &batch->rows[i], &ignored) != OK)
            return;
    }
}

/* Adds what the index lacks; *ret_end: the page reached the end of the range. */
static enum status compare_page(struct range *r, struct index_batch *batch, struct tail_rows *rows,
                                bool *ret_end, struct error *err)
{
    size_t kept = 0;
    bool end = false;

    for (size_t i = 0; i < rows->count && !end; i++) {
        const struct key_parts *row = &rows->rows[i];

        end = id_mint_ms(&row->id) >= r->to_ms;
        if (end)
            break;
        r->result->listed++;
        if (row->kind == KEY_PROFILE && was_known(r, &row->id))
            continue;
        r->result->found_late += row->kind == KEY_PROFILE;
        rows->rows[kept++] = *row;
    }
    batch->rows = rows->rows;
    batch->row_count = kept;
    if (kept > 0 && index_write_wait(r->audit->options.index, batch, err) != OK)
        return err->code;
    bury(r->audit, batch);
    *ret_end = end;
    return OK;
}

static enum status compare_listing(struct range *r, struct listing *listing, struct error *err)
{
    bool end = false;

    while (!listing->done && !end) {
        struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(LIMIT_LIST_ROWS_BYTES)};
        struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};
        struct tail_rows rows;

        if (patrol_stopping(&r->audit->patrol))
            return error_set(err, E_UNAVAILABLE, "stopping");
        listing_next(listing, &op);
        if (store_run(r->audit->options.store, &op) != OK)
            return error_set(err, op.error.code, "%s", op.error.text);
        if (listing_feed(listing, &op.page, err) != OK ||
            tail_decode(r->audit->options.root, &op.page, &batch.arena, &rows, err) != OK ||
            compare_page(r, &batch, &rows, &end, err) != OK)
            return err->code;
    }
    while (r->at < r->known_count)
        r->suspects[r->suspect_count++] = r->known[r->at++];
    return OK;
}

/* The second look: E_NOT_FOUND if the object is really not there. */
static enum status look_again(struct audit *a, const struct id *id, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_LIST,
                                                    .max_keys = ID_KEYS,
                                                    .deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};

    key_id_prefix(a->options.root, id, &prefix);
    op.key = buf_slice(&prefix);
    if (store_run(a->options.store, &op) != OK)
        return error_set(err, op.error.code, "%s", op.error.text);
    return op.page.count > 0 ? OK : error_set(err, E_NOT_FOUND, "gone");
}

static enum status forget_suspects(struct range *r, struct error *err)
{
    struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(0)};
    size_t gone = 0;

    for (size_t i = 0; i < r->suspect_count; i++) {
        switch (look_again(r->audit, &r->suspects[i], err)) {
        case OK: break;
        case E_NOT_FOUND: r->suspects[gone++] = r->suspects[i]; break;
        default: return err->code;
        }
    }
    if (gone == 0)
        return OK;
    batch.forget = r->suspects;
    batch.forget_count = gone;
    if (index_write_wait(r->audit->options.index, &batch, err) != OK)
        return err->code;
    r->result->forgotten += gone;
    return OK;
}

static enum status compare(struct range *r, struct arena *arena, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct buf after CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct listing listing CLEANUP(listing_release) = {0};

    const struct index_span span = {r->lane, r->from_ms, r->to_ms};

    if (index_ids(r->audit->options.index, &span, arena, &r->known, &r->known_count, err) != OK)
        return err->code;
    r->suspects = arena_alloc(arena, (r->known_count + 1) * sizeof(*r->suspects));
    if (!r->suspects)
        return error_set(err, E_TOO_LARGE, "%zu ids are too many to compare at once", r->known_count);

    key_prefix(r->audit->options.root, r->lane, KEY_SPAN_LANE, 0, &prefix);
    key_start_after(r->audit->options.root, r->lane, r->from_ms, &after);
    listing_begin(&listing, buf_slice(&prefix), buf_slice(&after));
    if (compare_listing(r, &listing, err) != OK)
        return err->code;
    return forget_suspects(r, err);
}

enum status audit_range(struct audit *a, unsigned lane, int64_t from_ms, int64_t to_ms,
                        struct audit_result *result, struct error *err)
{
    int64_t pieces = 1;

    for (int64_t at = from_ms; at < to_ms;) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(IDS_ARENA_BYTES);
        int64_t step = (to_ms - from_ms + pieces - 1) / pieces;
        struct range r = {.audit = a, .lane = lane, .from_ms = at, .to_ms = at + step, .result = result};

        if (r.to_ms > to_ms)
            r.to_ms = to_ms;
        switch (compare(&r, &arena, err)) {
        case OK: at = r.to_ms; break;
        case E_TOO_LARGE:
            if (step <= TIME_MINUTE_MS)
                return err->code;
            pieces *= 2;
            break;
        default: return err->code;
        }
    }
    return OK;
}

/* --- the thread --- */

static void audit_all(struct audit *a, const char *what, int64_t from_ms, int64_t to_ms)
{
    struct audit_result result = {0};
    struct error err = {0};
    struct log_line line;
    bool failed = false;

    for (unsigned lane = 0; lane < ID_LANES; lane++)
        if (follow_follows(a->options.follow, lane) &&
            audit_range(a, lane, from_ms, to_ms, &result, &err) != OK)
            failed = true;
    metrics_add(a->options.metrics, METRIC_FOUND_LATE, result.found_late);
    metrics_add(a->options.metrics, METRIC_FORGOTTEN, result.forgotten);
    if (patrol_stopping(&a->patrol))
        return;
    log_begin(&line, failed ? LOG_WARN : LOG_INFO, what);
    log_i64(&line, "listed", (int64_t)result.listed);
    log_i64(&line, "found_late", (int64_t)result.found_late);
    log_i64(&line, "forgotten", (int64_t)result.forgotten);
    if (failed)
        log_cstr(&line, "error", err.text);
    log_end(&line);
}

/* A lane that another replica has begun to write to. */
static void look_for_lanes(struct audit *a)
{
    for (unsigned lane = 0; lane < ID_LANES && !patrol_stopping(&a->patrol); lane++) {
        struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
        struct store_op op CLEANUP(store_op_release) = {.verb = STORE_LIST,
                                                        .max_keys = 1,
                                                        .deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};

        if (follow_follows(a->options.follow, lane))
            continue;
        key_prefix(a->options.root, lane, KEY_SPAN_LANE, 0, &prefix);
        op.key = buf_slice(&prefix);
        if (store_run(a->options.store, &op) != OK)
            return;
        if (op.page.count > 0)
            follow_lane(a->options.follow, lane);
    }
}

static void audit_run(void *arg)
{
    struct audit *a = arg;
    struct store_time time;
    int64_t hour = -1, day = -1;

    do {
        store_time(a->options.store, &time);
        look_for_lanes(a);
        if (!time.known)
            continue;
        /* A minute into the next one, so that what is still being written is done. */
        int64_t settled_ms = time.now_ms - TIME_MINUTE_MS;

        if (hour >= 0 && settled_ms / TIME_HOUR_MS != hour)
            audit_all(a, "audit of the last hour", hour * TIME_HOUR_MS, (hour + 1) * TIME_HOUR_MS);
        hour = settled_ms / TIME_HOUR_MS;
        if (day >= 0 && settled_ms / TIME_DAY_MS != day)
            audit_all(a, "audit of the last day", day * TIME_DAY_MS, (day + 1) * TIME_DAY_MS);
        day = settled_ms / TIME_DAY_MS;
    } while (patrol_wait(&a->patrol, LOOK_MS));
}

void audit_start(struct audit *a)
{
    patrol_start(&a->patrol, "audit", audit_run, a);
}

void audit_stop(struct audit *a)
{
    if (a)
        patrol_stop(&a->patrol);
}

void audit_free(struct audit *a)
{
    if (!a)
        return;
    patrol_release(&a->patrol);
    mem_freep(&a);
}
