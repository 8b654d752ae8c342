/*
 * The functions of the C library that we stand in for, in the program and all its libraries:
 * pthread_create(), so that threads tell when they come and go, and sigaction() and signal(), so that a
 * program which uses SIGPROF itself and we do not take it from each other.
 *
 * Of signal() too, only what is said of SIGPROF is ours: the C library's heeds siginterrupt().
 *
 * A thread's end is told by the destructor of a thread-specific value, which runs on return, pthread_exit()
 * and cancellation alike. A new thread inherits its maker's signal mask; if that blocks SIGPROF, as makers of
 * worker threads often block everything, the thread would never be seen, so it is let through there.
 */
#include "agent/real.h"
#include "agent/threads.h"
#include "agent/tick.h"

#include <stdlib.h>

#define PUBLIC __attribute__((visibility("default")))

struct start {
    void *(*fn)(void *arg);
    void *arg;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int no_key;

static void on_end(void *value)
{
    (void)value;
    threads_leave();
}

static void make_key(void)
{
    no_key = pthread_key_create(&key, on_end);
}

static void *begin(void *user)
{
    struct start start = *(struct start *)user;
    sigset_t ours;

    free(user);
    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGPROF);
    (void)pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    (void)pthread_setspecific(key, &no_key);
    threads_enter((uintptr_t)start.fn);
    return start.fn(start.arg);
}

/* The C library's own names are reserved. NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
PUBLIC int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                          void *(*fn)(void *), void *restrict arg)
{
    struct start *start = NULL;

    (void)pthread_once(&once, make_key);
    if (no_key == 0 && tick_is_installed())
        start = malloc(sizeof *start);
    if (!start)
        return real_pthread_create(thread, attributes, fn, arg);

    *start = (struct start){fn, arg};
    int failed = real_pthread_create(thread, attributes, begin, start);
    if (failed != 0)
        free(start);
    return failed;
}

PUBLIC int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict before)
{
    if (number == SIGPROF && tick_sigaction(action, before))
        return 0;
    return real_sigaction(number, action, before);
}

PUBLIC sighandler_t signal(int number, sighandler_t handler)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;

    (void)sigemptyset(&action.sa_mask);
    if (number == SIGPROF && handler != SIG_ERR && tick_sigaction(&action, &before))
        return before.sa_handler;
    return real_signal(number, handler);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
