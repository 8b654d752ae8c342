/*
 * From a digest to the rows that have it. A b-tree of digests would cost more than all else: each new row
 * would touch a page of its own somewhere. So entries of eight bytes are kept in pages of many, chosen by 13
 * bits of the digest and by the day of the mint time; a transaction reads each page once, appends in memory,
 * and writes it once.
 *
 * An entry says: digest bits (37 more) and ms of the day. It is a hint: 48 bits can be equal by chance, so
 * whoever follows one compares the whole digest in the row.
 */
#ifndef INDEX_DIGESTS_H
#define INDEX_DIGESTS_H

#include "base/map.h"
#include "index/conn.h"
#include "model/digest.h"

struct digest_page;
struct digest_day;

struct digest_change {
    int64_t number; /* of the page */
    struct digest_page *page;
};

/* The writer's: pages that the current transaction has looked at. */
struct digests {
    struct conn *conn;
    struct map by_day;         /* day to its struct digest_day */
    struct digest_day *recent; /* the one that was asked for last */
    struct digest_change *changed;
    size_t count, cap;
    size_t bytes;
};

void digests_init(struct digests *d, struct conn *conn);
/* Forgets all pages, written or not: after a rollback, and for CLEANUP. */
void digests_drop(struct digests *d);

/* Has any row that was minted less than 24 h before or after this, or then, an entry like this? No means no.
 */
NODISCARD enum status digests_near(struct digests *d, const struct digest *digest, int64_t mint_ms,
                                   bool *ret_any, struct error *err);
NODISCARD enum status digests_add(struct digests *d, const struct digest *digest, int64_t mint_ms,
                                  struct error *err);
/* Takes one entry away, if it is there. */
NODISCARD enum status digests_remove(struct digests *d, const struct digest *digest, int64_t mint_ms,
                                     struct error *err);
/* Writes what has changed. */
NODISCARD enum status digests_flush(struct digests *d, struct error *err);

/* For any connection, of what is written: the mint times of all entries like this, ascending, each once.
 * *ret_mints is the caller's to free. */
NODISCARD enum status digests_find(struct conn *conn, const struct digest *digest, int64_t **ret_mints,
                                   size_t *ret_count, struct error *err);

#endif
