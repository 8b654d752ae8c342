/*
 * The queue and the thread that writes. A transaction takes batches as long as there are some, up to
 * BATCHES_MAX; when the queue is empty it waits for more until it is LINGER_MS old, unless somebody waits for
 * the commit. So a single profile that is waited for is committed at once, and a rebuild writes tens of
 * thousands of rows at a time, which is what makes it fast: each page of the tables is written once for many
 * rows.
 *
 * After an error the transaction is undone and its batches fail, and if the database was at fault, everything
 * queued fails too and a new one is begun. Nothing is tried again here: a cursor in a batch says that what
 * stood before it is in the index, which is not true of a new one. For the same reason batches with cursors
 * fail until index_was_reset() has told.
 */
#include "index/inner.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum {
    QUEUE_MAX = 1024,
    BATCHES_MAX = 64,
    LINGER_MS = 20,
    MEMORY_EXPIRE_MAX = 4096,     /* rows that one transaction drops, in memory */
    MEMORY_ROWS_MAX = 500 * 1000, /* 50 MB */
};

#define MEMORY_SPAN_MS TIME_HOUR_MS

/* What is done on the writer thread beside writing rows. The batch is the first member. */
struct errand {
    struct index_batch batch;
    int64_t expire_before_ms;
    size_t expire_max;
    size_t dropped;
};

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool is_done;
    int holders;                                                      /* who waits, and the queue */
    struct error error;                                               /* code OK: fine */
    void (*done)(struct index_batch *batch, const struct error *err); /* the caller's own */
    void *user;
};

struct batch_list {
    struct index_batch *head, *tail;
    size_t count;
};

static void list_push(struct batch_list *l, struct index_batch *b)
{
    b->next = NULL;
    if (l->tail)
        l->tail->next = b;
    else
        l->head = b;
    l->tail = b;
    l->count++;
}

static void waited_done(struct index_batch *batch, const struct error *err);
static void expire_done(struct index_batch *batch, const struct error *err);

static bool is_waited_for(const struct index_batch *b)
{
    return b->done == waited_done || b->done == expire_done;
}

/* --- the thread --- */

static struct timespec deadline_after(int64_t ms)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += ms / 1000;
    ts.tv_nsec += (long)(ms % 1000) * 1000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000;
    }
    return ts;
}

/* The next batch of the open transaction; NULL: commit. */
static struct index_batch *next_batch(struct index *ix, size_t taken, const struct timespec *until)
{
    struct index_batch *b = NULL;

    (void)pthread_mutex_lock(&ix->lock);
    bool lingers = taken < BATCHES_MAX && db_mode(ix->db) == INDEX_ON_DISK;
    while (lingers && !ix->head && ix->waiting == 0 && !ix->is_stopping)
        lingers = pthread_cond_timedwait(&ix->wake, &ix->lock, until) == 0;
    if (taken < BATCHES_MAX && ix->head) {
        b = ix->head;
        ix->head = b->next;
        if (!ix->head)
            ix->tail = NULL;
        ix->queued--;
    }
    (void)pthread_mutex_unlock(&ix->lock);
    return b;
}

static enum status apply(struct index *ix, struct index_batch *b, int64_t mint_min_ms, struct error *err)
{
    for (size_t i = 0; i < b->row_count; i++) {
        const struct key_parts *row = &b->rows[i];
        if (row->kind == KEY_UNKNOWN || (mint_min_ms > 0 && id_mint_ms(&row->id) < mint_min_ms))
            continue;
        if (rows_add(&ix->rows, row, err) != OK)
            return conn_failed(err);
    }
    for (size_t i = 0; i < b->forget_count; i++) {
        if (rows_forget(&ix->rows, &b->forget[i], err) != OK)
            return conn_failed(err);
    }
    for (size_t i = 0; i < b->cursor_count; i++) {
        if (rows_cursor(&ix->rows, b->cursors[i].name, b->cursors[i].value, err) != OK)
            return conn_failed(err);
    }
    if (b->done != expire_done)
        return OK;

    struct errand *e = (struct errand *)b;
    return rows_expire(&ix->rows, e->expire_before_ms, e->expire_max, &e->dropped, err);
}

/* In memory only the last hour is kept, and only so many rows. */
static enum status trim(struct index *ix, int64_t mint_min_ms, struct error *err)
{
    const struct rows_totals *t = &ix->rows.totals;
    int64_t rows = t->listed + t->aliases + t->hidden;
    size_t dropped;
    if (rows_expire(&ix->rows, mint_min_ms, MEMORY_EXPIRE_MAX, &dropped, err) != OK)
        return conn_failed(err);

    rows -= (int64_t)dropped;
    if (rows <= MEMORY_ROWS_MAX)
        return OK;
    return rows_expire(&ix->rows, TIME_MAX_MS, (size_t)(rows - MEMORY_ROWS_MAX), &dropped, err);
}

static enum status fill(struct index *ix, struct batch_list *taken, struct batch_list *refused,
                        struct error *err)
{
    bool in_memory = db_mode(ix->db) == INDEX_IN_MEMORY;
    int64_t mint_min_ms = in_memory ? clock_wall_ms() - MEMORY_SPAN_MS : 0;
    struct timespec until = deadline_after(LINGER_MS);
    struct index_batch *b;

    if (rows_begin(&ix->rows, err) != OK)
        return conn_failed(err);
    while ((b = next_batch(ix, taken->count, &until))) {
        if (b->cursor_count > 0 && index_is_reset(ix)) {
            list_push(refused, b);
            continue;
        }
        list_push(taken, b);
        if (apply(ix, b, mint_min_ms, err) != OK)
            return conn_failed(err);
    }
    if (in_memory && trim(ix, mint_min_ms, err) != OK)
        return conn_failed(err);
    return rows_commit(&ix->rows, err);
}

static void finish(struct index *ix, struct batch_list *list, const struct error *err)
{
    struct index_batch *b = list->head;
    while (b) {
        struct index_batch *next = b->next;
        if (is_waited_for(b)) {
            (void)pthread_mutex_lock(&ix->lock);
            ix->waiting--;
            (void)pthread_mutex_unlock(&ix->lock);
        }
        if (b->done)
            b->done(b, err);
        b = next;
    }
    *list = (struct batch_list){NULL, NULL, 0};
}

/* What was queued before an index was begun anew fails with it; what comes once anybody has been told does
 * not. */
static struct batch_list take_queue(struct index *ix)
{
    (void)pthread_mutex_lock(&ix->lock);
    struct batch_list all = {ix->head, ix->tail, ix->queued};
    ix->head = ix->tail = NULL;
    ix->queued = 0;
    (void)pthread_mutex_unlock(&ix->lock);
    return all;
}

static void transact(struct index *ix)
{
    struct batch_list taken = {NULL, NULL, 0}, refused = {NULL, NULL, 0}, queued = {NULL, NULL, 0};
    struct error err = {.code = OK, .text = ""}, stale;
    struct conn *conn = db_writer(ix->db);

    db_write_begin(ix->db);
    enum status status = fill(ix, &taken, &refused, &err);
    if (status == OK)
        err.code = OK; /* words of an error that was no trouble may stand there */
    else
        rows_rollback(&ix->rows);
    enum conn_fault fault = conn->fault;
    db_write_end(ix->db);

    if (status != OK && fault != CONN_SOUND) {
        index_begin_anew(ix, fault, conn->fault_text);
        queued = take_queue(ix);
    }
    finish(ix, &taken, &err);
    (void)error_set(&stale, E_UNAVAILABLE, "index: begun anew; what was known of it does not hold any more");
    finish(ix, &refused, &stale);
    finish(ix, &queued, &err);
}

static void replace_damaged(struct index *ix)
{
    char why[ERROR_TEXT_MAX];
    struct error err;
    (void)db_fault(ix->db, why);
    index_begin_anew(ix, CONN_FILE_BAD, why);
    struct batch_list queued = take_queue(ix);
    (void)error_set(&err, E_UNAVAILABLE, "index: begun anew: %.400s", why);
    finish(ix, &queued, &err);
}

static void *run(void *arg)
{
    struct index *ix = arg;
    for (;;) {
        (void)pthread_mutex_lock(&ix->lock);
        while (!ix->head && !ix->is_stopping && db_fault(ix->db, NULL) == CONN_SOUND)
            (void)pthread_cond_wait(&ix->wake, &ix->lock);
        bool more = ix->head;
        bool ends = ix->is_stopping && !more;
        (void)pthread_mutex_unlock(&ix->lock);

        if (ends)
            return NULL;
        if (db_fault(ix->db, NULL) != CONN_SOUND)
            replace_damaged(ix);
        else if (more)
            transact(ix);
    }
}

void index_writer_start(struct index *ix)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&ix->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    rows_init(&ix->rows, db_writer(ix->db));
    ix->thread = thread_start("index", run, ix);
}

void index_writer_stop(struct index *ix)
{
    (void)pthread_mutex_lock(&ix->lock);
    ix->is_stopping = true;
    (void)pthread_cond_signal(&ix->wake);
    (void)pthread_mutex_unlock(&ix->lock);
    (void)pthread_join(ix->thread, NULL);
    rows_release(&ix->rows);
    (void)pthread_cond_destroy(&ix->wake);
}

/* --- the queue --- */

static enum status enqueue(struct index *ix, struct index_batch *batch, size_t max, struct error *err)
{
    batch->next = NULL;
    (void)pthread_mutex_lock(&ix->lock);
    bool fits = ix->queued < max;
    if (fits) {
        if (ix->tail)
            ix->tail->next = batch;
        else
            ix->head = batch;
        ix->tail = batch;
        ix->queued++;
        ix->waiting += is_waited_for(batch);
        (void)pthread_cond_signal(&ix->wake);
    }
    (void)pthread_mutex_unlock(&ix->lock);
    return fits ? OK : error_set(err, E_BUSY, "index: %zu batches wait to be written", max);
}

enum status index_write(struct index *ix, struct index_batch *batch, struct error *err)
{
    return enqueue(ix, batch, QUEUE_MAX, err);
}

size_t index_queued(struct index *ix)
{
    (void)pthread_mutex_lock(&ix->lock);
    size_t queued = ix->queued;
    (void)pthread_mutex_unlock(&ix->lock);
    return queued;
}

/* --- waiting --- */

static struct waiter *waiter_new(void)
{
    struct waiter *w = mem_zero(1, sizeof *w);
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&w->told, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&w->lock, NULL);
    w->holders = 2;
    return w;
}

static void waiter_drop(struct waiter *w)
{
    (void)pthread_mutex_lock(&w->lock);
    bool last = --w->holders == 0;
    (void)pthread_mutex_unlock(&w->lock);
    if (!last)
        return;

    (void)pthread_cond_destroy(&w->told);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

static void waiter_tell(struct waiter *w, const struct error *err)
{
    (void)pthread_mutex_lock(&w->lock);
    w->error = *err;
    w->is_done = true;
    (void)pthread_cond_signal(&w->told);
    (void)pthread_mutex_unlock(&w->lock);
    waiter_drop(w);
}

static void waited_done(struct index_batch *batch, const struct error *err)
{
    struct waiter *w = batch->user;
    batch->done = w->done;
    batch->user = w->user;
    if (batch->done)
        batch->done(batch, err);
    waiter_tell(w, err);
}

static void expire_done(struct index_batch *batch, const struct error *err)
{
    waiter_tell(batch->user, err);
}

/* NULL deadline: for ever. False: it is over. */
static bool waiter_wait(struct waiter *w, const struct timespec *deadline)
{
    int rc = 0;
    (void)pthread_mutex_lock(&w->lock);
    while (!w->is_done && rc == 0)
        rc = deadline ? pthread_cond_timedwait(&w->told, &w->lock, deadline)
                      : pthread_cond_wait(&w->told, &w->lock);
    bool done = w->is_done;
    (void)pthread_mutex_unlock(&w->lock);
    return done;
}

static enum status result_of(const struct waiter *w, struct error *err)
{
    if (w->error.code != OK && err)
        *err = w->error;
    return w->error.code;
}

static enum status wait_for(struct index *ix, struct index_batch *batch, size_t queue_max, struct error *err)
{
    struct waiter *w = waiter_new();
    w->done = batch->done == expire_done ? NULL : batch->done;
    w->user = batch->user;
    if (batch->done != expire_done)
        batch->done = waited_done;
    batch->user = w;

    enum status status = enqueue(ix, batch, queue_max, err);
    if (status == OK) {
        (void)waiter_wait(w, NULL);
        status = result_of(w, err);
    } else {
        batch->done = w->done;
        batch->user = w->user;
        w->holders--;
    }
    waiter_drop(w);
    return status;
}

enum status index_write_wait(struct index *ix, struct index_batch *batch, struct error *err)
{
    return wait_for(ix, batch, QUEUE_MAX, err);
}

enum status index_expire(struct index *ix, int64_t mint_before_ms, size_t max, size_t *ret_dropped,
                         struct error *err)
{
    struct errand e = {.batch = {.done = expire_done}, .expire_before_ms = mint_before_ms, .expire_max = max};
    enum status status = wait_for(ix, &e.batch, SIZE_MAX, err);
    if (status == OK)
        *ret_dropped = e.dropped;
    return status;
}

/* An empty batch behind all others. The caller may leave before it is through, so it lives on the heap. */
static void flush_done(struct index_batch *batch, const struct error *err)
{
    (void)err;
    free(batch);
}

enum status index_flush(struct index *ix, int64_t deadline_ms, struct error *err)
{
    struct index_batch *batch = mem_zero(1, sizeof *batch);
    struct waiter *w = waiter_new();
    struct timespec until = {.tv_sec = deadline_ms / 1000, .tv_nsec = (long)(deadline_ms % 1000) * 1000000};

    w->done = flush_done;
    batch->done = waited_done;
    batch->user = w;
    (void)enqueue(ix, batch, SIZE_MAX, err);
    enum status status =
        waiter_wait(w, &until)
            ? result_of(w, err)
            : error_set(err, E_UNAVAILABLE, "index: what is queued was not committed in time");
    waiter_drop(w);
    return status;
}
