/*
 * Listing a tree in the bytewise order of its keys, a page at a time. Reads only directories that can hold
 * keys of the page: those beneath the prefix, after `after`, until the page is full.
 *
 * A directory that cannot be read fails the listing; one that disappears meanwhile had nothing in it. An
 * object that is there from the beginning to the end of the call is found.
 */
#ifndef STORE_TREE_LIST_H
#define STORE_TREE_LIST_H

#include "store/tree.h"

struct tree_query {
    struct slice prefix;
    struct slice after; /* strictly */
    size_t max_keys;    /* not 0 */
};

/* Blocks; any thread. The page's token is its last key: pass it as `after` for the next one. E_DENIED,
 * E_CONFIG, E_UNAVAILABLE as in tree.h. */
NODISCARD enum status tree_list(struct tree *t, const struct tree_query *query, struct tree_call *call,
                                struct store_page *ret_page, struct error *err);

#endif
