/*
 * One thread looks whose turn it is and puts them in a queue; threads that come as they are needed, up to a
 * bound, take them out. A round is a thread's work from its first probe to its last, so a target never makes
 * two profiles at once, and one that does not answer holds up nobody else: there are more threads than
 * targets that can be slow, or the turn of those that wait is counted as missed. Targets with the same URL,
 * of two jobs, do not run side by side either.
 *
 * Everything about who runs stands under one lock; rounds run without it.
 */
#include "scrape/scraper.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"
#include "scrape/discovery.h"
#include "scrape/round.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AGAIN_MS = 250, IDLE_MS = 60000, WORKERS_MAX = 1024, JUDGES = 2 };

struct scraper {
    struct scraper_options options;
    struct spool *spool;
    struct delivery *delivery;
    struct discovery *discovery;
    struct budget deltas;
    struct round round;
    sem_t judging;
    atomic_bool is_over;
    pthread_t scheduler;
    pthread_t workers[WORKERS_MAX];

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t work;  /* for workers */
    pthread_cond_t turn;  /* for the scheduler */
    struct watched *all;
    struct watched *queue, **queue_end;
    size_t count, queued, idle, running, worker_count;
    struct scraper_stats past; /* of those that are gone */
};

/* --- who is due; the lock is held --- */

static int64_t next_turn(const struct scraper *s, const struct target *t)
{
    int64_t interval = t->job->interval_ms, phase = clock_wall_ms() % interval;
    int64_t wait = ((int64_t)t->offset_ms - phase + interval) % interval;

    return clock_mono_ms() + (s->options.is_once ? 0 : wait);
}

static bool place_is_taken(const struct scraper *s, const struct watched *w)
{
    for (const struct watched *other = s->all; other; other = other->next)
        if (other != w && other->is_running && other->place == w->place)
            return true;
    return false;
}

static void *work(void *arg);

static void enqueue(struct scraper *s, struct watched *w)
{
    w->is_running = true;
    w->next_due = NULL;
    *s->queue_end = w;
    s->queue_end = &w->next_due;
    s->queued++;
    if (s->idle < s->queued && s->worker_count < (size_t)s->options.at_once) {
        s->workers[s->worker_count] = thread_start("scrape", work, s);
        s->worker_count++;
    }
    pthread_cond_signal(&s->work);
}

static void miss(struct watched *w)
{
    pthread_mutex_lock(&w->lock);
    w->missed++;
    pthread_mutex_unlock(&w->lock);
}

/* When to look again. */
static int64_t start_due(struct scraper *s, int64_t now_ms)
{
    int64_t soonest_ms = now_ms + IDLE_MS;

    for (struct watched *w = s->all; w; w = w->next) {
        if (w->is_gone || w->is_done)
            continue;
        if (w->due_ms <= now_ms && !w->is_running && place_is_taken(s, w)) {
            w->due_ms = now_ms + AGAIN_MS;
        } else if (w->due_ms <= now_ms) {
            if (w->is_running)
                miss(w);
            else
                enqueue(s, w);
            w->due_ms += w->target->job->interval_ms;
            if (w->due_ms <= now_ms)
                w->due_ms = now_ms + w->target->job->interval_ms;
        }
        if (w->due_ms < soonest_ms)
            soonest_ms = w->due_ms;
    }
    return soonest_ms;
}

static void *schedule(void *arg)
{
    struct scraper *s = arg;

    pthread_mutex_lock(&s->lock);
    while (!atomic_load(&s->is_over)) {
        int64_t until_ms = start_due(s, clock_mono_ms());
        struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&s->turn, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void add_counts(struct scraper_stats *stats, const struct watched *w)
{
    stats->rounds += w->rounds;
    stats->missed += w->missed;
    for (size_t i = 0; i < PROBES_MAX; i++) {
        stats->good += w->asked[i].good;
        stats->failed += w->asked[i].failed;
        stats->empty += w->asked[i].empty;
    }
}

/* Nobody runs its round, so its lock is not needed. What it counted stays counted. */
static void unlink_watched(struct scraper *s, struct watched *w)
{
    struct watched **at = &s->all;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    add_counts(&s->past, w);
    s->count--;
    watched_free(w);
}

static void *work(void *arg)
{
    struct scraper *s = arg;

    pthread_mutex_lock(&s->lock);
    while (!atomic_load(&s->is_over)) {
        struct watched *w = s->queue;
        if (!w) {
            s->idle++;
            pthread_cond_wait(&s->work, &s->lock);
            s->idle--;
            continue;
        }
        s->queue = w->next_due;
        s->queued--;
        if (!s->queue)
            s->queue_end = &s->queue;
        s->running++;
        pthread_mutex_unlock(&s->lock);
        round_run(&s->round, w);
        pthread_mutex_lock(&s->lock);
        s->running--;
        w->is_running = false;
        w->is_done = s->options.is_once;
        if (w->is_gone)
            unlink_watched(s, w);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* --- who is there --- */

static int by_key(const void *a, const void *b)
{
    const struct target *const *x = a, *const *y = b;

    return slice_cmp((*x)->key, (*y)->key);
}

/* Sorted, each once. */
static size_t sort_targets(struct target **targets, size_t count)
{
    size_t kept = 0;

    if (count > 0)
        qsort(targets, count, sizeof(*targets), by_key);
    for (size_t i = 0; i < count; i++)
        if (kept > 0 && slice_eq(targets[kept - 1]->key, targets[i]->key))
            target_free(targets[i]);
        else
            targets[kept++] = targets[i];
    return kept;
}

/* Those that are known already stay as they are. */
static void keep_known(struct scraper *s, const struct job *job, size_t source, struct target **targets,
                       size_t count, bool *is_known)
{
    struct watched *next;

    for (struct watched *w = s->all; w; w = next) {
        next = w->next;
        if (w->target->job != job || w->is_gone)
            continue;
        struct target **at = count > 0 ? bsearch(&w->target, targets, count, sizeof(*targets), by_key) : NULL;
        if (at) {
            is_known[at - targets] = true;
        } else if (w->source == source) {
            w->is_gone = true;
            if (!w->is_running)
                unlink_watched(s, w);
        }
    }
}

void scraper_set_targets(struct scraper *s, const struct job *job, size_t source, struct target **targets,
                         size_t count)
{
    count = sort_targets(targets, count);
    bool *is_known CLEANUP(mem_freep) = mem_zero(count + 1, sizeof *is_known);

    pthread_mutex_lock(&s->lock);
    keep_known(s, job, source, targets, count, is_known);
    for (size_t i = count; i-- > 0;) { /* so that the list is in the order of keys */
        if (is_known[i] || s->count == LIMIT_TARGETS) {
            s->past.left_out += !is_known[i];
            target_free(targets[i]);
            continue;
        }
        struct watched *w = watched_new(targets[i], source, &s->deltas);
        w->due_ms = next_turn(s, targets[i]);
        w->next = s->all;
        s->all = w;
        s->count++;
    }
    pthread_cond_signal(&s->turn);
    pthread_mutex_unlock(&s->lock);
}

void scraper_each(struct scraper *s, void (*show)(void *user, struct watched *w), void *user)
{
    pthread_mutex_lock(&s->lock);
    for (struct watched *w = s->all; w; w = w->next)
        if (!w->is_gone)
            show(user, w);
    pthread_mutex_unlock(&s->lock);
}

static void add_up(struct scraper_stats *stats, struct watched *w)
{
    pthread_mutex_lock(&w->lock);
    stats->targets++;
    stats->down += w->is_down;
    add_counts(stats, w);
    pthread_mutex_unlock(&w->lock);
}

struct scraper_stats scraper_stats(struct scraper *s)
{
    pthread_mutex_lock(&s->lock);
    struct scraper_stats stats = s->past;
    stats.running = s->running;
    for (struct watched *w = s->all; w; w = w->next)
        add_up(&stats, w);
    pthread_mutex_unlock(&s->lock);
    stats.spool = spool_stats(s->spool);
    stats.delivery = delivery_stats(s->delivery);
    stats.delta_bytes = budget_used(&s->deltas);
    return stats;
}

bool scraper_is_done(struct scraper *s)
{
    bool is_done = true;

    pthread_mutex_lock(&s->lock);
    for (const struct watched *w = s->all; w; w = w->next)
        is_done = is_done && w->is_done;
    pthread_mutex_unlock(&s->lock);
    return is_done;
}

/* --- beginning and end --- */

static void init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

enum status scraper_new(const struct scraper_options *options, struct scraper **ret_scraper,
                        struct error *err)
{
    struct spool *spool;
    if (spool_new(&options->spool, &spool, err) != OK)
        return err ? err->code : E_CONFIG;

    struct scraper *s = mem_zero(1, sizeof *s);
    s->options = *options;
    if (s->options.at_once > WORKERS_MAX)
        s->options.at_once = WORKERS_MAX;
    s->spool = spool;
    s->queue_end = &s->queue;
    budget_init(&s->deltas, LIMIT_DELTA_BYTES);
    pthread_mutex_init(&s->lock, NULL);
    init_cond(&s->work);
    init_cond(&s->turn);
    s->round = (struct round){.spool = spool,
                              .report = options->report,
                              .is_over = &s->is_over,
                              .judging = &s->judging,
                              .is_once = options->is_once};
    if (sem_init(&s->judging, 0, JUDGES) != 0)
        abort();
    struct delivery_options delivery = options->delivery;
    delivery.spool = spool;
    delivery.report = options->report;
    s->delivery = delivery_new(&delivery);
    s->discovery = discovery_new(options->config, s, &options->report);
    enum status status = options->is_once ? discovery_once(s->discovery, err) : OK;
    if (status != OK) {
        scraper_free(s);
        return status;
    }
    if (!options->is_once)
        discovery_start(s->discovery);
    s->scheduler = thread_start("schedule", schedule, s);
    *ret_scraper = s;
    return OK;
}

static void stop_rounds(struct scraper *s)
{
    if (atomic_exchange(&s->is_over, true))
        return;

    if (s->discovery)
        discovery_stop(s->discovery);
    pthread_mutex_lock(&s->lock);
    pthread_cond_broadcast(&s->work);
    pthread_cond_broadcast(&s->turn);
    pthread_mutex_unlock(&s->lock);
    if (s->scheduler)
        pthread_join(s->scheduler, NULL);
    for (size_t i = 0; i < s->worker_count; i++)
        pthread_join(s->workers[i], NULL);
}

bool scraper_drain(struct scraper *s, int64_t wait_ms)
{
    enum { STEP_MS = 100 };
    int64_t until_ms = clock_mono_ms() + wait_ms;

    stop_rounds(s);
    do {
        if (spool_drained(s->spool, STEP_MS))
            return true;
    } while (clock_mono_ms() < until_ms && (s->options.is_once || !delivery_stats(s->delivery).is_away));
    return false;
}

void scraper_free(struct scraper *s)
{
    if (!s)
        return;

    stop_rounds(s);
    delivery_free(s->delivery);
    discovery_free(s->discovery);
    while (s->all)
        unlink_watched(s, s->all);
    spool_free(s->spool);
    pthread_cond_destroy(&s->work);
    pthread_cond_destroy(&s->turn);
    pthread_mutex_destroy(&s->lock);
    sem_destroy(&s->judging);
    free(s);
}
