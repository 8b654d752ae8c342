/*
 * Takes profiles out of a spool and sends them to a collector, the oldest first, several at a time. While the
 * collector is away or full it is tried again, less and less often, for as long as it takes. What it refuses
 * (4xx) is refused for ever; wrong credentials or a wrong path (401, 403, 404) are for the operator to mend,
 * so the profile waits.
 */
#ifndef SCRAPE_DELIVERY_H
#define SCRAPE_DELIVERY_H

#include "base/secret.h"
#include "scrape/report.h"
#include "scrape/spool.h"

struct delivery;

struct delivery_options {
    const char *url;            /* the collector's */
    const struct secret *token; /* copied */
    const char *ca_file;
    bool is_direct; /* whatever proxies the environment names */
    int senders;
    struct spool *spool; /* outlives it */
    struct report report;
};

struct delivery_stats {
    uint64_t sent, sent_bytes;
    uint64_t refused;
    uint64_t failed; /* attempts */
    bool is_away;    /* the last attempt failed */
    char error[256]; /* of the last one that did; "" */
};

/* Starts the threads. */
struct delivery *delivery_new(const struct delivery_options *options);
/* What is under way is given up and waits in the spool, which is closed. NULL is fine. */
void delivery_free(struct delivery *d);
struct delivery_stats delivery_stats(struct delivery *d);

#endif
