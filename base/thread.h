/*
 * Threads of our own making: named, and deaf to signals, so that only the main thread handles them. SIGPROF
 * is let through (a profiler that looks at this process needs it), and so are faults.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* Starts fn(arg); join it with pthread_join(). At most 15 characters of the name are kept. A system that
 * gives no thread ends the process: it happens at the start or not at all. Any thread. */
pthread_t thread_start(const char *name, void *(*fn)(void *arg), void *arg);

#endif
