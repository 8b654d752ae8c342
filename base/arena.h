/*
 * An arena hands out memory that is freed all at once: one for a request, one for a page of a listing.
 * Bounded at birth; over the bound arena_alloc() returns NULL and the caller answers E_TOO_LARGE. Not
 * thread-safe.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used; /* bytes handed out */
    size_t max;
};

#define ARENA_INIT(max_bytes) ((struct arena){NULL, 0, (max_bytes)})

void arena_release(struct arena *a);
/* Frees all but one block, for the next round. */
void arena_reset(struct arena *a);
/* Aligned to 16 bytes, zeroed; NULL over the bound. */
void *arena_alloc(struct arena *a, size_t bytes);
/* A copy of s with a NUL behind it (not counted); ptr is NULL over the bound. */
struct slice arena_copy(struct arena *a, struct slice s);

#endif
