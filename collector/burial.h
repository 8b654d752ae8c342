/*
 * Burials: deleting for good what a tombstone hides. DELETE has tried it already; what it could not reach
 * then (the bucket failed, an upload came late) would be seen again when the tombstone is gone. Blocks.
 */
#ifndef COLLECTOR_BURIAL_H
#define COLLECTOR_BURIAL_H

#include "index/index.h"
#include "store/store.h"

struct burial {
    struct store *store;
    struct index *index;
    struct slice root; /* borrowed */
};

/*
 * Deletes the objects of the tombstone's target and of all that the index knows to be hidden with it. Only
 * what is listed is deleted, so a versioned bucket gets no markers for nothing. An error of the store: some
 * of it may be left, doing it again is safe.
 */
NODISCARD enum status burial_finish(const struct burial *b, const struct key_parts *tombstone,
                                    struct error *err);

#endif
