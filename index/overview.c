/*
 * Every series is read once, for its text says what it counts for. Then whole hours are added up from the
 * rollups: no row is read but the newest of each series that has something. So the range is widened to whole
 * hours.
 */
#include "base/alloc.h"
#include "index/inner.h"
#include "index/pieces.h"
#include "index/series_text.h"

#include <stdlib.h>

/* What a series counts for. */
struct share {
    uint32_t row; /* + 1 among the rows; 0: none yet */
    int number;   /* which number of a rollup; 0: it has no facts */
    int64_t profiles;
};

struct overview {
    struct conn *conn;
    struct arena *arena;
    struct selection selection;
    struct share *shares; /* one a series */
    struct index_overview_row *rows;
    size_t count, cap, shares_cap;
    struct map row_of; /* text to index + 1 */
};

static void overview_release(struct overview *o)
{
    selection_release(&o->selection);
    map_release(&o->row_of);
    free(o->shares);
    free(o->rows);
}

static enum status too_large(const struct overview *o, struct error *err)
{
    return error_set(err, E_TOO_LARGE, "the overview is over %zu bytes", o->arena->max);
}

/* --- what series count for --- */

static enum status copy_row(struct overview *o, const struct index_overview_row *from, struct error *err)
{
    struct slice texts[] = {from->service, from->type, from->sample_type, from->unit};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        texts[i] = arena_copy(o->arena, texts[i]);
        if (!texts[i].ptr)
            return too_large(o, err);
    }
    if (o->count == o->cap) {
        o->cap = o->cap ? 2 * o->cap : 64;
        o->rows = mem_resize(o->rows, o->cap * sizeof(*o->rows));
    }
    o->rows[o->count++] = (struct index_overview_row){texts[0], texts[1], texts[2], texts[3]};
    return OK;
}

static enum status find_row(struct overview *o, const struct index_overview_row *row, uint32_t *ret_row,
                            struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
    bool is_new;

    buf_printf(&text, "%zu %zu %zu ", row->service.len, row->type.len, row->sample_type.len);
    buf_append(&text, row->service);
    buf_append(&text, row->type);
    buf_append(&text, row->sample_type);
    buf_append(&text, row->unit);
    const uint64_t *known = map_get(&o->row_of, buf_slice(&text));
    if (known) {
        *ret_row = (uint32_t)*known;
        return OK;
    }

    struct slice key = arena_copy(o->arena, buf_slice(&text));
    if (!key.ptr)
        return too_large(o, err);
    if (copy_row(o, row, err) != OK)
        return err->code;
    *map_put(&o->row_of, key, &is_new) = o->count;
    *ret_row = (uint32_t)o->count;
    return OK;
}

static enum status add_series(struct overview *o, int64_t id, struct slice text, struct error *err)
{
    struct profile_meta meta;
    struct share share = {0};

    if (!series_text_decode(text, &meta))
        return conn_corrupt(o->conn, err, "the text of a series is damaged");
    struct index_overview_row row = {.service = meta.service, .type = meta.type};
    if (meta.facts.present && meta.facts.count > 0) {
        const struct fact *fact = &meta.facts.items[meta.facts.default_index];
        row.sample_type = fact->name;
        row.unit = fact->unit;
        share.number = (int)meta.facts.default_index + 1;
    }
    if (find_row(o, &row, &share.row, err) != OK)
        return err->code;

    if (o->selection.count == o->shares_cap) {
        o->shares_cap = o->shares_cap ? 2 * o->shares_cap : 64;
        o->shares = mem_resize(o->shares, o->shares_cap * sizeof(*o->shares));
        o->selection.series = mem_resize(o->selection.series, o->shares_cap * sizeof(int64_t));
    }
    o->shares[o->selection.count] = share;
    o->selection.series[o->selection.count++] = id;
    return OK;
}

static enum status read_series(struct overview *o, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(o->conn, STMT_SERIES_ALL, &s, err) != OK)
        return conn_failed(err);

    o->selection.share = 1;
    for (;;) {
        if (conn_step(o->conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (add_series(o, sqlite3_column_int64(s, 0), conn_column(s, 2), err) != OK)
            return conn_failed(err);
    }
}

/* --- adding up --- */

static enum status add_piece(void *user, const struct piece *piece, struct error *err)
{
    struct overview *o = user;
    struct share *share = &o->shares[piece->place];
    struct index_overview_row *row = &o->rows[share->row - 1];

    if (share->number >= (int)piece->number_count && share->number > 0)
        return conn_corrupt(o->conn, err, "a profile has fewer numbers than its series says");
    share->profiles += piece->sign * piece->sum.profiles;
    row->profiles += piece->sign * piece->sum.profiles;
    if (share->number > 0) {
        row->duration_ms += piece->sign * piece->sum.numbers[0];
        row->sum += piece->sign * piece->sum.numbers[share->number];
    }
    return OK;
}

static enum status read_newest(struct overview *o, const struct scan_bounds *bounds, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(o->conn, STMT_LISTING_RANGE_DESC, &s, err) != OK)
        return conn_failed(err);

    for (size_t i = 0; i < o->selection.count; i++) {
        struct index_overview_row *row = &o->rows[o->shares[i].row - 1];
        bool there;
        if (o->shares[i].profiles == 0)
            continue;
        (void)sqlite3_bind_int64(s, 1, o->selection.series[i]);
        (void)sqlite3_bind_int64(s, 2, bounds->from_ms);
        (void)sqlite3_bind_int64(s, 3, bounds->to_ms);
        if (conn_step(o->conn, s, &there, err) != OK)
            return conn_failed(err);
        if (there && sqlite3_column_int64(s, 0) > row->last_ms)
            row->last_ms = sqlite3_column_int64(s, 0);
        row->series++;
        conn_again(s);
    }
    return OK;
}

static int by_names(const void *a, const void *b)
{
    const struct index_overview_row *x = a, *y = b;
    int order = slice_cmp(x->service, y->service);

    order = order != 0 ? order : slice_cmp(x->type, y->type);
    if (order == 0 && x->profiles != y->profiles)
        return x->profiles > y->profiles ? -1 : 1;
    order = order != 0 ? order : slice_cmp(x->sample_type, y->sample_type);
    return order != 0 ? order : slice_cmp(x->unit, y->unit);
}

static enum status give_rows(struct overview *o, struct index_overview *ret_overview, struct error *err)
{
    struct index_overview_row *rows = arena_alloc(o->arena, (o->count + 1) * sizeof(*rows));
    size_t kept = 0;

    if (!rows)
        return too_large(o, err);
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i].profiles > 0)
            rows[kept++] = o->rows[i];
    if (kept > 1)
        qsort(rows, kept, sizeof(*rows), by_names);
    ret_overview->rows = rows;
    ret_overview->count = kept;
    return OK;
}

static struct scan_bounds whole_hours(int64_t from_ms, int64_t to_ms, int64_t mint_min_ms)
{
    from_ms = from_ms < 0 ? 0 : from_ms;
    to_ms = to_ms > TIME_MAX_MS ? TIME_MAX_MS : to_ms;
    return (struct scan_bounds){from_ms / TIME_HOUR_MS * TIME_HOUR_MS,
                                (to_ms / TIME_HOUR_MS + 1) * TIME_HOUR_MS - 1, mint_min_ms};
}

static enum status overview_run(struct overview *o, const struct scan_bounds *bounds,
                                struct index_overview *ret_overview, struct error *err)
{
    struct pieces pieces = {.conn = o->conn,
                            .selection = &o->selection,
                            .bounds = *bounds,
                            .whole_hours = true,
                            .rows_max = LIMIT_TIMELINE_ROWS,
                            .fn = add_piece,
                            .user = o};

    if (read_series(o, err) != OK || pieces_run(&pieces, err) != OK || read_newest(o, bounds, err) != OK)
        return conn_failed(err);
    return give_rows(o, ret_overview, err);
}

enum status index_overview(struct index *ix, const struct index_span_of_time *span, struct arena *arena,
                           struct index_overview *ret_overview, struct error *err)
{
    struct scan_bounds bounds = whole_hours(span->from_ms, span->to_ms, span->mint_min_ms);
    struct overview o CLEANUP(overview_release) = {.arena = arena};
    struct reading r CLEANUP(reading_end) = {0};
    struct index_overview overview = {.from_ms = bounds.from_ms, .to_ms = bounds.to_ms};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    o.conn = r.conn;
    if (overview_run(&o, &bounds, &overview, e) != OK)
        return conn_failed(e);
    *ret_overview = overview;
    return OK;
}
