/*
 * The rule of aliases and tombstones, over all ids of one digest. Pure; index/index.h states it:
 * a tombstone hides what was minted in (target - 24 h, its own mint time]; of the rest, in ascending order,
 * the first is canonical, those less than 24 h behind it are its aliases, the next one begins anew. Hidden
 * ids are grouped in the same way among themselves, so that whoever deletes finds all that belong to a
 * profile.
 */
#ifndef INDEX_GROUP_H
#define INDEX_GROUP_H

#include "index/row.h"

#define GROUP_WINDOW_MS TIME_DAY_MS

struct group_member {
    int64_t mint_ms;
    enum row_state state; /* out */
    size_t canonical;     /* out: index of the member that this one is an alias of; its own if it is none */
};

struct group_tombstone {
    int64_t mint_ms, target_ms;
};

bool group_is_hidden(int64_t mint_ms, const struct group_tombstone *tombstones, size_t count);

/* Members by id_cmp_mint(), ascending. */
void group_settle(struct group_member *members, size_t count, const struct group_tombstone *tombstones,
                  size_t tombstone_count);

#endif
