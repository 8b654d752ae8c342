/*
 * A kind of profile that targets are asked for: where, as which type, for how long. What Go's net/http/pprof
 * offers is a table; others are made by the configuration. Pure.
 *
 * Source: https://pkg.go.dev/net/http/pprof
 */
#ifndef SCRAPE_PROBE_H
#define SCRAPE_PROBE_H

#include "base/buf.h"
#include "model/profile_type.h"

enum { PROBES_MAX = 16 };

struct probe {
    struct slice name; /* "cpu" */
    const struct profile_type *type;
    struct slice path; /* "/debug/pprof/profile", may have a query */
    int64_t seconds;   /* the target takes so long to make it; 0: a snapshot */
    bool is_delta;     /* its totals only grow: send what came since the last time */
    bool is_off;
};

struct probes {
    size_t count;
    struct probe items[PROBES_MAX];
};

/* What a Go target is asked for when nothing is said: all but the trace, a CPU profile of `seconds`. */
struct probes probes_of_go(int64_t seconds);
/* Do all totals of its profile only grow: allocs, block, mutex? Those of heap do in part. */
bool probe_grows(const struct probe *p);
/* The probe of that name; NULL: none. */
struct probe *probes_find(struct probes *p, struct slice name);
/* Seconds that one round over all of them takes at least. */
int64_t probes_seconds(const struct probes *p);
/* Appends path and query: "/debug/pprof/profile?seconds=10". `base` is the target's, "/debug/pprof". */
void probe_path(const struct probe *p, struct slice base, struct buf *out);

#endif
