/*
 * Counters of the service, and the Prometheus page that shows them with everything else that counts. Label
 * sets are bounded: paths are routes, never what somebody typed.
 */
#ifndef COLLECTOR_METRICS_H
#define COLLECTOR_METRICS_H

#include "base/buf.h"
#include "http/http.h"

struct app;
struct metrics;

enum metric {
    METRIC_STORED,   /* uploads: new in the bucket */
    METRIC_REPEATED, /* the bucket had it already */
    METRIC_EMPTY,    /* no samples, nothing stored */
    METRIC_REFUSED,  /* 4xx */
    METRIC_FAILED,   /* 5xx */
    METRIC_STALE,    /* questions answered without a barrier */
    METRIC_MERGED,   /* profiles that went into merges */
    METRIC_VIEWS,    /* answers that were made into a view: svg, top ... */
    METRIC_DELETED,
    METRIC_EXPIRED,    /* rows dropped by retention */
    METRIC_FORGOTTEN,  /* rows dropped by an audit: their objects are gone */
    METRIC_FOUND_LATE, /* rows that only an audit found */
    METRIC_INDEX_RESETS,
    METRIC_COUNT,
};

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);
/* Any thread. */
void metrics_count(struct metrics *m, enum metric which);
void metrics_add(struct metrics *m, enum metric which, uint64_t by);
uint64_t metrics_get(const struct metrics *m, enum metric which);
/* A request is over; route NULL: none matched. */
void metrics_request(struct metrics *m, enum http_method method, const char *route,
                     const struct http_result *result);
/* The page, in Prometheus' text format 0.0.4. */
void metrics_render(struct app *app, struct buf *out);

#endif
