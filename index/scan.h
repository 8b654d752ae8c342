/*
 * A scan finds the rows of a selection within bounds of time, the newest or the oldest so many, in order. Two
 * ways:
 *
 *     by series   one range of `listing` for each series, each left as soon as it cannot hold anything better
 *     by time     all rows in the order of minting, with those of `late` beside; each is asked whether its
 * series is selected
 *
 * A few series are best read by series; many, of which each has something new, by time. scan_run() chooses by
 * estimate unless it is told.
 */
#ifndef INDEX_SCAN_H
#define INDEX_SCAN_H

#include "index/entry.h"
#include "index/selection.h"

enum scan_way {
    SCAN_BY_ESTIMATE,
    SCAN_BY_SERIES,
    SCAN_BY_TIME,
};

struct scan_bounds {
    int64_t from_ms, to_ms; /* created_at, both included */
    int64_t mint_min_ms;
};

struct scan_ref {
    int64_t created_ms;
    int64_t at;
    int64_t series;
    bool has_digest; /* read only to decide a tie */
    struct digest digest;
};

struct scan {
    struct conn *conn;
    const struct selection *selection;
    struct scan_bounds bounds;
    bool oldest_first;
    bool has_after;
    struct cursor after; /* only what comes behind this place */
    size_t limit;        /* 0: all */
    size_t max;          /* over it: E_TOO_LARGE */
    enum scan_way way;

    struct scan_ref *refs; /* the result, in order */
    size_t count;

    size_t private_cap;
    struct error private_error; /* met while comparing */
};

NODISCARD enum status scan_run(struct scan *s, struct error *err);
void scan_release(struct scan *s);

/* What both ways would cost, in some unit: for measuring the choice. */
struct scan_cost {
    double by_series, by_time;
    double matching; /* rows that match, by guess */
};
NODISCARD enum status scan_estimate(struct scan *s, struct scan_cost *ret_cost, struct error *err);

/* How many rows of the selection are within the bounds. */
NODISCARD enum status scan_count(struct conn *conn, const struct selection *selection,
                                 const struct scan_bounds *bounds, uint64_t *ret_count, struct error *err);

#endif
