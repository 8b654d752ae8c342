/*
 * One planner thread finds the lanes and their oldest day, then it and the workers take tasks until none is
 * left. A failing bucket makes a task wait and try again: nothing is skipped, and what is loaded stays.
 * How far it is stands in the index (rebuild_record.h).
 */
#include "collector/rebuild.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/thread.h"
#include "collector/rebuild_record.h"
#include "collector/tail.h"
#include "collector/task.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { LIST_DEADLINE_MS = 10000, RETRY_MS = 1000, THREADS = 4, THREADS_MAX = 16 };

struct rebuild {
    struct rebuild_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop, planned;
    struct rebuild_range range;
    int64_t begun_ms; /* monotonic */
    struct task_list tasks;
    struct rebuild_progress progress;
    pthread_t threads[THREADS_MAX];
    int thread_count;
    int running; /* threads that have not concluded: what rebuild_wait() waits for */
};

struct rebuild *rebuild_new(const struct rebuild_options *options)
{
    struct rebuild *r = mem_zero(1, sizeof(*r));
    pthread_condattr_t attr;

    r->options = *options;
    if (r->options.threads <= 0)
        r->options.threads = THREADS;
    if (r->options.threads > THREADS_MAX)
        r->options.threads = THREADS_MAX;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &attr);
    pthread_condattr_destroy(&attr);
    return r;
}

static void stop_threads(struct rebuild *r)
{
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < r->thread_count; i++)
        pthread_join(r->threads[i], NULL);
    r->thread_count = 0;
}

void rebuild_free(struct rebuild *r)
{
    if (!r)
        return;
    stop_threads(r);
    task_list_release(&r->tasks);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    mem_freep(&r);
}

bool rebuild_is_needed(struct rebuild *r)
{
    return !rebuild_record_is_done(r->options.index);
}

/* --- failing and waiting --- */

static bool stopped(struct rebuild *r)
{
    pthread_mutex_lock(&r->lock);
    bool stop = r->stop || r->progress.state == REBUILD_FAILED;
    pthread_mutex_unlock(&r->lock);
    return stop;
}

static void pause_ms(struct rebuild *r, int64_t ms)
{
    int64_t due_ms = clock_mono_ms() + ms;
    struct timespec until = {due_ms / 1000, (due_ms % 1000) * 1000000};

    pthread_mutex_lock(&r->lock);
    while (!r->stop && clock_mono_ms() < due_ms)
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    pthread_mutex_unlock(&r->lock);
}

/* After the `failures`th failure in a row: waits, or ends the rebuild. */
static void failed(struct rebuild *r, int failures, const struct error *err)
{
    pthread_mutex_lock(&r->lock);
    snprintf(r->progress.last_error, sizeof(r->progress.last_error), "%s", err->text);
    bool over = r->options.attempts > 0 && failures >= r->options.attempts;
    if (over)
        r->progress.state = REBUILD_FAILED;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (!over)
        pause_ms(r, RETRY_MS);
}

static void succeeded(struct rebuild *r)
{
    pthread_mutex_lock(&r->lock);
    r->progress.last_error[0] = '\0';
    pthread_mutex_unlock(&r->lock);
}

/* --- planning --- */

/* Mint time of the oldest profile of a lane; E_NOT_FOUND if the lane is empty. */
static enum status oldest_of_lane(struct rebuild *r, unsigned lane, int64_t *ret_ms, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct buf after CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct listing listing CLEANUP(listing_release) = {0};

    key_prefix(r->options.root, lane, KEY_SPAN_LANE, 0, &prefix);
    key_start_after(r->options.root, lane, r->range.since_ms, &after);
    listing_begin(&listing, buf_slice(&prefix), buf_slice(&after));
    while (!listing.done && !stopped(r)) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(LIMIT_LIST_ROWS_BYTES);
        struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};
        struct tail_rows rows;

        listing_next(&listing, &op);
        if (store_run(r->options.store, &op) != OK)
            return error_set(err, op.error.code, "%s", op.error.text);
        if (listing_feed(&listing, &op.page, err) != OK ||
            tail_decode(r->options.root, &op.page, &arena, &rows, err) != OK)
            return err->code;
        if (rows.count > 0) {
            *ret_ms = id_mint_ms(&rows.rows[0].id);
            return OK;
        }
    }
    return error_set(err, E_NOT_FOUND, "lane %x is empty", lane);
}

static enum status plan(struct rebuild *r, struct task_list *tasks, struct error *err)
{
    for (unsigned lane = 0; lane < ID_LANES; lane++) {
        int64_t oldest_ms = 0;

        switch (oldest_of_lane(r, lane, &oldest_ms, err)) {
        case OK: break;
        case E_NOT_FOUND: continue;
        default: return err->code;
        }
        if (r->options.found_lane)
            r->options.found_lane(r->options.user, lane);
        /* A day more than now: clocks of writers may be ahead around midnight. */
        task_list_add_days(tasks, lane, oldest_ms, r->range.now_ms + TAIL_DEEP_WINDOW_MS);
    }
    return rebuild_record_recall(r->options.index, tasks, err);
}

/* --- one task --- */

static void count_page(struct rebuild *r, const struct store_page *page, const struct tail_rows *rows)
{
    pthread_mutex_lock(&r->lock);
    r->progress.keys += page->count;
    r->progress.foreign += rows->foreign;
    r->progress.malformed += rows->malformed;
    r->progress.last_error[0] = '\0';
    pthread_mutex_unlock(&r->lock);
}

/* One LIST and the commit of what it gave. *ret_split: the day is to be cut into hours instead. */
static enum status one_page(struct rebuild *r, const struct task *task, struct listing *listing,
                            bool *ret_split, struct error *err)
{
    struct index_batch batch CLEANUP(index_batch_release) = {.arena = ARENA_INIT(LIMIT_LIST_ROWS_BYTES)};
    struct store_op op CLEANUP(store_op_release) = {.deadline_ms = clock_mono_ms() + LIST_DEADLINE_MS};
    struct tail_rows rows;
    char name[TASK_NAME_BYTES];
    bool split;

    listing_next(listing, &op);
    if (store_run(r->options.store, &op) != OK)
        return error_set(err, op.error.code, "%s", op.error.text);
    if (tail_decode(r->options.root, &op.page, &batch.arena, &rows, err) != OK ||
        listing_feed(listing, &op.page, err) != OK)
        return err->code;

    split = listing->pages == 1 && rows.count > 0 &&
            task_is_large(task, &op.page, id_mint_ms(&rows.rows[0].id),
                          id_mint_ms(&rows.rows[rows.count - 1].id));
    task_name(task, name);
    batch.rows = rows.rows;
    batch.row_count = rows.count;
    batch.cursor_count = 1;
    batch.cursors[0].name = slice_of(name);
    batch.cursors[0].value = split           ? slice_of(RECORD_SPLIT)
                             : listing->done ? slice_of(RECORD_DONE)
                                             : buf_slice(&listing->after);
    if (index_write_wait(r->options.index, &batch, err) != OK)
        return err->code;
    count_page(r, &op.page, &rows);
    *ret_split = split;
    return OK;
}

static enum status run_task(struct rebuild *r, const struct task *task, bool *ret_split, struct error *err)
{
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct buf after CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct listing listing CLEANUP(listing_release) = {0};
    bool split = false;

    task_prefix(r->options.root, task, &prefix);
    rebuild_record_resume(r->options.index, task, &after);
    listing_begin(&listing, buf_slice(&prefix), buf_slice(&after));
    while (!listing.done && !split && !stopped(r))
        if (one_page(r, task, &listing, &split, err) != OK)
            return err->code;
    *ret_split = split;
    return OK;
}

/* --- the threads --- */

static bool take_task(struct rebuild *r, struct task *ret_task)
{
    bool have = false;

    pthread_mutex_lock(&r->lock);
    while (!r->stop && r->progress.state != REBUILD_FAILED && !have) {
        have = r->planned && task_list_take(&r->tasks, ret_task);
        if (have || (r->planned && r->tasks.done == r->tasks.count))
            break;
        /* Nothing waits, but a task that runs may be cut into hours. */
        pthread_cond_wait(&r->changed, &r->lock);
    }
    have = have && !r->stop;
    pthread_mutex_unlock(&r->lock);
    return have;
}

static void end_task(struct rebuild *r, const struct task *task, bool split)
{
    pthread_mutex_lock(&r->lock);
    if (split)
        task_list_split(&r->tasks, task);
    else
        task_list_set(&r->tasks, task, TASK_DONE);
    r->progress.tasks = r->tasks.count;
    r->progress.tasks_done = r->tasks.done;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void work_off_tasks(struct rebuild *r)
{
    struct task task;

    while (take_task(r, &task)) {
        bool split = false;
        struct error err;

        for (int failures = 1; run_task(r, &task, &split, &err) != OK && !stopped(r); failures++)
            failed(r, failures, &err);
        if (stopped(r))
            return;
        end_task(r, &task, split);
    }
}

/* The last thread concludes, if all is done, before it counts as ended. */
static void end_thread(struct rebuild *r)
{
    struct error err;
    bool last, all;

    pthread_mutex_lock(&r->lock);
    last = r->running == 1;
    all = last && r->planned && r->tasks.done == r->tasks.count;
    r->running -= !last;
    pthread_mutex_unlock(&r->lock);
    if (!last)
        return;
    /* After a part, what is done stays on record, so that the rest can be added. */
    for (int failures = 1;
         all && !r->range.is_partial && !stopped(r) && rebuild_record_end(r->options.index, &err) != OK;
         failures++)
        failed(r, failures, &err);

    pthread_mutex_lock(&r->lock);
    if (all && r->progress.state != REBUILD_FAILED && !r->stop)
        r->progress.state = REBUILD_DONE;
    r->progress.elapsed_ms = clock_mono_ms() - r->begun_ms;
    r->running = 0;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void *worker_run(void *arg)
{
    work_off_tasks(arg);
    end_thread(arg);
    return NULL;
}

static void *planner_run(void *arg)
{
    struct rebuild *r = arg;
    struct task_list tasks = {0};
    struct error err;
    enum status status = E_UNAVAILABLE;

    for (int failures = 1; !stopped(r); failures++) {
        status = rebuild_record_begin(r->options.index, r->range.rerun_from_ms, &err);
        if (status == OK)
            status = plan(r, &tasks, &err);
        if (status == OK)
            break;
        task_list_release(&tasks);
        failed(r, failures, &err);
    }
    if (status == OK) {
        succeeded(r);
        pthread_mutex_lock(&r->lock);
        r->tasks = tasks;
        r->planned = true;
        r->progress.state = REBUILD_RUNNING;
        r->progress.tasks = tasks.count;
        r->progress.tasks_done = tasks.done;
        pthread_cond_broadcast(&r->changed);
        pthread_mutex_unlock(&r->lock);
        work_off_tasks(r);
    } else {
        pthread_mutex_lock(&r->lock);
        pthread_cond_broadcast(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    end_thread(r);
    return NULL;
}

void rebuild_stop(struct rebuild *r)
{
    stop_threads(r);
}

void rebuild_prepare(struct rebuild *r, const struct rebuild_range *range)
{
    struct error ignored;

    stop_threads(r);
    /* An index that cannot be written now is begun anew, with nothing on record; the planner tries again. */
    if (rebuild_record_begin(r->options.index, range->rerun_from_ms, &ignored) != OK)
        return;
}

void rebuild_start(struct rebuild *r, const struct rebuild_range *range)
{
    stop_threads(r);

    pthread_mutex_lock(&r->lock);
    r->stop = false;
    task_list_release(&r->tasks);
    r->range = *range;
    r->begun_ms = clock_mono_ms();
    r->planned = false;
    r->progress = (struct rebuild_progress){.state = REBUILD_PLANNING};
    r->thread_count = r->options.threads;
    r->running = r->thread_count;
    for (int i = 0; i < r->thread_count; i++)
        r->threads[i] =
            thread_start(i == 0 ? "rebuild-plan" : "rebuild", i == 0 ? planner_run : worker_run, r);
    pthread_mutex_unlock(&r->lock);
}

void rebuild_skip(struct rebuild *r)
{
    pthread_mutex_lock(&r->lock);
    r->planned = true;
    r->progress = (struct rebuild_progress){.state = REBUILD_DONE};
    pthread_mutex_unlock(&r->lock);
}

void rebuild_progress(struct rebuild *r, struct rebuild_progress *ret_progress)
{
    pthread_mutex_lock(&r->lock);
    *ret_progress = r->progress;
    if (r->progress.state == REBUILD_PLANNING || r->progress.state == REBUILD_RUNNING)
        ret_progress->elapsed_ms = clock_mono_ms() - r->begun_ms;
    ret_progress->horizon_ms = r->planned ? task_list_horizon_ms(&r->tasks) : r->range.now_ms;
    pthread_mutex_unlock(&r->lock);
}

int64_t rebuild_eta_ms(const struct rebuild_progress *progress)
{
    size_t left = progress->tasks - progress->tasks_done;

    if (progress->state != REBUILD_RUNNING || progress->tasks_done == 0)
        return -1;
    return progress->elapsed_ms * (int64_t)left / (int64_t)progress->tasks_done;
}

bool rebuild_wait(struct rebuild *r, int64_t timeout_ms)
{
    int64_t due_ms = clock_mono_ms() + timeout_ms;
    struct timespec until = {due_ms / 1000, (due_ms % 1000) * 1000000};
    bool ended;

    pthread_mutex_lock(&r->lock);
    while (r->running > 0 && clock_mono_ms() < due_ms)
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    ended = r->running == 0;
    pthread_mutex_unlock(&r->lock);
    return ended;
}
