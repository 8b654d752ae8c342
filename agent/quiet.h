/*
 * Every lock of ours is held with all signals blocked: a handler of the program that interrupts us while we
 * hold one, and forks or sets a handler itself, would wait for it for ever. What happens under it is our own.
 */
#ifndef AGENT_QUIET_H
#define AGENT_QUIET_H

#include "agent/own.h"

#include <pthread.h>
#include <signal.h>

static inline void quiet_lock(pthread_mutex_t *lock, sigset_t *ret_before)
{
    sigset_t all;
    own_begin();
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, ret_before);
    (void)pthread_mutex_lock(lock);
}

static inline void quiet_unlock(pthread_mutex_t *lock, const sigset_t *before)
{
    (void)pthread_mutex_unlock(lock);
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
    own_end();
}

#endif
