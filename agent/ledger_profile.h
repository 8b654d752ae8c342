/* What a ledger has gathered since the last time, as a pprof profile. */
#ifndef AGENT_LEDGER_PROFILE_H
#define AGENT_LEDGER_PROFILE_H

#include "agent/ledger.h"
#include "agent/profiler.h"
#include "agent/stack_profile.h"

struct ledger_shape {
    struct stack_type types[LEDGER_SUMS + 1];
    size_t flows; /* so many of the sums, the first, are of the time since the last profile and begin anew */
    struct stack_type period_type;
    int64_t period;
    void (*renumber)(const uint32_t *numbers); /* stacks have new numbers; the lock is held. May be NULL */
};

/* The time of the first profile begins now. */
void ledger_profile_begin(struct ledger *l);
/* Nothing is written when there is nothing. The agent's thread. */
enum status ledger_profile_take(struct profiling *p, struct ledger *l, const struct ledger_shape *shape,
                                struct buf *out, struct error *err);

#endif
