/*
 * The profile table: one row an object, named by `at` (index/at.h), packed (index/row.h).
 */
#ifndef INDEX_ENTRY_H
#define INDEX_ENTRY_H

#include "index/at.h"
#include "index/conn.h"
#include "index/row.h"

/* Not to be copied: row.numbers points into it. */
struct entry {
    int64_t at;
    struct row row;
    uint8_t bytes[ROW_BYTES_MAX]; /* what row.numbers points to */
};

/* E_NOT_FOUND if there is no row of this id. */
NODISCARD enum status entry_find(struct conn *conn, const struct id *id, struct entry *ret_entry,
                                 struct error *err);
/* The row that must be there: E_UNAVAILABLE if it is not, and the index is damaged. */
NODISCARD enum status entry_get(struct conn *conn, int64_t at, struct entry *ret_entry, struct error *err);
/* The row that `stmt` (of STMT_PROFILE_RANGE...) stands on. */
NODISCARD enum status entry_of(struct conn *conn, sqlite3_stmt *stmt, struct entry *ret_entry,
                               struct error *err);

/* Gives the row its `at`: the first free one from `base`. *ret_at is -1, and nothing is inserted, if all
 * 2,048 are taken. */
NODISCARD enum status entry_insert(struct conn *conn, int64_t base, const struct row *row, int64_t *ret_at,
                                   struct error *err);
NODISCARD enum status entry_update(struct conn *conn, int64_t at, const struct row *row, struct error *err);
NODISCARD enum status entry_delete(struct conn *conn, int64_t at, struct error *err);

static inline struct id entry_id(const struct entry *p)
{
    return id_make(at_lane(p->at), at_mint_ms(p->at), &p->row.digest);
}

static inline int64_t entry_created_ms(const struct entry *p)
{
    return at_mint_ms(p->at) - p->row.lag_ms;
}

#endif
