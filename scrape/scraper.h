/*
 * Scrapes all targets of a configuration, again and again, each at its own moment of its job's interval, and
 * sends what comes to a collector. Any thread, unless said otherwise.
 *
 *     scraper_new(&options, &scraper, err)
 *     ...                                      a second at a time, until told to stop
 *     scraper_drain(scraper, 10000);
 *     scraper_free(scraper);
 */
#ifndef SCRAPE_SCRAPER_H
#define SCRAPE_SCRAPER_H

#include "scrape/config.h"
#include "scrape/delivery.h"
#include "scrape/watched.h"

struct scraper;

struct scraper_options {
    const struct scrape_config *config; /* outlives it */
    struct spool_options spool;
    struct delivery_options delivery; /* without spool and report */
    int at_once;                      /* targets */
    bool is_once;                     /* one round over each target that is found at the start */
    struct report report;
};

struct scraper_stats {
    size_t targets, down, running;
    uint64_t good, failed, empty, rounds, missed;
    uint64_t left_out; /* targets over LIMIT_TARGETS */
    struct spool_stats spool;
    struct delivery_stats delivery;
    size_t delta_bytes;
};

/* Starts. E_CONFIG: the spool cannot be used; with is_once also any that discovery says. */
NODISCARD enum status scraper_new(const struct scraper_options *options, struct scraper **ret_scraper,
                                  struct error *err);
/* With is_once: every target had its round? */
bool scraper_is_done(struct scraper *s);
/* No more rounds; those under way are given up. What was fetched is sent within so long, unless the collector
 * is away. True: nothing is left. */
bool scraper_drain(struct scraper *s, int64_t wait_ms);
/* What is on disk stays there. NULL is fine. */
void scraper_free(struct scraper *s);

struct scraper_stats scraper_stats(struct scraper *s);
/* Calls for each target, under the scraper's lock: be quick. */
void scraper_each(struct scraper *s, void (*show)(void *user, struct watched *w), void *user);

/*
 * The targets that this source of the job knows now: new ones are added, those that it has no more are
 * forgotten, the others go on undisturbed. Takes the targets, not the array.
 */
void scraper_set_targets(struct scraper *s, const struct job *job, size_t source, struct target **targets,
                         size_t count);

#endif
