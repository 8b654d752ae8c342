/*
 * One thread a lane, because a round is a chain of LISTs that wait for each other, and lanes are few. The
 * lock guards the barrier and the counters; it is never held during I/O. A lane's tail belongs to its thread
 * alone.
 *
 * Each page's rows are committed as they come; the cursor goes with the rows of the last page, in one
 * transaction, so a crash can only make a round be done again. As the index writes in the order of its queue,
 * that commit also covers what this replica itself had queued before: that is the "flush" of the barrier.
 *
 * A waiter ends in one of two ways: its rounds are done, or its timer fires. Which one is settled under the
 * lock: if its timer cannot be cancelled any more, the timer's thread completes it, and nobody else looks at
 * it again. What is waited for is counted, so that the end waits for the last completion to return.
 */
#include "collector/follow.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread.h"
#include "collector/tail.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { LIST_DEADLINE_MS = 10000, LOG_EVERY_MS = 60000 };

struct lane {
    struct follow *follow;
    unsigned number;
    pthread_t thread;
    bool running;
    bool ever;          /* a round was completed since the start */
    bool reset;         /* tau was set from outside: the thread takes it over */
    int64_t new_tau_ms; /* with reset */
    int64_t tau_ms;     /* as of the last commit, for others to read */
    struct tail tail;
};

struct follow {
    struct follow_options options;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    struct barrier barrier;
    size_t waits; /* completions that have not returned */
    struct lane lanes[ID_LANES];
    struct follow_stats stats;
    int64_t logged_ms;
};

static void cursor_name(unsigned lane, char out[static 16])
{
    snprintf(out, 16, "tail/%x", lane & 15U);
}

static int64_t read_cursor(struct index *index, unsigned lane)
{
    char name[16];
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(4096);
    struct slice value;
    int64_t tau_ms;

    cursor_name(lane, name);
    if (index_cursor_get(index, name, &arena, &value, NULL) != OK || !slice_to_i64(value, &tau_ms))
        return 0;
    return tau_ms > 0 ? tau_ms : 0;
}

struct follow *follow_new(const struct follow_options *options)
{
    struct follow *f = mem_zero(1, sizeof(*f));
    pthread_condattr_t attr;

    f->options = *options;
    if (f->options.period_ms <= 0)
        f->options.period_ms = TAIL_PERIOD_MS;
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&f->wake, &attr);
    pthread_condattr_destroy(&attr);

    for (unsigned i = 0; i < ID_LANES; i++) {
        f->lanes[i].follow = f;
        f->lanes[i].number = i;
        f->lanes[i].tau_ms = read_cursor(options->index, i);
    }
    return f;
}

int64_t follow_tau_ms(struct follow *f, unsigned lane)
{
    pthread_mutex_lock(&f->lock);
    int64_t tau_ms = f->lanes[lane].tau_ms;
    pthread_mutex_unlock(&f->lock);
    return tau_ms;
}

/* --- one round --- */

/* Before the first answer of the store nobody knows its time: a LIST of one key asks for it. */
static enum status bucket_now(struct lane *l, int64_t *ret_now_ms, struct error *err)
{
    struct store *store = l->follow->options.store;
    struct store_time time;

    store_time(store, &time);
    if (!time.known) {
        struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
        struct store_op op CLEANUP(store_op_release) = {.verb = STORE_LIST,
                                                        .max_keys = 1,
                                                        .deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};

        key_prefix(l->follow->options.root, 0, KEY_SPAN_ALL, 0, &prefix);
        op.key = buf_slice(&prefix);
        if (store_run(store, &op) != OK)
            return error_set(err, op.error.code, "%s", op.error.text);
        store_time(store, &time);
        if (!time.known)
            return error_set(err, E_UNAVAILABLE, "the bucket's answers carry no date");
    }
    *ret_now_ms = time.now_ms;
    return OK;
}

static void count_rows(struct follow *f, const struct store_op *op, const struct tail_rows *rows)
{
    pthread_mutex_lock(&f->lock);
    f->stats.lists++;
    f->stats.keys += op->page.count;
    f->stats.foreign += rows->foreign;
    f->stats.malformed += rows->malformed;
    pthread_mutex_unlock(&f->lock);
}

/* One LIST and the commit of what it gave. */
static enum status one_page(struct lane *l, struct error *err)
{
    struct follow *f = l->follow;
    struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};
    struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(LIMIT_LIST_ROWS_BYTES)};
    struct tail_rows rows;
    char name[16], value[32];

    listing_next(&l->tail.listing, &op);
    if (store_run(f->options.store, &op) != OK)
        return error_set(err, op.error.code, "%s", op.error.text);
    if (tail_feed(&l->tail, &op.page, &batch.arena, &rows, err) != OK)
        return err->code;

    count_rows(f, &op, &rows);
    batch.rows = rows.rows;
    batch.row_count = rows.count;
    if (l->tail.listing.done) {
        cursor_name(l->number, name);
        snprintf(value, sizeof(value), "%" PRId64, l->tail.begun_ms);
        batch.cursors[0] = (struct index_cursor){slice_of(name), slice_of(value)};
        batch.cursor_count = 1;
    }
    if (batch.row_count == 0 && batch.cursor_count == 0)
        return OK;
    return index_write_wait(f->options.index, &batch, err);
}

static enum status one_round(struct lane *l, int64_t window_ms, struct error *err)
{
    int64_t now_ms;

    if (bucket_now(l, &now_ms, err) != OK)
        return err->code;

    tail_begin(&l->tail, window_ms, now_ms);
    while (!l->tail.listing.done)
        if (one_page(l, err) != OK)
            return err->code;
    tail_end(&l->tail);
    return OK;
}

/* --- the barrier --- */

/* Under the lock. How long ago was acknowledged what may be missing. */
static int64_t staleness(const struct follow *f)
{
    struct store_time time;
    int64_t oldest = INT64_MAX;

    store_time(f->options.store, &time);
    for (unsigned i = 0; i < ID_LANES; i++)
        if (f->barrier.follows[i] && f->lanes[i].tau_ms < oldest)
            oldest = f->lanes[i].tau_ms;
    if (!time.known)
        time.now_ms = clock_wall_ms();
    return oldest == INT64_MAX || oldest >= time.now_ms ? 0 : time.now_ms - oldest;
}

static void end_waits(struct follow *f, size_t count)
{
    pthread_mutex_lock(&f->lock);
    f->waits -= count;
    if (f->waits == 0 && f->stop)
        pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

static void wait_late(struct timer_task *task)
{
    struct follow_wait *w = (struct follow_wait *)((char *)task - offsetof(struct follow_wait, late));
    struct follow *f = w->follow;

    pthread_mutex_lock(&f->lock);
    if (barrier_leave(&f->barrier, &w->barrier))
        w->stale_ms = staleness(f);
    pthread_mutex_unlock(&f->lock);
    w->done(w);
    end_waits(f, 1);
}

static struct follow_wait *wait_of(struct barrier_wait *b)
{
    return (struct follow_wait *)((char *)b - offsetof(struct follow_wait, barrier));
}

/* Under the lock: what the answers of these have to say. Returns those that are ours to complete. */
static struct barrier_wait *settle(const struct follow *f, struct barrier_wait *complete)
{
    struct barrier_wait *ours = NULL;

    for (struct barrier_wait *b = complete, *next; b; b = next) {
        struct follow_wait *w = wait_of(b);

        next = b->next;
        w->stale_ms = b->failed ? staleness(f) : -1;
        if (!timer_cancel(f->options.timer, &w->late))
            continue;
        b->next = ours;
        ours = b;
    }
    return ours;
}

/* Not under the lock. */
static void complete_all(struct follow *f, struct barrier_wait *ours)
{
    size_t count = 0;

    for (struct barrier_wait *b = ours, *next; b; b = next) {
        struct follow_wait *w = wait_of(b);

        next = b->next;
        w->done(w);
        count++;
    }
    end_waits(f, count);
}

void follow_barrier(struct follow *f, struct follow_wait *w, int64_t wait_ms)
{
    w->follow = f;
    w->stale_ms = -1;
    w->late = (struct timer_task){.run = wait_late};

    pthread_mutex_lock(&f->lock);
    barrier_join(&f->barrier, &w->barrier);
    bool waits = w->barrier.left > 0;
    if (waits) {
        f->waits++;
        timer_arm(f->options.timer, &w->late, wait_ms);
        pthread_cond_broadcast(&f->wake);
    }
    pthread_mutex_unlock(&f->lock);
    if (!waits)
        w->done(w);
}

/* --- the threads --- */

/* Waits until a round is due or wanted; false when it is time to stop. Jitter spreads replicas. */
static bool wait_for_turn(struct lane *l, int64_t due_ms)
{
    struct follow *f = l->follow;
    struct timespec until = {due_ms / 1000, (due_ms % 1000) * 1000000};
    bool go;

    pthread_mutex_lock(&f->lock);
    while (!f->stop && !barrier_wanted(&f->barrier, l->number) && clock_mono_ms() < due_ms)
        pthread_cond_timedwait(&f->wake, &f->lock, &until);
    go = !f->stop;
    if (go) {
        barrier_started(&f->barrier, l->number);
        f->stats.rounds++;
    }
    if (l->reset) {
        l->tail.tau_ms = l->new_tau_ms;
        l->reset = false;
    }
    pthread_mutex_unlock(&f->lock);
    return go;
}

/* A bucket that is away for an hour is one line a minute, not thousands. */
static void log_failure(struct follow *f, const struct lane *l, const struct error *err)
{
    int64_t now_ms = clock_mono_ms();
    struct log_line line;

    if (f->stop || (f->logged_ms != 0 && now_ms - f->logged_ms < LOG_EVERY_MS))
        return;
    f->logged_ms = now_ms;
    log_begin(&line, LOG_WARN, "cannot follow the bucket, trying again");
    log_i64(&line, "lane", l->number);
    log_cstr(&line, "error", err->text);
    log_end(&line);
}

static void end_round(struct lane *l, const struct error *failure)
{
    struct follow *f = l->follow;
    struct barrier_wait *complete;

    pthread_mutex_lock(&f->lock);
    if (failure) {
        f->stats.failed_rounds++;
        snprintf(f->stats.last_error, sizeof(f->stats.last_error), "%s", failure->text);
        log_failure(f, l, failure);
    } else {
        l->tau_ms = l->tail.tau_ms;
        l->ever = true;
        f->stats.last_error[0] = '\0';
        f->logged_ms = 0;
    }
    complete = settle(f, barrier_finished(&f->barrier, l->number, !failure));
    pthread_mutex_unlock(&f->lock);
    complete_all(f, complete);
}

static void *lane_run(void *arg)
{
    struct lane *l = arg;
    struct follow *f = l->follow;
    struct random random;
    int64_t due_ms = 0, deep_ms = 0;

    random_seed_system(&random);
    while (wait_for_turn(l, due_ms)) {
        int64_t now_ms = clock_mono_ms();
        bool deep = now_ms >= deep_ms;
        struct error err;
        enum status status = one_round(l, deep ? TAIL_DEEP_WINDOW_MS : TAIL_WINDOW_MS, &err);

        if (deep && status == OK)
            deep_ms = now_ms + TAIL_DEEP_PERIOD_MS;
        end_round(l, status == OK ? NULL : &err);
        due_ms = now_ms + f->options.period_ms * 3 / 4 +
                 (int64_t)random_below(&random, (uint64_t)f->options.period_ms / 2 + 1);
    }
    return NULL;
}

/* Under the lock. */
static void start_lane(struct follow *f, unsigned lane)
{
    struct lane *l = &f->lanes[lane];

    if (l->running)
        return;
    tail_init(&l->tail, f->options.root, lane, l->tau_ms);
    l->thread = thread_start("follow", lane_run, l);
    l->running = true;
    f->barrier.follows[lane] = true;
}

void follow_start(struct follow *f, int64_t tau_ms, bool reset)
{
    pthread_mutex_lock(&f->lock);
    for (unsigned i = 0; i < ID_LANES; i++) {
        bool was_followed = f->lanes[i].tau_ms > 0;

        if (reset || !was_followed)
            f->lanes[i].tau_ms = tau_ms;
        if (i < f->options.lanes || was_followed)
            start_lane(f, i);
    }
    pthread_mutex_unlock(&f->lock);
}

void follow_lane(struct follow *f, unsigned lane)
{
    pthread_mutex_lock(&f->lock);
    if (!f->stop && lane < ID_LANES)
        start_lane(f, lane);
    pthread_mutex_unlock(&f->lock);
}

bool follow_follows(struct follow *f, unsigned lane)
{
    pthread_mutex_lock(&f->lock);
    bool follows = lane < ID_LANES && f->barrier.follows[lane];
    pthread_mutex_unlock(&f->lock);
    return follows;
}

void follow_reset(struct follow *f, int64_t tau_ms)
{
    pthread_mutex_lock(&f->lock);
    for (unsigned i = 0; i < ID_LANES; i++) {
        f->lanes[i].tau_ms = tau_ms;
        f->lanes[i].new_tau_ms = tau_ms;
        f->lanes[i].reset = true;
    }
    pthread_mutex_unlock(&f->lock);
}

void follow_stop(struct follow *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_cond_broadcast(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

void follow_free(struct follow *f)
{
    struct barrier_wait *complete = NULL;

    if (!f)
        return;
    follow_stop(f);
    for (unsigned i = 0; i < ID_LANES; i++) {
        struct lane *l = &f->lanes[i];

        if (!l->running)
            continue;
        pthread_join(l->thread, NULL);
        tail_release(&l->tail);
        pthread_mutex_lock(&f->lock);
        barrier_started(&f->barrier, i);
        complete = settle(f, barrier_finished(&f->barrier, i, false));
        pthread_mutex_unlock(&f->lock);
        complete_all(f, complete);
    }
    pthread_mutex_lock(&f->lock);
    while (f->waits > 0)
        pthread_cond_wait(&f->wake, &f->lock);
    pthread_mutex_unlock(&f->lock);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    mem_freep(&f);
}

void follow_stats(struct follow *f, struct follow_stats *ret_stats)
{
    pthread_mutex_lock(&f->lock);
    *ret_stats = f->stats;
    ret_stats->lanes = 0;
    ret_stats->lag_ms = staleness(f);
    for (unsigned i = 0; i < ID_LANES; i++) {
        if (!f->barrier.follows[i])
            continue;
        ret_stats->lanes++;
        if (!f->lanes[i].ever)
            ret_stats->lag_ms = -1;
    }
    pthread_mutex_unlock(&f->lock);
}
