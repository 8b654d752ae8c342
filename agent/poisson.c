/*
 * Distances between the picked units are exponential. They are drawn as von Neumann did (Various techniques
 * used in connection with random digits, 1951), which takes comparisons and no logarithm: among uniform
 * numbers that fall, the length of the run is even with probability exp(-first).
 */
#include "agent/poisson.h"

#include <stdint.h>

static double exponential(struct random *random)
{
    for (unsigned whole = 0;; whole++) {
        double first = random_unit(random), last = first, next = random_unit(random);
        unsigned length = 1;
        while (next <= last) {
            last = next;
            next = random_unit(random);
            length++;
        }
        if (length % 2 == 1) /* the one that broke the run counts too */
            return whole + first;
    }
}

size_t poisson_draw(struct random *random, double mean)
{
    double units = exponential(random) * mean;
    return units < (double)(SIZE_MAX / 4) ? (size_t)units + 1 : SIZE_MAX / 4;
}

/* 1 - exp(-x) without cancellation for small x: a series for x / 2^n, then squared n times. */
static double chance_of(double x)
{
    int halved = 0;

    if (x > 40)
        return 1;
    while (x > 1.0 / 64) {
        x /= 2;
        halved++;
    }
    double q = x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5))));
    while (halved-- > 0)
        q = q * (2 - q);
    return q;
}

double poisson_weight(double size, double mean)
{
    return 1 / chance_of((size < 1 ? 1 : size) / mean);
}
