/*
 * The inside of an index: what its files share. index.c owns the database that is in use and replaces it;
 * writer.c is the queue and the thread; reading.c is how a question gets a connection.
 */
#ifndef INDEX_INNER_H
#define INDEX_INNER_H

#include "index/db.h"
#include "index/index.h"
#include "index/rows.h"
#include "index/shelf.h"

#include <pthread.h>

struct index {
    char *dir; /* NULL: always in memory */
    char *identity;
    int readers;
    struct shelf shelf;
    int resets; /* writer thread */

    pthread_mutex_t lock; /* of all below */
    struct db *db;        /* replaced by the writer thread only */
    bool was_reset;       /* and nobody has asked yet */
    char reset_note[ERROR_TEXT_MAX];

    /* The queue. */
    pthread_cond_t wake; /* for the writer thread, on the monotonic clock */
    struct index_batch *head, *tail;
    size_t queued;
    size_t waiting; /* batches, queued or in the open transaction, that somebody waits for */
    bool is_stopping;
    pthread_t thread;

    struct rows rows; /* writer thread */
};

struct index_options index_own_options(const struct index *ix);

/* The database in use, held: db_drop() it. */
struct db *index_db(struct index *ix);
/* Writer thread, no transaction open: the database in use is replaced, by one on disk or (the disk is bad, or
 * it happened too often) in memory; index_was_reset() will tell. */
void index_begin_anew(struct index *ix, enum conn_fault fault, const char *why);

/* writer.c */
void index_writer_start(struct index *ix);
/* Writes what is queued, then ends the thread. */
void index_writer_stop(struct index *ix);

/* A question in progress. struct reading r CLEANUP(reading_end) = {0}; */
struct reading {
    struct index *ix;
    struct db *db;
    struct conn *conn; /* in a read transaction */
};

NODISCARD enum status reading_begin(struct index *ix, struct reading *ret_reading, struct error *err);
/* Tells the writer thread if damage was met. */
void reading_end(struct reading *r);

#endif
