/* The condition is on the monotonic clock: a step of the wall clock must not wake or delay anybody. */
#include "base/patrol.h"

#include "base/clock.h"
#include "base/thread.h"

#include <stddef.h>

void patrol_init(struct patrol *p)
{
    pthread_condattr_t attr;

    *p = (struct patrol){0};
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &attr);
    pthread_condattr_destroy(&attr);
}

static void *walk(void *arg)
{
    struct patrol *p = arg;

    p->run(p->arg);
    return NULL;
}

void patrol_start(struct patrol *p, const char *name, void (*run)(void *arg), void *arg)
{
    p->run = run;
    p->arg = arg;
    p->running = true;
    p->thread = thread_start(name, walk, p);
}

void patrol_stop(struct patrol *p)
{
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

void patrol_release(struct patrol *p)
{
    patrol_stop(p);
    if (p->running)
        pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
}

bool patrol_wait(struct patrol *p, int64_t ms)
{
    int64_t due_ms = clock_mono_ms() + ms;
    struct timespec until = {due_ms / 1000, (due_ms % 1000) * 1000000};
    bool go;

    pthread_mutex_lock(&p->lock);
    while (!p->stop && clock_mono_ms() < due_ms)
        pthread_cond_timedwait(&p->wake, &p->lock, &until);
    go = !p->stop;
    pthread_mutex_unlock(&p->lock);
    return go;
}

bool patrol_stopping(struct patrol *p)
{
    pthread_mutex_lock(&p->lock);
    bool stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    return stop;
}
