/*
 * Our lock is held for a microsecond where we count, and for as long as loading takes, once a library. While
 * we load, the dynamic linker may make us wait for a library of the program whose constructor fork()s: so
 * fork() does not wait for us for ever.
 */
#include "agent/loader.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

enum { FORK_WAITS_MS = 1000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_held; /* over fork(), by the thread that forks */
static void (*_Atomic at_exit)(void);

void *loader_open(const char *name)
{
    (void)pthread_mutex_lock(&lock);
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    (void)pthread_mutex_unlock(&lock);
    return library;
}

bool loader_is_same(const void *a, const void *b)
{
    Dl_info one, other;
    return a && b && dladdr(a, &one) != 0 && dladdr(b, &other) != 0 && one.dli_fbase == other.dli_fbase;
}

void loader_at_exit(void (*fn)(void))
{
    atomic_store(&at_exit, fn);
    (void)atexit(fn);
}

void loader_is_ready(void)
{
    void (*fn)(void) = atomic_load(&at_exit);
    if (fn)
        (void)atexit(fn);
}

/* The first library's record has the counters of all. */
static int count(struct dl_phdr_info *info, size_t size, void *user)
{
    uint64_t *changes = user;
    if (size >= offsetof(struct dl_phdr_info, dlpi_tls_modid))
        *changes = (uint64_t)(info->dlpi_adds + info->dlpi_subs) + 1;
    return 1;
}

uint64_t loader_changes(void)
{
    uint64_t changes = 1;
    (void)pthread_mutex_lock(&lock);
    (void)dl_iterate_phdr(count, &changes);
    (void)pthread_mutex_unlock(&lock);
    return changes;
}

void loader_before_fork(void)
{
    const struct timespec moment = {0, 1000000};
    bool held = pthread_mutex_trylock(&lock) == 0;
    for (int i = 0; i < FORK_WAITS_MS && !held; i++) {
        (void)nanosleep(&moment, NULL);
        held = pthread_mutex_trylock(&lock) == 0;
    }
    is_held = held;
}

void loader_after_fork(bool is_child)
{
    if (is_held)
        (void)pthread_mutex_unlock(&lock);
    else if (is_child) /* who held it is not here */
        (void)pthread_mutex_init(&lock, NULL);
}
