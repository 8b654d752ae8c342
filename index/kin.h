/*
 * Kin: all rows and all tombstones of one digest, as they are stored, with what the rule of index/group.h
 * makes of them.
 */
#ifndef INDEX_KIN_H
#define INDEX_KIN_H

#include "index/entry.h"
#include "index/group.h"

struct kin_row {
    int64_t at;
    int64_t series;
    int64_t lag_ms;
    enum row_state state; /* stored */
};

struct kin {
    struct kin_row *rows;         /* by `at`, which is id_cmp_mint()'s order */
    struct group_member *members; /* one a row: what the rule says */
    size_t count;
    struct group_tombstone *tombstones; /* by mint time */
    size_t tombstone_count;
};

/* The writer flushes its pages of digests before. */
NODISCARD enum status kin_load(struct conn *conn, const struct digest *digest, struct kin *ret_kin,
                               struct error *err);
void kin_release(struct kin *kin);
/* The index of the row with this `at`; kin->count if there is none. */
size_t kin_index(const struct kin *kin, int64_t at);

#endif
