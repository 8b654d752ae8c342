/* The agent: a thread that takes profiles in turn and delivers them. */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "agent/settings.h"

struct agent;

/* Takes over the settings, also when it fails. E_UNAVAILABLE: the system gives no thread, or no
 * memory. E_CONFIG: a profile that is wanted cannot be had here. */
NODISCARD enum status agent_start(struct settings *take_settings, struct agent **ret_agent,
                                  struct error *err);
/* Cuts short what is under way, lets it be delivered within grace_ms, ends. False: the thread did not end in
 * time and is left to itself. */
bool agent_stop(struct agent *a, int64_t grace_ms);

/* In the child of a fork(), where its thread is not: the settings move out, the rest is left alone. */
struct settings agent_forget(struct agent *a);

#endif
