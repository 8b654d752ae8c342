/*
 * Rollups are written in the order of their ids: by day, then series. A transaction holds rows of few days,
 * so what it changes lies in few pages of the table, however many series there are. With the series first,
 * each series that is alive would be a page to write.
 */
#include "index/rollups.h"

#include "base/alloc.h"
#include "model/time.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS_BYTES = 32 * 1024 * 1024 };

struct cell_key {
    int64_t series;
    int64_t day; /* since 1970 */
};

/* What changes in one hour. */
struct cell_hour {
    int64_t profiles;
    __int128 numbers[]; /* may be negative: more has gone than come */
};

/* What changes in one rollup. */
struct rollups_cell {
    struct cell_key key; /* the map's key points here */
    size_t number_count;
    struct cell_hour *hours[ROLLUP_HOURS]; /* NULL: nothing */
};

void rollups_init(struct rollups *r, struct conn *conn)
{
    *r = (struct rollups){.conn = conn,
                          .arena = ARENA_INIT(SIZE_MAX / 2), /* bounded by CELLS_BYTES */
                          .cells = MAP_INIT};
}

void rollups_drop(struct rollups *r)
{
    map_release(&r->cells);
    arena_release(&r->arena);
    rollups_init(r, r->conn);
}

static struct rollups_cell *cell_at(uint64_t place)
{
    return (
        struct rollups_cell *)(uintptr_t)place; // NOLINT(performance-no-int-to-ptr): the map holds integers
}

static struct rollups_cell *cell_of(struct rollups *r, const struct cell_key *key, size_t number_count)
{
    uint64_t *known = map_get(&r->cells, slice_make(key, sizeof *key));
    bool is_new;
    if (known)
        return cell_at(*known);

    struct rollups_cell *cell = arena_alloc(&r->arena, sizeof *cell);
    cell->key = *key;
    cell->number_count = number_count;
    *map_put(&r->cells, slice_make(&cell->key, sizeof cell->key), &is_new) = (uintptr_t)cell;
    return cell;
}

enum status rollups_add(struct rollups *r, const struct rollups_row *row, int sign, struct error *err)
{
    struct cell_key key = {row->series, row->created_ms / TIME_DAY_MS};
    struct rollup_sum sum;
    size_t number_count;

    if (r->arena.used > CELLS_BYTES && rollups_flush(r, err) != OK)
        return conn_failed(err);
    if (!rollup_of_row(row->numbers, &sum, &number_count) || row->series >> ROLLUP_SERIES_BITS != 0 ||
        row->created_ms < 0 || row->created_ms > TIME_MAX_MS)
        return conn_corrupt(r->conn, err, "a row says what cannot be added up");

    struct rollups_cell *cell = cell_of(r, &key, number_count);
    if (cell->number_count != number_count)
        return conn_corrupt(r->conn, err, "rows of a series have not equally many numbers");
    struct cell_hour **place = &cell->hours[row->created_ms / TIME_HOUR_MS % ROLLUP_HOURS];
    if (!*place)
        *place = arena_alloc(&r->arena, sizeof **place + number_count * sizeof(__int128));
    (*place)->profiles += sign;
    for (size_t i = 0; i < number_count; i++)
        (*place)->numbers[i] += sign * sum.numbers[i];
    return OK;
}

/* --- writing --- */

/* One rollup while it is changed. */
struct change {
    struct rollup_sum hours[ROLLUP_HOURS];
    size_t number_count;
    bool is_stored;
};

static enum status load(struct conn *conn, int64_t id, size_t number_count, struct change *c,
                        struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, STMT_ROLLUP_GET, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, id);
    if (conn_step(conn, s, &c->is_stored, err) != OK)
        return conn_failed(err);

    c->number_count = number_count;
    memset(c->hours, 0, sizeof c->hours);
    if (!c->is_stored)
        return OK;
    struct slice rest = conn_column(s, 0);
    bool sound = rollup_open(&rest, &c->number_count) && c->number_count == number_count;
    while (sound && rest.len > 0) {
        unsigned hour;
        struct rollup_sum sum = {0};
        sound = rollup_take(&rest, number_count, &hour, &sum);
        if (sound)
            c->hours[hour] = sum;
    }
    return sound ? OK : conn_corrupt(conn, err, "a rollup is damaged");
}

static bool apply(const struct cell_hour *hour, size_t number_count, struct rollup_sum *sum)
{
    sum->profiles += hour->profiles;
    if (sum->profiles < 0)
        return false;
    for (size_t i = 0; i < number_count; i++) {
        sum->numbers[i] += hour->numbers[i];
        if (sum->numbers[i] < 0 || (sum->profiles == 0 && sum->numbers[i] != 0))
            return false;
    }
    return true;
}

static enum status store(struct conn *conn, int64_t id, const struct change *c, struct error *err)
{
    uint8_t bytes[ROLLUP_BYTES_MAX];
    size_t len = rollup_pack(c->hours, c->number_count, bytes);
    if (len == 0 && !c->is_stored)
        return OK;

    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, len > 0 ? STMT_ROLLUP_PUT : STMT_ROLLUP_DELETE, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, id);
    if (len > 0)
        conn_bind_slice(s, 2, slice_make(bytes, len));
    return conn_run(conn, s, err);
}

static int64_t id_of(const struct rollups_cell *cell)
{
    return rollup_id(cell->key.day, cell->key.series);
}

static int by_id(const void *a, const void *b)
{
    const struct rollups_cell *x = *(const struct rollups_cell *const *)a,
                              *y = *(const struct rollups_cell *const *)b;
    int64_t p = id_of(x), q = id_of(y);
    return (p > q) - (p < q);
}

static enum status write_cell(struct conn *conn, const struct rollups_cell *cell, struct error *err)
{
    struct change c;
    if (load(conn, id_of(cell), cell->number_count, &c, err) != OK)
        return conn_failed(err);
    for (size_t i = 0; i < ROLLUP_HOURS; i++) {
        if (cell->hours[i] && !apply(cell->hours[i], c.number_count, &c.hours[i]))
            return conn_corrupt(conn, err, "a rollup has not added up what is listed");
    }
    return store(conn, id_of(cell), &c, err);
}

enum status rollups_flush(struct rollups *r, struct error *err)
{
    size_t count = 0;
    if (r->cells.count == 0)
        return OK;

    struct rollups_cell **cells CLEANUP(mem_freep) =
        mem_alloc(r->cells.count * sizeof(struct rollups_cell *));
    for (size_t i = 0; i < r->cells.cap; i++) {
        if (r->cells.entries[i].key.ptr)
            cells[count++] = cell_at(r->cells.entries[i].value);
    }
    qsort(cells, count, sizeof(struct rollups_cell *), by_id);
    for (size_t i = 0; i < count; i++) {
        if (write_cell(r->conn, cells[i], err) != OK)
            return conn_failed(err);
    }
    rollups_drop(r);
    return OK;
}
