/*
 * Poisson sampling of a quantity (bytes allocated, nanoseconds waited): each unit of it is picked with the
 * same small chance, 1 in `mean`, and an event is sampled when one of its units is. Each thread has a
 * countdown to the next unit that is picked, so that an event which is not sampled costs one comparison.
 */
#ifndef AGENT_POISSON_H
#define AGENT_POISSON_H

#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>

/* Units up to the next that is picked, which is in the next event when that has at least as many: then draw
 * anew, else subtract. At least 1. Any generator; libm is not needed. */
size_t poisson_draw(struct random *random, double mean);

/* How many events of this size one that was sampled stands for: 1 / (1 - exp(-size / mean)). */
double poisson_weight(double size, double mean);

#endif
