/*
 * One thread that calls functions later. The task is embedded in the caller's struct. Calls must be short:
 * they hand over to a pool or to another thread.
 */
#ifndef BASE_TIMER_H
#define BASE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer;

struct timer_task {
    void (*run)(struct timer_task *task); /* on the timer's thread; may free or re-arm the task */
    int64_t due_ms;                       /* the timer's */
    size_t slot;                          /* the timer's; 0: not armed */
};

struct timer *timer_new(void);
/* Stops the thread; tasks that are armed never run. Takes NULL. */
void timer_free(struct timer *t);
/* Any thread. The task must not be armed. */
void timer_arm(struct timer *t, struct timer_task *task, int64_t delay_ms);
/* True if it was armed and will not run; false if it ran, is running or was never armed. */
bool timer_cancel(struct timer *t, struct timer_task *task);

#endif
