/*
 * The functions of POSIX threads that wait, in the program and all its libraries: libbrazier-full only. Time
 * is taken of those calls alone that cannot go on at once; a lock that is free is taken by the same
 * instructions as before, by way of the function that tries. A wait that ends by cancellation is not counted.
 *
 * Condition variables have had another layout before glibc 2.3.2, whose functions dlsym() might give on
 * x86_64: the version is asked for by name.
 */
#include "agent/contention.h"
#include "agent/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

#define WAIT_FUNCTIONS(X)                                                                                    \
    X(pthread_mutex_lock)                                                                                    \
    X(pthread_mutex_trylock)                                                                                 \
    X(pthread_rwlock_rdlock)                                                                                 \
    X(pthread_rwlock_tryrdlock)                                                                              \
    X(pthread_rwlock_wrlock)                                                                                 \
    X(pthread_rwlock_trywrlock)                                                                              \
    X(pthread_cond_wait)                                                                                     \
    X(pthread_cond_timedwait)                                                                                \
    X(pthread_cond_clockwait)

static struct {
#define MEMBER(name) __typeof__(name) *_Atomic name; /* NOLINT(bugprone-macro-parentheses): declares it */
    WAIT_FUNCTIONS(MEMBER)
} next;

static void *look_up(const char *name)
{
    void *found = strncmp(name, "pthread_cond_", 13) == 0 ? dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2") : NULL;
    if (!found)
        found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort(); /* nobody calls a function of threads without the library of threads */
    return found;
}

/* The function that stands behind ours. Threads that look at once find the same. */
#define NEXT(name)                                                                                           \
    ({                                                                                                       \
        __typeof__(name) *fn_ = atomic_load_explicit(&next.name, memory_order_relaxed);                      \
        if (__builtin_expect(!fn_, 0)) {                                                                     \
            void *found_ = look_up(#name);                                                                   \
            memcpy(&fn_, &found_, sizeof fn_);                                                               \
            atomic_store_explicit(&next.name, fn_, memory_order_relaxed);                                    \
        }                                                                                                    \
        fn_;                                                                                                 \
    })

/* Early, if nobody was earlier: dlsym() has a lock of its own. */
__attribute__((constructor)) static void look_early(void)
{
#define LOOK(name) (void)NEXT(name);
    WAIT_FUNCTIONS(LOOK)
}

bool interpose_wait_is_first(void)
{
    return loader_is_same(dlsym(RTLD_DEFAULT, "pthread_mutex_lock"), &next);
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are reserved names */

/* What a lock does: tries, and if it must wait, counts. */
#define LOCK(lock, try)                                                                                      \
    if (!contention_counts())                                                                                \
        return NEXT(lock)(subject);                                                                          \
    int failed = NEXT(try)(subject);                                                                         \
    if (failed != EBUSY)                                                                                     \
        return failed;                                                                                       \
    int64_t since = contention_now();                                                                        \
    failed = NEXT(lock)(subject);                                                                            \
    contention_waited(since, CALLER);                                                                        \
    return failed

PUBLIC int pthread_mutex_lock(pthread_mutex_t *subject)
{
    LOCK(pthread_mutex_lock, pthread_mutex_trylock);
}

PUBLIC int pthread_rwlock_rdlock(pthread_rwlock_t *subject)
{
    LOCK(pthread_rwlock_rdlock, pthread_rwlock_tryrdlock);
}

PUBLIC int pthread_rwlock_wrlock(pthread_rwlock_t *subject)
{
    LOCK(pthread_rwlock_wrlock, pthread_rwlock_trywrlock);
}

PUBLIC int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
    if (!contention_counts())
        return NEXT(pthread_cond_wait)(cond, mutex);

    int64_t since = contention_now();
    int failed = NEXT(pthread_cond_wait)(cond, mutex);
    contention_waited(since, CALLER);
    return failed;
}

PUBLIC int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                  const struct timespec *restrict until)
{
    if (!contention_counts())
        return NEXT(pthread_cond_timedwait)(cond, mutex, until);

    int64_t since = contention_now();
    int failed = NEXT(pthread_cond_timedwait)(cond, mutex, until);
    contention_waited(since, CALLER);
    return failed;
}

PUBLIC int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                  clockid_t clock, const struct timespec *restrict until)
{
    if (!contention_counts())
        return NEXT(pthread_cond_clockwait)(cond, mutex, clock, until);

    int64_t since = contention_now();
    int failed = NEXT(pthread_cond_clockwait)(cond, mutex, clock, until);
    contention_waited(since, CALLER);
    return failed;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
