/* What the agent gives a profiler that gathers, and its profiles read back. */
#ifndef AGENT_GATHERING_H
#define AGENT_GATHERING_H

#include "agent/profiler.h"

struct gathering {
    struct settings settings;
    struct pause pause;
    struct profiling profiling;
};

/* The profiler's name; it begins. */
struct gathering *gathering_new(const char *profiler, int64_t heap_rate);
void gathering_free(struct gathering *g);
/* Takes a profile: the total of each sample type. False: nothing was written. */
bool gathering_take(struct gathering *g, const char *profiler, int64_t totals[4]);

#endif
