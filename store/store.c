/*
 * What is the same for every store stands here once: a key that no store can hold and a deadline that has
 * passed are answered before any store sees them, so that all of them answer alike; what only a bug can bring
 * about is an assertion.
 *
 * A wrapper passes the caller's op on to its inner store through store_submit() again and may run it several
 * times, so the results are emptied here at each start.
 */
#include "store/store.h"

#include "base/clock.h"
#include "base/limits.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

static const char *const VERB_NAMES[STORE_VERBS] = {
    [STORE_PUT] = "put",   [STORE_GET] = "get",       [STORE_HEAD] = "head",
    [STORE_LIST] = "list", [STORE_DELETE] = "delete",
};

const char *store_verb_name(enum store_verb verb)
{
    return VERB_NAMES[verb];
}

void store_page_release(struct store_page *page)
{
    arena_release(&page->arena);
    *page = (struct store_page){0};
}

void store_op_release(struct store_op *op)
{
    buf_release(&op->object);
    store_page_release(&op->page);
}

static bool component_ok(struct slice c)
{
    if (c.len == 0 || c.len > STORE_COMPONENT_BYTES || slice_eq_cstr(c, ".") || slice_eq_cstr(c, ".."))
        return false;

    for (size_t i = 0; i < c.len; i++) {
        char ch = c.ptr[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (!letter && ch != '-' && ch != '.' && ch != '_')
            return false;
    }
    return true;
}

bool store_key_ok(struct slice key)
{
    if (key.len == 0 || key.len > LIMIT_KEY_BYTES)
        return false;

    struct slice rest = key, component;
    while (slice_split(&rest, '/', &component)) {
        if (!component_ok(component))
            return false;
    }
    return true;
}

static bool may_name(const struct store_op *op)
{
    if (op->verb == STORE_GET && op->is_foreign)
        return op->key.len > 0 && op->key.len <= LIMIT_KEY_BYTES;
    return store_key_ok(op->key);
}

static enum status check(const struct store_op *op, struct error *err)
{
    if (op->verb == STORE_LIST) {
        if (op->key.len > LIMIT_KEY_BYTES || op->start_after.len > LIMIT_KEY_BYTES)
            return error_set(err, E_INVALID, "list: the prefix or the start is over %lu bytes",
                             LIMIT_KEY_BYTES);
    } else if (!may_name(op)) {
        return error_set(err, E_INVALID, "%s '%.*s': no store can hold this key", store_verb_name(op->verb),
                         (int)(op->key.len < 200 ? op->key.len : 200), op->key.ptr ? op->key.ptr : "");
    }

    if (clock_mono_ms() >= op->deadline_ms)
        return error_set(err, E_UNAVAILABLE, "%s: the deadline has passed", store_verb_name(op->verb));
    return OK;
}

void store_submit(struct store *store, struct store_op *op)
{
    assert(op->done);
    assert(op->deadline_ms > 0);
    assert((int)op->verb < STORE_VERBS);
    assert(op->max_keys <= LIMIT_LIST_KEYS);
    assert(!op->object.ptr && !op->page.arena.blocks);

    op->error.code = OK;
    op->error.text[0] = '\0';
    op->retry_after_ms = 0;
    op->object_bytes = 0;
    op->modified_ms = 0;

    if (check(op, &op->error) != OK) {
        op->done(op);
        return;
    }
    store->ops->submit(store, op);
}

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t completed;
    bool done;
};

static void wake(struct store_op *op)
{
    struct waiter *w = op->user;
    /* Signalled under the lock: as soon as it is free the waiter may be gone from its stack. */
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->completed);
    pthread_mutex_unlock(&w->lock);
}

enum status store_run(struct store *store, struct store_op *op)
{
    struct waiter w = {.lock = PTHREAD_MUTEX_INITIALIZER, .completed = PTHREAD_COND_INITIALIZER};
    op->done = wake;
    op->user = &w;
    store_submit(store, op);

    pthread_mutex_lock(&w.lock);
    while (!w.done)
        pthread_cond_wait(&w.completed, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.completed);
    pthread_mutex_destroy(&w.lock);

    op->done = NULL;
    op->user = NULL;
    return op->error.code;
}

void store_close(struct store *store)
{
    if (store)
        store->ops->close(store);
}

void store_time(struct store *store, struct store_time *ret_time)
{
    store->ops->time(store, ret_time);
}

const char *store_describe(struct store *store)
{
    return store->ops->describe(store);
}
