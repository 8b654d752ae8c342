/* Reading cursors back; they are written in batches (rows.c). */
#include "index/inner.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static enum status too_large(const struct arena *arena, struct error *err)
{
    return error_set(err, E_TOO_LARGE, "the cursors are over %zu bytes", arena->max);
}

static enum status get_in(struct conn *conn, const char *name, struct arena *arena, struct slice *ret_value,
                          struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_CURSOR_GET, &s, err) != OK)
        return conn_failed(err);
    conn_bind_slice(s, 1, slice_of(name));
    if (conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);
    if (!row)
        return error_set(err, E_NOT_FOUND, "index: no cursor '%s'", name);

    struct slice copy = arena_copy(arena, conn_column(s, 0));
    if (!copy.ptr)
        return too_large(arena, err);
    *ret_value = copy;
    return OK;
}

enum status index_cursor_get(struct index *ix, const char *name, struct arena *arena, struct slice *ret_value,
                             struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct error local;
    struct error *e = err ? err : &local;

    if (reading_begin(ix, &r, e) != OK)
        return conn_failed(e);
    return get_in(r.conn, name, arena, ret_value, e);
}

/* Into an array on the heap, with the bytes in the arena. */
static enum status list_in(struct conn *conn, struct slice prefix, struct arena *arena,
                           struct index_cursor **items, size_t *count, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    size_t cap = 0;
    bool row = true;
    if (conn_take(conn, STMT_CURSOR_RANGE, &s, err) != OK)
        return conn_failed(err);

    conn_bind_slice(s, 1, prefix);
    for (;;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row || !slice_starts(conn_column(s, 0), prefix))
            return OK;
        struct index_cursor c = {arena_copy(arena, conn_column(s, 0)), arena_copy(arena, conn_column(s, 1))};
        if (!c.name.ptr || !c.value.ptr)
            return too_large(arena, err);
        if (*count == cap) {
            cap = cap ? cap * 2 : 32;
            *items = mem_resize(*items, cap * sizeof c);
        }
        (*items)[(*count)++] = c;
    }
}

enum status index_cursors(struct index *ix, const char *prefix, struct arena *arena,
                          struct index_cursor **ret_cursors, size_t *ret_count, struct error *err)
{
    struct reading r CLEANUP(reading_end) = {0};
    struct index_cursor *items CLEANUP(mem_freep) = NULL;
    struct error local;
    struct error *e = err ? err : &local;
    size_t count = 0;

    if (reading_begin(ix, &r, e) != OK || list_in(r.conn, slice_of(prefix), arena, &items, &count, e) != OK)
        return conn_failed(e);
    struct index_cursor *copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    if (!copy)
        return too_large(arena, e);
    if (count > 0)
        memcpy(copy, items, count * sizeof *copy);
    *ret_cursors = copy;
    *ret_count = count;
    return OK;
}
