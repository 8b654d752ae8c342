/*
 * One connection to SQLite with its prepared statements, and the one place where result codes become errors.
 * Not thread-safe: a connection is in one hand at a time.
 *
 * Statements are prepared once and borrowed:
 *
 *     sqlite3_stmt *s CLEANUP(conn_done) = NULL;
 *     if (conn_take(c, STMT_PROFILE_GET, &s, err) != OK) ...
 *     sqlite3_bind_int64(s, 1, at);
 *     if (conn_step(c, s, &have_row, err) != OK) ...
 *
 * One statement is in one use at a time: recursion through the same one is a bug (asserted).
 */
#ifndef INDEX_CONN_H
#define INDEX_CONN_H

#include "base/error.h"
#include "base/slice.h"

#include <sqlite3.h>

/* All SQL but the schema and pragmas stands behind these names, in conn.c. */
enum conn_stmt {
    STMT_BEGIN_READ,
    STMT_BEGIN_WRITE,
    STMT_COMMIT,
    STMT_ROLLBACK,
    STMT_PROFILE_INSERT,
    STMT_PROFILE_GET,
    STMT_PROFILE_UPDATE,
    STMT_PROFILE_DELETE,
    STMT_PROFILE_RANGE,      /* at between, ascending */
    STMT_PROFILE_RANGE_DESC, /* at between, descending */
    STMT_PROFILE_PLACES,     /* at between, ascending; a second statement, for look-ups beside a scan */
    STMT_PROFILE_BOUNDS,
    STMT_LISTING_INSERT,
    STMT_LISTING_DELETE,
    STMT_LISTING_RANGE,
    STMT_LISTING_RANGE_DESC,
    STMT_LISTING_COUNT,
    STMT_LISTING_COUNT_MINTED, /* those minted at or after a time */
    STMT_LATE_INSERT,
    STMT_LATE_DELETE,
    STMT_LATE_RANGE,
    STMT_LATE_RANGE_DESC,
    STMT_ROLLUP_GET,
    STMT_ROLLUP_PUT,
    STMT_ROLLUP_DELETE,
    STMT_ROLLUP_RANGE,
    STMT_DIGEST_GET,
    STMT_DIGEST_PUT,
    STMT_DIGEST_DELETE,
    STMT_DIGEST_RANGE,
    STMT_TOMBSTONE_INSERT,
    STMT_TOMBSTONE_DELETE,
    STMT_TOMBSTONE_GET,
    STMT_TOMBSTONE_ALL,
    STMT_TOMBSTONE_EXPIRE,
    STMT_SERIES_FIND,
    STMT_SERIES_INSERT,
    STMT_SERIES_TEXT,
    STMT_SERIES_LISTED,
    STMT_SERIES_ADD,
    STMT_SERIES_DELETE,
    STMT_SERIES_ALL,
    STMT_TERM_FIND,
    STMT_TERM_INSERT,
    STMT_TERM_ADD,
    STMT_TERM_DELETE,
    STMT_POSTING_INSERT,
    STMT_POSTING_DELETE,
    STMT_POSTING_RANGE,
    STMT_POSTING_GET,
    STMT_CURSOR_PUT,
    STMT_CURSOR_DELETE,
    STMT_CURSOR_GET,
    STMT_CURSOR_RANGE,
    STMT_TOTAL_GET,
    STMT_TOTAL_PUT,
    STMT_META_GET,
    STMT_META_PUT,
    STMT_FILE_BYTES,
    STMT_COUNT,
};

/* What has to happen after an error. */
enum conn_fault {
    CONN_SOUND,
    CONN_FILE_BAD, /* the file is damaged or cannot be read: set it aside and begin anew */
    CONN_DISK_BAD, /* full, read-only or failing: go on in memory */
};

struct conn {
    sqlite3 *db;
    sqlite3_stmt *stmts[STMT_COUNT];
    enum conn_fault fault; /* the worst that was met */
    int fault_code;        /* SQLite's, extended; 0 if it was not SQLite that noticed */
    char fault_text[ERROR_TEXT_MAX];
};

enum conn_kind {
    CONN_WRITE, /* reads and writes; makes the file if there is none */
    CONN_READ,
    CONN_MEMORY, /* path is not looked at */
};

/* E_UNAVAILABLE; ret_conn->fault says what it means, also after an error. */
NODISCARD enum status conn_open(const char *path, enum conn_kind kind, struct conn *ret_conn,
                                struct error *err);
/* Takes one that is not open. */
void conn_close(struct conn *c);
/* The file goes aside: closing this connection must not touch it any more. */
void conn_let_go(struct conn *c);

NODISCARD enum status conn_exec(struct conn *c, const char *sql, struct error *err);
NODISCARD enum status conn_take(struct conn *c, enum conn_stmt which, sqlite3_stmt **ret_stmt,
                                struct error *err);
/* For CLEANUP: the statement is free for the next user. Takes NULL. */
void conn_done(sqlite3_stmt **stmt);
/* Resets; the bindings stay. For statements that run in a loop. */
void conn_again(sqlite3_stmt *stmt);

NODISCARD enum status conn_step(struct conn *c, sqlite3_stmt *stmt, bool *ret_row, struct error *err);
/* A statement without rows: steps and resets. */
NODISCARD enum status conn_run(struct conn *c, sqlite3_stmt *stmt, struct error *err);
/* Take and run one without parameters. */
NODISCARD enum status conn_do(struct conn *c, enum conn_stmt which, struct error *err);

/* What the rows say cannot be: notes CONN_FILE_BAD, returns E_UNAVAILABLE. */
enum status conn_corrupt(struct conn *c, struct error *err, const char *what);
/* From the result code of a call on c. */
enum status conn_fail(struct conn *c, int rc, struct error *err);
/* What a result code asks for. */
enum conn_fault conn_fault_of(int extended_rc);

/* The code of an error that was filled in below: never OK, and the compiler is told so. */
static inline enum status conn_failed(const struct error *err)
{
    return error_never_ok(err->code);
}

void conn_bind_slice(sqlite3_stmt *stmt, int parameter, struct slice bytes); /* borrowed until the reset */
struct slice conn_column(sqlite3_stmt *stmt, int column);                    /* valid until the next step */

#endif
