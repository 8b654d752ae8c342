/*
 * The tail of a lane: what other replicas have written since we looked last (docs/KEYS.md, "Following").
 * Pure: the time and the pages come in, operations and rows come out. follow.c runs it, one round after the
 * other.
 *
 *     tail_begin(t, window, now)         now: the bucket's time, before the round's first LIST
 *     while (!t->listing.done)
 *         listing_next(&t->listing, &op), run it, tail_feed(t, &op.page, ...): rows to store
 *     tail_end(t)                        with the last page's rows, in one transaction: t->tau_ms
 *
 * A round that fails is dropped; its rows may be kept, the cursor does not move.
 */
#ifndef COLLECTOR_TAIL_H
#define COLLECTOR_TAIL_H

#include "collector/listing.h"
#include "collector/writer.h"
#include "model/key.h"

enum {
    TAIL_SKEW_MS = 1500, /* S: how far any replica's mint time may be from the bucket's time */
    /* W: how far behind the cursor a round begins. The proof is in docs/KEYS.md. */
    TAIL_WINDOW_MS = WRITER_DEADLINE_MS + 2 * TAIL_SKEW_MS + 500,
    TAIL_PERIOD_MS = 2000,
    TAIL_DEEP_WINDOW_MS = 60000,
    TAIL_DEEP_PERIOD_MS = 60000,
};

struct tail {
    struct slice root; /* borrowed */
    unsigned lane;
    int64_t tau_ms; /* start of the last round that was completed: everything acknowledged before is known */
    int64_t begun_ms; /* start of the round under way */
    struct listing listing;
};

/* What a page held. Rows live in the arena that was given. */
struct tail_rows {
    struct key_parts *rows;
    size_t count;
    uint64_t foreign;   /* kinds and versions that this release does not know: skipped */
    uint64_t malformed; /* keys that no release writes: skipped */
};

void tail_init(struct tail *t, struct slice root, unsigned lane, int64_t tau_ms);
void tail_release(struct tail *t);
void tail_begin(struct tail *t, int64_t window_ms, int64_t bucket_now_ms);
/* E_CORRUPT as listing_feed(), E_TOO_LARGE if the arena is full: the round is to be dropped. */
NODISCARD enum status tail_feed(struct tail *t, const struct store_page *page, struct arena *arena,
                                struct tail_rows *ret_rows, struct error *err);
/* After the last page: moves the cursor to the round's own start. */
void tail_end(struct tail *t);

/* Decodes the keys of any page; used by every reader of listings. */
NODISCARD enum status tail_decode(struct slice root, const struct store_page *page, struct arena *arena,
                                  struct tail_rows *ret_rows, struct error *err);

#endif
