/*
 * `at` names a row: mint time in ms << 15 | lane << 11 | a number below 2,048 that tells apart rows of one
 * lane and ms. Ascending it is the order of id_cmp_mint() for ids of one digest. Mint times up to TIME_MAX_MS
 * fit. Pure.
 */
#ifndef INDEX_AT_H
#define INDEX_AT_H

#include "model/id.h"
#include "model/time.h"

enum {
    AT_SEQ_BITS = 11,
    AT_PLACE_BITS = 15, /* lane and number */
};

/* Rows of one lane and ms; brazier writes one. What is beyond, whoever wrote it, is not indexed. */
#define AT_SEQ_COUNT (INT64_C(1) << AT_SEQ_BITS)

static inline int64_t at_make(int64_t mint_ms, unsigned lane)
{
    return mint_ms << AT_PLACE_BITS | (int64_t)lane << AT_SEQ_BITS;
}

static inline int64_t at_of_id(const struct id *id)
{
    return at_make(id_mint_ms(id), id_lane(id));
}

/* The first `at` of a ms; times out of range are moved to the nearer end. */
static inline int64_t at_floor(int64_t mint_ms)
{
    if (mint_ms < 0)
        mint_ms = 0;
    return at_make(mint_ms > TIME_MAX_MS ? TIME_MAX_MS + 1 : mint_ms, 0);
}

static inline int64_t at_mint_ms(int64_t at)
{
    return at >> AT_PLACE_BITS;
}

static inline unsigned at_lane(int64_t at)
{
    return (unsigned)(at >> AT_SEQ_BITS) & (ID_LANES - 1);
}

static inline int64_t at_place(int64_t at)
{
    return at & ((INT64_C(1) << AT_PLACE_BITS) - 1);
}

#endif
