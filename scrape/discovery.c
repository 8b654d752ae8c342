/*
 * What is found becomes targets at once, by the rules of the job; the scraper is told when a source has said
 * everything. A source that failed is asked again when its time comes, like one that did not; it is reported
 * when it begins to fail and when it is well again.
 */
#include "scrape/discovery.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/thread.h"
#include "scrape/scraper.h"
#include "scrape/source_dns.h"
#include "scrape/source_file.h"
#include "scrape/source_http.h"
#include "scrape/source_kubernetes.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct seeker {
    struct discovery *discovery;
    const struct job *job;
    pthread_t thread;
    bool has_thread;
    int64_t due_ms[JOB_SOURCES_MAX];
    bool is_bad[JOB_SOURCES_MAX];
};

struct discovery {
    const struct scrape_config *config;
    struct scraper *scraper;
    struct report report;
    struct seeker *seekers; /* one a job */
    atomic_bool is_over;
    pthread_mutex_t lock;
    pthread_cond_t over;
};

/* What a source has found so far. */
struct finding {
    const struct job *job;
    const struct report *report;
    struct target **targets;
    size_t count, cap;
    size_t seen, bad;
    const atomic_bool *is_over;
    struct error first_bad;
};

static void finding_release(struct finding *f)
{
    for (size_t i = 0; i < f->count; i++)
        target_free(f->targets[i]);
    free(f->targets);
}

/* One that makes no sense is left out and told; the others are not to blame. */
static enum status add_found(void *user, struct attributes *found, struct error *err)
{
    struct finding *f = user;
    struct target *target;
    struct error bad;

    if (atomic_load(f->is_over))
        return error_set(err, E_UNAVAILABLE, "told to stop");
    if (f->seen++ == LIMIT_FOUND)
        return error_set(err, E_TOO_LARGE, "more than %lu targets, dropped ones included", LIMIT_FOUND);
    if (f->count == LIMIT_TARGETS)
        return error_set(err, E_TOO_LARGE, "more than %lu targets", LIMIT_TARGETS);
    if (target_new(f->job, found, &target, &bad) != OK) {
        if (f->bad++ == 0)
            f->first_bad = bad;
        return OK;
    }
    if (!target)
        return OK;
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 16;
        f->targets = mem_resize(f->targets, f->cap * sizeof(*f->targets));
    }
    f->targets[f->count++] = target;
    return OK;
}

static enum status static_targets(const struct source *source, const struct receiver *to, struct error *err)
{
    for (size_t i = 0; i < source->word_count; i++) {
        struct arena arena CLEANUP(arena_release) = ARENA_INIT(LIMIT_ATTRIBUTES_BYTES);
        struct attributes a;
        attributes_init(&a, &arena);
        for (size_t k = 0; k < source->label_count; k++)
            attributes_set(&a, source->labels[k].name, source->labels[k].value);
        attributes_set(&a, SLICE("__address__"), source->words[i]);
        if (to->take(to->user, &a, err) != OK)
            return err->code;
    }
    return OK;
}

enum status source_ask(const struct source *source, const struct receiver *to, struct error *err)
{
    switch (source->kind) {
    case SOURCE_STATIC: return static_targets(source, to, err);
    case SOURCE_FILE: return source_file_ask(source, to, err);
    case SOURCE_HTTP: return source_http_ask(source, to, err);
    case SOURCE_DNS: return source_dns_ask(source, to, err);
    case SOURCE_KUBERNETES: return source_kubernetes_ask(source, to, err);
    }
    return OK;
}

static enum status ask(struct seeker *k, size_t index, struct error *err)
{
    struct discovery *d = k->discovery;
    const struct source *source = &k->job->sources[index];
    struct finding f CLEANUP(finding_release) = {.job = k->job, .is_over = &d->is_over};

    const struct receiver to = {add_found, &f, &d->is_over};

    if (source_ask(source, &to, err) != OK)
        return error_wrap(err, "%.*s", SLICE_ARG(source->where));
    scraper_set_targets(d->scraper, k->job, index, f.targets, f.count);
    f.count = 0;
    if (f.bad > 0)
        return error_set(err, E_INVALID, "%.*s: %zu targets left out: %.300s", SLICE_ARG(source->where),
                         f.bad, f.first_bad.text);
    return OK;
}

static void ask_and_tell(struct seeker *k, size_t index)
{
    const struct report *report = &k->discovery->report;
    struct error err;
    bool is_bad = ask(k, index, &err) != OK;

    if (is_bad && !k->is_bad[index] && !atomic_load(&k->discovery->is_over))
        report_say(report, true, "targets cannot be found", "%s", err.text);
    else if (!is_bad && k->is_bad[index])
        report_say(report, false, "targets are found again", "%.*s", SLICE_ARG(k->job->sources[index].where));
    k->is_bad[index] = is_bad;
    k->due_ms[index] = clock_mono_ms() + k->job->sources[index].refresh_ms;
}

static void *seek(void *arg)
{
    struct seeker *k = arg;
    struct discovery *d = k->discovery;

    while (!atomic_load(&d->is_over)) {
        int64_t soonest_ms = INT64_MAX;
        for (size_t i = 0; i < k->job->source_count; i++) {
            if (k->job->sources[i].kind == SOURCE_STATIC)
                continue;
            if (k->due_ms[i] <= clock_mono_ms() && !atomic_load(&d->is_over))
                ask_and_tell(k, i);
            if (k->due_ms[i] < soonest_ms)
                soonest_ms = k->due_ms[i];
        }
        struct timespec until = {soonest_ms / 1000, soonest_ms % 1000 * 1000000};
        pthread_mutex_lock(&d->lock);
        if (!atomic_load(&d->is_over))
            pthread_cond_timedwait(&d->over, &d->lock, &until);
        pthread_mutex_unlock(&d->lock);
    }
    return NULL;
}

struct discovery *discovery_new(const struct scrape_config *config, struct scraper *scraper,
                                const struct report *report)
{
    struct discovery *d = mem_zero(1, sizeof *d);
    pthread_condattr_t attr;

    *d = (struct discovery){.config = config, .scraper = scraper, .report = *report};
    d->seekers = mem_zero(config->job_count + 1, sizeof *d->seekers);
    for (size_t i = 0; i < config->job_count; i++)
        d->seekers[i] = (struct seeker){.discovery = d, .job = config->jobs[i]};
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->over, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&d->lock, NULL);
    return d;
}

enum status discovery_once(struct discovery *d, struct error *err)
{
    for (size_t i = 0; i < d->config->job_count; i++)
        for (size_t k = 0; k < d->config->jobs[i]->source_count; k++)
            if (ask(&d->seekers[i], k, err) != OK)
                return err->code;
    return OK;
}

void discovery_start(struct discovery *d)
{
    for (size_t i = 0; i < d->config->job_count; i++) {
        struct seeker *k = &d->seekers[i];
        for (size_t n = 0; n < k->job->source_count; n++) {
            if (k->job->sources[n].kind == SOURCE_STATIC)
                ask_and_tell(k, n);
            else
                k->has_thread = true;
        }
        if (k->has_thread)
            k->thread = thread_start("discover", seek, k);
    }
}

void discovery_stop(struct discovery *d)
{
    pthread_mutex_lock(&d->lock);
    bool was_over = atomic_exchange(&d->is_over, true);
    pthread_cond_broadcast(&d->over);
    pthread_mutex_unlock(&d->lock);
    for (size_t i = 0; i < d->config->job_count && !was_over; i++)
        if (d->seekers[i].has_thread)
            pthread_join(d->seekers[i].thread, NULL);
}

void discovery_free(struct discovery *d)
{
    if (!d)
        return;

    discovery_stop(d);
    pthread_cond_destroy(&d->over);
    pthread_mutex_destroy(&d->lock);
    free(d->seekers);
    free(d);
}
