/*
 * What can be profiled: a table, one row and one file each. The agent's thread takes one profile at a time.
 */
#ifndef AGENT_PROFILER_H
#define AGENT_PROFILER_H

#include "agent/modules.h"
#include "agent/names.h"
#include "agent/pause.h"
#include "agent/settings.h"
#include "base/buf.h"

/* What profilers share; of the agent's thread. */
struct profiling {
    const struct settings *settings;
    struct pause *pause;
    struct modules modules;
    struct names *names;
};

struct profiler {
    const char *name; /* in BRAZIER_PROFILES; also the collector's type */
    /* Takes a profile, which may last (shorter when the pause is stopped), and writes it to out as pprof.
     * Nothing written: there was nothing to see. Any error: there is no profile this time, and the agent
     * goes on. */
    enum status (*take)(struct profiling *p, struct buf *out, struct error *err);
};

/* Ended by a row without a name. */
extern const struct profiler profilers[];

enum status cpu_take(struct profiling *p, struct buf *out, struct error *err);

#endif
