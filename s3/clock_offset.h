/*
 * The bucket's clock, learned from the Date of its answers. Pure: times are arguments.
 *
 * It is kept as an offset to the monotonic clock, so that a step of the wall clock does not move it. Date has
 * whole seconds and was written somewhere between sending and receiving: a sample is off by at most half a
 * second plus half its round trip. The smallest round trip of the last 5 to 10 minutes wins.
 */
#ifndef S3_CLOCK_OFFSET_H
#define S3_CLOCK_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

/* Both ends of one exchange on the monotonic clock, and what stood in Date. */
struct clock_sample {
    int64_t sent_ms;
    int64_t received_ms;
    int64_t date_ms;
};

struct clock_best {
    bool known;
    int64_t round_trip_ms;
    int64_t offset_ms; /* the bucket's wall clock minus our monotonic clock */
};

/* All zero: nothing is known. */
struct clock_offset {
    struct clock_best now, before; /* of the running period and the one that it followed */
    int64_t period_start_ms;
};

void clock_offset_learn(struct clock_offset *c, const struct clock_sample *sample);
/* Forgets everything else: the bucket says that the time we had was wrong. */
void clock_offset_force(struct clock_offset *c, const struct clock_sample *sample);

/* False until a sample was learned; then *ret_ms is the bucket's wall clock at mono_ms. */
bool clock_offset_at(const struct clock_offset *c, int64_t mono_ms, int64_t *ret_ms);

#endif
