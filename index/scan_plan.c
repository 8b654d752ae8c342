/*
 * What a scan would cost, and counting without collecting. The costs were measured on one machine (make bench
 * prints both ways); only their ratios count.
 *
 *     one series      a seek in `listing`                              3.0 us
 *     a row there     step, compare                                    0.4
 *     a row in time   step, unpack, look for its series                0.3
 *     counting there  step only                                        0.06
 */
#include "index/listed.h"
#include "index/rows.h"
#include "index/scan.h"

static const double SEEK_US = 3.0, LISTING_US = 0.4, PROFILE_US = 0.3, COUNT_US = 0.06;

/* How the rows lie in time: evenly, for all that an estimate needs. */
struct shape {
    double rows; /* all in the table */
    double rows_a_ms;
    double oldest, newest; /* mint times */
    double late;
    int64_t listed;
};

static enum status shape_load(struct conn *conn, struct shape *ret_shape, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    struct rows_totals t;
    bool row;
    if (rows_totals(conn, &t, err) != OK || conn_take(conn, STMT_PROFILE_BOUNDS, &s, err) != OK ||
        conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);

    struct shape shape = {.rows = (double)(t.listed + t.aliases + t.hidden),
                          .late = (double)t.late,
                          .listed = t.listed};
    shape.oldest = (double)at_mint_ms(sqlite3_column_int64(s, 0));
    shape.newest = (double)at_mint_ms(sqlite3_column_int64(s, 1));
    shape.rows_a_ms = shape.rows / (shape.newest - shape.oldest + 1);
    *ret_shape = shape;
    return OK;
}

static double rows_between(const struct shape *shape, double from, double to)
{
    if (from < shape->oldest)
        from = shape->oldest;
    if (to > shape->newest)
        to = shape->newest;
    return to < from ? 0 : (to - from + 1) * shape->rows_a_ms;
}

static double min_of(double a, double b)
{
    return a < b ? a : b;
}

enum status scan_estimate(struct scan *s, struct scan_cost *ret_cost, struct error *err)
{
    struct shape shape;
    double from = (double)s->bounds.from_ms, to = (double)s->bounds.to_ms;
    double share = s->selection->share > 1e-9 ? s->selection->share : 1e-9;
    double place = (double)s->after.created_at_ms;

    if (shape_load(s->conn, &shape, err) != OK)
        return conn_failed(err);
    if (s->has_after && s->oldest_first && place > from)
        from = place;
    if (s->has_after && !s->oldest_first && place < to)
        to = place;

    double all = rows_between(&shape, from, to), matching = all * share;
    ret_cost->matching = matching;
    double wanted = s->limit > 0 ? min_of((double)s->limit, matching) : matching;
    double margin = shape.rows_a_ms * (double)(LISTED_LAG_MAX_MS - LISTED_LAG_MIN_MS);
    ret_cost->by_time = min_of(all, wanted / share) * PROFILE_US + min_of(margin, shape.rows) * PROFILE_US;
    /* A series' first rows are looked at even if others have better ones. */
    ret_cost->by_series = (double)s->selection->count * SEEK_US +
                          min_of(matching, 2 * wanted + (double)s->selection->count) * LISTING_US;
    return OK;
}

/* --- counting --- */

/* all_minted: no row was minted too early, so nobody needs to look. */
static enum status count_by_series(struct conn *conn, const struct selection *selection,
                                   const struct scan_bounds *bounds, bool all_minted, uint64_t *ret_count,
                                   struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    uint64_t count = 0;
    if (conn_take(conn, all_minted ? STMT_LISTING_COUNT : STMT_LISTING_COUNT_MINTED, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 2, bounds->from_ms);
    (void)sqlite3_bind_int64(s, 3, bounds->to_ms);
    if (!all_minted)
        (void)sqlite3_bind_int64(s, 4, bounds->mint_min_ms);
    for (size_t i = 0; i < selection->count; i++) {
        bool row;
        (void)sqlite3_bind_int64(s, 1, selection->series[i]);
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        count += (uint64_t)sqlite3_column_int64(s, 0);
        conn_again(s);
    }
    *ret_count = count;
    return OK;
}

/* A stretch of mint time; `outside`: wanted is what is not within the bounds. */
struct stretch {
    int64_t first_ms, last_ms;
    bool outside;
};

/* Those in the stretch that are listed, selected, not late, and wanted. */
static enum status count_minted(struct conn *conn, const struct selection *selection,
                                const struct scan_bounds *bounds, const struct stretch *stretch,
                                uint64_t *count, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(conn, STMT_PROFILE_RANGE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, at_floor(stretch->first_ms));
    (void)sqlite3_bind_int64(s, 2, at_floor(stretch->last_ms + 1) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (entry_of(conn, s, &p, err) != OK)
            return conn_failed(err);
        int64_t created_ms = entry_created_ms(&p);
        bool within = created_ms >= bounds->from_ms && created_ms <= bounds->to_ms &&
                      at_mint_ms(p.at) >= bounds->mint_min_ms;
        *count += within != stretch->outside && p.row.state == ROW_LISTED && !listed_is_late(p.row.lag_ms) &&
                  selection_has(selection, p.row.series);
    }
}

/* The same of the late ones: created in [from, to], within the bounds or not. */
static enum status count_late(struct conn *conn, const struct selection *selection,
                              const struct scan_bounds *bounds, bool outside, uint64_t *count,
                              struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(conn, STMT_LATE_RANGE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, outside ? INT64_MIN : bounds->from_ms);
    (void)sqlite3_bind_int64(s, 2, outside ? INT64_MAX : bounds->to_ms);
    for (;;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        int64_t created_ms = sqlite3_column_int64(s, 0);
        bool within = created_ms >= bounds->from_ms && created_ms <= bounds->to_ms &&
                      at_mint_ms(sqlite3_column_int64(s, 1)) >= bounds->mint_min_ms;
        *count += within != outside && selection_has(selection, sqlite3_column_int64(s, 2));
    }
}

static enum status sum_listed(struct conn *conn, const struct selection *selection, int64_t all,
                              uint64_t *ret_sum, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    uint64_t sum = selection->is_all ? (uint64_t)all : 0;
    if (conn_take(conn, STMT_SERIES_LISTED, &s, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < selection->count && !selection->is_all; i++) {
        bool row;
        (void)sqlite3_bind_int64(s, 1, selection->series[i]);
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        sum += row ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
        conn_again(s);
    }
    *ret_sum = sum;
    return OK;
}

static int64_t clamp_time(int64_t ms, int64_t margin_ms)
{
    if (ms < -1)
        ms = -1;
    return (ms > TIME_MAX_MS ? TIME_MAX_MS : ms) + margin_ms;
}

/* Mint times that may hold something within the bounds, and the two stretches around that may hold something
 * outside of them. */
struct stretches {
    struct stretch within, before, behind;
};

static struct stretches stretches_of(const struct scan_bounds *b)
{
    int64_t first = clamp_time(b->from_ms, LISTED_LAG_MIN_MS), last = clamp_time(b->to_ms, LISTED_LAG_MAX_MS);
    int64_t before = clamp_time(b->from_ms, LISTED_LAG_MAX_MS),
            behind = clamp_time(b->to_ms, LISTED_LAG_MIN_MS);
    int64_t mint_min = clamp_time(b->mint_min_ms, 0);
    struct stretches s = {
        .within = {first > mint_min ? first : mint_min, last, false},
        .before = {0, before > mint_min ? before : mint_min, true},
    };

    s.behind = (struct stretch){behind > s.before.last_ms ? behind : s.before.last_ms + 1, TIME_MAX_MS, true};
    return s;
}

static double rows_in(const struct shape *shape, const struct stretch *stretch)
{
    return rows_between(shape, (double)stretch->first_ms, (double)stretch->last_ms);
}

enum status scan_count(struct conn *conn, const struct selection *selection, const struct scan_bounds *bounds,
                       uint64_t *ret_count, struct error *err)
{
    struct stretches st = stretches_of(bounds);
    struct shape shape;
    uint64_t count = 0, without = 0;

    if (bounds->from_ms > bounds->to_ms || (!selection->is_all && selection->count == 0)) {
        *ret_count = 0;
        return OK;
    }
    if (shape_load(conn, &shape, err) != OK)
        return conn_failed(err);

    double inside = rows_in(&shape, &st.within);
    double series = selection->is_all ? 0 : (double)selection->count;
    double cost_series = series * SEEK_US + inside * selection->share * COUNT_US;
    double cost_within = (inside + shape.late) * PROFILE_US;
    double cost_around =
        series * SEEK_US / 4 +
        (rows_in(&shape, &st.before) + rows_in(&shape, &st.behind) + shape.late) * PROFILE_US;

    if (!selection->is_all && cost_series <= cost_within && cost_series <= cost_around)
        return count_by_series(conn, selection, bounds, (double)bounds->mint_min_ms <= shape.oldest,
                               ret_count, err);
    if (cost_within <= cost_around) {
        if (count_minted(conn, selection, bounds, &st.within, &count, err) != OK ||
            count_late(conn, selection, bounds, false, &count, err) != OK)
            return conn_failed(err);
    } else {
        if (sum_listed(conn, selection, shape.listed, &count, err) != OK ||
            count_minted(conn, selection, bounds, &st.before, &without, err) != OK ||
            count_minted(conn, selection, bounds, &st.behind, &without, err) != OK ||
            count_late(conn, selection, bounds, true, &without, err) != OK)
            return conn_failed(err);
        count -= without;
    }
    *ret_count = count;
    return OK;
}
