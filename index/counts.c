/* What the index holds: counts, which are kept with the rows, and the ids of a stretch of mint time. */
#include "index/inner.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static enum status one_row(struct conn *conn, enum conn_stmt which, int64_t out[static 2], struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, which, &s, err) != OK || conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);

    out[0] = row ? sqlite3_column_int64(s, 0) : 0;
    out[1] = row && sqlite3_column_count(s) > 1 ? sqlite3_column_int64(s, 1) : 0;
    return OK;
}

static enum status counts_in(struct conn *conn, struct index_counts *ret_counts, struct error *err)
{
    struct rows_totals t;
    int64_t bounds[2], bytes[2];
    if (rows_totals(conn, &t, err) != OK || one_row(conn, STMT_PROFILE_BOUNDS, bounds, err) != OK ||
        one_row(conn, STMT_FILE_BYTES, bytes, err) != OK)
        return conn_failed(err);

    *ret_counts = (struct index_counts){
        .profiles = (uint64_t)t.listed,
        .aliases = (uint64_t)t.aliases,
        .hidden = (uint64_t)t.hidden,
        .tombstones = (uint64_t)t.tombstones,
        .series = (uint64_t)t.series,
        .oldest_mint_ms = at_mint_ms(bounds[0]),
        .newest_mint_ms = at_mint_ms(bounds[1]),
        .file_bytes = (uint64_t)bytes[0],
    };
    return OK;
}

enum status index_counts(struct index *ix, struct index_counts *ret_counts, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    return counts_in(r.conn, ret_counts, e);
}

struct id_list {
    struct id *items; /* on the heap while it grows */
    size_t count, cap, max;
};

static enum status collect_ids(struct conn *conn, const struct index_span *span, struct id_list *list,
                               struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(conn, STMT_PROFILE_RANGE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, at_floor(span->from_ms));
    (void)sqlite3_bind_int64(s, 2, at_floor(span->to_ms) - 1);
    for (;;) {
        struct entry p;
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return OK;
        if (at_lane(sqlite3_column_int64(s, 0)) != span->lane)
            continue;
        if (entry_of(conn, s, &p, err) != OK)
            return conn_failed(err);
        if (list->count == list->max)
            return error_set(err, E_TOO_LARGE, "more than %zu rows: ask for less", list->max);
        if (list->count == list->cap) {
            list->cap = list->cap ? list->cap * 2 : 256;
            list->items = mem_resize(list->items, list->cap * sizeof *list->items);
        }
        list->items[list->count++] = entry_id(&p);
    }
}

static int by_id(const void *a, const void *b)
{
    return id_cmp(a, b);
}

enum status index_ids(struct index *ix, const struct index_span *span, struct arena *arena,
                      struct id **ret_ids, size_t *ret_count, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct id_list list = {.max = arena->max / sizeof(struct id)};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    enum status status = collect_ids(r.conn, span, &list, e);
    struct id *ids = status == OK ? arena_alloc(arena, (list.count + 1) * sizeof *ids) : NULL;
    if (status == OK && !ids)
        status =
            error_set(e, E_TOO_LARGE, "%zu ids are over %zu bytes: ask for less", list.count, arena->max);
    if (status == OK) {
        if (list.count > 1) /* rows of one ms are in the order of arrival */
            qsort(list.items, list.count, sizeof *list.items, by_id);
        if (list.count > 0)
            memcpy(ids, list.items, list.count * sizeof *ids);
        *ret_ids = ids;
        *ret_count = list.count;
    }
    free(list.items);
    return status;
}
