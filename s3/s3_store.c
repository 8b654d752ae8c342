/*
 * The store interface around a bucket. What an operation does is in bucket_call.c, what runs it in
 * transport.c.
 */
#include "s3/s3.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "s3/bucket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_DEFAULT = 64, CONNECTIONS_MAX = 1024 };

struct s3_store {
    struct store store;
    struct bucket bucket;
    char *description;
    bool stopped;
};

static struct s3_store *of(struct store *store)
{
    return (struct s3_store *)(void *)store; /* its first member */
}

static void s3_submit(struct store *store, struct store_op *op)
{
    bucket_call_submit(&of(store)->bucket, op);
}

void s3_store_stop(struct store *store)
{
    struct s3_store *s = of(store);
    if (!s->stopped)
        transport_stop(s->bucket.transport);
    s->stopped = true;
}

static void s3_close(struct store *store)
{
    struct s3_store *s = of(store);
    /* The transport first: its calls ask for keys. The cache may still wake it, so its memory goes last. */
    s3_store_stop(store);
    credential_cache_close(s->bucket.cache);
    transport_free(s->bucket.transport);
    credentials_release(&s->bucket.keys.credentials);
    explicit_bzero(&s->bucket.day_key, sizeof s->bucket.day_key);
    address_release(&s->bucket.address);
    (void)pthread_mutex_destroy(&s->bucket.clock_lock);
    free(s->bucket.name);
    free(s->description);
    free(s);
}

static void s3_time(struct store *store, struct store_time *ret_time)
{
    struct store_time t = {.known = false};
    t.now_ms = bucket_now_ms(&of(store)->bucket, &t.known);
    t.local_ahead_ms = clock_wall_ms() - t.now_ms;
    *ret_time = t;
}

static const char *s3_describe(struct store *store)
{
    return of(store)->description;
}

static void keys_changed(void *user)
{
    struct bucket *b = user;
    transport_wake(b->transport);
}

static char *describe(const char *bucket, const struct address *a)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(2 * LIMIT_URI_BYTES);
    buf_printf(&text, "s3://%s at %s", bucket, a->origin);
    return mem_cstr(buf_cstr(&text), text.len);
}

enum status s3_store_open(const struct s3_options *options, struct store **ret_store, struct error *err)
{
    static const struct store_ops ops = {s3_submit, s3_close, s3_time, s3_describe};
    struct address address;
    enum status code = address_make(options, &address, err);
    if (code != OK)
        return code;

    int connections = options->connections > 0 ? options->connections : CONNECTIONS_DEFAULT;
    struct s3_store *s = mem_zero(1, sizeof *s);
    struct bucket *b = &s->bucket;
    s->store.ops = &ops;
    s->description = describe(options->bucket, &address);
    b->name = mem_cstr(options->bucket, strlen(options->bucket));
    b->address = address;
    (void)pthread_mutex_init(&b->clock_lock, NULL);
    (void)snprintf(b->region, sizeof b->region, "%s", options->region ? options->region : "us-east-1");
    b->transport = transport_new(&(struct transport_options){
        .thread_name = "s3-io",
        .ca_bundle = options->ca_bundle,
        .width = (size_t)(connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX),
    });
    b->cache = credential_cache_new(&(struct credential_cache_options){
        .profile = options->profile,
        .region = b->region,
        .ca_bundle = options->ca_bundle,
        .changed = keys_changed,
        .user = b,
    });
    *ret_store = &s->store;
    return OK;
}

/* --- the check at the start --- */

static enum status check_clock(struct store *store, struct error *err)
{
    struct store_time t;
    s3_time(store, &t);
    int64_t off_ms = t.local_ahead_ms < 0 ? -t.local_ahead_ms : t.local_ahead_ms;
    if (!t.known)
        return error_set(err, E_CONFIG, "the answers of %s have no Date, so the bucket's time is not known",
                         s3_describe(store));
    if (off_ms <= S3_CLOCK_OFF_MAX_MS)
        return OK;

    return error_set(err, E_CONFIG, "the clock of this machine is %lld s %s that of %s: correct it (NTP)",
                     (long long)(off_ms / 1000), t.local_ahead_ms > 0 ? "ahead of" : "behind",
                     s3_describe(store));
}

enum status s3_store_check(struct store *store, struct slice prefix, int64_t timeout_ms, struct error *err)
{
    struct store_op op = {.verb = STORE_LIST,
                          .key = prefix,
                          .max_keys = 1,
                          .deadline_ms = clock_mono_ms() + timeout_ms};
    enum status code = store_run(store, &op);
    if (code == E_DENIED) {
        struct buf source CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX);
        s3_store_credentials_source(store, &source);
        (void)error_set(err, code, "%s; the credentials are from: %s", op.error.text, buf_cstr(&source));
    } else if (code != OK) {
        (void)error_set(err, code, "%s", op.error.text);
    }
    store_op_release(&op);
    return code != OK ? code : check_clock(store, err);
}

void s3_store_credentials_source(struct store *store, struct buf *out)
{
    credential_cache_source(of(store)->bucket.cache, out);
}

void s3_store_stats(struct store *store, struct s3_stats *ret_stats)
{
    struct bucket *b = &of(store)->bucket;
    struct transport_stats t;
    transport_stats(b->transport, &t);
    *ret_stats = (struct s3_stats){
        .queued = t.queued,
        .width = t.width,
        .requests = t.requests,
        .resigned = atomic_load(&b->resigned),
        .slow_down = t.slow_down,
    };
}
