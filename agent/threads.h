/*
 * Which threads tick: all of the process but the agent's own. A thread that pthread_create() started tells of
 * its coming and going itself; those that were there before, and those that came another way, are found by
 * looking into /proc/self/task. One set for the process; any thread may call.
 */
#ifndef AGENT_THREADS_H
#define AGENT_THREADS_H

#include <stdint.h>

/* Of a thread that ends: ticks that it should have had, and where it began. Called in that thread, with
 * signals blocked, between threads_begin() and the end of threads_end(). */
typedef void threads_rest_fn(int ticks, uintptr_t begin);

/* From now on threads tick every period_ns of their CPU time. Called, like threads_scan() and threads_end(),
 * by the agent's thread, which is left out. */
void threads_begin(long period_ns, threads_rest_fn *on_rest);
/* Finds those that did not tell, and forgets those that are gone. */
void threads_scan(void);
/* No more ticks are made; some may still be on their way. */
void threads_end(void);
/* How many the last scan left out: there are too many, or the system has no more timers. */
uint64_t threads_missed(void);

/* The calling thread comes, to run the function at `begin`, or goes. Not in signal handlers. */
void threads_enter(uintptr_t begin);
void threads_leave(void);
/* The calling thread has got so many ticks. Async-signal-safe. */
void threads_ticked(int ticks);

/* Around fork(): in the child there is no timer and no other thread. */
void threads_before_fork(void);
void threads_after_fork(int is_child);

#endif
