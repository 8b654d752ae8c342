/*
 * The stack of the calling thread, in its own time and not in a signal handler: for the profilers that stand
 * in for functions. Same rules and same walk as the CPU profiler's.
 */
#ifndef AGENT_CAPTURE_H
#define AGENT_CAPTURE_H

#include "agent/modules.h"
#include "agent/slots.h"

/* Once for each agent, before it has a thread: reads the rules of all modules. modules is borrowed until
 * capture_forget(). False: no memory. */
bool capture_begin(struct modules *modules);
/* The agent's thread, every 100 ms or so: follows libraries that come. */
void capture_look(void);
/* No capture begins any more. True: and none is under way that reads the modules. */
bool capture_end(void);
/* Does nobody read what was there before the last modules_refresh()? Waits a moment for it. */
bool capture_is_quiet(void);
/* In the child of a fork(). */
void capture_forget(void);

/* The stack from the frame on that `caller` returns to; NULL: not now. Given back with slots_release().
 * errno may be changed. */
struct slot *capture_stack(const void *caller);

#endif
