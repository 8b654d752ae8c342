/*
 * The best sample of a period is kept with that of the period before, and the better of the two counts: so
 * there is always one of the last 5 minutes' worth of traffic to choose from, and a lucky sample from before
 * the server's clock was corrected is gone after 10.
 */
#include "s3/clock_offset.h"

enum { PERIOD_MS = 5 * 60 * 1000, HALF_A_SECOND_MS = 500 };

static struct clock_best best_of(const struct clock_sample *s)
{
    return (struct clock_best){
        .known = true,
        .round_trip_ms = s->received_ms - s->sent_ms,
        .offset_ms = s->date_ms + HALF_A_SECOND_MS - (s->sent_ms + s->received_ms) / 2,
    };
}

void clock_offset_learn(struct clock_offset *c, const struct clock_sample *sample)
{
    int64_t since_ms = sample->received_ms - c->period_start_ms;
    if (since_ms >= PERIOD_MS) {
        c->before = c->now;
        c->before.known = c->now.known && since_ms < 2 * PERIOD_MS;
        c->now.known = false;
        c->period_start_ms = sample->received_ms;
    }

    struct clock_best best = best_of(sample);
    if (!c->now.known || best.round_trip_ms < c->now.round_trip_ms)
        c->now = best;
}

void clock_offset_force(struct clock_offset *c, const struct clock_sample *sample)
{
    *c = (struct clock_offset){.now = best_of(sample), .period_start_ms = sample->received_ms};
}

bool clock_offset_at(const struct clock_offset *c, int64_t mono_ms, int64_t *ret_ms)
{
    const struct clock_best *best = &c->now;
    if (!best->known || (c->before.known && c->before.round_trip_ms < best->round_trip_ms))
        best = &c->before;
    if (!best->known)
        return false;

    *ret_ms = mono_ms + best->offset_ms;
    return true;
}
