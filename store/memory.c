/*
 * Objects in one sorted array, found by bisection. Adding at the end is cheap, which is what keys that begin
 * with the time do; elsewhere some pointers move. One lock; completions run outside of it, so they may submit
 * again.
 */
#include "store/memory.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

struct object {
    char *key;
    size_t key_len;
    char *bytes;
    size_t len;
    int64_t modified_ms;
};

struct memory {
    struct store store;
    pthread_mutex_t lock;
    struct object *objects; /* in the order of their keys */
    size_t count;
    size_t cap;
    int64_t (*now_ms)(void *user);
    void *user;
};

static struct memory *memory_of(struct store *store)
{
    return (struct memory *)(void *)store;
}

static int64_t now_ms(const struct memory *m)
{
    return m->now_ms ? m->now_ms(m->user) : clock_wall_ms();
}

static struct slice key_of(const struct object *o)
{
    return slice_make(o->key, o->key_len);
}

static void object_release(struct object *o)
{
    free(o->key);
    free(o->bytes);
}

/* Index of the first object whose key is not less. */
static size_t position(const struct memory *m, struct slice key)
{
    size_t from = 0, to = m->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (slice_cmp(key_of(&m->objects[middle]), key) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct object *find(const struct memory *m, struct slice key)
{
    size_t at = position(m, key);
    return at < m->count && slice_eq(key_of(&m->objects[at]), key) ? &m->objects[at] : NULL;
}

static struct object *insert(struct memory *m, struct slice key)
{
    if (m->count == m->cap) {
        m->cap = m->cap > 0 ? m->cap * 2 : FIRST_CAP;
        m->objects = mem_resize(m->objects, m->cap * sizeof m->objects[0]);
    }
    size_t at = position(m, key);
    memmove(&m->objects[at + 1], &m->objects[at], (m->count - at) * sizeof m->objects[0]);
    m->count++;
    m->objects[at] = (struct object){.key = mem_cstr(key.ptr, key.len), .key_len = key.len};
    return &m->objects[at];
}

static void put(struct memory *m, struct store_op *op)
{
    struct object *o = find(m, op->key);
    if (!o)
        o = insert(m, op->key);
    free(o->bytes);
    o->bytes = mem_copy(op->body.ptr, op->body.len);
    o->len = op->body.len;
    o->modified_ms = now_ms(m);
}

static void get(struct memory *m, struct store_op *op)
{
    const struct object *o = find(m, op->key);
    if (!o) {
        (void)error_set(&op->error, E_NOT_FOUND, "no such object");
        return;
    }

    op->object_bytes = o->len;
    op->modified_ms = o->modified_ms;
    if (op->verb == STORE_HEAD)
        return;

    if (o->len > op->max_bytes) {
        (void)error_set(&op->error, E_TOO_LARGE, "%zu bytes, over the bound of %zu", o->len, op->max_bytes);
        return;
    }
    op->object = BUF_INIT(op->max_bytes);
    buf_append(&op->object, slice_make(o->bytes, o->len));
}

static void list(struct memory *m, struct store_op *op)
{
    size_t max_keys = op->max_keys > 0 ? op->max_keys : LIMIT_LIST_KEYS;
    struct slice after = op->token.len > 0 ? op->token : op->start_after;
    struct store_page page = {.arena = ARENA_INIT(LIMIT_LIST_PAGE_BYTES)};
    page.entries = arena_alloc(&page.arena, max_keys * sizeof page.entries[0]);

    for (size_t i = position(m, slice_cmp(after, op->key) > 0 ? after : op->key); i < m->count; i++) {
        const struct object *o = &m->objects[i];
        if (slice_cmp(key_of(o), after) <= 0)
            continue;
        if (!slice_starts(key_of(o), op->key))
            break;
        if (page.count == max_keys) {
            page.more = true;
            page.token = page.entries[page.count - 1].key;
            break;
        }
        page.entries[page.count++] =
            (struct store_entry){arena_copy(&page.arena, key_of(o)), o->len, o->modified_ms};
    }
    op->page = page;
}

static void remove_object(struct memory *m, struct slice key)
{
    struct object *o = find(m, key);
    if (!o)
        return;

    object_release(o);
    size_t at = (size_t)(o - m->objects);
    m->count--;
    memmove(o, o + 1, (m->count - at) * sizeof *o);
}

static void memory_submit(struct store *store, struct store_op *op)
{
    struct memory *m = memory_of(store);
    (void)pthread_mutex_lock(&m->lock);
    switch (op->verb) {
    case STORE_PUT: put(m, op); break;
    case STORE_GET:
    case STORE_HEAD: get(m, op); break;
    case STORE_LIST: list(m, op); break;
    case STORE_DELETE: remove_object(m, op->key); break;
    }
    (void)pthread_mutex_unlock(&m->lock);

    if (op->error.code != OK)
        (void)error_wrap(&op->error, "%s '%.*s'", store_verb_name(op->verb), SLICE_ARG(op->key));
    op->done(op);
}

static void memory_close(struct store *store)
{
    struct memory *m = memory_of(store);
    for (size_t i = 0; i < m->count; i++)
        object_release(&m->objects[i]);
    free(m->objects);
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

static void memory_time(struct store *store, struct store_time *ret_time)
{
    int64_t now = now_ms(memory_of(store));
    *ret_time = (struct store_time){.known = true, .now_ms = now, .local_ahead_ms = clock_wall_ms() - now};
}

static const char *memory_describe(UNUSED struct store *store)
{
    return "memory";
}

static const struct store_ops MEMORY_OPS = {
    .submit = memory_submit,
    .close = memory_close,
    .time = memory_time,
    .describe = memory_describe,
};

struct store *memory_store_new(void)
{
    struct memory *m = mem_zero(1, sizeof *m);
    m->store.ops = &MEMORY_OPS;
    (void)pthread_mutex_init(&m->lock, NULL);
    return &m->store;
}

void memory_store_set_clock(struct store *memory, int64_t (*clock_now_ms)(void *user), void *user)
{
    struct memory *m = memory_of(memory);
    m->now_ms = clock_now_ms;
    m->user = user;
}

size_t memory_store_count(struct store *memory)
{
    struct memory *m = memory_of(memory);
    (void)pthread_mutex_lock(&m->lock);
    size_t count = m->count;
    (void)pthread_mutex_unlock(&m->lock);
    return count;
}
