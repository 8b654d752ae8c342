/*
 * The contention profiler: time that threads waited for each other, by the stack that waited. It is told by
 * the functions that stand in for those of POSIX threads (interpose_wait.c), when they could not go on at
 * once.
 */
#ifndef AGENT_CONTENTION_H
#define AGENT_CONTENTION_H

#include "agent/own.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

extern atomic_bool contention_is_on;

/* Is the time to be taken? Not of our own locks. */
static inline bool contention_counts(void)
{
    return __builtin_expect(atomic_load_explicit(&contention_is_on, memory_order_acquire), 0) && !own_is_on();
}

/* On the monotonic clock, in nanoseconds. */
int64_t contention_now(void);
/* It waited since then; `caller` is where the program goes on. errno stays. */
void contention_waited(int64_t since, const void *caller);

/* Do the functions of the whole program come to us? Present only where interpose_wait.c is linked. */
extern bool interpose_wait_is_first(void) __attribute__((weak, visibility("hidden")));

#endif
