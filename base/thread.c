/*
 * A new thread inherits the signal mask of its maker, so the maker blocks the signals for the moment of the
 * call. Unblocking later, inside the thread, would leave a gap in which a SIGTERM could land there.
 */
#include "base/thread.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_CHARS = 15 };

static const int let_through[] = {SIGPROF, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

pthread_t thread_start(const char *name, void *(*fn)(void *arg), void *arg)
{
    sigset_t deaf, before;
    (void)sigfillset(&deaf);
    for (size_t i = 0; i < sizeof let_through / sizeof let_through[0]; i++)
        (void)sigdelset(&deaf, let_through[i]);

    pthread_t thread;
    (void)pthread_sigmask(SIG_SETMASK, &deaf, &before);
    int failed = pthread_create(&thread, NULL, fn, arg);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        (void)fprintf(stderr, "starting the thread '%s': %s\n", name, strerror(failed));
        abort();
    }

    char kept[NAME_MAX_CHARS + 1];
    (void)snprintf(kept, sizeof kept, "%.*s", NAME_MAX_CHARS, name);
    /* The kernel refuses only if the thread is gone already, and then nobody needs the name. */
    (void)pthread_setname_np(thread, kept);
    return thread;
}
