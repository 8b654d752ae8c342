/*
 * A listing read page by page, trusting nothing: each page must go on where the last one ended. Pure: it
 * fills in operations and checks answers; the caller runs them. One after the other; not thread-safe.
 */
#ifndef COLLECTOR_LISTING_H
#define COLLECTOR_LISTING_H

#include "base/buf.h"
#include "store/store.h"

struct listing {
    struct buf prefix;
    struct buf after; /* last key seen, or where to start */
    struct buf token;
    bool done;
    uint64_t pages, keys;
    uint64_t empty; /* pages without a key, in a row */
};

/* Copies both. Release with listing_release(); may be begun again. */
void listing_begin(struct listing *l, struct slice prefix, struct slice start_after);
void listing_release(struct listing *l);
/* Fills in the LIST that comes next: verb, prefix, position. Valid until listing_feed(). l->done must be
 * false. */
void listing_next(const struct listing *l, struct store_op *op);
/* Takes the page of that operation: E_CORRUPT if a key is out of order, outside the prefix or was given
 * before, or if there is no way on (no token, the same one again, LIMIT_LIST_EMPTY_PAGES without a key); then
 * nothing may be concluded from the page. Sets l->done after the last one. */
NODISCARD enum status listing_feed(struct listing *l, const struct store_page *page, struct error *err);

#endif
