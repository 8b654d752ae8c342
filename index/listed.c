/* See listed.h. */
#include "index/listed.h"

#include "base/alloc.h"

#include <stdlib.h>

void listed_init(struct listed *l, struct conn *conn)
{
    *l = (struct listed){.conn = conn};
}

void listed_drop(struct listed *l)
{
    free(l->waiting);
    listed_init(l, l->conn);
}

static int64_t created_of(const struct listed_row *row)
{
    return at_mint_ms(row->at) - row->lag_ms;
}

void listed_add(struct listed *l, const struct listed_row *row)
{
    if (l->count == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 64;
        l->waiting = mem_resize(l->waiting, l->cap * sizeof *row);
    }
    l->waiting[l->count++] = *row;
}

static int by_key(const void *a, const void *b)
{
    const struct listed_row *x = a, *y = b;
    if (x->series != y->series)
        return x->series < y->series ? -1 : 1;
    if (created_of(x) != created_of(y))
        return created_of(x) < created_of(y) ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static enum status run_narrow(struct conn *conn, enum conn_stmt which, const struct listed_row *row,
                              struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, which, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, row->series);
    (void)sqlite3_bind_int64(s, 2, created_of(row));
    (void)sqlite3_bind_int64(s, 3, row->lag_ms);
    (void)sqlite3_bind_int64(s, 4, at_place(row->at));
    return conn_run(conn, s, err);
}

static enum status run_late(struct conn *conn, enum conn_stmt which, const struct listed_row *row,
                            struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (!listed_is_late(row->lag_ms))
        return OK;

    if (conn_take(conn, which, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, created_of(row));
    (void)sqlite3_bind_int64(s, 2, row->at);
    if (which == STMT_LATE_INSERT)
        (void)sqlite3_bind_int64(s, 3, row->series);
    return conn_run(conn, s, err);
}

enum status listed_remove(struct listed *l, const struct listed_row *row, struct error *err)
{
    if (listed_flush(l, err) != OK)
        return conn_failed(err);

    if (run_narrow(l->conn, STMT_LISTING_DELETE, row, err) != OK)
        return conn_failed(err);
    if (sqlite3_changes(l->conn->db) != 1)
        return conn_corrupt(l->conn, err, "a row that should be listed is not");
    return run_late(l->conn, STMT_LATE_DELETE, row, err);
}

enum status listed_flush(struct listed *l, struct error *err)
{
    if (l->count > 1)
        qsort(l->waiting, l->count, sizeof *l->waiting, by_key);

    for (size_t i = 0; i < l->count; i++) {
        if (run_narrow(l->conn, STMT_LISTING_INSERT, &l->waiting[i], err) != OK ||
            run_late(l->conn, STMT_LATE_INSERT, &l->waiting[i], err) != OK)
            return conn_failed(err);
    }
    l->count = 0;
    return OK;
}
