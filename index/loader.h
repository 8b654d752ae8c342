/*
 * A loader turns rows into profiles again: the row has the numbers, its series has the names. Texts of series
 * are read once and kept in the arena; what it returns borrows from there.
 */
#ifndef INDEX_LOADER_H
#define INDEX_LOADER_H

#include "base/map.h"
#include "index/entry.h"

struct loader {
    struct conn *conn;
    struct arena *arena;
    struct map texts; /* number of a series to its text */
};

#define LOADER_INIT(conn, arena) ((struct loader){(conn), (arena), MAP_INIT})

/* Frees the map, not what is in the arena. */
void loader_release(struct loader *l);

/* Both: E_TOO_LARGE when the arena is full. */
NODISCARD enum status loader_meta(struct loader *l, const struct entry *profile,
                                  struct profile_meta *ret_meta, struct error *err);
/* Of the row of this `at`, which must be there. */
NODISCARD enum status loader_get(struct loader *l, int64_t at, struct profile_meta *ret_meta,
                                 struct error *err);

#endif
