/*
 * Pace: how fast a counter has grown lately, from looks at it about once a second. Pure but for its lock; any
 * thread.
 */
#ifndef COLLECTOR_PACE_H
#define COLLECTOR_PACE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

enum { PACE_LOOKS = 61 };

struct pace {
    pthread_mutex_t lock;
    struct {
        int64_t ms; /* monotonic */
        uint64_t count;
    } looks[PACE_LOOKS]; /* the latest ones; a ring */
    size_t taken;        /* in all */
};

void pace_init(struct pace *p);
void pace_release(struct pace *p);
void pace_look(struct pace *p, int64_t now_ms, uint64_t count);
/* Per second, over the looks that there are: the last minute. 0 before the second look. */
double pace_per_second(struct pace *p);

#endif
