/*
 * File systems block, at times for long, so each op is a job for a small pool of threads, and a timer answers
 * it when its deadline comes first. The answered op is the caller's again while the thread may still be in
 * the middle of its work. Hence:
 *
 *     job.op     the caller's op; NULL once answered. Looked at under job.lock only, and so is what it points
 * to: a PUT copies its body in chunks under the lock, and stops when op is NULL. job.own    the thread's: a
 * copy of what was asked, with its strings, and the results until they are moved
 *
 * Whoever takes op out of the job answers it: the thread when it is done, or the timer. The job is freed by
 * the last of the two.
 */
#include "store/directory.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timer.h"
#include "base/work.h"
#include "store/tree_list.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Enough for a journal to commit several files at once, few enough to idle cheaply. */
enum { THREADS = 8, KEY_SHOWN = 200 };

struct directory {
    struct store store;
    struct tree tree;
    struct work_pool *pool;
    struct timer *timer;
    atomic_bool closing;
    char *name; /* "file:/abs/path" */
};

struct job {
    struct work_item item;
    struct timer_task late;
    struct tree_call call;
    struct directory *dir;
    atomic_int holders; /* the thread and the timer */
    pthread_mutex_t lock;
    struct store_op *op;
    struct store_op own;
    char key[LIMIT_KEY_BYTES + 1]; /* or the prefix */
    char after[LIMIT_KEY_BYTES + 1];
};

static struct job *job_of(void *member, size_t offset)
{
    return (struct job *)(void *)((char *)member - offset);
}

/* The thread and the timer hold the job; a thread that has stopped the timer gives up both places. */
static void job_drop(struct job *job, int places)
{
    if (atomic_fetch_sub(&job->holders, places) > places)
        return;

    store_op_release(&job->own);
    (void)pthread_mutex_destroy(&job->lock);
    free(job);
}

static void job_leave(struct job *job)
{
    job_drop(job, timer_cancel(job->dir->timer, &job->late) ? 2 : 1);
}

/* Takes the op, to answer it; NULL if somebody else did. */
static struct store_op *job_take(struct job *job)
{
    (void)pthread_mutex_lock(&job->lock);
    struct store_op *op = job->op;
    job->op = NULL;
    (void)pthread_mutex_unlock(&job->lock);
    return op;
}

static bool job_wanted(struct tree_call *call)
{
    struct job *job = job_of(call, offsetof(struct job, call));
    (void)pthread_mutex_lock(&job->lock);
    bool wanted = job->op != NULL;
    (void)pthread_mutex_unlock(&job->lock);
    return wanted;
}

static bool job_copy(struct tree_call *call, size_t from, char *to, size_t len)
{
    struct job *job = job_of(call, offsetof(struct job, call));
    (void)pthread_mutex_lock(&job->lock);
    bool wanted = job->op != NULL;
    if (wanted)
        memcpy(to, job->op->body.ptr + from, len);
    (void)pthread_mutex_unlock(&job->lock);
    return wanted;
}

static enum status list(struct job *job, struct error *err)
{
    struct store_op *own = &job->own;
    size_t max_keys = own->max_keys > 0 ? own->max_keys : LIMIT_LIST_KEYS;
    struct tree_query query = {own->key, own->start_after, max_keys};
    return tree_list(&job->dir->tree, &query, &job->call, &own->page, err);
}

static enum status perform(struct job *job, struct error *err)
{
    struct tree *tree = &job->dir->tree;
    struct store_op *own = &job->own;
    if (atomic_load(&job->dir->closing))
        return error_set(err, E_UNAVAILABLE, "the store is closing");

    switch (own->verb) {
    case STORE_PUT: return tree_put(tree, job->key, own->body.len, &job->call, err);
    case STORE_GET: return tree_get(tree, job->key, own, &job->call, err);
    case STORE_HEAD: return tree_head(tree, job->key, own, err);
    case STORE_LIST: return list(job, err);
    case STORE_DELETE: return tree_delete(tree, job->key, err);
    }
    return error_set(err, E_INTERNAL, "no such verb");
}

static void explain(const struct job *job, struct error *err)
{
    (void)error_wrap(err, "%s '%.*s'", store_verb_name(job->own.verb), KEY_SHOWN, job->key);
}

static void work(struct work_item *item)
{
    struct job *job = job_of(item, offsetof(struct job, item));
    struct store_op *own = &job->own;
    if (job_wanted(&job->call) && perform(job, &own->error) != OK)
        explain(job, &own->error);

    struct store_op *op = job_take(job);
    if (op) {
        op->error = own->error;
        op->object = own->object;
        op->object_bytes = own->object_bytes;
        op->modified_ms = own->modified_ms;
        op->page = own->page;
        own->object = BUF_INIT(0);
        own->page = (struct store_page){0};
        op->done(op);
    }

    job_leave(job);
}

static void late(struct timer_task *task)
{
    struct job *job = job_of(task, offsetof(struct job, late));
    struct store_op *op = job_take(job);
    if (op) {
        (void)error_set(&op->error, E_UNAVAILABLE, "the file system did not answer by the deadline");
        explain(job, &op->error);
        op->done(op);
    }
    job_drop(job, 1);
}

static struct slice keep(char to[LIMIT_KEY_BYTES + 1], struct slice s)
{
    size_t len = s.len < LIMIT_KEY_BYTES ? s.len : LIMIT_KEY_BYTES;
    if (len > 0)
        memcpy(to, s.ptr, len);
    to[len] = '\0';
    return slice_make(to, len);
}

static struct job *job_new(struct directory *dir, struct store_op *op)
{
    struct job *job = mem_zero(1, sizeof *job);
    job->item.run = work;
    job->late.run = late;
    job->call = (struct tree_call){job_wanted, job_copy};
    job->dir = dir;
    job->op = op;
    atomic_init(&job->holders, 2);
    (void)pthread_mutex_init(&job->lock, NULL);

    job->own.verb = op->verb;
    job->own.key = keep(job->key, op->key);
    job->own.body.len = op->body.len;
    /* A token is a key: where the next page starts is all there is to know. */
    job->own.start_after = keep(job->after, op->token.len > 0 ? op->token : op->start_after);
    job->own.max_keys = op->max_keys;
    job->own.max_bytes = op->max_bytes;
    return job;
}

static void directory_submit(struct store *store, struct store_op *op)
{
    struct directory *dir = (struct directory *)(void *)store;
    if (op->verb != STORE_LIST && !store_key_ok(op->key)) { /* it could lead out of the directory */
        (void)error_set(&op->error, E_INVALID, "%s '%.*s': no path in a directory", store_verb_name(op->verb),
                        SLICE_ARG(slice_sub(op->key, 0, KEY_SHOWN)));
        op->done(op);
        return;
    }
    struct job *job = job_new(dir, op);
    timer_arm(dir->timer, &job->late, op->deadline_ms - clock_mono_ms());

    struct error err;
    if (work_submit(dir->pool, &job->item, &err) == OK)
        return;

    /* The timer may have been faster; then it has answered. */
    if (job_take(job)) {
        op->error = err;
        explain(job, &op->error);
        op->done(op);
    }
    job_leave(job);
}

static void directory_close(struct store *store)
{
    struct directory *dir = (struct directory *)(void *)store;
    atomic_store(&dir->closing, true);
    work_pool_free(dir->pool);
    timer_free(dir->timer);
    tree_close(&dir->tree);
    free(dir->name);
    free(dir);
}

static void directory_time(UNUSED struct store *store, struct store_time *ret_time)
{
    *ret_time = (struct store_time){.known = true, .now_ms = clock_wall_ms()};
}

static const char *directory_describe(struct store *store)
{
    return ((struct directory *)(void *)store)->name;
}

static const struct store_ops DIRECTORY_OPS = {
    .submit = directory_submit,
    .close = directory_close,
    .time = directory_time,
    .describe = directory_describe,
};

static char *name_of(const char *path)
{
    char *absolute CLEANUP(mem_freep) = realpath(path, NULL);
    struct buf name = BUF_INIT(PATH_MAX + sizeof "file:");
    buf_append_cstr(&name, "file:");
    buf_append_cstr(&name, absolute ? absolute : path);
    return name.ptr;
}

enum status directory_store_open(const char *path, bool writes, struct store **ret_store, struct error *err)
{
    struct directory *dir = mem_zero(1, sizeof *dir);
    enum status status = tree_open(&dir->tree, path, writes, err);
    if (status != OK) {
        free(dir);
        return error_wrap(err, "store");
    }

    dir->store.ops = &DIRECTORY_OPS;
    dir->name = name_of(path);
    dir->timer = timer_new();
    dir->pool = work_pool_new("store", THREADS, LIMIT_DIRECTORY_QUEUE);
    *ret_store = &dir->store;
    return OK;
}
