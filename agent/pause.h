/*
 * Waiting that can be ended: the agent's thread sleeps in it, others tell it to stop. After that there is a
 * moment left for what was under way.
 */
#ifndef AGENT_PAUSE_H
#define AGENT_PAUSE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pause {
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool is_stopped;
    int64_t over_ms; /* on the monotonic clock: when the moment is over */
};

void pause_init(struct pause *p);
void pause_release(struct pause *p);

/* Waits so long, or until it is stopped. False: it is stopped. */
bool pause_wait(struct pause *p, int64_t ms);
bool pause_is_stopped(struct pause *p);
/* Milliseconds left for what is under way; INT64_MAX: it is not stopped. */
int64_t pause_left_ms(struct pause *p);
/* Once; any thread. */
void pause_stop(struct pause *p, int64_t grace_ms);

#endif
