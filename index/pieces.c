/*
 * An hour that is cut by the range is taken from the rollups too, if less of it lies outside of the range
 * than inside: then what is outside is read row by row and taken off. In the hour that is not over yet that
 * is nothing. What was minted before mint_min_ms and is not dropped yet is taken off the same way.
 *
 * Rollups are ordered by day, then series. Of each day the selected series are wanted; pods come and go, so
 * most series have no rollup most days, and most rollups of a day may be of other series. So the reading
 * leaps: it seeks the next pair of day and series that is wanted, and what it finds instead says how far to
 * go on. While the next wanted one is near, a few steps are quicker than a seek.
 */
#include "index/pieces.h"

#include "index/listed.h"

enum { STEPS_MAX = 6 };

/* Hours since 1970, both included. */
struct hours {
    int64_t first, last;
};

/* --- rollups --- */

struct leap {
    struct pieces *p;
    const struct hours *hours;
    int64_t day;
    size_t place; /* the next wanted: this series on that day */
    sqlite3_stmt *stmt;
};

static enum status give_hours(struct leap *l, struct slice rest, struct error *err)
{
    struct piece piece = {.place = l->place, .sign = 1};
    if (!rollup_open(&rest, &piece.number_count))
        return conn_corrupt(l->p->conn, err, "a rollup is damaged");

    while (rest.len > 0) {
        unsigned of_day;
        if (!rollup_take(&rest, piece.number_count, &of_day, &piece.sum))
            return conn_corrupt(l->p->conn, err, "a rollup is damaged");
        int64_t hour = l->day * ROLLUP_HOURS + of_day;
        piece.created_ms = hour * TIME_HOUR_MS;
        if (hour >= l->hours->first && hour <= l->hours->last && l->p->fn(l->p->user, &piece, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

/* Moves on to the first wanted pair that is not before this one; true if it is this one. */
static bool catch_up(struct leap *l, int64_t id)
{
    const struct selection *s = l->p->selection;
    int64_t day = rollup_day(id), series = rollup_series(id);

    l->place = selection_at_least(s, series, day == l->day ? l->place : 0);
    l->day = day;
    if (l->place < s->count)
        return s->series[l->place] == series;
    l->day++;
    l->place = 0;
    return false;
}

static void go_on(struct leap *l)
{
    if (++l->place < l->p->selection->count)
        return;
    l->day++;
    l->place = 0;
}

/* From one seek on, as long as what is wanted comes soon. */
static enum status leap_once(struct leap *l, int64_t end, bool *ret_more, struct error *err)
{
    (void)sqlite3_bind_int64(l->stmt, 1, rollup_id(l->day, l->p->selection->series[l->place]));
    (void)sqlite3_bind_int64(l->stmt, 2, end);
    for (int steps = 0; steps < STEPS_MAX; steps++) {
        if (conn_step(l->p->conn, l->stmt, ret_more, err) != OK)
            return conn_failed(err);
        if (!*ret_more)
            break;
        if (!catch_up(l, sqlite3_column_int64(l->stmt, 0)))
            continue;
        if (give_hours(l, conn_column(l->stmt, 1), err) != OK)
            return conn_failed(err);
        go_on(l);
        steps = 0;
    }
    conn_again(l->stmt);
    return OK;
}

static enum status read_rollups(struct pieces *p, const struct hours *hours, struct error *err)
{
    sqlite3_stmt *stmt CLEANUP(conn_done) = NULL;
    if (hours->first > hours->last || p->selection->count == 0)
        return OK;
    if (conn_take(p->conn, STMT_ROLLUP_RANGE, &stmt, err) != OK)
        return conn_failed(err);

    int64_t last_day = hours->last / ROLLUP_HOURS;
    int64_t end = rollup_id(last_day, p->selection->series[p->selection->count - 1]);
    struct leap leap = {.p = p, .hours = hours, .day = hours->first / ROLLUP_HOURS, .stmt = stmt};
    bool more = true;
    while (more && leap.day <= last_day) {
        if (leap_once(&leap, end, &more, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

/* --- single rows --- */

struct rows_as_pieces {
    struct pieces *p;
    int sign;
};

static enum status give_row(void *user, const struct sweep_row *row, struct error *err)
{
    struct rows_as_pieces *r = user;
    struct piece piece = {.place = row->place, .created_ms = row->created_ms, .sign = r->sign};
    if (!rollup_of_row(row->numbers, &piece.sum, &piece.number_count))
        return conn_corrupt(r->p->conn, err, "the numbers of a row are damaged");
    return r->p->fn(r->p->user, &piece, err);
}

static enum status read_rows(struct pieces *p, const struct scan_bounds *bounds, int sign, struct error *err)
{
    struct rows_as_pieces rows = {p, sign};
    struct sweep sweep = {
        .conn = p->conn, .selection = p->selection, .rows_max = p->rows_max, .fn = give_row, .user = &rows};
    if (sweep_run(&sweep, bounds, err) != OK)
        return conn_failed(err);
    p->rows_max = sweep.rows_max;
    return OK;
}

static enum status take_off_too_old(struct pieces *p, const struct hours *hours, struct error *err)
{
    struct rows_as_pieces rows = {p, -1};
    struct sweep sweep = {.conn = p->conn, .selection = p->selection, .fn = give_row, .user = &rows};
    struct scan_bounds bounds = p->bounds;
    int64_t first_ms = hours->first * TIME_HOUR_MS, end_ms = (hours->last + 1) * TIME_HOUR_MS;

    if (bounds.from_ms < first_ms)
        bounds.from_ms = first_ms;
    if (bounds.to_ms >= end_ms)
        bounds.to_ms = end_ms - 1;
    return sweep_too_old(&sweep, &bounds, err);
}

/* --- edges --- */

/* created_at of all that is not late: what lies outside of it is quickly read. */
static enum status known_span(struct conn *conn, struct scan_bounds *ret_span, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_PROFILE_BOUNDS, &s, err) != OK || conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);

    ret_span->from_ms = at_mint_ms(sqlite3_column_int64(s, 0)) - LISTED_LAG_MAX_MS;
    ret_span->to_ms = at_mint_ms(sqlite3_column_int64(s, 1)) - LISTED_LAG_MIN_MS;
    return OK;
}

/* How much of [from, to] is in there. */
static int64_t overlap_ms(const struct scan_bounds *span, int64_t from_ms, int64_t to_ms)
{
    int64_t from = from_ms > span->from_ms ? from_ms : span->from_ms,
            to = to_ms < span->to_ms ? to_ms : span->to_ms;
    return to < from ? 0 : to - from + 1;
}

/* The hour is cut: [in_from, in_to] of it is asked for. *ret_whole: the rollups have it then, and what is
 * outside has been taken off; otherwise what is inside has been added. */
static enum status cut_hour(struct pieces *p, int64_t hour, const struct scan_bounds *span, bool *ret_whole,
                            struct error *err)
{
    int64_t begin_ms = hour * TIME_HOUR_MS, last_ms = begin_ms + TIME_HOUR_MS - 1;
    struct scan_bounds in = p->bounds, before = {begin_ms, p->bounds.from_ms - 1, 0},
                       behind = {p->bounds.to_ms + 1, last_ms, 0};

    if (in.from_ms < begin_ms)
        in.from_ms = begin_ms;
    if (in.to_ms > last_ms)
        in.to_ms = last_ms;
    *ret_whole =
        overlap_ms(span, before.from_ms, before.to_ms) + overlap_ms(span, behind.from_ms, behind.to_ms) <
        overlap_ms(span, in.from_ms, in.to_ms);
    if (!*ret_whole)
        return read_rows(p, &in, 1, err);
    if (read_rows(p, &before, -1, err) != OK)
        return conn_failed(err);
    return read_rows(p, &behind, -1, err);
}

static enum status run_by_hours(struct pieces *p, struct error *err)
{
    int64_t from = p->bounds.from_ms, to = p->bounds.to_ms;
    struct hours hours = {from / TIME_HOUR_MS, to / TIME_HOUR_MS};
    bool first_is_cut = from % TIME_HOUR_MS != 0, last_is_cut = (to + 1) % TIME_HOUR_MS != 0;
    bool is_one = hours.first == hours.last, whole = true;
    struct scan_bounds span = {0};

    if (known_span(p->conn, &span, err) != OK)
        return conn_failed(err);
    if (first_is_cut || (is_one && last_is_cut)) {
        if (cut_hour(p, hours.first, &span, &whole, err) != OK)
            return conn_failed(err);
        hours.first += !whole;
    }
    if (last_is_cut && !is_one) {
        if (cut_hour(p, hours.last, &span, &whole, err) != OK)
            return conn_failed(err);
        hours.last -= !whole;
    }
    if (hours.first > hours.last)
        return OK;
    if (read_rollups(p, &hours, err) != OK)
        return conn_failed(err);
    return take_off_too_old(p, &hours, err);
}

enum status pieces_run(struct pieces *p, struct error *err)
{
    p->bounds.from_ms = p->bounds.from_ms < 0 ? 0 : p->bounds.from_ms;
    p->bounds.to_ms = p->bounds.to_ms > TIME_MAX_MS ? TIME_MAX_MS : p->bounds.to_ms;
    if (p->bounds.from_ms > p->bounds.to_ms || p->selection->count == 0)
        return OK;

    return p->whole_hours ? run_by_hours(p, err) : read_rows(p, &p->bounds, 1, err);
}
