/*
 * Rows: what one write transaction does to the index. Objects come and go; what hangs together (listing,
 * rollups, digests, counts of series, aliases and tombstones) follows. Everything is collected in memory and
 * written at the end.
 *
 *     begin, then any number of add, forget, expire and cursor, then commit; after any error only rollback.
 *
 * Writer thread only.
 */
#ifndef INDEX_ROWS_H
#define INDEX_ROWS_H

#include "base/arena.h"
#include "index/digests.h"
#include "index/entry.h"
#include "index/listed.h"
#include "index/rollups.h"
#include "index/series.h"
#include "model/key.h"

struct rows_totals {
    int64_t listed, aliases, hidden, tombstones, series;
    int64_t late; /* of those listed */
};

enum { ROWS_FILTER_WORDS = 1024 };

struct rows {
    struct conn *conn;
    struct digests digests;
    struct series series;
    struct listed listing;
    struct rollups rollups;
    struct rows_totals totals, stored;
    struct map unsettled; /* digests whose aliases and tombstones have to be looked at before the commit */
    struct arena arena;   /* their bytes */
    uint64_t
        tombstoned[ROWS_FILTER_WORDS]; /* a bit for the first 16 bits of each digest that has a tombstone */
    bool is_loaded;
};

void rows_init(struct rows *r, struct conn *conn);
void rows_release(struct rows *r);

NODISCARD enum status rows_begin(struct rows *r, struct error *err);
/* A profile or a tombstone; any other kind, and what is there already, is nothing. */
NODISCARD enum status rows_add(struct rows *r, const struct key_parts *parts, struct error *err);
/* The row or the tombstone of that id; nothing if there is none. */
NODISCARD enum status rows_forget(struct rows *r, const struct id *id, struct error *err);
/* Forgets at most `max` rows minted before, oldest first; when none is left, tombstones minted before too. */
NODISCARD enum status rows_expire(struct rows *r, int64_t mint_before_ms, size_t max, size_t *ret_dropped,
                                  struct error *err);
/* value.ptr NULL: forgets it. */
NODISCARD enum status rows_cursor(struct rows *r, struct slice name, struct slice value, struct error *err);
NODISCARD enum status rows_commit(struct rows *r, struct error *err);
void rows_rollback(struct rows *r);

NODISCARD enum status rows_totals(struct conn *conn, struct rows_totals *ret_totals, struct error *err);

#endif
