/*
 * Atomic counters without an order between them: nobody concludes anything from two of them at the same
 * moment. Each op carries a small record of when it began and whose completion is to be called.
 */
#include "store/stats.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdlib.h>

const int64_t STATS_BUCKET_MS[STATS_BUCKETS] = {1,   2,   5,    10,   20,   50,    100,
                                                200, 500, 1000, 2000, 5000, 10000, 30000};

typedef atomic_uint_fast64_t counter;

struct counters {
    counter requests;
    counter answers[STATS_STATUSES];
    counter bytes_out;
    counter bytes_in;
    counter keys;
    counter latency[STATS_BUCKETS + 1];
    counter latency_sum_us;
};

struct stats_store {
    struct store store;
    struct store *inner;
    struct counters verb[STORE_VERBS];
};

struct record {
    struct stats_store *stats;
    int64_t began_us;
    void (*done)(struct store_op *op);
    void *user;
};

static struct stats_store *stats_of(struct store *store)
{
    return (struct stats_store *)(void *)store;
}

static void count(counter *c, uint64_t n)
{
    atomic_fetch_add_explicit(c, n, memory_order_release);
}

static uint64_t value(counter *c)
{
    return atomic_load_explicit(c, memory_order_acquire);
}

static size_t bucket_of(int64_t took_us)
{
    size_t i = 0;
    while (i < STATS_BUCKETS && took_us > STATS_BUCKET_MS[i] * 1000)
        i++;
    return i;
}

static void inner_done(struct store_op *op)
{
    struct record *r = op->user;
    struct counters *c = &r->stats->verb[op->verb];
    int64_t took_us = clock_mono_us() - r->began_us;
    count(&c->answers[op->error.code], 1);
    count(&c->latency[bucket_of(took_us)], 1);
    count(&c->latency_sum_us, (uint64_t)took_us);
    if (op->error.code == OK) {
        count(&c->bytes_out, op->verb == STORE_PUT ? op->body.len : 0);
        count(&c->bytes_in, op->object.len);
        count(&c->keys, op->page.count);
    }

    op->done = r->done;
    op->user = r->user;
    free(r);
    op->done(op);
}

static void stats_submit(struct store *store, struct store_op *op)
{
    struct stats_store *s = stats_of(store);
    struct record *r = mem_alloc(sizeof *r);
    *r = (struct record){s, clock_mono_us(), op->done, op->user};
    op->done = inner_done;
    op->user = r;
    count(&s->verb[op->verb].requests, 1);
    store_submit(s->inner, op);
}

static void stats_close(struct store *store)
{
    struct stats_store *s = stats_of(store);
    store_close(s->inner);
    free(s);
}

static void stats_time(struct store *store, struct store_time *ret_time)
{
    store_time(stats_of(store)->inner, ret_time);
}

static const char *stats_describe(struct store *store)
{
    return store_describe(stats_of(store)->inner);
}

static const struct store_ops STATS_OPS = {
    .submit = stats_submit,
    .close = stats_close,
    .time = stats_time,
    .describe = stats_describe,
};

struct store *stats_store_new(struct store *take_inner)
{
    struct stats_store *s = mem_zero(1, sizeof *s);
    s->store.ops = &STATS_OPS;
    s->inner = take_inner;
    return &s->store;
}

void stats_snapshot(struct store *stats_store, struct stats *ret_stats)
{
    struct stats_store *s = stats_of(stats_store);
    struct stats stats = {0};
    for (size_t v = 0; v < STORE_VERBS; v++) {
        struct counters *from = &s->verb[v];
        struct stats_verb *to = &stats.verb[v];
        uint64_t answered = 0;
        for (size_t i = 0; i < STATS_STATUSES; i++) {
            to->answers[i] = value(&from->answers[i]);
            answered += to->answers[i];
        }
        for (size_t i = 0; i <= STATS_BUCKETS; i++)
            to->latency[i] = value(&from->latency[i]);
        to->latency_sum_us = value(&from->latency_sum_us);
        to->bytes_out = value(&from->bytes_out);
        to->bytes_in = value(&from->bytes_in);
        to->keys = value(&from->keys);
        to->requests = value(&from->requests);
        to->in_flight = to->requests - answered;
    }
    *ret_stats = stats;
}
