/*
 * A binary heap of pointers, the earliest task first, and a thread that sleeps until that one is due. heap[0]
 * is never used, so a slot of 0 can mean "not armed" and children stand at 2n and 2n + 1. A task knows its
 * slot, so cancelling is O(log n) too. The thread sleeps on the monotonic clock: setting the wall clock moves
 * nothing.
 *
 * The lock is not held while a task runs; it may arm, cancel and free.
 */
#include "base/timer.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_CAP = 16 };

struct timer {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct timer_task **heap;
    size_t count; /* tasks in heap[1..count] */
    size_t cap;   /* places in heap, the unused first included */
    bool closing;
    pthread_t thread;
};

static void place(struct timer *t, size_t slot, struct timer_task *task)
{
    t->heap[slot] = task;
    task->slot = slot;
}

/* Finds the place for `task` at or above the free `slot`. */
static void sift_up(struct timer *t, size_t slot, struct timer_task *task)
{
    while (slot > 1 && t->heap[slot / 2]->due_ms > task->due_ms) {
        place(t, slot, t->heap[slot / 2]);
        slot /= 2;
    }
    place(t, slot, task);
}

/* Finds the place for `task` at or below the free `slot`. */
static void sift_down(struct timer *t, size_t slot, struct timer_task *task)
{
    while (slot * 2 <= t->count) {
        size_t child = slot * 2;
        if (child < t->count && t->heap[child + 1]->due_ms < t->heap[child]->due_ms)
            child++;
        if (t->heap[child]->due_ms >= task->due_ms)
            break;

        place(t, slot, t->heap[child]);
        slot = child;
    }
    place(t, slot, task);
}

static void heap_add(struct timer *t, struct timer_task *task)
{
    if (t->count + 1 >= t->cap) {
        t->cap = t->cap > 0 ? t->cap * 2 : FIRST_CAP;
        t->heap = mem_resize(t->heap, t->cap * sizeof(struct timer_task *));
    }
    t->count++;
    sift_up(t, t->count, task);
}

static void heap_remove(struct timer *t, struct timer_task *task)
{
    size_t slot = task->slot;
    struct timer_task *last = t->heap[t->count];
    t->count--;
    task->slot = 0;
    if (last == task)
        return;

    /* The last one fills the gap; it may belong above or below it. */
    if (slot > 1 && t->heap[slot / 2]->due_ms > last->due_ms)
        sift_up(t, slot, last);
    else
        sift_down(t, slot, last);
}

/* Sleeps until the earliest task is due, one is armed, or the timer closes. */
static void doze(struct timer *t)
{
    if (t->count == 0) {
        (void)pthread_cond_wait(&t->wake, &t->lock);
        return;
    }

    int64_t due_ms = t->heap[1]->due_ms;
    struct timespec until = {(time_t)(due_ms / 1000), (long)(due_ms % 1000) * 1000000};
    (void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
}

static void *run(void *arg)
{
    struct timer *t = arg;
    (void)pthread_mutex_lock(&t->lock);
    while (!t->closing) {
        if (t->count == 0 || t->heap[1]->due_ms > clock_mono_ms()) {
            doze(t);
            continue;
        }

        struct timer_task *task = t->heap[1];
        heap_remove(t, task);
        (void)pthread_mutex_unlock(&t->lock);
        task->run(task);
        (void)pthread_mutex_lock(&t->lock);
    }
    (void)pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct timer *timer_new(void)
{
    struct timer *t = mem_zero(1, sizeof *t);
    (void)pthread_mutex_init(&t->lock, NULL);

    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&t->wake, &attr);
    (void)pthread_condattr_destroy(&attr);

    t->thread = thread_start("timer", run, t);
    return t;
}

void timer_free(struct timer *t)
{
    if (!t)
        return;

    (void)pthread_mutex_lock(&t->lock);
    t->closing = true;
    (void)pthread_cond_signal(&t->wake);
    (void)pthread_mutex_unlock(&t->lock);

    (void)pthread_join(t->thread, NULL);
    (void)pthread_cond_destroy(&t->wake);
    (void)pthread_mutex_destroy(&t->lock);
    free(t->heap);
    free(t);
}

void timer_arm(struct timer *t, struct timer_task *task, int64_t delay_ms)
{
    int64_t due_ms;
    if (__builtin_add_overflow(clock_mono_ms(), delay_ms > 0 ? delay_ms : 0, &due_ms))
        due_ms = INT64_MAX;

    (void)pthread_mutex_lock(&t->lock);
    assert(task->slot == 0);
    task->due_ms = due_ms;
    heap_add(t, task);
    bool is_first = task->slot == 1;
    (void)pthread_mutex_unlock(&t->lock);
    /* Not under the lock, as in work_submit(). */
    if (is_first)
        (void)pthread_cond_signal(&t->wake);
}

bool timer_cancel(struct timer *t, struct timer_task *task)
{
    (void)pthread_mutex_lock(&t->lock);
    bool armed = task->slot != 0;
    if (armed)
        heap_remove(t, task);
    (void)pthread_mutex_unlock(&t->lock);
    return armed;
}
