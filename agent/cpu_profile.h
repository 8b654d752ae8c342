/* A tally of stacks as a pprof profile. */
#ifndef AGENT_CPU_PROFILE_H
#define AGENT_CPU_PROFILE_H

#include "agent/modules.h"
#include "agent/names.h"
#include "agent/tally.h"
#include "base/buf.h"

struct cpu_profile {
    const struct tally *tally;
    struct modules *modules;
    struct names *names; /* between names_begin() and names_end() */
    int64_t time_ns;     /* when it began, unix time */
    int64_t duration_ns;
    int64_t period_ns; /* of CPU time, between two ticks */
};

/* Appends it: samples/count and cpu/nanoseconds. E_TOO_LARGE: over LIMIT_AGENT_PROFILE_BYTES. */
NODISCARD enum status cpu_profile_write(const struct cpu_profile *profile, struct buf *out,
                                        struct error *err);

#endif
