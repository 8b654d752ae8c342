/*
 * Marks work of the agent itself: what it allocates and waits for, in whichever thread, is in nobody's
 * profile. Async-signal-safe.
 */
#ifndef AGENT_OWN_H
#define AGENT_OWN_H

#include <stdbool.h>

extern _Thread_local int own_depth __attribute__((tls_model("initial-exec")));

/* They may be nested. */
static inline void own_begin(void)
{
    own_depth++;
}

static inline void own_end(void)
{
    own_depth--;
}

static inline bool own_is_on(void)
{
    return own_depth > 0;
}

#endif
