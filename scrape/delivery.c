/*
 * A failure holds all senders up until a moment that they share; the delay doubles with every failure after
 * such a moment and is forgotten with the first success.
 */
#include "scrape/delivery.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"
#include "client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BACKOFF_FIRST_MS = 250,
    BACKOFF_MAX_MS = 15000,
    SENDERS_MAX = 16,
    ANSWER_BYTES = 64 * 1024,
    URL_BYTES = 16 * 1024,
    TOTAL_MS = 60 * 1000,
};

struct delivery {
    struct delivery_options options;
    struct secret token;
    char *url, *ca_file;
    atomic_bool is_over;
    pthread_t threads[SENDERS_MAX];
    int thread_count;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t over;
    int64_t held_until_ms, backoff_ms;
    struct delivery_stats stats;
};

/* Waits while all are held up. */
static void wait_turn(struct delivery *d)
{
    pthread_mutex_lock(&d->lock);
    for (;;) {
        int64_t until_ms = d->held_until_ms;
        struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
        if (atomic_load(&d->is_over) || clock_mono_ms() >= until_ms)
            break;
        pthread_cond_timedwait(&d->over, &d->lock, &until);
    }
    pthread_mutex_unlock(&d->lock);
}

static void note_sent(struct delivery *d, size_t bytes)
{
    pthread_mutex_lock(&d->lock);
    bool was_away = d->stats.is_away;
    d->stats.is_away = false;
    d->stats.error[0] = '\0';
    d->stats.sent++;
    d->stats.sent_bytes += bytes;
    d->backoff_ms = 0;
    pthread_mutex_unlock(&d->lock);
    if (was_away)
        report_say(&d->options.report, false, "the collector takes profiles again", "%s", d->url);
}

static void note_refused(struct delivery *d, const struct parcel *p, const struct error *why)
{
    pthread_mutex_lock(&d->lock);
    d->stats.refused++;
    pthread_mutex_unlock(&d->lock);
    report_say(&d->options.report, true, "the collector refused a profile", "%s: %.200s", why->text, p->path);
}

static void note_failed(struct delivery *d, int64_t retry_ms, const struct error *why)
{
    int64_t now_ms = clock_mono_ms();

    pthread_mutex_lock(&d->lock);
    bool was_away = d->stats.is_away;
    d->stats.is_away = true;
    d->stats.failed++;
    (void)snprintf(d->stats.error, sizeof d->stats.error, "%.250s", why->text);
    if (now_ms >= d->held_until_ms) {
        d->backoff_ms = d->backoff_ms == 0               ? BACKOFF_FIRST_MS
                        : d->backoff_ms < BACKOFF_MAX_MS ? d->backoff_ms * 2
                                                         : BACKOFF_MAX_MS;
        d->held_until_ms = now_ms + (retry_ms > d->backoff_ms ? retry_ms : d->backoff_ms);
    }
    pthread_mutex_unlock(&d->lock);
    if (!was_away)
        report_say(&d->options.report, true, "the collector does not take profiles: they wait", "%s",
                   why->text);
}

static void send_one(struct delivery *d, struct client *client, struct parcel *take_parcel)
{
    struct buf url CLEANUP(buf_release) = BUF_INIT(URL_BYTES);
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    struct error err;
    struct slice base = slice_of(d->url);
    size_t bytes = take_parcel->body.len;

    while (slice_ends(base, SLICE("/")))
        base.len--;
    buf_append(&url, base);
    buf_append_cstr(&url, take_parcel->path);
    struct client_request request = {.url = buf_cstr(&url),
                                     .content_type = "application/octet-stream",
                                     .body = buf_slice(&take_parcel->body),
                                     .max_bytes = ANSWER_BYTES,
                                     .is_over = &d->is_over};
    enum status status = client_call(client, &request, &answer, &err);
    if (status == OK) {
        spool_finish(d->options.spool, take_parcel);
        note_sent(d, bytes);
    } else if ((status == E_INVALID || status == E_TOO_LARGE) && answer.has_answered &&
               answer.status / 100 != 3) { /* what redirects has not looked at the profile */
        note_refused(d, take_parcel, &err);
        spool_finish(d->options.spool, take_parcel);
    } else {
        note_failed(d, answer.retry_ms, &err);
        spool_return(d->options.spool, take_parcel);
    }
}

static void *send_all(void *arg)
{
    struct delivery *d = arg;
    struct client *client CLEANUP(client_freep) =
        client_new(&(struct client_settings){.token = &d->token,
                                             .token_for = d->url,
                                             .ca_file = d->ca_file,
                                             .is_direct = d->options.is_direct,
                                             .total_ms = TOTAL_MS});
    for (;;) {
        wait_turn(d);
        struct parcel *p = spool_take(d->options.spool);
        if (!p)
            return NULL;
        send_one(d, client, p);
    }
}

struct delivery *delivery_new(const struct delivery_options *options)
{
    struct delivery *d = mem_zero(1, sizeof *d);
    pthread_condattr_t attr;

    d->options = *options;
    d->url = mem_cstr(options->url, strlen(options->url));
    d->ca_file = options->ca_file ? mem_cstr(options->ca_file, strlen(options->ca_file)) : NULL;
    if (options->token)
        secret_set(&d->token, secret_bytes(options->token));
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->over, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&d->lock, NULL);
    d->thread_count = options->senders < SENDERS_MAX ? options->senders : SENDERS_MAX;
    for (int i = 0; i < d->thread_count; i++)
        d->threads[i] = thread_start("deliver", send_all, d);
    return d;
}

void delivery_free(struct delivery *d)
{
    if (!d)
        return;

    pthread_mutex_lock(&d->lock);
    atomic_store(&d->is_over, true);
    pthread_cond_broadcast(&d->over);
    pthread_mutex_unlock(&d->lock);
    spool_close(d->options.spool);
    for (int i = 0; i < d->thread_count; i++)
        pthread_join(d->threads[i], NULL);
    pthread_cond_destroy(&d->over);
    pthread_mutex_destroy(&d->lock);
    secret_release(&d->token);
    free(d->url);
    free(d->ca_file);
    free(d);
}

struct delivery_stats delivery_stats(struct delivery *d)
{
    pthread_mutex_lock(&d->lock);
    struct delivery_stats stats = d->stats;
    pthread_mutex_unlock(&d->lock);
    return stats;
}
