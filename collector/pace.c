/*
 * The oldest look of the ring against the newest: a minute when looks come each second. A counter that is
 * looked at later than that (a machine that slept) has its growth spread over the longer time, which is true.
 */
#include "collector/pace.h"

void pace_init(struct pace *p)
{
    *p = (struct pace){.taken = 0};
    pthread_mutex_init(&p->lock, NULL);
}

void pace_release(struct pace *p)
{
    pthread_mutex_destroy(&p->lock);
}

void pace_look(struct pace *p, int64_t now_ms, uint64_t count)
{
    pthread_mutex_lock(&p->lock);
    p->looks[p->taken % PACE_LOOKS].ms = now_ms;
    p->looks[p->taken % PACE_LOOKS].count = count;
    p->taken++;
    pthread_mutex_unlock(&p->lock);
}

double pace_per_second(struct pace *p)
{
    double result = 0;

    pthread_mutex_lock(&p->lock);
    if (p->taken > 1) {
        size_t newest = (p->taken - 1) % PACE_LOOKS;
        size_t oldest = p->taken > PACE_LOOKS ? p->taken % PACE_LOOKS : 0;
        int64_t ms = p->looks[newest].ms - p->looks[oldest].ms;

        if (ms > 0)
            result = (double)(p->looks[newest].count - p->looks[oldest].count) * 1000.0 / (double)ms;
    }
    pthread_mutex_unlock(&p->lock);
    return result;
}
