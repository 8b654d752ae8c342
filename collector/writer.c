/*
 * Why D: a follower lists again what is younger than its window W = D + 2 S + 0.5 s, and never looks behind
 * it. A PUT that was acknowledged later than D after its mint time could have become visible behind every
 * follower's window. So a late 2xx is worth nothing: the same bytes are put once more under a new mint time;
 * the object of the first round has the same digest and is an alias, wherever it turns up.
 *
 * Elapsed time is measured on the monotonic clock from the moment of the mint: the wall clock may step.
 *
 * mint_next() does not add a millisecond for each profile, as keys of equal time differ in their digest:
 * above 1,000 profiles a second it would run away from the clock.
 */
#include "collector/writer.h"

enum { PAUSE_MIN_MS = 100, PAUSE_MAX_MS = 1000 };

void writer_begin(struct writer *w, int64_t now_ms)
{
    w->deadline_ms = WRITER_DEADLINE_MS;
    w->give_up_ms = WRITER_GIVE_UP_MS;
    w->begun_ms = now_ms;
    w->minted_ms = now_ms;
    w->rounds = 0;
}

void writer_minted(struct writer *w, int64_t now_ms)
{
    w->minted_ms = now_ms;
    w->rounds++;
}

int64_t writer_put_deadline(const struct writer *w)
{
    int64_t by_mint = w->minted_ms + w->deadline_ms;
    int64_t by_client = w->begun_ms + w->give_up_ms;

    return by_mint < by_client ? by_mint : by_client;
}

enum writer_act writer_answered(struct writer *w, enum status answer, int64_t now_ms)
{
    bool over = now_ms - w->begun_ms >= w->give_up_ms;

    if (answer == OK && now_ms - w->minted_ms <= w->deadline_ms)
        return WRITER_DONE;
    if (over)
        return WRITER_GIVE_UP;

    switch (answer) {
    case OK: return WRITER_PUT;
    case E_BUSY:
    case E_UNAVAILABLE:
    case E_CORRUPT: return WRITER_WAIT;
    default: return WRITER_GIVE_UP;
    }
}

int64_t writer_pause(const struct writer *w, struct random *r, int64_t now_ms)
{
    int64_t left = w->begun_ms + w->give_up_ms - now_ms;
    int64_t pause = PAUSE_MIN_MS + (int64_t)random_below(r, PAUSE_MAX_MS - PAUSE_MIN_MS);

    if (left < 0)
        left = 0;
    return pause < left ? pause : left;
}

bool writer_may_trust(int64_t mint_ms, int64_t bucket_now_ms)
{
    return bucket_now_ms - mint_ms <= WRITER_DEADLINE_MS;
}

int64_t mint_next(struct mint *m, int64_t bucket_now_ms)
{
    if (bucket_now_ms > m->last_ms)
        m->last_ms = bucket_now_ms;
    return m->last_ms;
}
