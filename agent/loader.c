/* Its lock is held for a microsecond where we count, and for as long as loading takes, once a library. */
#include "agent/loader.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*_Atomic at_exit)(void);

void *loader_open(const char *name)
{
    (void)pthread_mutex_lock(&lock);
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    (void)pthread_mutex_unlock(&lock);
    return library;
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
    (void)pthread_mutex_lock(&lock);
}

void loader_after_fork(void)
{
    (void)pthread_mutex_unlock(&lock);
}
