/*
 * Which threads tick: all of the process but the agent's own. A thread that pthread_create() started tells of
 * its coming and going itself; those that were there before, and those that came another way, are found by
 * looking into /proc/self/task. One set for the process; any thread may call.
 */
#ifndef AGENT_THREADS_H
#define AGENT_THREADS_H

#include <stdint.h>

/* From now on threads tick every period_ns of their CPU time. Called, like threads_scan() and threads_end(),
 * by the agent's thread, which is left out. */
void threads_begin(long period_ns);
/* Finds those that did not tell, and forgets those that are gone. */
void threads_scan(void);
/* No more ticks are made; some may still be on their way. */
void threads_end(void);
/* How many were not sampled because there were too many, since threads_begin(). */
uint64_t threads_missed(void);

/* The calling thread comes, or goes. Not in signal handlers. */
void threads_enter(void);
void threads_leave(void);

/* Around fork(): in the child there is no timer and no other thread. */
void threads_before_fork(void);
void threads_after_fork(int is_child);

#endif
