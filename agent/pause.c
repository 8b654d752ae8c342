/* A condition variable on the monotonic clock: nobody who sets the time makes us wait. */
#include "agent/pause.h"

#include "base/clock.h"

#include <time.h>

void pause_init(struct pause *p)
{
    pthread_condattr_t attributes;

    *p = (struct pause){0};
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->stopped, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void pause_release(struct pause *p)
{
    (void)pthread_cond_destroy(&p->stopped);
    (void)pthread_mutex_destroy(&p->lock);
}

bool pause_wait(struct pause *p, int64_t ms)
{
    int64_t until_ms = clock_mono_ms() + ms;
    struct timespec until = {until_ms / 1000, (until_ms % 1000) * 1000000};

    (void)pthread_mutex_lock(&p->lock);
    while (!p->is_stopped && pthread_cond_timedwait(&p->stopped, &p->lock, &until) == 0)
        continue;
    bool stopped = p->is_stopped;
    (void)pthread_mutex_unlock(&p->lock);
    return !stopped;
}

bool pause_is_stopped(struct pause *p)
{
    return pause_left_ms(p) != INT64_MAX;
}

int64_t pause_left_ms(struct pause *p)
{
    (void)pthread_mutex_lock(&p->lock);
    int64_t left_ms = p->is_stopped ? p->over_ms - clock_mono_ms() : INT64_MAX;
    (void)pthread_mutex_unlock(&p->lock);
    return left_ms > 0 ? left_ms : 0;
}

void pause_stop(struct pause *p, int64_t grace_ms)
{
    (void)pthread_mutex_lock(&p->lock);
    p->is_stopped = true;
    p->over_ms = clock_mono_ms() + grace_ms;
    (void)pthread_cond_broadcast(&p->stopped);
    (void)pthread_mutex_unlock(&p->lock);
}
