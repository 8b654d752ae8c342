/*
 * Order of the start: the store (is the bucket there?), the index, the followers, the rebuild, the HTTP
 * server. The followers start before the rebuild reads its first page, so nothing falls between the two.
 *
 * What the index has from its last run decides what has to be read again. The tail takes up where it stopped
 * if that is under an hour ago; else it begins anew and the days since then are rebuilt.
 */
#include "collector/app.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "collector/access.h"
#include "collector/answer.h"
#include "collector/cors.h"
#include "collector/crew.h"
#include "collector/routes.h"
#include "collector/tail.h"
#include "model/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    CLOCK_OFF_MAX_MS = 60000,
    REFUSAL_MS = 30000,
    TOKENS_LOOK_MS = 5000,
    INGEST_QUEUE = 4096,
    QUERY_THREADS = 4,
    QUERY_QUEUE = 1024,
    MERGE_QUEUE = 64,
    INDEX_READERS = 8,
    HEAD_DEADLINE_MS = 10000,
    IDLE_MS = 300000,
    BODY_RATE_BYTES = 1024,
    POOL_THREADS_MAX = 16,
    SCRAPING_DRAIN_MS = 5000,
};

static int processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    if (n < 2)
        return 2;
    return n > POOL_THREADS_MAX ? POOL_THREADS_MAX : (int)n;
}

size_t app_query_bytes(const struct app *app)
{
    size_t half = app->merging.max / 2;

    return half < LIMIT_MERGE_BYTES ? half : LIMIT_MERGE_BYTES;
}

/* --- following --- */

/* The oldest cursor; 0: some lane that we write to has none. */
static int64_t oldest_tau(const struct app *app)
{
    int64_t oldest = INT64_MAX;

    for (unsigned lane = 0; lane < ID_LANES; lane++) {
        int64_t tau_ms = follow_tau_ms(app->follow, lane);

        if (tau_ms < oldest && (tau_ms > 0 || lane < (unsigned)app->config->write_lanes))
            oldest = tau_ms;
    }
    return oldest;
}

static int64_t max_ms(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Where the followers begin and what is rebuilt. `anew`: they run already, and the index has lost what it
 * had. */
static void begin(struct app *app, int64_t tau_ms, bool anew)
{
    struct store_time time;
    bool needed = rebuild_is_needed(app->rebuild);
    bool goes_on = false;
    int64_t now_ms, begin_ms;
    struct rebuild_range range = {.rerun_from_ms = INT64_MAX};

    store_time(app->store, &time);
    now_ms = app_now_ms(app);
    /* Whose clock is not known yet may be wrong about now: a day of listing is cheap. */
    begin_ms = time.known ? now_ms : now_ms - TIME_DAY_MS;

    range.now_ms = now_ms;
    range.since_ms = max_ms(app_mint_min_ms(app), 0);
    if (index_mode(app->index) == INDEX_IN_MEMORY) {
        range.since_ms = now_ms - TIME_HOUR_MS;
        range.is_partial = true;
        needed = true;
    }
    if (tau_ms > 0 && now_ms - tau_ms < TIME_HOUR_MS) {
        goes_on = true;
    } else {
        range.rerun_from_ms = tau_ms > 0 ? tau_ms - TAIL_DEEP_WINDOW_MS : 0;
        if (!needed)
            range.since_ms = max_ms(range.since_ms, range.rerun_from_ms);
        needed = true;
    }
    if (needed)
        rebuild_prepare(app->rebuild, &range);
    if (anew)
        follow_reset(app->follow, begin_ms);
    else
        follow_start(app->follow, goes_on ? tau_ms : begin_ms, !goes_on);
    if (needed)
        rebuild_start(app->rebuild, &range);
    else
        rebuild_skip(app->rebuild);
}

static void found_lane(void *user, unsigned lane)
{
    follow_lane(((struct app *)user)->follow, lane);
}

static void open_followers(struct app *app)
{
    app->follow = follow_new(&(struct follow_options){.store = app->store,
                                                      .index = app->index,
                                                      .timer = app->timer,
                                                      .root = app->backend.root,
                                                      .lanes = (unsigned)app->config->write_lanes});
    app->rebuild = rebuild_new(&(struct rebuild_options){.store = app->store,
                                                         .index = app->index,
                                                         .root = app->backend.root,
                                                         .found_lane = found_lane,
                                                         .user = app});
    app->audit = audit_new(&(struct audit_options){.store = app->store,
                                                   .index = app->index,
                                                   .follow = app->follow,
                                                   .metrics = app->metrics,
                                                   .root = app->backend.root});
    app->retention = retention_new(&(struct retention_options){.store = app->store,
                                                               .index = app->index,
                                                               .metrics = app->metrics,
                                                               .root = app->backend.root,
                                                               .age_ms = app->config->retention_ms,
                                                               .sweep = app->backend.sweeps});
    begin(app, oldest_tau(app), false);
    audit_start(app->audit);
    retention_start(app->retention);
}

/* --- opening --- */

static enum status open_store(struct app *app, struct error *err)
{
    char warning[ERROR_TEXT_MAX];
    struct log_line line;

    if (backend_open(app->config, BACKEND_WRITE, app->timer, &app->backend, warning, err) != OK)
        return err->code;
    app->store = app->backend.store;

    log_begin(&line, warning[0] ? LOG_WARN : LOG_INFO,
              warning[0] ? "the bucket does not answer, starting without it" : "the store is there");
    log_cstr(&line, "store", store_describe(app->store));
    if (warning[0])
        log_cstr(&line, "error", warning);
    if (app->backend.s3) {
        struct buf source CLEANUP(buf_release) = BUF_INIT(512);

        s3_store_credentials_source(app->backend.s3, &source);
        log_cstr(&line, "credentials", buf_cstr(&source));
    }
    log_end(&line);
    return OK;
}

static enum status open_index(struct app *app, struct error *err)
{
    const struct index_options options = {app->config->index, store_describe(app->store), INDEX_READERS};
    char note[ERROR_TEXT_MAX];

    if (index_open(&options, &app->index, note, err) != OK)
        return error_wrap(err, "--index %s", app->config->index);
    if (note[0])
        log_detail(LOG_WARN, "the index was begun anew, it is being rebuilt from the bucket", "%s", note);
    return OK;
}

static enum status open_server(struct app *app, struct error *err)
{
    const struct config *c = app->config;
    const struct http_options options = {
        .listen = c->listen,
        .threads = (int)c->threads,
        .max_connections = (unsigned)c->max_connections,
        .max_body_bytes = (size_t)c->max_body_bytes,
        .inflight = &app->inflight,
        .head_deadline_ms = HEAD_DEADLINE_MS,
        .idle_ms = IDLE_MS,
        .body_rate_bytes = BODY_RATE_BYTES,
        .routes = ROUTES,
        .route_count = ROUTE_COUNT,
        .app = app,
        .admit = access_admit,
        .no_route = answer_no_route,
        .finished = access_finished,
        .dress = cors_dress,
        .render_error = answer_render_error,
    };

    return http_server_new(&options, &app->server, err);
}

static void appp_release(struct app **app)
{
    app_free(*app);
}

enum status app_new(const struct config *config, struct app **ret_app, struct error *err)
{
    struct app *app CLEANUP(appp_release) = mem_zero(1, sizeof(*app));
    int cpus = processors();

    app->config = config;
    app->started_ms = clock_mono_ms();
    pthread_mutex_init(&app->lock, NULL);
    budget_init(&app->inflight, (size_t)config->inflight_bytes);
    budget_init(&app->merging, (size_t)config->merge_bytes);
    app->metrics = metrics_new();
    pace_init(&app->pace);
    if (config->token_file && tokens_load(config->token_file, &app->tokens, err) != OK)
        return err->code;
    app->timer = timer_new();
    if (open_store(app, err) != OK || open_index(app, err) != OK)
        return err->code;
    app->ingest_pool = work_pool_new("ingest", cpus, INGEST_QUEUE);
    app->query_pool = work_pool_new("query", QUERY_THREADS, QUERY_QUEUE);
    app->merge_pool = work_pool_new("merge", cpus, MERGE_QUEUE);
    app->crew = crew_new(crew_processors());
    open_followers(app);
    if (config->scrape_config && scraping_new(app, &app->scraping, err) != OK)
        return err->code;
    if (open_server(app, err) != OK)
        return err->code;
    if (app->scraping) {
        if (scraping_start(app->scraping, err) != OK)
            return err->code;
        atomic_store(&app->is_scraping, true);
    }

    *ret_app = app;
    app = NULL;
    return OK;
}

void app_quiesce(struct app *app)
{
    atomic_store(&app->draining, true);
    scraping_drain(app->scraping,
                   app->config->drain_ms < SCRAPING_DRAIN_MS ? app->config->drain_ms : SCRAPING_DRAIN_MS);
    http_server_quiesce(app->server);
}

/* A connection whose head comes only now must not reach a handler: it is turned away at the door, and those
 * that were let in before are waited for. */
static void let_finish(struct app *app)
{
    const struct timespec pause = {0, 1000000};

    atomic_store(&app->closing, true);
    while (http_server_pending(app->server) > 0)
        nanosleep(&pause, NULL);
}

/* Those who look through the bucket by themselves need not hear its answer any more; one that is away would
 * let them wait until their deadlines, one after the other. Told first, they do not complain. */
static void stop_lookouts(struct app *app)
{
    audit_stop(app->audit);
    retention_stop(app->retention);
    follow_stop(app->follow);
    backend_stop(&app->backend);
}

/* Nobody is left who asks; then those go that use others, before those that they use. */
void app_free(struct app *app)
{
    if (!app)
        return;
    if (app->server)
        let_finish(app);
    scraping_free(app->scraping);
    stop_lookouts(app);
    rebuild_free(app->rebuild);
    audit_free(app->audit);
    retention_free(app->retention);
    follow_free(app->follow);
    work_pool_free(app->merge_pool);
    crew_free(app->crew);
    work_pool_free(app->query_pool);
    work_pool_free(app->ingest_pool);
    http_server_free(app->server);
    backend_close(&app->backend);
    timer_free(app->timer);
    index_close(app->index);
    tokens_free(app->tokens);
    metrics_free(app->metrics);
    pace_release(&app->pace);
    pthread_mutex_destroy(&app->lock);
    mem_freep(&app);
}

/* --- now and then --- */

/* As long as it has not told, the index refuses cursors: what the old rebuild knows is not true of a new
 * index. So that one is stopped first. */
static void begin_anew(struct app *app)
{
    char note[ERROR_TEXT_MAX];

    atomic_store(&app->index_lost, true);
    rebuild_stop(app->rebuild);
    if (index_was_reset(app->index, note)) {
        metrics_count(app->metrics, METRIC_INDEX_RESETS);
        log_detail(LOG_WARN, "the index was begun anew, it is being rebuilt from the bucket", "%s", note);
        begin(app, 0, true);
    }
    atomic_store(&app->index_lost, false);
}

void app_tick(struct app *app)
{
    int64_t now_ms = clock_mono_ms();
    bool changed;
    struct error err;

    pace_look(&app->pace, now_ms, metrics_get(app->metrics, METRIC_STORED));
    if (index_is_reset(app->index))
        begin_anew(app);
    if (!app->tokens || now_ms - app->tokens_looked_ms < TOKENS_LOOK_MS)
        return;
    app->tokens_looked_ms = now_ms;
    if (tokens_refresh(app->tokens, &changed, &err) != OK)
        log_detail(LOG_ERROR, "the token file is wrong now, the tokens before stay in force", "%s", err.text);
    else if (changed)
        log_event(LOG_INFO, "the token file was changed, its tokens are in force");
}

/* --- time and state --- */

int64_t app_now_ms(const struct app *app)
{
    struct store_time time;

    store_time(app->store, &time);
    return time.known ? time.now_ms : clock_wall_ms();
}

int64_t app_mint_ms(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    int64_t ms = mint_next(&app->mint, app_now_ms(app));
    pthread_mutex_unlock(&app->lock);
    return ms;
}

int64_t app_horizon_ms(struct app *app)
{
    struct rebuild_progress progress;

    /* In this order: begin_anew() lets the index tell after it has set the flag. */
    if (index_is_reset(app->index) || atomic_load(&app->index_lost))
        return app_now_ms(app);
    rebuild_progress(app->rebuild, &progress);
    if (index_mode(app->index) == INDEX_IN_MEMORY)
        return max_ms(progress.horizon_ms, app_now_ms(app) - TIME_HOUR_MS);
    return progress.horizon_ms;
}

int64_t app_mint_min_ms(const struct app *app)
{
    return app->config->retention_ms > 0 ? app_now_ms(app) - app->config->retention_ms : 0;
}

void app_note_refusal(struct app *app, const struct error *err)
{
    pthread_mutex_lock(&app->lock);
    bool is_news = app->refused_ms == 0 || clock_mono_ms() - app->refused_ms > REFUSAL_MS;
    app->refused_ms = clock_mono_ms();
    snprintf(app->refusal, sizeof(app->refusal), "%s", err->text);
    pthread_mutex_unlock(&app->lock);
    if (is_news)
        log_detail(LOG_ERROR, "the bucket refuses profiles: its operator has to mend this", "%s", err->text);
}

enum status app_check_refusal(struct app *app, struct error *err)
{
    enum status status = OK;

    pthread_mutex_lock(&app->lock);
    if (app->refused_ms != 0 && clock_mono_ms() - app->refused_ms < REFUSAL_MS)
        status = error_set(err, E_UNAVAILABLE, "the bucket refuses profiles: %s", app->refusal);
    pthread_mutex_unlock(&app->lock);
    return status;
}

enum status app_check_clock(const struct app *app, struct error *err)
{
    struct store_time time;

    store_time(app->store, &time);
    if (!time.known)
        return error_set(err, E_UNAVAILABLE, "the bucket has not answered yet, so its time is not known");
    if (time.local_ahead_ms > CLOCK_OFF_MAX_MS || time.local_ahead_ms < -CLOCK_OFF_MAX_MS)
        return error_set(err, E_UNAVAILABLE,
                         "the clock of this machine is %lld s %s the bucket's: set it (NTP)",
                         (long long)(time.local_ahead_ms < 0 ? -time.local_ahead_ms : time.local_ahead_ms) /
                             1000,
                         time.local_ahead_ms > 0 ? "ahead of" : "behind");
    return OK;
}
