/*
 * A call is an op on its way: with the inner store, or in the list of those that wait for the timer. The op
 * itself is handed in, its completion and deadline lent to us until it is answered.
 *
 *     start -> inner store -> done: answer, or wait -> timer -> start, or wait again for the budget
 *
 * Closing answers those that wait, then closes the inner store, which answers the others. A call on the
 * timer's thread may be between the two: `starting` counts those, the inner store is not closed before they
 * are through.
 */
#include "store/retry.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/random.h"
#include "store/retry_policy.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

struct call {
    struct timer_task wake;
    struct retry *retry;
    struct store_op *op;
    int attempts;
    int waits;
    bool waiting; /* in the list */
    struct call *prev, *next;
    /* The caller's, put back before the answer. */
    void (*done)(struct store_op *op);
    void *user;
    int64_t deadline_ms;
};

struct retry {
    struct store store;
    struct store *inner;
    struct timer *timer;
    pthread_mutex_t lock;
    pthread_cond_t quiet; /* starting or live has become 0 */
    struct call *waiting;
    size_t live;     /* calls that are not answered */
    size_t starting; /* calls that the timer hands to the inner store just now */
    bool closing;
    struct retry_budget budget;
    struct random random;
};

static void lock(struct retry *r)
{
    (void)pthread_mutex_lock(&r->lock);
}

static void unlock(struct retry *r)
{
    (void)pthread_mutex_unlock(&r->lock);
}

/* --- the list; under the lock --- */

static void enlist(struct retry *r, struct call *c)
{
    c->waiting = true;
    c->prev = NULL;
    c->next = r->waiting;
    if (r->waiting)
        r->waiting->prev = c;
    r->waiting = c;
}

static void delist(struct retry *r, struct call *c)
{
    if (!c->waiting)
        return;

    c->waiting = false;
    if (c->prev)
        c->prev->next = c->next;
    else
        r->waiting = c->next;
    if (c->next)
        c->next->prev = c->prev;
}

/* True if the call waits for the timer now, not less than `asked_ms`; false: it is to be answered. */
static bool wait_again(struct retry *r, struct call *c, int64_t asked_ms)
{
    struct retry_case rc = {.status = c->op->error.code,
                            .waits = c->waits,
                            .now_ms = clock_mono_ms(),
                            .deadline_ms = c->deadline_ms,
                            .retry_after_ms = asked_ms,
                            .chance = random_unit(&r->random)};
    int64_t wait_ms;
    if (r->closing || !retry_wait(&rc, &wait_ms)) {
        delist(r, c);
        return false;
    }

    if (!c->waiting)
        enlist(r, c);
    c->waits++;
    timer_arm(r->timer, &c->wake, wait_ms);
    return true;
}

/* --- the way of a call --- */

static void answer(struct call *c)
{
    struct retry *r = c->retry;
    struct store_op *op = c->op;
    op->done = c->done;
    op->user = c->user;
    op->deadline_ms = c->deadline_ms;
    if (op->error.code != OK && c->attempts > 1)
        (void)error_wrap(&op->error, "%d attempts", c->attempts);
    free(c);
    op->done(op);

    lock(r);
    if (--r->live == 0)
        (void)pthread_cond_broadcast(&r->quiet);
    unlock(r);
}

static void start(struct call *c)
{
    struct store_op *op = c->op;
    c->attempts++;
    op->deadline_ms = retry_attempt_deadline(op, c->deadline_ms, clock_mono_ms());
    store_submit(c->retry->inner, op);
}

static void inner_done(struct store_op *op)
{
    struct call *c = op->user;
    struct retry *r = c->retry;
    bool ok = op->error.code == OK;
    if (!ok)
        store_op_release(op);

    lock(r);
    if (ok && c->attempts > 1)
        retry_budget_give_back(&r->budget);
    bool waits = !ok && wait_again(r, c, op->retry_after_ms);
    unlock(r);

    if (!waits)
        answer(c);
}

static void wake(struct timer_task *task)
{
    struct call *c = (struct call *)(void *)((char *)task - offsetof(struct call, wake));
    struct retry *r = c->retry;
    lock(r);
    bool starts = !r->closing && retry_budget_take(&r->budget, clock_mono_ms());
    bool waits = !starts && wait_again(r, c, 0);
    if (starts) {
        delist(r, c);
        r->starting++;
    }
    unlock(r);

    if (!starts) {
        if (!waits)
            answer(c);
        return;
    }

    start(c);
    lock(r);
    if (--r->starting == 0)
        (void)pthread_cond_broadcast(&r->quiet);
    unlock(r);
}

static void retry_submit(struct store *store, struct store_op *op)
{
    struct retry *r = (struct retry *)(void *)store;
    struct call *c = mem_zero(1, sizeof *c);
    *c = (struct call){.wake = {.run = wake},
                       .retry = r,
                       .op = op,
                       .done = op->done,
                       .user = op->user,
                       .deadline_ms = op->deadline_ms};
    op->done = inner_done;
    op->user = c;

    lock(r);
    r->live++;
    retry_budget_earn(&r->budget);
    unlock(r);
    start(c);
}

/* --- the rest --- */

/* Takes those out of the list whose timer will not run; the others see that the store is closing. */
static struct call *cancel_waiting(struct retry *r)
{
    struct call *cancelled = NULL;
    for (struct call *c = r->waiting, *next; c; c = next) {
        next = c->next;
        if (!timer_cancel(r->timer, &c->wake))
            continue;
        delist(r, c);
        c->next = cancelled;
        cancelled = c;
    }
    return cancelled;
}

void retry_store_stop(struct store *store)
{
    struct retry *r = (struct retry *)(void *)store;
    lock(r);
    r->closing = true;
    struct call *cancelled = cancel_waiting(r);
    unlock(r);

    for (struct call *c = cancelled, *next; c; c = next) {
        next = c->next;
        c->op->error.code = E_UNAVAILABLE;
        (void)error_wrap(&c->op->error, "the store is closing");
        answer(c);
    }
}

static void retry_close(struct store *store)
{
    struct retry *r = (struct retry *)(void *)store;
    retry_store_stop(store);

    lock(r);
    while (r->starting > 0)
        (void)pthread_cond_wait(&r->quiet, &r->lock);
    unlock(r);
    store_close(r->inner);

    lock(r);
    while (r->live > 0)
        (void)pthread_cond_wait(&r->quiet, &r->lock);
    unlock(r);
    (void)pthread_cond_destroy(&r->quiet);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static void retry_time(struct store *store, struct store_time *ret_time)
{
    store_time(((struct retry *)(void *)store)->inner, ret_time);
}

static const char *retry_describe(struct store *store)
{
    return store_describe(((struct retry *)(void *)store)->inner);
}

static const struct store_ops RETRY_OPS = {
    .submit = retry_submit,
    .close = retry_close,
    .time = retry_time,
    .describe = retry_describe,
};

struct store *retry_store_new(struct store *take_inner, struct timer *timer)
{
    struct retry *r = mem_zero(1, sizeof *r);
    r->store.ops = &RETRY_OPS;
    r->inner = take_inner;
    r->timer = timer;
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->quiet, NULL);
    retry_budget_init(&r->budget, clock_mono_ms());
    random_seed_system(&r->random);
    return &r->store;
}
