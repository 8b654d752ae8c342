/* See entry.h. */
#include "index/entry.h"

#include <string.h>

static enum status unpack(struct conn *conn, int64_t at, struct slice bytes, struct entry *ret_entry,
                          struct error *err)
{
    if (bytes.len == 0 || bytes.len > ROW_BYTES_MAX)
        return conn_corrupt(conn, err, "a row has a broken length");

    memcpy(ret_entry->bytes, bytes.ptr, bytes.len);
    if (!row_unpack(slice_make(ret_entry->bytes, bytes.len), &ret_entry->row))
        return conn_corrupt(conn, err, "a row is damaged");
    ret_entry->at = at;
    return OK;
}

enum status entry_of(struct conn *conn, sqlite3_stmt *stmt, struct entry *ret_entry, struct error *err)
{
    return unpack(conn, sqlite3_column_int64(stmt, 0), conn_column(stmt, 1), ret_entry, err);
}

enum status entry_find(struct conn *conn, const struct id *id, struct entry *ret_entry, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    struct digest digest = id_digest(id);
    int64_t base = at_of_id(id);
    bool row;

    if (conn_take(conn, STMT_PROFILE_PLACES, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, base);
    (void)sqlite3_bind_int64(s, 2, base + AT_SEQ_COUNT - 1);
    for (;;) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (!row)
            return error_set(err, E_NOT_FOUND, "no row of this id");
        if (entry_of(conn, s, ret_entry, err) != OK)
            return conn_failed(err);
        if (digest_equal(&ret_entry->row.digest, &digest))
            return OK;
    }
}

enum status entry_get(struct conn *conn, int64_t at, struct entry *ret_entry, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    bool row;

    if (conn_take(conn, STMT_PROFILE_GET, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, at);
    if (conn_step(conn, s, &row, err) != OK)
        return conn_failed(err);
    if (!row)
        return conn_corrupt(conn, err, "a row that is listed is missing");
    return unpack(conn, at, conn_column(s, 0), ret_entry, err);
}

static enum status insert_at(struct conn *conn, int64_t at, struct slice bytes, bool *ret_done,
                             struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, STMT_PROFILE_INSERT, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, at);
    conn_bind_slice(s, 2, bytes);
    if (conn_run(conn, s, err) != OK)
        return conn_failed(err);
    *ret_done = sqlite3_changes(conn->db) == 1;
    return OK;
}

static enum status first_free(struct conn *conn, int64_t base, int64_t *ret_at, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    int64_t at = base;
    bool row = true;

    if (conn_take(conn, STMT_PROFILE_PLACES, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(s, 1, base);
    (void)sqlite3_bind_int64(s, 2, base + AT_SEQ_COUNT - 1);
    for (; row; at += row) {
        if (conn_step(conn, s, &row, err) != OK)
            return conn_failed(err);
        if (row && sqlite3_column_int64(s, 0) != at)
            break;
    }
    *ret_at = at < base + AT_SEQ_COUNT ? at : -1;
    return OK;
}

enum status entry_insert(struct conn *conn, int64_t base, const struct row *row, int64_t *ret_at,
                         struct error *err)
{
    uint8_t bytes[ROW_BYTES_MAX];
    struct slice packed = slice_make(bytes, row_pack(row, bytes));
    int64_t at = base;
    bool done;

    if (insert_at(conn, at, packed, &done, err) != OK)
        return conn_failed(err);
    if (!done) {
        if (first_free(conn, base, &at, err) != OK)
            return conn_failed(err);
        if (at >= 0 && insert_at(conn, at, packed, &done, err) != OK)
            return conn_failed(err);
        if (at >= 0 && !done)
            return conn_corrupt(conn, err, "a row is neither free nor taken");
    }
    *ret_at = at;
    return OK;
}

enum status entry_update(struct conn *conn, int64_t at, const struct row *row, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    uint8_t bytes[ROW_BYTES_MAX];
    if (conn_take(conn, STMT_PROFILE_UPDATE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, at);
    conn_bind_slice(s, 2, slice_make(bytes, row_pack(row, bytes)));
    return conn_run(conn, s, err);
}

enum status entry_delete(struct conn *conn, int64_t at, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, STMT_PROFILE_DELETE, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, at);
    return conn_run(conn, s, err);
}
