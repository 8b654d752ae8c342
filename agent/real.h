/*
 * The C library's own functions behind those that the agent stands in for. Each is looked up once, early, and
 * stays. Any thread; the two of signals in signal handlers too, once the constructors have run.
 */
#ifndef AGENT_REAL_H
#define AGENT_REAL_H

#include <pthread.h>
#include <signal.h>

/* EAGAIN if there is none to be found. */
int real_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                        void *arg);
/* -1 with ENOSYS if there is none to be found. */
int real_sigaction(int number, const struct sigaction *action, struct sigaction *ret_before);
/* SIG_ERR with ENOSYS if there is none to be found. */
sighandler_t real_signal(int number, sighandler_t handler);

#endif
