/* What a scrape_config says: how a group of targets is found and asked. Read once, then constant; texts live
 * in the configuration's arena. */
#ifndef SCRAPE_JOB_H
#define SCRAPE_JOB_H

#include "scrape/access.h"
#include "scrape/probe.h"
#include "scrape/relabel.h"
#include "scrape/source.h"

enum { JOB_SOURCES_MAX = 64, JOB_RULES_MAX = 64 };

struct job {
    struct slice name;
    bool is_named;       /* by a person: it becomes the label `job` */
    int64_t interval_ms; /* from one round over a target to the next */
    int64_t timeout_ms;  /* of one request, beyond the seconds that the profile takes */
    struct slice scheme; /* of targets that say none */
    struct slice base;   /* of the profiles' paths: "/debug/pprof" */
    struct probes probes;
    struct access access;
    struct relabel rules[JOB_RULES_MAX];
    size_t rule_count;
    struct source sources[JOB_SOURCES_MAX];
    size_t source_count;
};

enum { JOB_INTERVAL_MS = 60000, JOB_TIMEOUT_MS = 10000, JOB_CPU_SECONDS = 10 };

/* The defaults of everything. */
void job_init(struct job *j);
/* What takes longer than the interval cannot work: E_INVALID says the numbers. */
NODISCARD enum status job_check(const struct job *j, struct error *err);
void job_release(struct job *j); /* rules own their patterns */

#endif
