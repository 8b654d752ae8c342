/*
 * With a limit, what was found is a heap with the worst on top: a row comes in if it is better than that one,
 * and both ways know from the worst where they can stop.
 *
 * Order is created_at, then id. An id is lane, mint time, digest; the first two are in `at`. Two rows that
 * agree in all of these are rare, and only then are their digests read from the table.
 *
 * By time: a row that is not late has created_at in [mint - LAG_MAX, mint - LAG_MIN], so the bounds of
 * created_at are bounds of mint time a little wider, and once the mint time is further than that behind the
 * worst, nothing better comes. Late rows are read in the order of created_at.
 */
#include "index/scan.h"

#include "base/alloc.h"
#include "index/listed.h"
#include "index/rows.h"

#include <stdlib.h>
#include <string.h>

void scan_release(struct scan *s)
{
    free(s->refs);
    s->refs = NULL;
    s->count = 0;
    s->private_cap = 0; /* a walk scans page after page with the same struct */
}

/* --- order --- */

static const struct digest *digest_of(struct scan *s, struct scan_ref *ref)
{
    struct entry p;
    if (!ref->has_digest && s->private_error.code == OK) {
        if (entry_get(s->conn, ref->at, &p, &s->private_error) == OK)
            ref->digest = p.row.digest;
        ref->has_digest = true;
    }
    return &ref->digest;
}

static int cmp_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* < 0: a comes first. */
static int cmp_refs(struct scan *s, struct scan_ref *a, struct scan_ref *b)
{
    int order = cmp_i64(a->created_ms, b->created_ms);
    if (order == 0)
        order = cmp_i64(at_lane(a->at), at_lane(b->at));
    if (order == 0)
        order = cmp_i64(at_mint_ms(a->at), at_mint_ms(b->at));
    if (order == 0 && a->at != b->at)
        order = digest_cmp(digest_of(s, a), digest_of(s, b));
    return s->oldest_first ? order : -order;
}

static bool is_after(struct scan *s, struct scan_ref *ref)
{
    if (!s->has_after)
        return true;

    struct digest digest = id_digest(&s->after.id);
    int order = cmp_i64(ref->created_ms, s->after.created_at_ms);
    if (order == 0)
        order = cmp_i64(at_lane(ref->at), id_lane(&s->after.id));
    if (order == 0)
        order = cmp_i64(at_mint_ms(ref->at), id_mint_ms(&s->after.id));
    if (order == 0)
        order = digest_cmp(digest_of(s, ref), &digest);
    return s->oldest_first ? order > 0 : order < 0;
}

/* --- the heap --- */

static void swap(struct scan_ref *a, struct scan_ref *b)
{
    struct scan_ref t = *a;
    *a = *b;
    *b = t;
}

static void sift_up(struct scan *s, size_t i)
{
    while (i > 0 && cmp_refs(s, &s->refs[(i - 1) / 2], &s->refs[i]) < 0) {
        swap(&s->refs[(i - 1) / 2], &s->refs[i]);
        i = (i - 1) / 2;
    }
}

static void sift_down(struct scan *s, size_t i)
{
    for (;;) {
        size_t worst = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->count; child++) {
            if (cmp_refs(s, &s->refs[worst], &s->refs[child]) < 0)
                worst = child;
        }
        if (worst == i)
            return;
        swap(&s->refs[i], &s->refs[worst]);
        i = worst;
    }
}

static bool is_full(const struct scan *s)
{
    return s->limit > 0 && s->count == s->limit;
}

/* Takes the row in if it belongs to the best so far. */
static enum status offer(struct scan *s, struct scan_ref ref, struct error *err)
{
    if (!is_after(s, &ref))
        return OK;

    if (is_full(s)) {
        if (cmp_refs(s, &ref, &s->refs[0]) < 0) {
            s->refs[0] = ref;
            sift_down(s, 0);
        }
    } else {
        if (s->count == s->max)
            return error_set(err, E_TOO_LARGE, "more than %zu profiles match: ask for less", s->max);
        if (s->count == s->private_cap) {
            s->private_cap = s->private_cap ? s->private_cap * 2 : 128;
            s->refs = mem_resize(s->refs, s->private_cap * sizeof *s->refs);
        }
        s->refs[s->count++] = ref;
        if (s->limit > 0)
            sift_up(s, s->count - 1);
    }
    if (s->private_error.code == OK)
        return OK;
    if (err)
        *err = s->private_error;
    return s->private_error.code;
}

/* A row created then, and all that come after it in the order of created_at, cannot come in any more. */
static bool is_beyond(const struct scan *s, int64_t created_ms)
{
    return is_full(s) &&
           (s->oldest_first ? created_ms > s->refs[0].created_ms : created_ms < s->refs[0].created_ms);
}

/* The bounds as far as they are still open. */
static void open_bounds(const struct scan *s, int64_t *ret_from, int64_t *ret_to)
{
    int64_t from = s->bounds.from_ms, to = s->bounds.to_ms;
    int64_t place = s->after.created_at_ms;

    if (s->has_after && s->oldest_first && place > from)
        from = place;
    if (s->has_after && !s->oldest_first && place < to)
        to = place;
    if (is_full(s) && s->oldest_first && s->refs[0].created_ms < to)
        to = s->refs[0].created_ms;
    if (is_full(s) && !s->oldest_first && s->refs[0].created_ms > from)
        from = s->refs[0].created_ms;
    *ret_from = from;
    *ret_to = to;
}

/* --- by series --- */

static enum status scan_one_series(struct scan *s, int64_t series, sqlite3_stmt *stmt, struct error *err)
{
    int64_t from, to;
    bool row = true;

    open_bounds(s, &from, &to);
    (void)sqlite3_bind_int64(stmt, 1, series);
    (void)sqlite3_bind_int64(stmt, 2, from);
    (void)sqlite3_bind_int64(stmt, 3, to);
    for (;;) {
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            break;

        int64_t created_ms = sqlite3_column_int64(stmt, 0);
        int64_t mint_ms = created_ms + sqlite3_column_int64(stmt, 1);
        struct scan_ref ref = {.created_ms = created_ms,
                               .at = at_make(mint_ms, 0) | sqlite3_column_int64(stmt, 2),
                               .series = series};
        if (is_beyond(s, created_ms))
            break;
        if (mint_ms >= s->bounds.mint_min_ms && offer(s, ref, err) != OK)
            return conn_failed(err);
    }
    conn_again(stmt);
    return OK;
}

static enum status scan_by_series(struct scan *s, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    if (conn_take(s->conn, s->oldest_first ? STMT_LISTING_RANGE : STMT_LISTING_RANGE_DESC, &stmt, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < s->selection->count; i++) {
        if (scan_one_series(s, s->selection->series[i], stmt, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

/* --- by time --- */

static enum status offer_entry(struct scan *s, const struct entry *p, struct error *err)
{
    int64_t created_ms = entry_created_ms(p);
    if (p->row.state != ROW_LISTED || listed_is_late(p->row.lag_ms) || created_ms < s->bounds.from_ms ||
        created_ms > s->bounds.to_ms || !selection_has(s->selection, p->row.series))
        return OK;

    return offer(s,
                 (struct scan_ref){.created_ms = created_ms,
                                   .at = p->at,
                                   .series = p->row.series,
                                   .has_digest = true,
                                   .digest = p->row.digest},
                 err);
}

static enum status scan_minted(struct scan *s, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    int64_t from, to;
    bool row = true;

    if (conn_take(s->conn, s->oldest_first ? STMT_PROFILE_RANGE : STMT_PROFILE_RANGE_DESC, &stmt, err) != OK)
        return conn_failed(err);
    open_bounds(s, &from, &to);
    int64_t first = from + LISTED_LAG_MIN_MS;
    if (first < s->bounds.mint_min_ms)
        first = s->bounds.mint_min_ms;
    (void)sqlite3_bind_int64(stmt, 1, at_floor(first));
    (void)sqlite3_bind_int64(stmt, 2, at_floor(to + LISTED_LAG_MAX_MS + 1) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (entry_of(s->conn, stmt, &p, err) != OK)
            return conn_failed(err);
        /* The best that a row minted then or later in this order could be. */
        if (is_beyond(s, at_mint_ms(p.at) - (s->oldest_first ? LISTED_LAG_MAX_MS : LISTED_LAG_MIN_MS)))
            return OK;
        if (offer_entry(s, &p, err) != OK)
            return conn_failed(err);
    }
}

static enum status scan_late(struct scan *s, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    int64_t from, to;
    bool row = true;

    if (conn_take(s->conn, s->oldest_first ? STMT_LATE_RANGE : STMT_LATE_RANGE_DESC, &stmt, err) != OK)
        return conn_failed(err);
    open_bounds(s, &from, &to);
    (void)sqlite3_bind_int64(stmt, 1, from);
    (void)sqlite3_bind_int64(stmt, 2, to);
    for (;;) {
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        struct scan_ref ref = {.created_ms = sqlite3_column_int64(stmt, 0),
                               .at = sqlite3_column_int64(stmt, 1),
                               .series = sqlite3_column_int64(stmt, 2)};
        if (!row || is_beyond(s, ref.created_ms))
            return OK;
        if (at_mint_ms(ref.at) >= s->bounds.mint_min_ms && selection_has(s->selection, ref.series) &&
            offer(s, ref, err) != OK)
            return conn_failed(err);
    }
}

/* --- choosing --- */

static int cmp_for_sort(const void *a, const void *b, void *scan)
{
    struct scan_ref x = *(const struct scan_ref *)a, y = *(const struct scan_ref *)b;
    return cmp_refs(scan, &x, &y);
}

enum status scan_run(struct scan *s, struct error *err)
{
    enum scan_way way = s->way;
    enum status status;

    s->private_error.code = OK;
    /* Nothing was created or minted outside; and margins can be added without a care. */
    s->bounds.from_ms = s->bounds.from_ms < 0 ? 0 : s->bounds.from_ms;
    s->bounds.to_ms = s->bounds.to_ms > TIME_MAX_MS ? TIME_MAX_MS : s->bounds.to_ms;
    if (s->bounds.from_ms > s->bounds.to_ms || (!s->selection->is_all && s->selection->count == 0))
        return OK;
    if (s->selection->is_all) {
        way = SCAN_BY_TIME;
    } else if (way == SCAN_BY_ESTIMATE) {
        struct scan_cost cost;
        if (scan_estimate(s, &cost, err) != OK)
            return conn_failed(err);
        way = cost.by_series <= cost.by_time ? SCAN_BY_SERIES : SCAN_BY_TIME;
    }

    status = way == SCAN_BY_SERIES ? scan_by_series(s, err) : scan_minted(s, err);
    if (status == OK && way == SCAN_BY_TIME)
        status = scan_late(s, err);
    if (status != OK)
        return status;
    if (s->count > 1)
        qsort_r(s->refs, s->count, sizeof *s->refs, cmp_for_sort, s);
    if (s->private_error.code != OK) {
        *err = s->private_error;
        return conn_failed(err);
    }
    return OK;
}
