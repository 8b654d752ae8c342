/*
 * States, under the lock:
 *
 *     loaded   has keys (generation > 0). They are handed out even when they have expired and cannot be
 * renewed: the bucket is the judge of that, and our clock may be the one that is wrong. wanted   the thread
 * shall load; `urgent`: get() waits for it loading  it does failed   the last load failed; not tried again
 * before retry_at_ms
 */
#include "s3/credential_cache.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"
#include "s3/aws_profile.h"

#include <stdlib.h>
#include <string.h>

enum {
    RENEW_BEFORE_MS = 5 * 60 * 1000,
    RETRY_FIRST_MS = 1000,
    RETRY_LAST_MS = 30 * 1000,
    LOOK_EVERY_MS = 1000,    /* at the shared files */
    REFUSED_AGAIN_MS = 5000, /* keys are not loaded again for being refused sooner than this */
};

struct credential_cache {
    pthread_t thread;
    char *profile, *region;
    struct fetch *fetch;
    void (*changed)(void *user);
    void *user;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    bool wanted, urgent, loading;
    bool look; /* whether a shared file has changed */
    int64_t looked_at_ms;
    struct credentials current;
    uint64_t generation;
    uint64_t loads;
    int64_t loaded_at_ms; /* monotonic */
    bool failed;
    struct error failure;
    int64_t retry_ms, retry_at_ms;
    int64_t asked_at_ms; /* wall clock of the last get() */
};

static bool is_old(const struct credentials *keys, int64_t now_ms)
{
    return keys->expires_ms > 0 && now_ms > keys->expires_ms - RENEW_BEFORE_MS;
}

/* Under the lock. The copy of the old keys is released here. */
static void keep(struct credential_cache *c, enum status code, struct credentials *taken,
                 const struct error *fault)
{
    int64_t now_ms = clock_mono_ms();
    c->loads++;
    c->loaded_at_ms = now_ms;
    c->failed = code != OK;
    if (code != OK) {
        c->failure = *fault;
        c->retry_ms = c->retry_ms == 0 ? RETRY_FIRST_MS : 2 * c->retry_ms;
        if (c->retry_ms > RETRY_LAST_MS)
            c->retry_ms = RETRY_LAST_MS;
        c->retry_at_ms = now_ms + c->retry_ms;
        return;
    }

    /* Keys that are already old when they come (clocks that disagree) are not asked for at every request. */
    c->retry_ms = 0;
    c->retry_at_ms = is_old(taken, c->asked_at_ms) ? now_ms + RETRY_FIRST_MS : now_ms;
    if (c->generation == 0 || !credentials_equal(&c->current, taken))
        c->generation++;
    credentials_release(&c->current);
    c->current = *taken;
    *taken = (struct credentials){NULL};
}

static bool files_changed(const char *profile_name, uint64_t known_mark)
{
    struct aws_profile p CLEANUP(aws_profile_release) = {NULL};
    /* A file that cannot be read now has changed. */
    return aws_profile_load(profile_name, &p, NULL) != OK || p.files_mark != known_mark;
}

/* Unlocks while it looks. */
static void look_at_files(struct credential_cache *c)
{
    char *name = mem_cstr(c->current.profile_name, strlen(c->current.profile_name));
    uint64_t known_mark = c->current.files_mark;
    (void)pthread_mutex_unlock(&c->lock);
    bool changed = files_changed(name, known_mark);
    free(name);
    (void)pthread_mutex_lock(&c->lock);
    c->look = false;
    c->wanted = c->wanted || changed;
}

/* Unlocks while it loads. */
static void load(struct credential_cache *c)
{
    c->wanted = false;
    c->loading = true;
    (void)pthread_mutex_unlock(&c->lock);

    struct credential_needs needs = {.profile = c->profile, .region = c->region, .fetch = c->fetch};
    struct credentials taken = {NULL};
    struct error fault = {.code = OK};
    enum status code = credentials_load(&needs, &taken, &fault);

    (void)pthread_mutex_lock(&c->lock);
    keep(c, code, &taken, &fault);
    c->loading = false;
    c->urgent = c->wanted;
    (void)pthread_mutex_unlock(&c->lock);
    c->changed(c->user);
    (void)pthread_mutex_lock(&c->lock);
}

static void *cache_thread(void *arg)
{
    struct credential_cache *c = arg;
    (void)pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        if (c->wanted)
            load(c);
        else if (c->look)
            look_at_files(c);
        else
            (void)pthread_cond_wait(&c->wake, &c->lock);
    }
    (void)pthread_mutex_unlock(&c->lock);
    return NULL;
}

static char *copy_text(const char *text)
{
    return text ? mem_cstr(text, strlen(text)) : NULL;
}

struct credential_cache *credential_cache_new(const struct credential_cache_options *options)
{
    struct credential_cache *c = mem_zero(1, sizeof *c);
    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_cond_init(&c->wake, NULL);
    c->profile = copy_text(options->profile);
    c->region = copy_text(options->region);
    c->fetch = fetch_new(options->ca_bundle);
    c->changed = options->changed;
    c->user = options->user;
    c->wanted = true;
    c->looked_at_ms = clock_mono_ms();
    c->thread = thread_start("s3-keys", cache_thread, c);
    return c;
}

void credential_cache_close(struct credential_cache *c)
{
    if (!c)
        return;

    (void)pthread_mutex_lock(&c->lock);
    c->stopping = true;
    (void)pthread_cond_signal(&c->wake);
    (void)pthread_mutex_unlock(&c->lock);
    fetch_stop(c->fetch);
    (void)pthread_join(c->thread, NULL);

    fetch_free(c->fetch);
    credentials_release(&c->current);
    (void)pthread_cond_destroy(&c->wake);
    (void)pthread_mutex_destroy(&c->lock);
    free(c->profile);
    free(c->region);
    free(c);
}

/* Under the lock: is there a reason to load, or to look? */
static void consider(struct credential_cache *c, int64_t now_ms)
{
    int64_t mono_ms = clock_mono_ms();
    bool may = !c->wanted && !c->loading && mono_ms >= c->retry_at_ms;
    c->asked_at_ms = now_ms;
    if (may && (c->generation == 0 || c->failed || is_old(&c->current, now_ms)))
        c->wanted = true;
    if (c->current.profile_name && mono_ms - c->looked_at_ms >= LOOK_EVERY_MS) {
        c->looked_at_ms = mono_ms;
        c->look = true;
    }
    if (c->wanted || c->look)
        (void)pthread_cond_signal(&c->wake);
}

enum status credential_cache_get(struct credential_cache *c, int64_t now_ms, struct credential_copy *copy,
                                 struct error *err)
{
    enum status code = OK;
    (void)pthread_mutex_lock(&c->lock);
    consider(c, now_ms);
    bool expired = c->current.expires_ms > 0 && now_ms >= c->current.expires_ms;
    bool coming = c->wanted || c->loading;
    if (coming && (c->generation == 0 || c->urgent || (expired && !c->failed)))
        code = error_set(err, E_BUSY, "credentials are being loaded");
    else if (c->generation == 0)
        code = error_set(err, c->failure.code, "%s", c->failure.text);
    else if (copy->generation != c->generation) {
        credentials_release(&copy->credentials);
        credentials_copy(&c->current, &copy->credentials);
        copy->generation = c->generation;
    }
    if (code == OK)
        copy->loads = c->loads;
    (void)pthread_mutex_unlock(&c->lock);
    return code;
}

bool credential_cache_refused(struct credential_cache *c, uint64_t generation)
{
    (void)pthread_mutex_lock(&c->lock);
    bool others = c->generation != generation;
    bool recent = c->loads > 1 && clock_mono_ms() - c->loaded_at_ms < REFUSED_AGAIN_MS;
    if (!others && !recent && !c->urgent) {
        c->wanted = c->urgent = true;
        (void)pthread_cond_signal(&c->wake);
    }
    bool again = others || c->urgent;
    (void)pthread_mutex_unlock(&c->lock);
    return again;
}

void credential_cache_source(struct credential_cache *c, struct buf *out)
{
    (void)pthread_mutex_lock(&c->lock);
    buf_append_cstr(out, c->generation > 0 ? c->current.source : "none yet");
    (void)pthread_mutex_unlock(&c->lock);
}
