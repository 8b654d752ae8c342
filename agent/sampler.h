/*
 * Takes samples: while it runs, every tick of a thread leaves the thread's stack in a slot. One for the
 * process, driven by the agent's thread.
 */
#ifndef AGENT_SAMPLER_H
#define AGENT_SAMPLER_H

#include "agent/modules.h"
#include "agent/slots.h"
#include "base/error.h"

/* E_UNAVAILABLE: no handler for SIGPROF, or no memory. modules is borrowed until sampler_stop(). */
NODISCARD enum status sampler_start(struct modules *modules, long period_ns, struct error *err);

/* What must be done every 100 ms or so: gives the samples to fn, follows threads and modules. False: someone
 * has put another handler in the place of ours, there will be no more samples. */
bool sampler_look(void (*fn)(void *user, const struct slot *slot), void *user);

/* Ends it, and gives the last samples to fn. Returns the ticks that found no slot. */
uint64_t sampler_stop(void (*fn)(void *user, const struct slot *slot), void *user);

/* False: a handler has not come back, and may still read slots and modules. */
bool sampler_is_quiet(void);

/* In the child of a fork(), where nothing ticks. */
void sampler_forget(void);

#endif
