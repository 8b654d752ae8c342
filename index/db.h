/*
 * One database, on disk or in memory: the writer's connection and a small pool of readers. When it turns out
 * bad, a new one takes its place (index/index.c), and this one lives on until its last reader has let go.
 *
 * In memory there is one connection for all, behind a lock: a shared-cache database would make readers fail
 * on tables that the writer holds.
 */
#ifndef INDEX_DB_H
#define INDEX_DB_H

#include "index/conn.h"
#include "index/index.h"

enum { DB_READERS_MAX = 16 };

struct db;

/* Opens; makes the tables in an empty file. path NULL: in memory. On error *ret_fault tells what has to
 * happen and *ret_fault_code SQLite's code, 0 if it was another (E_CORRUPT: not ours, or of another version).
 */
NODISCARD enum status db_open(const char *path, const struct index_options *options, struct db **ret_db,
                              int *ret_fault_code, struct error *err);
/* One reference, the opener's; the last one closes. */
void db_hold(struct db *db);
void db_drop(struct db *db);

enum index_mode db_mode(const struct db *db);
/* The writer thread's alone. */
struct conn *db_writer(struct db *db);
/* Around a write transaction; in memory readers wait that long. */
void db_write_begin(struct db *db);
void db_write_end(struct db *db);
/* The file goes aside: closing must not touch it any more. Writer thread. */
void db_let_go(struct db *db);

/* A connection in a read transaction; waits for a free one. E_UNAVAILABLE. */
NODISCARD enum status db_read_begin(struct db *db, struct conn **ret_conn, struct error *err);
void db_read_end(struct db *db, struct conn *conn);

/* CONN_FILE_BAD once a reader has met damage; text (ERROR_TEXT_MAX, may be NULL) says what. */
enum conn_fault db_fault(struct db *db, char *text);

#endif
