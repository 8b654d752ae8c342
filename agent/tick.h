/*
 * SIGPROF, shared: ours are the signals that our own timers send, all others go to whatever handler the
 * program has or sets. Programs that use SIGPROF themselves keep working beside us.
 */
#ifndef AGENT_TICK_H
#define AGENT_TICK_H

#include "base/error.h"

#include <signal.h>
#include <stdbool.h>

/* Called in the handler, with all signals blocked: `ticks` of the clock have passed. errno may be changed. */
typedef void tick_fn(int ticks, const ucontext_t *context);

/* Once; stays for the life of the process, for a tick that is still on its way must not meet the default
 * action. E_UNAVAILABLE: the system refuses. */
NODISCARD enum status tick_install(tick_fn *fn, struct error *err);
bool tick_is_installed(void);
/* False: someone has put another handler in our place, past tick_sigaction(). */
bool tick_is_ours(void);

/* A timer that ticks every period_ns of the CPU time of thread `tid` of this process, the first time after
 * first_ns. False: the system refuses. */
bool tick_timer_start(int tid, long first_ns, long period_ns, int *ret_timer);
/* Does it still belong to a living thread? */
bool tick_timer_is_alive(int timer);
void tick_timer_stop(int timer);

/* In the child of a fork(). */
void tick_after_fork(void);

/* What the program's sigaction() for SIGPROF does while we hold it; as sigaction(2). Any thread, signal
 * handlers too. False: it is not ours, the system's is to be called. */
bool tick_sigaction(const struct sigaction *action, struct sigaction *ret_before);

#endif
