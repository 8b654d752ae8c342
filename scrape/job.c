/* The defaults are those of a Go program that a team has not thought about: a CPU profile of ten seconds and
 * a look at everything else once a minute, which costs the target about a percent. */
#include "scrape/job.h"

#include <inttypes.h>

void job_init(struct job *j)
{
    *j = (struct job){.interval_ms = JOB_INTERVAL_MS,
                      .timeout_ms = JOB_TIMEOUT_MS,
                      .scheme = SLICE("http"),
                      .base = SLICE("/debug/pprof"),
                      .probes = probes_of_go(JOB_CPU_SECONDS)};
}

enum status job_check(const struct job *j, struct error *err)
{
    int64_t seconds = probes_seconds(&j->probes);

    if (seconds * 1000 >= j->interval_ms)
        return error_set(err, E_INVALID,
                         "the profiles of one round take %" PRId64 " s, but the interval is %" PRId64 " ms",
                         seconds, j->interval_ms);
    return OK;
}

void job_release(struct job *j)
{
    for (size_t i = 0; i < j->rule_count; i++)
        relabel_release(&j->rules[i]);
    j->rule_count = 0;
}
