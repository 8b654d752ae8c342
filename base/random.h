/* A small deterministic generator for jitter and for simulations: the same seed gives the same sequence. Not
 * for secrets. Not thread-safe. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

void random_seed(struct random *r, uint64_t seed);
/* Seeded by the system. */
void random_seed_system(struct random *r);
uint64_t random_u64(struct random *r);
/* 0 .. bound - 1; bound must not be 0. */
uint64_t random_below(struct random *r, uint64_t bound);
/* 0 <= x < 1 */
double random_unit(struct random *r);

#endif
