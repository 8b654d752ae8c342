/*
 * The writer: decides what to do to get one profile into the bucket, so that a follower cannot miss it. A
 * pure state machine: time and answers come in, the next act comes out (docs/KEYS.md, "Writing"). The driver
 * is ingest.c; tests/collector/test_simulation.c drives it through millions of histories.
 *
 *     writer_begin()       then PUT:
 *     writer_minted()      take a mint time, put under its key until writer_put_deadline()
 *     writer_answered()    DONE      2xx within D of the mint: acknowledge
 *                          WAIT      failed: PUT again after writer_pause(), with a new mint time
 *                          PUT       2xx, but later than D: a follower may have passed; mint again now
 *                          GIVE_UP   20 s are over, or an operator must act: 503
 */
#ifndef COLLECTOR_WRITER_H
#define COLLECTOR_WRITER_H

#include "base/error.h"
#include "base/random.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    WRITER_DEADLINE_MS = 5000, /* D: an acknowledged PUT was committed at most so long after its mint time */
    WRITER_GIVE_UP_MS = 20000, /* after that the client hears 503 */
};

enum writer_act { WRITER_PUT, WRITER_WAIT, WRITER_DONE, WRITER_GIVE_UP };

struct writer {
    int64_t deadline_ms, give_up_ms;
    int64_t begun_ms;  /* monotonic */
    int64_t minted_ms; /* monotonic time of the mint under way */
    unsigned rounds;   /* mints so far */
};

/* Times here are monotonic milliseconds. */
void writer_begin(struct writer *w, int64_t now_ms);
/* To be called *before* the mint time is taken: a thread that stalls between the two must have the stall
 * counted against D, not in addition to it. */
void writer_minted(struct writer *w, int64_t now_ms);
/* By when the PUT under way is worth waiting for. */
int64_t writer_put_deadline(const struct writer *w);
/* `answer` is the store's code for the PUT. */
enum writer_act writer_answered(struct writer *w, enum status answer, int64_t now_ms);
/* How long to WAIT, with jitter, never past the end. */
int64_t writer_pause(const struct writer *w, struct random *r, int64_t now_ms);

/* The same profile is in the bucket already, under a key minted at mint_ms: may that be acknowledged without
 * another PUT? `bucket_now_ms` was read after the index said so. Only while it is younger than D: an older
 * object may have been committed late, behind the window of followers that are not told of it before their
 * next audit. */
bool writer_may_trust(int64_t mint_ms, int64_t bucket_now_ms);

/* Mint times of one process: the bucket's time, never going back. Not thread-safe: the driver locks. */
struct mint {
    int64_t last_ms;
};
int64_t mint_next(struct mint *m, int64_t bucket_now_ms);

#endif
