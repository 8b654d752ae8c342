/*
 * Keeps a scraper's list of targets as the sources of its jobs say: static ones at once, the others again and
 * again. A source that cannot be asked leaves its targets as they were. A job with sources that change has a
 * thread of its own, so one that hangs holds up no other job.
 */
#ifndef SCRAPE_DISCOVERY_H
#define SCRAPE_DISCOVERY_H

#include "scrape/config.h"
#include "scrape/report.h"

struct discovery;
struct scraper;

struct discovery *discovery_new(const struct scrape_config *config, struct scraper *scraper,
                                const struct report *report);
/* Asks every source once, in this thread; the first error ends it. */
NODISCARD enum status discovery_once(struct discovery *d, struct error *err);
void discovery_start(struct discovery *d);
void discovery_stop(struct discovery *d);
void discovery_free(struct discovery *d); /* NULL is fine */

/* One source, now. E_UNAVAILABLE and others: it cannot be asked, or what it says makes no sense. */
NODISCARD enum status source_ask(const struct source *source, const struct receiver *to, struct error *err);

#endif
