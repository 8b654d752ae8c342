/*
 * Opening, closing, and beginning anew. States of an index and what brings it there:
 *
 *     on disk     at open, if the file can be used or made; stays there while reads and commits work
 *     on disk     again after damage: the file is set aside and an empty one takes its place (at most
 * RESETS_MAX times a process: a disk that damages whatever is written is a bad disk) in memory   the disk is
 * full, read-only or failing; or no directory was given. It stays until the process ends
 *
 * A database that is replaced is kept until its last reader is done. Its files have other names by then;
 * SQLite has them open and does not notice, and is told not to tidy up by name when it closes.
 */
#include "index/inner.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESETS_MAX = 3, NOTE_BYTES = 512 };

struct index_options index_own_options(const struct index *ix)
{
    return (struct index_options){.dir = ix->dir, .identity = ix->identity, .readers = ix->readers};
}

static enum status open_in_memory(struct index *ix, struct db **ret_db, struct error *err)
{
    struct index_options options = index_own_options(ix);
    int code = 0;
    return db_open(NULL, &options, ret_db, &code, err);
}

/* Is it the disk that says no, rather than the thing that stands in the place of the file? */
static bool is_disk(int fault_code)
{
    int primary = fault_code & 0xff;
    return conn_fault_of(fault_code) == CONN_DISK_BAD && (primary == SQLITE_FULL || primary == SQLITE_IOERR);
}

/* The operator's to change, unless it is the disk. */
static enum status blame(int fault_code, struct error *err)
{
    if (!is_disk(fault_code))
        err->code = E_CONFIG;
    return error_never_ok(err->code);
}

/* What is in the way goes aside, once. E_UNAVAILABLE: the disk is full or failing. */
static enum status open_on_disk(struct index *ix, struct db **ret_db, char *note, struct error *err)
{
    struct index_options options = index_own_options(ix);
    int code = 0;

    if (db_open(ix->shelf.path, &options, ret_db, &code, err) == OK)
        return OK;
    if (is_disk(code) || !shelf_has_file(&ix->shelf))
        return blame(code, err);

    (void)snprintf(note, NOTE_BYTES, "the file was set aside: %.400s", err->text);
    if (shelf_set_aside(&ix->shelf, err) != OK)
        return conn_failed(err);
    if (db_open(ix->shelf.path, &options, ret_db, &code, err) == OK)
        return OK;
    return blame(code, err);
}

static enum status open_somewhere(struct index *ix, char *note, struct error *err)
{
    if (!ix->dir)
        return open_in_memory(ix, &ix->db, err);

    enum status status = shelf_open(ix->dir, &ix->shelf, err);
    if (status == OK && (status = open_on_disk(ix, &ix->db, note, err)) == E_CONFIG)
        (void)error_wrap(err, "index directory %s", ix->dir);
    if (status == OK || status == E_CONFIG)
        return status;

    (void)snprintf(note, NOTE_BYTES, "the index is in memory and holds the last hour: %.400s", err->text);
    return open_in_memory(ix, &ix->db, err);
}

static void index_free(struct index *ix)
{
    db_drop(ix->db);
    if (ix->dir)
        shelf_close(&ix->shelf);
    (void)pthread_mutex_destroy(&ix->lock);
    free(ix->dir);
    free(ix->identity);
    free(ix);
}

enum status index_open(const struct index_options *options, struct index **ret_index, char *ret_note,
                       struct error *err)
{
    struct error local;
    char note[NOTE_BYTES] = "";
    struct index *ix = mem_zero(1, sizeof *ix);

    ix->shelf.lock_fd = -1;
    ix->dir = options->dir ? mem_cstr(options->dir, strlen(options->dir)) : NULL;
    ix->identity = mem_cstr(options->identity ? options->identity : "",
                            options->identity ? strlen(options->identity) : 0);
    ix->readers = options->readers;
    (void)pthread_mutex_init(&ix->lock, NULL);
    if (open_somewhere(ix, note, err ? err : &local) != OK) {
        index_free(ix);
        return err ? err->code : local.code;
    }

    index_writer_start(ix);
    memcpy(ret_note, note, sizeof note);
    *ret_index = ix;
    return OK;
}

void index_close(struct index *ix)
{
    if (!ix)
        return;

    index_writer_stop(ix);
    index_free(ix);
}

struct db *index_db(struct index *ix)
{
    (void)pthread_mutex_lock(&ix->lock);
    struct db *db = ix->db;
    db_hold(db);
    (void)pthread_mutex_unlock(&ix->lock);
    return db;
}

enum index_mode index_mode(struct index *ix)
{
    struct db *db = index_db(ix);
    enum index_mode mode = db_mode(db);
    db_drop(db);
    return mode;
}

bool index_was_reset(struct index *ix, char *note)
{
    (void)pthread_mutex_lock(&ix->lock);
    bool was = ix->was_reset;
    if (was)
        memcpy(note, ix->reset_note, NOTE_BYTES);
    ix->was_reset = false;
    (void)pthread_mutex_unlock(&ix->lock);
    return was;
}

bool index_is_reset(struct index *ix)
{
    (void)pthread_mutex_lock(&ix->lock);
    bool is_reset = ix->was_reset;
    (void)pthread_mutex_unlock(&ix->lock);
    return is_reset;
}

static void put_in_place(struct index *ix, struct db *db, const char *note)
{
    (void)pthread_mutex_lock(&ix->lock);
    struct db *old = ix->db;
    ix->db = db;
    ix->was_reset = true;
    (void)snprintf(ix->reset_note, sizeof ix->reset_note, "%s", note);
    (void)pthread_mutex_unlock(&ix->lock);
    db_drop(old);
}

void index_begin_anew(struct index *ix, enum conn_fault fault, const char *why)
{
    char note[NOTE_BYTES], ignored[NOTE_BYTES];
    struct error err = {.text = ""};
    struct db *db = NULL;
    bool on_disk = db_mode(ix->db) == INDEX_ON_DISK && fault == CONN_FILE_BAD && ix->resets < RESETS_MAX;

    ix->resets++;
    rows_release(&ix->rows);
    db_let_go(ix->db);
    if (on_disk && shelf_set_aside(&ix->shelf, &err) == OK && open_on_disk(ix, &db, ignored, &err) == OK)
        (void)snprintf(note, sizeof note, "the file was set aside: %.400s", why);
    else
        (void)snprintf(note, sizeof note,
                       "the index goes on in memory and holds the last hour: %.300s%s%.100s", why,
                       on_disk ? "; " : "", on_disk ? err.text : "");

    /* A database in memory needs no more than memory: running out of that ends the process anyway. */
    if (!db && open_in_memory(ix, &db, &err) != OK)
        abort();
    put_in_place(ix, db, note);
    rows_init(&ix->rows, db_writer(db));
}
