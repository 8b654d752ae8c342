/*
 * Halving follows the bucket within half a second; growing by one a round of answers takes some thousand
 * requests from 1 to 64, so that a bucket which is splitting its partitions is not pushed back into its limit
 * at once.
 */
#include "s3/width.h"

/* Answers to requests that were sent before the halving still say SlowDown for about this long. */
enum { SETTLE_MS = 500 };

void width_init(struct width *w, size_t max)
{
    *w = (struct width){.max = max, .now = max, .halved_at_ms = INT64_MIN / 2};
}

void width_slow_down(struct width *w, int64_t now_ms)
{
    if (now_ms - w->halved_at_ms < SETTLE_MS)
        return;

    w->halved_at_ms = now_ms;
    w->good = 0;
    w->now = w->now > 1 ? w->now / 2 : 1;
}

void width_good(struct width *w)
{
    if (w->now >= w->max || ++w->good < w->now)
        return;

    w->good = 0;
    w->now++;
}
