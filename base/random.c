/*
 * SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): one addition
 * and a mix, any seed is a good one, and the sequence is the same on every machine, which simulations need.
 */
#include "base/random.h"

#include "base/hash.h"

#include <assert.h>

void random_seed(struct random *r, uint64_t seed)
{
    r->state = seed;
}

void random_seed_system(struct random *r)
{
    random_bytes(&r->state, sizeof r->state);
}

uint64_t random_u64(struct random *r)
{
    r->state += 0x9e3779b97f4a7c15U;
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* Draws again from the part of the range that would make small results likelier. */
uint64_t random_below(struct random *r, uint64_t bound)
{
    assert(bound > 0);
    uint64_t uneven = (0 - bound) % bound;
    uint64_t x;
    do {
        x = random_u64(r);
    } while (x < uneven);
    return x % bound;
}

/* 53 bits: as many as a double holds, so 1.0 cannot come out by rounding. */
double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}
