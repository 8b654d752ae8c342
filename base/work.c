/*
 * A mutex, a condition and a singly linked list. Items take milliseconds (a merge, a page to render) or more,
 * so the lock is never the bottleneck and nothing cleverer is needed. Each submit wakes one worker.
 */
#include "base/work.h"

#include "base/alloc.h"
#include "base/thread.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct work_pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct work_item *head;
    struct work_item *tail;
    size_t queued;
    size_t queue_max;
    bool closing;
    int threads;
    pthread_t ids[];
};

/* The next item, or NULL when the pool closes and nothing is left. */
static struct work_item *take(struct work_pool *p)
{
    (void)pthread_mutex_lock(&p->lock);
    while (!p->head && !p->closing)
        (void)pthread_cond_wait(&p->wake, &p->lock);

    struct work_item *item = p->head;
    if (item) {
        p->head = item->next;
        p->queued--;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return item;
}

static void *worker(void *arg)
{
    struct work_pool *p = arg;
    struct work_item *item;
    while ((item = take(p)))
        item->run(item);
    return NULL;
}

struct work_pool *work_pool_new(const char *name, int threads, size_t queue_max)
{
    assert(threads > 0);
    struct work_pool *p = mem_zero(1, sizeof *p + (size_t)threads * sizeof p->ids[0]);
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->wake, NULL);
    p->queue_max = queue_max;
    p->threads = threads;
    for (int i = 0; i < threads; i++)
        p->ids[i] = thread_start(name, worker, p);
    return p;
}

void work_pool_free(struct work_pool *p)
{
    if (!p)
        return;

    (void)pthread_mutex_lock(&p->lock);
    p->closing = true;
    (void)pthread_cond_broadcast(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);

    for (int i = 0; i < p->threads; i++)
        (void)pthread_join(p->ids[i], NULL);
    (void)pthread_cond_destroy(&p->wake);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

enum status work_submit(struct work_pool *p, struct work_item *item, struct error *err)
{
    (void)pthread_mutex_lock(&p->lock);
    bool fits = p->queued < p->queue_max;
    if (fits) {
        item->next = NULL;
        if (p->head)
            p->tail->next = item;
        else
            p->head = item;
        p->tail = item;
        p->queued++;
    }
    (void)pthread_mutex_unlock(&p->lock);
    /* Not under the lock: who wakes may have a higher priority, and would wait for a lock whose holder it has
     * just pushed aside. */
    if (fits)
        (void)pthread_cond_signal(&p->wake);

    if (!fits)
        return error_set(err, E_BUSY, "%zu requests are waiting for a worker already", p->queue_max);

    return OK;
}

size_t work_queued(struct work_pool *p)
{
    (void)pthread_mutex_lock(&p->lock);
    size_t queued = p->queued;
    (void)pthread_mutex_unlock(&p->lock);
    return queued;
}
