/* See sweep.h. Rows that are late are not where their created_at says in the order of minting, as in scan.c.
 */
#include "index/sweep.h"

#include "index/listed.h"

/* Looking up a row of a series, beside what reading its place in `listing` costs: its page is likely to be
 * another one each time. */
static const double LOOK_UP_US = 2.5;

static enum status look_at_one(struct sweep *s, struct error *err)
{
    if (s->rows_max == 0)
        return error_set(
            err, E_TOO_LARGE,
            "too many profiles would have to be read one by one: ask for a shorter range, or for "
            "whole hours, which are added up already");
    s->rows_max--;
    return OK;
}

static enum status give(struct sweep *s, const struct entry *p, struct error *err)
{
    size_t place = selection_at_least(s->selection, p->row.series, 0);
    if (place == s->selection->count || s->selection->series[place] != p->row.series)
        return OK;

    struct sweep_row row = {place, entry_created_ms(p), p->row.numbers};
    return s->fn(s->user, &row, err);
}

/* --- by series --- */

static enum status sweep_one_series(struct sweep *s, size_t place, const struct scan_bounds *bounds,
                                    sqlite3_stmt *stmt, struct error *err)
{
    bool row = true;

    (void)sqlite3_bind_int64(stmt, 1, s->selection->series[place]);
    (void)sqlite3_bind_int64(stmt, 2, bounds->from_ms);
    (void)sqlite3_bind_int64(stmt, 3, bounds->to_ms);
    for (;;) {
        struct entry p;
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            break;
        if (look_at_one(s, err) != OK)
            return conn_failed(err);

        int64_t created_ms = sqlite3_column_int64(stmt, 0);
        int64_t mint_ms = created_ms + sqlite3_column_int64(stmt, 1);
        if (mint_ms < bounds->mint_min_ms)
            continue;
        if (entry_get(s->conn, at_make(mint_ms, 0) | sqlite3_column_int64(stmt, 2), &p, err) != OK ||
            s->fn(s->user, &(struct sweep_row){place, created_ms, p.row.numbers}, err) != OK)
            return conn_failed(err);
    }
    conn_again(stmt);
    return OK;
}

static enum status sweep_by_series(struct sweep *s, const struct scan_bounds *bounds, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    if (conn_take(s->conn, STMT_LISTING_RANGE, &stmt, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < s->selection->count; i++) {
        if (sweep_one_series(s, i, bounds, stmt, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

/* --- by time --- */

static bool is_within(const struct entry *p, const struct scan_bounds *bounds)
{
    int64_t created_ms = entry_created_ms(p);
    return p->row.state == ROW_LISTED && created_ms >= bounds->from_ms && created_ms <= bounds->to_ms;
}

static enum status sweep_minted(struct sweep *s, const struct scan_bounds *bounds, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    int64_t first = bounds->from_ms + LISTED_LAG_MIN_MS;
    bool row = true;
    if (conn_take(s->conn, STMT_PROFILE_RANGE, &stmt, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(stmt, 1, at_floor(first < bounds->mint_min_ms ? bounds->mint_min_ms : first));
    (void)sqlite3_bind_int64(stmt, 2, at_floor(bounds->to_ms + LISTED_LAG_MAX_MS + 1) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (look_at_one(s, err) != OK || entry_of(s->conn, stmt, &p, err) != OK)
            return conn_failed(err);
        if (is_within(&p, bounds) && !listed_is_late(p.row.lag_ms) && give(s, &p, err) != OK)
            return conn_failed(err);
    }
}

static enum status sweep_late(struct sweep *s, const struct scan_bounds *bounds, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(s->conn, STMT_LATE_RANGE, &stmt, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(stmt, 1, bounds->from_ms);
    (void)sqlite3_bind_int64(stmt, 2, bounds->to_ms);
    for (;;) {
        struct entry p;
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (look_at_one(s, err) != OK)
            return conn_failed(err);
        if (at_mint_ms(sqlite3_column_int64(stmt, 1)) < bounds->mint_min_ms ||
            !selection_has(s->selection, sqlite3_column_int64(stmt, 2)))
            continue;
        if (entry_get(s->conn, sqlite3_column_int64(stmt, 1), &p, err) != OK || give(s, &p, err) != OK)
            return conn_failed(err);
    }
}

static enum status choose(const struct sweep *s, const struct scan_bounds *bounds, enum scan_way *ret_way,
                          struct error *err)
{
    struct scan like = {.conn = s->conn, .selection = s->selection, .bounds = *bounds};
    struct scan_cost cost;

    *ret_way = s->way;
    if (s->way != SCAN_BY_ESTIMATE)
        return OK;
    if (scan_estimate(&like, &cost, err) != OK)
        return conn_failed(err);
    cost.by_series += cost.matching * LOOK_UP_US;
    *ret_way = cost.by_series <= cost.by_time ? SCAN_BY_SERIES : SCAN_BY_TIME;
    return OK;
}

enum status sweep_run(struct sweep *s, const struct scan_bounds *bounds, struct error *err)
{
    enum scan_way way;
    if (s->selection->count == 0 || bounds->from_ms > bounds->to_ms)
        return OK;

    if (choose(s, bounds, &way, err) != OK)
        return conn_failed(err);
    if (way == SCAN_BY_SERIES)
        return sweep_by_series(s, bounds, err);
    if (sweep_minted(s, bounds, err) != OK)
        return conn_failed(err);
    return sweep_late(s, bounds, err);
}

enum status sweep_too_old(struct sweep *s, const struct scan_bounds *bounds, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    bool row = true;
    if (s->selection->count == 0 || bounds->mint_min_ms <= 0)
        return OK;
    if (conn_take(s->conn, STMT_PROFILE_RANGE, &stmt, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(stmt, 1, 0);
    (void)sqlite3_bind_int64(stmt, 2, at_floor(bounds->mint_min_ms) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(s->conn, stmt, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (entry_of(s->conn, stmt, &p, err) != OK)
            return conn_failed(err);
        if (is_within(&p, bounds) && give(s, &p, err) != OK)
            return conn_failed(err);
    }
}
