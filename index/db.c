/*
 * A database says whose it is: the schema's version and the store's identity, in its meta table. Anything
 * else in that place is not ours to use. Readers' connections are opened when they are first needed and kept.
 */
#include "index/db.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Goes up with every change of schema.sql or of what the blobs hold. */
static const char INDEX_SCHEMA[] = "brazier-index-2";

extern const char index_schema_sql[];

struct db_reader {
    struct conn conn;
    bool is_taken;
};

struct db {
    enum index_mode mode;
    char *path;
    struct conn writer;

    pthread_mutex_t memory; /* who uses the one connection of a database in memory */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t freed;
    struct db_reader readers[DB_READERS_MAX];
    int reader_count;
    int holders;
    enum conn_fault fault;
    char fault_text[ERROR_TEXT_MAX];
};

static enum status meta_get(struct conn *c, const char *name, struct buf *out, bool *ret_found,
                            struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(c, STMT_META_GET, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    if (conn_step(c, s, ret_found, err) != OK)
        return conn_failed(err);
    if (*ret_found)
        buf_append(out, conn_column(s, 0));
    return OK;
}

static enum status meta_put(struct conn *c, const char *name, const char *value, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(c, STMT_META_PUT, &s, err) != OK)
        return conn_failed(err);
    (void)sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(s, 2, value, -1, SQLITE_STATIC);
    return conn_run(c, s, err);
}

static enum status is_empty(struct conn *c, bool *ret_empty, struct error *err)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    int rc = sqlite3_prepare_v2(c->db, "SELECT 1 FROM sqlite_schema LIMIT 1", -1, &s, NULL);
    enum status status = rc == SQLITE_OK ? conn_step(c, s, &row, err) : conn_fail(c, rc, err);
    (void)sqlite3_finalize(s);
    *ret_empty = !row;
    return status;
}

static enum status make_tables(struct conn *c, const char *identity, struct error *err)
{
    if (conn_do(c, STMT_BEGIN_WRITE, err) != OK || conn_exec(c, index_schema_sql, err) != OK ||
        meta_put(c, "schema", INDEX_SCHEMA, err) != OK || meta_put(c, "identity", identity, err) != OK)
        return conn_failed(err);

    return conn_do(c, STMT_COMMIT, err);
}

static enum status check_meta(struct conn *c, const char *name, const char *want, struct error *err)
{
    struct buf value CLEANUP(buf_release) = BUF_INIT(4096);
    bool found;
    if (meta_get(c, name, &value, &found, err) != OK)
        return conn_failed(err);
    if (found && slice_eq_cstr(buf_slice(&value), want))
        return OK;

    return error_set(err, E_CORRUPT, "its %s is '%.100s', not '%.100s'", name,
                     found ? buf_cstr(&value) : "missing", want);
}

static enum status make_or_check(struct conn *c, const char *identity, struct error *err)
{
    bool empty;
    if (is_empty(c, &empty, err) != OK)
        return conn_failed(err);
    if (empty)
        return make_tables(c, identity, err);

    if (check_meta(c, "schema", INDEX_SCHEMA, err) != OK || check_meta(c, "identity", identity, err) != OK)
        return conn_failed(err);
    /* Reading may work where writing does not: better to know it now. */
    if (conn_do(c, STMT_BEGIN_WRITE, err) != OK)
        return conn_failed(err);
    return conn_do(c, STMT_COMMIT, err);
}

enum status db_open(const char *path, const struct index_options *options, struct db **ret_db,
                    int *ret_fault_code, struct error *err)
{
    struct conn writer;
    const char *identity = options->identity ? options->identity : "";

    if (conn_open(path, path ? CONN_WRITE : CONN_MEMORY, &writer, err) != OK) {
        *ret_fault_code = writer.fault_code;
        return conn_failed(err);
    }
    if (make_or_check(&writer, identity, err) != OK) {
        *ret_fault_code = writer.fault_code;
        conn_let_go(&writer);
        conn_close(&writer);
        return conn_failed(err);
    }

    struct db *db = mem_zero(1, sizeof *db);
    db->mode = path ? INDEX_ON_DISK : INDEX_IN_MEMORY;
    db->path = path ? mem_cstr(path, strlen(path)) : NULL;
    db->writer = writer;
    db->holders = 1;
    db->reader_count = options->readers;
    if (db->reader_count < 1)
        db->reader_count = 1;
    if (db->reader_count > DB_READERS_MAX)
        db->reader_count = DB_READERS_MAX;
    (void)pthread_mutex_init(&db->memory, NULL);
    (void)pthread_mutex_init(&db->lock, NULL);
    (void)pthread_cond_init(&db->freed, NULL);
    *ret_db = db;
    return OK;
}

void db_hold(struct db *db)
{
    (void)pthread_mutex_lock(&db->lock);
    db->holders++;
    (void)pthread_mutex_unlock(&db->lock);
}

void db_drop(struct db *db)
{
    if (!db)
        return;

    (void)pthread_mutex_lock(&db->lock);
    bool last = --db->holders == 0;
    (void)pthread_mutex_unlock(&db->lock);
    if (!last)
        return;

    for (int i = 0; i < DB_READERS_MAX; i++) {
        if (db->readers[i].conn.db)
            conn_close(&db->readers[i].conn);
    }
    conn_close(&db->writer); /* last: it tidies up the log */
    (void)pthread_cond_destroy(&db->freed);
    (void)pthread_mutex_destroy(&db->lock);
    (void)pthread_mutex_destroy(&db->memory);
    free(db->path);
    free(db);
}

enum index_mode db_mode(const struct db *db)
{
    return db->mode;
}

struct conn *db_writer(struct db *db)
{
    return &db->writer;
}

void db_write_begin(struct db *db)
{
    if (db->mode == INDEX_IN_MEMORY)
        (void)pthread_mutex_lock(&db->memory);
}

void db_write_end(struct db *db)
{
    if (db->mode == INDEX_IN_MEMORY)
        (void)pthread_mutex_unlock(&db->memory);
}

void db_let_go(struct db *db)
{
    conn_let_go(&db->writer);
}

static struct db_reader *take_reader(struct db *db)
{
    struct db_reader *free_one = NULL;
    (void)pthread_mutex_lock(&db->lock);
    for (;;) {
        for (int i = 0; i < db->reader_count && !free_one; i++) {
            if (!db->readers[i].is_taken)
                free_one = &db->readers[i];
        }
        if (free_one)
            break;
        (void)pthread_cond_wait(&db->freed, &db->lock);
    }
    free_one->is_taken = true;
    (void)pthread_mutex_unlock(&db->lock);
    return free_one;
}

/* Readers find damage. That they cannot open a file, or map memory, is their misfortune and not the file's.
 */
static void note_fault(struct db *db, struct conn *conn)
{
    if (conn->fault == CONN_FILE_BAD && db->fault == CONN_SOUND) {
        db->fault = CONN_FILE_BAD;
        memcpy(db->fault_text, conn->fault_text, sizeof db->fault_text);
    }
    conn->fault = CONN_SOUND;
}

static void give_reader(struct db *db, struct conn *conn)
{
    struct db_reader *r = (struct db_reader *)conn; /* its first member */
    (void)pthread_mutex_lock(&db->lock);
    note_fault(db, conn);
    r->is_taken = false;
    (void)pthread_cond_signal(&db->freed);
    (void)pthread_mutex_unlock(&db->lock);
}

enum status db_read_begin(struct db *db, struct conn **ret_conn, struct error *err)
{
    if (db->mode == INDEX_IN_MEMORY) {
        (void)pthread_mutex_lock(&db->memory);
        *ret_conn = &db->writer;
        return OK;
    }

    struct conn *conn = &take_reader(db)->conn;
    if (!conn->db && conn_open(db->path, CONN_READ, conn, err) != OK) {
        conn->fault = CONN_SOUND;
        if (access(db->path, F_OK) != 0)
            (void)conn_corrupt(conn, err, "its file is gone");
        give_reader(db, conn);
        return conn_failed(err);
    }
    if (conn_do(conn, STMT_BEGIN_READ, err) != OK) {
        give_reader(db, conn);
        return conn_failed(err);
    }
    *ret_conn = conn;
    return OK;
}

void db_read_end(struct db *db, struct conn *conn)
{
    struct error ignored;
    enum status ended = OK;
    if (db->mode == INDEX_IN_MEMORY) {
        (void)pthread_mutex_lock(&db->lock);
        note_fault(db, conn);
        (void)pthread_mutex_unlock(&db->lock);
        (void)pthread_mutex_unlock(&db->memory);
        return;
    }

    if (!sqlite3_get_autocommit(conn->db))
        ended = conn_do(conn, STMT_COMMIT, &ignored);
    (void)ended; /* what went wrong is in conn->fault */
    give_reader(db, conn);
}

enum conn_fault db_fault(struct db *db, char *text)
{
    (void)pthread_mutex_lock(&db->lock);
    enum conn_fault fault = db->fault;
    if (text)
        memcpy(text, db->fault_text, sizeof db->fault_text);
    (void)pthread_mutex_unlock(&db->lock);
    return fault;
}
