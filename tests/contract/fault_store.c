/* One lock around the plan and the list of held ops; nothing is completed or submitted under it. */
#include "tests/contract/fault_store.h"

#include "base/alloc.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

struct held {
    struct store_op *op;
    struct held *next;
};

struct fault_store {
    struct store store;
    struct store *inner;
    pthread_mutex_t lock;
    struct fault fault;
    unsigned failed;
    unsigned passed; /* since the last that failed */
    struct held *held;
};

/* An op whose answer will be lost. */
struct lost {
    struct fault fault;
    void (*done)(struct store_op *op);
    void *user;
};

static struct fault_store *fault_of(struct store *store)
{
    return (struct fault_store *)(void *)store;
}

static void fail(struct store_op *op, const struct fault *f)
{
    (void)error_set(&op->error, f->status, "%s '%.*s': a fault was asked for", store_verb_name(op->verb),
                    SLICE_ARG(op->key));
    op->retry_after_ms = f->retry_after_ms;
    op->done(op);
}

static void lose(struct store_op *op)
{
    struct lost *l = op->user;
    struct fault fault = l->fault;
    op->done = l->done;
    op->user = l->user;
    free(l);
    fail(op, &fault);
}

/* True if this op is one that fails; counts it. */
static bool is_due(struct fault_store *s, const struct store_op *op)
{
    if (!(s->fault.verbs & FAULT_VERB(op->verb)) || s->fault.times == 0)
        return false;
    if (s->fault.after > 0) {
        s->fault.after--;
        return false;
    }

    if (++s->passed < s->fault.every)
        return false;

    s->passed = 0;
    if (s->fault.times != UINT_MAX)
        s->fault.times--;
    s->failed++;
    return true;
}

static void hold(struct fault_store *s, struct store_op *op)
{
    struct held *h = mem_zero(1, sizeof *h);
    h->op = op;
    h->next = s->held;
    s->held = h;
}

static void fault_submit(struct store *store, struct store_op *op)
{
    struct fault_store *s = fault_of(store);
    (void)pthread_mutex_lock(&s->lock);
    struct fault fault = s->fault;
    bool due = is_due(s, op);
    bool holds = due && fault.how == FAULT_HOLD;
    if (holds)
        hold(s, op);
    (void)pthread_mutex_unlock(&s->lock);
    if (holds)
        return;

    if (due && fault.how == FAULT_REFUSE) {
        fail(op, &fault);
        return;
    }
    if (due) {
        struct lost *l = mem_zero(1, sizeof *l);
        *l = (struct lost){fault, op->done, op->user};
        op->done = lose;
        op->user = l;
    }
    store_submit(s->inner, op);
}

static void answer_held(struct fault_store *s, const struct fault *f)
{
    (void)pthread_mutex_lock(&s->lock);
    struct held *list = s->held;
    s->held = NULL;
    (void)pthread_mutex_unlock(&s->lock);

    for (struct held *h = list, *next; h; h = next) {
        next = h->next;
        struct store_op *op = h->op;
        free(h);
        fail(op, f);
    }
}

void fault_store_let_go(struct store *fault_store)
{
    struct fault_store *s = fault_of(fault_store);
    (void)pthread_mutex_lock(&s->lock);
    struct fault fault = s->fault;
    (void)pthread_mutex_unlock(&s->lock);
    answer_held(s, &fault);
}

static void fault_close(struct store *store)
{
    struct fault_store *s = fault_of(store);
    struct fault closing = {.status = E_UNAVAILABLE};
    answer_held(s, &closing);
    store_close(s->inner);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

static void fault_time(struct store *store, struct store_time *ret_time)
{
    store_time(fault_of(store)->inner, ret_time);
}

static const char *fault_describe(struct store *store)
{
    return store_describe(fault_of(store)->inner);
}

static const struct store_ops FAULT_OPS = {
    .submit = fault_submit,
    .close = fault_close,
    .time = fault_time,
    .describe = fault_describe,
};

struct store *fault_store_new(struct store *take_inner)
{
    struct fault_store *s = mem_zero(1, sizeof *s);
    s->store.ops = &FAULT_OPS;
    s->inner = take_inner;
    (void)pthread_mutex_init(&s->lock, NULL);
    return &s->store;
}

void fault_store_set(struct store *fault_store, struct fault fault)
{
    struct fault_store *s = fault_of(fault_store);
    (void)pthread_mutex_lock(&s->lock);
    s->fault = fault;
    s->passed = 0;
    (void)pthread_mutex_unlock(&s->lock);
}

unsigned fault_store_failed(struct store *fault_store)
{
    struct fault_store *s = fault_of(fault_store);
    (void)pthread_mutex_lock(&s->lock);
    unsigned failed = s->failed;
    (void)pthread_mutex_unlock(&s->lock);
    return failed;
}
