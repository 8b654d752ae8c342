/*
 * The statements are a table: SQL is in this file and in schema.sql, nowhere else.
 *
 * Settings, and why. journal_mode=WAL: readers never wait for the writer. synchronous=NORMAL: a commit is not
 * synced, only a checkpoint is, in the order that keeps the file whole; after a power cut the last commits
 * are gone, rows and cursors together, and following takes it up from the older cursor. OFF would be faster
 * only while checkpointing, and a power cut could leave old pages among new ones, which nobody can detect.
 * Pages of 8 KiB: bulk loading is a sixth faster than with 4, and a single commit costs the same. Damage on
 * disk is found by the check sum on every page (index/page_vfs.h).
 */
#include "index/conn.h"

#include "index/page_vfs.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): long statements stand on two lines */
static const char *const SQL[STMT_COUNT] = {
    [STMT_BEGIN_READ] = "BEGIN",
    [STMT_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [STMT_COMMIT] = "COMMIT",
    [STMT_ROLLBACK] = "ROLLBACK",

    [STMT_PROFILE_INSERT] = "INSERT INTO profile (at, row) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    [STMT_PROFILE_GET] = "SELECT row FROM profile WHERE at = ?1",
    [STMT_PROFILE_UPDATE] = "UPDATE profile SET row = ?2 WHERE at = ?1",
    [STMT_PROFILE_DELETE] = "DELETE FROM profile WHERE at = ?1",
    [STMT_PROFILE_RANGE] = "SELECT at, row FROM profile WHERE at BETWEEN ?1 AND ?2 ORDER BY at",
    [STMT_PROFILE_RANGE_DESC] = "SELECT at, row FROM profile WHERE at BETWEEN ?1 AND ?2 ORDER BY at DESC",
    [STMT_PROFILE_PLACES] = "SELECT at, row FROM profile WHERE at BETWEEN ?1 AND ?2 ORDER BY at",
    [STMT_PROFILE_BOUNDS] = "SELECT (SELECT min(at) FROM profile), (SELECT max(at) FROM profile)",

    [STMT_LISTING_INSERT] = "INSERT INTO listing (series, created, lag, place) VALUES (?1, ?2, ?3, ?4)",
    [STMT_LISTING_DELETE] =
        "DELETE FROM listing WHERE series = ?1 AND created = ?2 AND lag = ?3 AND place = ?4",
    [STMT_LISTING_RANGE] =
        "SELECT created, lag, place FROM listing WHERE series = ?1 AND created BETWEEN ?2 AND ?3 "
        "ORDER BY created, lag, place",
    [STMT_LISTING_RANGE_DESC] =
        "SELECT created, lag, place FROM listing WHERE series = ?1 AND created BETWEEN ?2 "
        "AND ?3 ORDER BY created DESC, lag DESC, place DESC",
    [STMT_LISTING_COUNT] = "SELECT count(*) FROM listing WHERE series = ?1 AND created BETWEEN ?2 AND ?3",
    [STMT_LISTING_COUNT_MINTED] =
        "SELECT count(*) FROM listing WHERE series = ?1 AND created BETWEEN ?2 AND ?3 "
        "AND created + lag >= ?4",

    [STMT_LATE_INSERT] = "INSERT INTO late (created, at, series) VALUES (?1, ?2, ?3)",
    [STMT_LATE_DELETE] = "DELETE FROM late WHERE created = ?1 AND at = ?2",
    [STMT_LATE_RANGE] =
        "SELECT created, at, series FROM late WHERE created BETWEEN ?1 AND ?2 ORDER BY created, at",
    [STMT_LATE_RANGE_DESC] = "SELECT created, at, series FROM late WHERE created BETWEEN ?1 AND ?2 "
                             "ORDER BY created DESC, at DESC",

    [STMT_ROLLUP_GET] = "SELECT hours FROM rollup WHERE id = ?1",
    [STMT_ROLLUP_PUT] = "INSERT OR REPLACE INTO rollup (id, hours) VALUES (?1, ?2)",
    [STMT_ROLLUP_DELETE] = "DELETE FROM rollup WHERE id = ?1",
    [STMT_ROLLUP_RANGE] = "SELECT id, hours FROM rollup WHERE id BETWEEN ?1 AND ?2 ORDER BY id",

    [STMT_DIGEST_GET] = "SELECT entries FROM digest WHERE page = ?1",
    [STMT_DIGEST_PUT] = "INSERT OR REPLACE INTO digest (page, entries) VALUES (?1, ?2)",
    [STMT_DIGEST_DELETE] = "DELETE FROM digest WHERE page = ?1",
    [STMT_DIGEST_RANGE] = "SELECT page, entries FROM digest WHERE page BETWEEN ?1 AND ?2 ORDER BY page",

    [STMT_TOMBSTONE_INSERT] =
        "INSERT INTO tombstone (digest, at, target) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    [STMT_TOMBSTONE_DELETE] = "DELETE FROM tombstone WHERE digest = ?1 AND at = ?2",
    [STMT_TOMBSTONE_GET] = "SELECT at, target FROM tombstone WHERE digest = ?1 ORDER BY at",
    [STMT_TOMBSTONE_ALL] = "SELECT digest FROM tombstone",
    [STMT_TOMBSTONE_EXPIRE] = "DELETE FROM tombstone WHERE at < ?1",

    [STMT_SERIES_FIND] = "SELECT id, text FROM series WHERE hash = ?1 ORDER BY id",
    [STMT_SERIES_INSERT] = "INSERT INTO series (hash, rows, listed, text) VALUES (?1, 0, 0, ?2)",
    [STMT_SERIES_TEXT] = "SELECT text FROM series WHERE id = ?1",
    [STMT_SERIES_LISTED] = "SELECT listed, text FROM series WHERE id = ?1",
    [STMT_SERIES_ADD] =
        "UPDATE series SET rows = rows + ?2, listed = listed + ?3 WHERE id = ?1 RETURNING rows",
    [STMT_SERIES_DELETE] = "DELETE FROM series WHERE id = ?1",
    [STMT_SERIES_ALL] = "SELECT id, listed, text FROM series ORDER BY id",

    [STMT_TERM_FIND] = "SELECT id, series FROM term WHERE text = ?1",
    [STMT_TERM_INSERT] = "INSERT INTO term (series, text) VALUES (0, ?1)",
    [STMT_TERM_ADD] = "UPDATE term SET series = series + ?2 WHERE id = ?1 RETURNING series",
    [STMT_TERM_DELETE] = "DELETE FROM term WHERE id = ?1",
    [STMT_POSTING_INSERT] = "INSERT INTO posting (term, series) VALUES (?1, ?2)",
    [STMT_POSTING_DELETE] = "DELETE FROM posting WHERE term = ?1 AND series = ?2",
    [STMT_POSTING_RANGE] = "SELECT series FROM posting WHERE term = ?1 ORDER BY series",
    [STMT_POSTING_GET] = "SELECT 1 FROM posting WHERE term = ?1 AND series = ?2",

    [STMT_CURSOR_PUT] = "INSERT OR REPLACE INTO cursor (name, value) VALUES (?1, ?2)",
    [STMT_CURSOR_DELETE] = "DELETE FROM cursor WHERE name = ?1",
    [STMT_CURSOR_GET] = "SELECT value FROM cursor WHERE name = ?1",
    [STMT_CURSOR_RANGE] = "SELECT name, value FROM cursor WHERE name >= ?1 ORDER BY name",

    [STMT_TOTAL_GET] = "SELECT listed, aliases, hidden, tombstones, series, late FROM total WHERE id = 1",
    [STMT_TOTAL_PUT] =
        "UPDATE total SET listed = ?1, aliases = ?2, hidden = ?3, tombstones = ?4, series = ?5, "
        "late = ?6 WHERE id = 1",
    [STMT_META_GET] = "SELECT value FROM meta WHERE name = ?1",
    [STMT_META_PUT] = "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
    [STMT_FILE_BYTES] = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

enum {
    CACHE_WRITE_KIB = 64 * 1024, /* of the one writer: a bulk transaction stays in memory */
    CACHE_READ_KIB = 2 * 1024,   /* of each reader; what it misses is in the kernel's cache */
    CHECKPOINT_PAGES = 8192,     /* 64 MiB of log: a page that many commits change is copied once */
    BUSY_MS = 5000,              /* only a reader that meets a recovery waits */
};

enum conn_fault conn_fault_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM: return CONN_SOUND;
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOLFS:
    case SQLITE_CANTOPEN: return CONN_DISK_BAD;
    case SQLITE_IOERR:
        switch (rc) {
        case SQLITE_IOERR_READ:
        case SQLITE_IOERR_SHORT_READ:
        case SQLITE_IOERR_DATA:
        case SQLITE_IOERR_CORRUPTFS:
        case SQLITE_IOERR_FSTAT: return CONN_FILE_BAD;
        default: return CONN_DISK_BAD;
        }
    /* CORRUPT and NOTADB; and whatever else could only be explained by a schema that is not ours. */
    default: return CONN_FILE_BAD;
    }
}

enum status conn_fail(struct conn *c, int rc, struct error *err)
{
    int extended = c->db ? sqlite3_extended_errcode(c->db) : rc;
    if ((extended & 0xff) != (rc & 0xff))
        extended = rc;
    enum conn_fault fault = conn_fault_of(extended);
    const char *words =
        c->db && extended != SQLITE_IOERR_DATA ? sqlite3_errmsg(c->db) : sqlite3_errstr(extended);

    if (extended == SQLITE_IOERR_DATA)
        words = "a page's check sum is wrong";
    if (fault > c->fault) {
        c->fault = fault;
        c->fault_code = extended;
        (void)snprintf(c->fault_text, sizeof c->fault_text, "%s (SQLite code %d)", words, extended);
    }
    /* Not E_CORRUPT, whatever it is: a cache is damaged, which is begun anew, and nothing that is stored. */
    return error_set(err, E_UNAVAILABLE, "index: %s (SQLite code %d)", words, extended);
}

enum status conn_corrupt(struct conn *c, struct error *err, const char *what)
{
    if (c->fault < CONN_FILE_BAD) {
        c->fault = CONN_FILE_BAD;
        (void)snprintf(c->fault_text, sizeof c->fault_text, "%s", what);
    }
    return error_set(err, E_UNAVAILABLE, "index: %s", what);
}

enum status conn_exec(struct conn *c, const char *sql, struct error *err)
{
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : conn_fail(c, rc, err);
}

static enum status set_up(struct conn *c, enum conn_kind kind, struct error *err)
{
    char sql[256];

    (void)sqlite3_extended_result_codes(c->db, 1);
    (void)sqlite3_busy_timeout(c->db, BUSY_MS);
    if (kind == CONN_WRITE) {
        int reserved = PAGE_VFS_RESERVED_BYTES;
        (void)sqlite3_file_control(c->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    }
    if (kind == CONN_READ) /* only the writer tidies up the log */
        (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);

    (void)
        snprintf(sql, sizeof sql,
                 "PRAGMA page_size=%d; PRAGMA cache_size=-%d; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;",
                 PAGE_VFS_PAGE_BYTES, kind == CONN_READ ? CACHE_READ_KIB : CACHE_WRITE_KIB);
    if (conn_exec(c, sql, err) != OK)
        return conn_failed(err);
    if (kind != CONN_WRITE)
        return OK;

    (void)snprintf(sql, sizeof sql,
                   "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=%d; "
                   "PRAGMA journal_size_limit=%ld;",
                   CHECKPOINT_PAGES, (long)CHECKPOINT_PAGES * PAGE_VFS_PAGE_BYTES);
    return conn_exec(c, sql, err);
}

enum status conn_open(const char *path, enum conn_kind kind, struct conn *ret_conn, struct error *err)
{
    static const int FLAGS[] = {
        [CONN_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        [CONN_READ] = SQLITE_OPEN_READONLY,
        [CONN_MEMORY] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY,
    };
    struct error local;
    struct error *e = err ? err : &local;

    *ret_conn = (struct conn){0};
    page_vfs_register();
    int rc = sqlite3_open_v2(kind == CONN_MEMORY ? ":memory:" : path, &ret_conn->db,
                             FLAGS[kind] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
                             kind == CONN_MEMORY ? NULL : PAGE_VFS_NAME);
    enum status status = rc == SQLITE_OK ? set_up(ret_conn, kind, e) : conn_fail(ret_conn, rc, e);
    if (status == OK)
        return OK;

    (void)sqlite3_close(ret_conn->db);
    ret_conn->db = NULL;
    return conn_failed(e);
}

void conn_close(struct conn *c)
{
    for (size_t i = 0; i < STMT_COUNT; i++) {
        (void)sqlite3_finalize(c->stmts[i]);
        c->stmts[i] = NULL;
    }
    int rc = sqlite3_close(c->db);
    assert(rc == SQLITE_OK);
    (void)rc;
    c->db = NULL;
}

void conn_let_go(struct conn *c)
{
    if (c->db)
        (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

enum status conn_take(struct conn *c, enum conn_stmt which, sqlite3_stmt **ret_stmt, struct error *err)
{
    sqlite3_stmt **kept = &c->stmts[which];
    if (!*kept) {
        int rc = sqlite3_prepare_v3(c->db, SQL[which], -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
        if (rc != SQLITE_OK)
            return conn_fail(c, rc, err);
    }
    assert(!sqlite3_stmt_busy(*kept));
    *ret_stmt = *kept;
    return OK;
}

void conn_done(sqlite3_stmt **stmt)
{
    if (!*stmt)
        return;

    (void)sqlite3_reset(*stmt);
    (void)sqlite3_clear_bindings(*stmt);
}

void conn_again(sqlite3_stmt *stmt)
{
    (void)sqlite3_reset(stmt);
}

enum status conn_step(struct conn *c, sqlite3_stmt *stmt, bool *ret_row, struct error *err)
{
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return conn_fail(c, rc, err);

    *ret_row = rc == SQLITE_ROW;
    return OK;
}

enum status conn_run(struct conn *c, sqlite3_stmt *stmt, struct error *err)
{
    int rc = sqlite3_step(stmt);
    enum status status = rc == SQLITE_DONE || rc == SQLITE_ROW ? OK : conn_fail(c, rc, err);
    (void)sqlite3_reset(stmt);
    return status;
}

enum status conn_do(struct conn *c, enum conn_stmt which, struct error *err)
{
    sqlite3_stmt *s CLEANUP(conn_done) = NULL;
    if (conn_take(c, which, &s, err) != OK)
        return conn_failed(err);

    return conn_run(c, s, err);
}

void conn_bind_slice(sqlite3_stmt *stmt, int parameter, struct slice bytes)
{
    (void)sqlite3_bind_blob64(stmt, parameter, bytes.ptr ? bytes.ptr : "", bytes.len, SQLITE_STATIC);
}

struct slice conn_column(sqlite3_stmt *stmt, int column)
{
    const void *bytes = sqlite3_column_blob(stmt, column);
    return slice_make(bytes, (size_t)sqlite3_column_bytes(stmt, column));
}
