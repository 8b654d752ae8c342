/*
 * A patrol: a thread that does its round, waits, does its round again, until it is told to stop; then it is
 * woken and joined. For work that nobody waits for.
 */
#ifndef BASE_PATROL_H
#define BASE_PATROL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct patrol {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool running, stop;
    void (*run)(void *arg);
    void *arg;
};

void patrol_init(struct patrol *p);
/* Starts run(arg) on a thread of that name; it returns when patrol_wait() said so. */
void patrol_start(struct patrol *p, const char *name, void (*run)(void *arg), void *arg);
/* Tells it to stop, without waiting until it has. */
void patrol_stop(struct patrol *p);
/* Stops and joins if it runs, releases what patrol_init() took. */
void patrol_release(struct patrol *p);
/* For run(): waits so long; false when it is time to stop. */
bool patrol_wait(struct patrol *p, int64_t ms);
/* For run() and any other thread: is it being stopped? */
bool patrol_stopping(struct patrol *p);

#endif
