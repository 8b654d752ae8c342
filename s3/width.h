/*
 * How many requests may be under way at once: additive increase, multiplicative decrease, as TCP does. A
 * SlowDown halves it, at most once in the time that the halving needs to show; each full round of answers
 * adds one. Pure.
 */
#ifndef S3_WIDTH_H
#define S3_WIDTH_H

#include <stddef.h>
#include <stdint.h>

struct width {
    size_t max;
    size_t now;           /* 1..max */
    size_t good;          /* answers since it changed */
    int64_t halved_at_ms; /* monotonic clock */
};

void width_init(struct width *w, size_t max);
/* The server asked for less. */
void width_slow_down(struct width *w, int64_t now_ms);
/* It did what was asked. */
void width_good(struct width *w);

#endif
