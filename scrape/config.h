/*
 * The configuration of the scraper: jobs, in the shape of Prometheus' scrape_configs (docs/SCRAPING.md). Read
 * once, then constant.
 */
#ifndef SCRAPE_CONFIG_H
#define SCRAPE_CONFIG_H

#include "scrape/job.h"

struct scrape_config {
    struct arena arena; /* holds all texts */
    struct job *jobs[LIMIT_SCRAPE_JOBS];
    size_t job_count;
};

#define SCRAPE_CONFIG_INIT ((struct scrape_config){.arena = ARENA_INIT(LIMIT_SCRAPE_CONFIG_BYTES * 4)})
void scrape_config_release(struct scrape_config *c);

/* Reads a file. E_CONFIG: "scrape.yaml:12: scrape_interval: 'x' is no time"; all that can be wrong without
 * asking anybody is found here. */
NODISCARD enum status scrape_config_read(struct scrape_config *c, const char *path, struct error *err);
/* The same from a text; `name` stands for the file in texts and outlives the configuration. */
NODISCARD enum status scrape_config_parse(struct scrape_config *c, struct slice text, const char *name,
                                          struct error *err);
/* A job with defaults and without targets, added. NULL: there are too many. */
struct job *scrape_config_add(struct scrape_config *c);
/* A target of a job that is added by hand, "http://10.0.0.7:6060/prefix", with labels. E_INVALID: that is no
 * URL. */
NODISCARD enum status scrape_config_target(struct scrape_config *c, struct job *job, struct slice url,
                                           const struct attribute *labels, size_t label_count,
                                           struct error *err);

#endif
