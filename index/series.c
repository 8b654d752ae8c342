/*
 * The cache is bounded by dropping it whole between transactions: filling it again costs one look-up a
 * series. In the table a text is found by 64 bits of its SHA-256 and then compared.
 */
#include "index/series.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE_BYTES = 16 * 1024 * 1024 };

struct series_entry {
    int64_t id;
    int64_t rows, listed; /* to be added */
    bool is_touched;
};

void series_init(struct series *s, struct conn *conn)
{
    *s = (struct series){.conn = conn,
                         .arena = ARENA_INIT(SIZE_MAX / 2), /* bounded by CACHE_BYTES and one transaction */
                         .by_text = MAP_INIT,
                         .by_id = MAP_INIT,
                         .text = BUF_INIT(SERIES_TEXT_MAX)};
}

void series_drop(struct series *s)
{
    map_release(&s->by_text);
    map_release(&s->by_id);
    free(s->touched);
    buf_release(&s->text);
    arena_release(&s->arena);
    series_init(s, s->conn);
}

static struct series_entry *entry_at(uint64_t place)
{
    return (
        struct series_entry *)(uintptr_t)place; // NOLINT(performance-no-int-to-ptr): the maps hold integers
}

int64_t series_id(const struct series_entry *entry)
{
    return entry->id;
}

struct series_entry *series_by_id(struct series *s, int64_t id)
{
    uint64_t *known = map_get(&s->by_id, slice_make(&id, sizeof id));
    if (known)
        return entry_at(*known);

    struct series_entry *e = arena_alloc(&s->arena, sizeof *e);
    bool is_new;
    e->id = id;
    *map_put(&s->by_id, slice_make(&e->id, sizeof e->id), &is_new) = (uintptr_t)e;
    return e;
}

void series_count(struct series *s, struct series_entry *entry, int64_t rows, int64_t listed)
{
    entry->rows += rows;
    entry->listed += listed;
    if (entry->is_touched)
        return;

    if (s->touched_count == s->touched_cap) {
        s->touched_cap = s->touched_cap ? s->touched_cap * 2 : 64;
        s->touched = mem_resize(s->touched, s->touched_cap * sizeof(struct series_entry *));
    }
    entry->is_touched = true;
    s->touched[s->touched_count++] = entry;
}

/* --- terms and postings --- */

static enum status term_find(struct conn *conn, struct slice text, int64_t *ret_id, struct error *err)
{
    sqlite3_stmt *find CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_TERM_FIND, &find, err) != OK)
        return conn_failed(err);
    conn_bind_slice(find, 1, text);
    if (conn_step(conn, find, &row, err) != OK)
        return conn_failed(err);

    *ret_id = row ? sqlite3_column_int64(find, 0) : 0;
    return OK;
}

static enum status term_add(struct conn *conn, int64_t id, int64_t series, int64_t *ret_left,
                            struct error *err)
{
    sqlite3_stmt *add CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_TERM_ADD, &add, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(add, 1, id);
    (void)sqlite3_bind_int64(add, 2, series);
    if (conn_step(conn, add, &row, err) != OK)
        return conn_failed(err);
    if (!row)
        return conn_corrupt(conn, err, "a term is missing");

    *ret_left = sqlite3_column_int64(add, 0);
    /* RETURNING hands out rows after the work is done; stepping to the end is only good manners. */
    return conn_step(conn, add, &row, err);
}

static enum status run_with(struct conn *conn, enum conn_stmt which, int64_t a, int64_t b, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(conn, which, &s, err) != OK)
        return conn_failed(err);

    (void)sqlite3_bind_int64(s, 1, a);
    if (sqlite3_bind_parameter_count(s) > 1)
        (void)sqlite3_bind_int64(s, 2, b);
    return conn_run(conn, s, err);
}

static enum status link_term(struct conn *conn, struct slice term, int64_t series, struct error *err)
{
    int64_t id = 0, count = 0;
    if (term_find(conn, term, &id, err) != OK)
        return conn_failed(err);

    if (id == 0) {
        sqlite3_stmt *insert CLEANUP(conn_done) = NULL;
        if (conn_take(conn, STMT_TERM_INSERT, &insert, err) != OK)
            return conn_failed(err);
        conn_bind_slice(insert, 1, term);
        if (conn_run(conn, insert, err) != OK)
            return conn_failed(err);
        id = sqlite3_last_insert_rowid(conn->db);
    }
    if (term_add(conn, id, 1, &count, err) != OK)
        return conn_failed(err);
    return run_with(conn, STMT_POSTING_INSERT, id, series, err);
}

static enum status unlink_term(struct conn *conn, struct slice term, int64_t series, struct error *err)
{
    int64_t id = 0, left = 0;
    if (term_find(conn, term, &id, err) != OK)
        return conn_failed(err);

    if (run_with(conn, STMT_POSTING_DELETE, id, series, err) != OK ||
        term_add(conn, id, -1, &left, err) != OK)
        return conn_failed(err);
    return left > 0 ? OK : run_with(conn, STMT_TERM_DELETE, id, 0, err);
}

/* Does it for every term of the series. */
static enum status each_term(struct conn *conn, const struct profile_meta *meta, int64_t series,
                             enum status (*fn)(struct conn *, struct slice, int64_t, struct error *),
                             struct error *err)
{
    struct buf term CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);

    series_text_service_term(meta->service, &term);
    if (fn(conn, buf_slice(&term), series, err) != OK)
        return conn_failed(err);
    buf_reset(&term);
    series_text_type_term(meta->type, &term);
    if (fn(conn, buf_slice(&term), series, err) != OK)
        return conn_failed(err);
    for (size_t i = 0; i < meta->labels.count; i++) {
        buf_reset(&term);
        series_text_label_term(&meta->labels.items[i], &term);
        if (fn(conn, buf_slice(&term), series, err) != OK)
            return conn_failed(err);
    }
    return OK;
}

/* --- interning --- */

static int64_t text_hash(struct slice text)
{
    struct sha256 sum = sha256_of(text);
    int64_t hash;
    memcpy(&hash, sum.bytes, sizeof hash);
    return hash;
}

static enum status find_stored(struct conn *conn, struct slice text, int64_t *ret_id, struct error *err)
{
    sqlite3_stmt *find CLEANUP(conn_done) = NULL;
    bool row = true;
    if (conn_take(conn, STMT_SERIES_FIND, &find, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(find, 1, text_hash(text));

    *ret_id = 0;
    while (row && *ret_id == 0) {
        if (conn_step(conn, find, &row, err) != OK)
            return conn_failed(err);
        if (row && slice_eq(conn_column(find, 1), text))
            *ret_id = sqlite3_column_int64(find, 0);
    }
    return OK;
}

static enum status make(struct conn *conn, const struct profile_meta *meta, struct slice text,
                        int64_t *ret_id, struct error *err)
{
    sqlite3_stmt *insert CLEANUP(conn_done) = NULL;
    if (conn_take(conn, STMT_SERIES_INSERT, &insert, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(insert, 1, text_hash(text));
    conn_bind_slice(insert, 2, text);
    if (conn_run(conn, insert, err) != OK)
        return conn_failed(err);

    *ret_id = sqlite3_last_insert_rowid(conn->db);
    return each_term(conn, meta, *ret_id, link_term, err);
}

enum status series_intern(struct series *s, const struct profile_meta *meta, struct series_entry **ret_entry,
                          int64_t *ret_made, struct error *err)
{
    buf_reset(&s->text);
    series_text_encode(meta, &s->text);
    if (buf_check(&s->text, "service, type, labels and sample types", err) != OK)
        return conn_failed(err);
    uint64_t *known = map_get(&s->by_text, buf_slice(&s->text));
    if (known) {
        *ret_entry = entry_at(*known);
        return OK;
    }

    int64_t id = 0;
    if (find_stored(s->conn, buf_slice(&s->text), &id, err) != OK)
        return conn_failed(err);
    if (id == 0) {
        if (make(s->conn, meta, buf_slice(&s->text), &id, err) != OK)
            return conn_failed(err);
        ++*ret_made;
    }
    struct series_entry *e = series_by_id(s, id);
    bool is_new;
    *map_put(&s->by_text, arena_copy(&s->arena, buf_slice(&s->text)), &is_new) = (uintptr_t)e;
    *ret_entry = e;
    return OK;
}

/* --- counting --- */

static enum status remove_series(struct conn *conn, int64_t id, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(SERIES_TEXT_MAX);
    {
        sqlite3_stmt *get CLEANUP(conn_done) = NULL;
        bool row;
        if (conn_take(conn, STMT_SERIES_TEXT, &get, err) != OK)
            return conn_failed(err);
        (void)sqlite3_bind_int64(get, 1, id);
        if (conn_step(conn, get, &row, err) != OK)
            return conn_failed(err);
        if (row)
            buf_append(&text, conn_column(get, 0));
    }

    struct profile_meta meta;
    if (text.full || !series_text_decode(buf_slice(&text), &meta))
        return conn_corrupt(conn, err, "the text of a series is damaged");
    if (each_term(conn, &meta, id, unlink_term, err) != OK)
        return conn_failed(err);
    return run_with(conn, STMT_SERIES_DELETE, id, 0, err);
}

static enum status add_counts(struct conn *conn, const struct series_entry *e, int64_t *ret_left,
                              struct error *err)
{
    sqlite3_stmt *add CLEANUP(conn_done) = NULL;
    bool row;
    if (conn_take(conn, STMT_SERIES_ADD, &add, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_int64(add, 1, e->id);
    (void)sqlite3_bind_int64(add, 2, e->rows);
    (void)sqlite3_bind_int64(add, 3, e->listed);
    if (conn_step(conn, add, &row, err) != OK)
        return conn_failed(err);
    if (!row)
        return conn_corrupt(conn, err, "a series is missing");

    *ret_left = sqlite3_column_int64(add, 0);
    return conn_step(conn, add, &row, err);
}

enum status series_flush(struct series *s, int64_t *ret_gone, struct error *err)
{
    int64_t gone = 0;

    for (size_t i = 0; i < s->touched_count; i++) {
        struct series_entry *e = s->touched[i];
        int64_t left = 0;
        if (add_counts(s->conn, e, &left, err) != OK)
            return conn_failed(err);
        if (left == 0 && remove_series(s->conn, e->id, err) != OK)
            return conn_failed(err);
        gone += left == 0;
        e->rows = e->listed = 0;
        e->is_touched = false;
    }
    s->touched_count = 0;
    if (gone > 0 || s->arena.used > CACHE_BYTES)
        series_drop(s);
    *ret_gone = gone;
    return OK;
}
