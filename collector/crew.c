/*
 * The leader, whose question it is, begins alone. After each input it looks at what is left: if that is worth
 * more than the price (waking threads, joining their results), it hires as many hands as are free. So small
 * merges never pay, and nobody has to know sizes in advance. It hires after an input was added, because the
 * types of the first one judge all others.
 *
 * Hands are the threads of a pool; crew.at_work counts them and the leaders, so that there is a thread for
 * each hand. A hand leaves when there are more threads at work than processors (another question came), and
 * is hired by whoever needs it when there are fewer again.
 */
#include "collector/crew.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/work.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CREW_MAX = 16, CREW_QUEUE = 64, NICE = 10 };

/* Gzipped bytes left to read that are worth another thread: 10 to 20 ms of merging. */
#define WORTH_BYTES (1 * MIB)

struct crew {
    struct work_pool *pool; /* NULL: there is one processor */
    int threads;
    atomic_int at_work; /* of all questions, leaders included */
};

struct gang;

struct hand {
    struct work_item item;
    struct gang *gang;
    struct merge *merge;
};

/* The crew of one question. */
struct gang {
    struct crew *crew;
    const struct crew_work *work;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t left;
    size_t at_work;
    size_t failed; /* the first input that did; count: none */
    struct error error;
    struct hand hands[CREW_MAX]; /* the leader's: all that ever took part */
    size_t hands_count;
};

int crew_processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    return CPU_COUNT(&set) > 1 ? CPU_COUNT(&set) : 1;
}

struct crew *crew_new(int threads)
{
    struct crew *c = mem_zero(1, sizeof(*c));

    c->threads = threads > CREW_MAX ? CREW_MAX : threads;
    atomic_init(&c->at_work, 0);
    if (c->threads > 1)
        c->pool = work_pool_new("crew", c->threads - 1, CREW_QUEUE);
    return c;
}

void crew_free(struct crew *c)
{
    if (!c)
        return;
    work_pool_free(c->pool);
    mem_freep(&c);
}

/* One more at work, if there is a processor for it. */
static bool enter(struct crew *c)
{
    int now = atomic_load(&c->at_work);

    do {
        if (now >= c->threads)
            return false;
    } while (!atomic_compare_exchange_weak(&c->at_work, &now, now + 1));
    return true;
}

/* One less, if there are more than processors. */
static bool make_way(struct crew *c)
{
    int now = atomic_load(&c->at_work);

    do {
        if (now <= c->threads)
            return false;
    } while (!atomic_compare_exchange_weak(&c->at_work, &now, now - 1));
    return true;
}

/* For the rest of this thread's life: nobody may raise a priority again. A system that refuses leaves it. */
static void step_back(void)
{
    static _Thread_local bool stepped_back;
    const struct sched_param none = {0};

    if (stepped_back)
        return;
    stepped_back = true;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), getpriority(PRIO_PROCESS, (id_t)gettid()) + NICE);
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

static void fail(struct gang *g, size_t index, const struct error *err)
{
    pthread_mutex_lock(&g->lock);
    if (index < g->failed) {
        g->failed = index;
        g->error = *err;
    }
    pthread_mutex_unlock(&g->lock);
    prefetch_stop(g->work->inputs);
}

/* Claims one input and adds it. False when there is none, or it failed. */
static bool add_next(struct gang *g, struct merge *merge, size_t *ret_index, size_t *ret_bytes)
{
    struct prefetch_object input;
    struct error err;

    if (!prefetch_claim(g->work->inputs, &input))
        return false;
    *ret_index = input.index;
    *ret_bytes = input.op->object.len;
    enum status status = g->work->add(g->work->user, &input, merge, &err);
    prefetch_release(g->work->inputs, &input);
    if (status != OK)
        fail(g, input.index, &err);
    return status == OK;
}

static void leave(struct gang *g)
{
    pthread_mutex_lock(&g->lock);
    g->at_work--;
    pthread_cond_signal(&g->left);
    pthread_mutex_unlock(&g->lock);
}

static void lend_a_hand(struct work_item *item)
{
    struct hand *h = (struct hand *)(void *)((char *)item - offsetof(struct hand, item));
    struct gang *g = h->gang;
    struct crew *c = g->crew;
    bool made_way = false;
    size_t index, bytes;

    step_back();
    while (!made_way && add_next(g, h->merge, &index, &bytes))
        made_way = make_way(c);
    if (!made_way)
        atomic_fetch_sub(&c->at_work, 1);
    leave(g);
}

/* As many as are free, and are needed for what is left. */
static void hire(struct gang *g, struct merge *merge, size_t inputs_left)
{
    while (g->hands_count < CREW_MAX && g->hands_count < inputs_left && enter(g->crew)) {
        struct hand *h = &g->hands[g->hands_count++];

        *h = (struct hand){.item.run = lend_a_hand, .gang = g, .merge = merge_new_partial(merge)};
        pthread_mutex_lock(&g->lock);
        g->at_work++;
        pthread_mutex_unlock(&g->lock);
        if (work_submit(g->crew->pool, &h->item, NULL) != OK) {
            atomic_fetch_sub(&g->crew->at_work, 1);
            leave(g);
            return;
        }
    }
}

static void lead(struct gang *g, struct merge *merge)
{
    bool may_hire = g->crew->pool && !g->work->alone;
    size_t index, bytes;

    while (add_next(g, merge, &index, &bytes)) {
        size_t left = g->work->count - index - 1;

        if (may_hire && merge_stats(merge).inputs > 0 && left * bytes >= WORTH_BYTES)
            hire(g, merge, left);
    }
    pthread_mutex_lock(&g->lock);
    while (g->at_work > 0)
        pthread_cond_wait(&g->left, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static enum status join(struct gang *g, struct merge *merge, struct error *err)
{
    enum status status = g->failed < g->work->count ? g->error.code : OK;

    if (status != OK)
        *err = g->error;
    for (size_t i = 0; i < g->hands_count; i++) {
        if (status == OK)
            status = merge_join(merge, g->hands[i].merge, err);
        merge_freep(&g->hands[i].merge);
    }
    return status;
}

enum status crew_merge(struct crew *c, const struct crew_work *work, struct merge *merge, size_t *ret_threads,
                       struct error *err)
{
    struct gang *g CLEANUP(mem_freep) = mem_zero(1, sizeof(*g));
    enum status status;

    g->crew = c;
    g->work = work;
    g->failed = work->count;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->left, NULL);
    step_back();
    atomic_fetch_add(&c->at_work, 1);
    lead(g, merge);
    atomic_fetch_sub(&c->at_work, 1);
    status = join(g, merge, err);
    *ret_threads = g->hands_count + 1;
    pthread_cond_destroy(&g->left);
    pthread_mutex_destroy(&g->lock);
    return status;
}
