/*
 * Rollups, the writer's side: what a transaction lists and takes off the list is added up in memory, by
 * series and day, and each rollup that it touches is read and written once. So a row costs a look-up in a
 * hash table. Writer thread only.
 */
#ifndef INDEX_ROLLUPS_H
#define INDEX_ROLLUPS_H

#include "base/arena.h"
#include "base/map.h"
#include "index/conn.h"
#include "index/rollup.h"

struct rollups {
    struct conn *conn;
    struct arena arena; /* the cells */
    struct map cells;   /* series and day to a cell */
};

struct rollups_row {
    int64_t series;
    int64_t created_ms;
    struct slice numbers; /* row->numbers */
};

void rollups_init(struct rollups *r, struct conn *conn);
/* Forgets what is not written: after a rollback, and at the end. */
void rollups_drop(struct rollups *r);

/* sign 1: the row is listed now; -1: no more. */
NODISCARD enum status rollups_add(struct rollups *r, const struct rollups_row *row, int sign,
                                  struct error *err);
NODISCARD enum status rollups_flush(struct rollups *r, struct error *err);

#endif
