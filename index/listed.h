/*
 * What is listed, in the order of time: the tables `listing` (by series) and `late`. Rows that come are
 * collected during a transaction and written sorted, which keeps the b-tree's pages at hand: three times as
 * fast as one by one.
 */
#ifndef INDEX_LISTED_H
#define INDEX_LISTED_H

#include "index/at.h"
#include "index/conn.h"

/*
 * Most profiles are minted soon after they were made: their place in the order of minting tells their place
 * in the order of created_at to within these bounds. The others are late, and stand in a table of their own
 * as well.
 */
#define LISTED_LAG_MIN_MS (-5 * TIME_SECOND_MS)
#define LISTED_LAG_MAX_MS (90 * TIME_SECOND_MS)

static inline bool listed_is_late(int64_t lag_ms)
{
    return lag_ms < LISTED_LAG_MIN_MS || lag_ms > LISTED_LAG_MAX_MS;
}

struct listed_row {
    int64_t series;
    int64_t lag_ms;
    int64_t at;
};

struct listed {
    struct conn *conn;
    struct listed_row *waiting;
    size_t count, cap;
};

void listed_init(struct listed *l, struct conn *conn);
/* Forgets what waits: after a rollback, and at the end. */
void listed_drop(struct listed *l);
/* Written at the next flush. */
void listed_add(struct listed *l, const struct listed_row *row);
/* Writes what waits first. */
NODISCARD enum status listed_remove(struct listed *l, const struct listed_row *row, struct error *err);
NODISCARD enum status listed_flush(struct listed *l, struct error *err);

#endif
