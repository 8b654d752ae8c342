/*
 * Pieces: what a timeline is added up from. Where whole hours are asked for, these are hours of rollups, and
 * single rows at the edges, added or taken off; otherwise all are single rows.
 */
#ifndef INDEX_PIECES_H
#define INDEX_PIECES_H

#include "index/rollup.h"
#include "index/sweep.h"

struct piece {
    size_t place;       /* of its series in the selection */
    int64_t created_ms; /* of a row; of an hour its begin */
    int sign;           /* -1: take it off again */
    size_t number_count;
    struct rollup_sum sum;
};

struct pieces {
    struct conn *conn;
    const struct selection *selection; /* not one that is_all */
    struct scan_bounds bounds;
    bool whole_hours; /* pieces may be as long as that */
    size_t rows_max;  /* of struct sweep */
    enum status (*fn)(void *user, const struct piece *piece, struct error *err);
    void *user;
};

/* Calls fn for each. Together they are exactly the listed rows within the bounds. */
NODISCARD enum status pieces_run(struct pieces *p, struct error *err);

#endif
