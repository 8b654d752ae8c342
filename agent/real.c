/*
 * dlsym() gives functions as objects; memcpy turns one into the other without a cast that C forbids. They are
 * looked up when the library is loaded, for dlsym() is not for signal handlers and sigaction() is.
 */
#include "agent/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
typedef int sigaction_fn(int, const struct sigaction *, struct sigaction *);
typedef sighandler_t signal_fn(int, sighandler_t);

static _Atomic(void *) kept_create, kept_sigaction, kept_signal;

/* Two threads that look at once find the same. */
static void *next_of(_Atomic(void *) *kept, const char *name)
{
    void *found = atomic_load_explicit(kept, memory_order_acquire);
    if (!found) {
        found = dlsym(RTLD_NEXT, name);
        atomic_store_explicit(kept, found, memory_order_release);
    }
    return found;
}

__attribute__((constructor)) static void look_early(void)
{
    (void)next_of(&kept_create, "pthread_create");
    (void)next_of(&kept_sigaction, "sigaction");
    (void)next_of(&kept_signal, "signal");
}

int real_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                        void *arg)
{
    create_fn *create;
    void *found = next_of(&kept_create, "pthread_create");
    if (!found)
        return EAGAIN;

    memcpy(&create, &found, sizeof create);
    return create(ret_thread, attributes, fn, arg);
}

int real_sigaction(int number, const struct sigaction *action, struct sigaction *ret_before)
{
    sigaction_fn *set;
    void *found = next_of(&kept_sigaction, "sigaction");
    if (!found) {
        errno = ENOSYS;
        return -1;
    }

    memcpy(&set, &found, sizeof set);
    return set(number, action, ret_before);
}

sighandler_t real_signal(int number, sighandler_t handler)
{
    signal_fn *set;
    void *found = next_of(&kept_signal, "signal");
    if (!found) {
        errno = ENOSYS;
        return SIG_ERR;
    }

    memcpy(&set, &found, sizeof set);
    return set(number, handler);
}
