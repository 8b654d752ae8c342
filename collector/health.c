/*
 * Ready means ready for both jobs: writes need the bucket's clock and its consent, reads need the index back
 * to the horizon. A replica that drains is not ready at once, so that the balancer looks elsewhere while it
 * finishes.
 */
#include "collector/health.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/version.h"
#include "collector/answer.h"
#include "collector/app.h"

#include <unistd.h>

enum { HOST_BYTES = 256 };

static void plain(struct http_request *req, const char *text)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "text/plain; charset=utf-8",
                               .body = BUF_INIT(LIMIT_ERROR_BODY_BYTES)};

    buf_append_cstr(&reply.body, text);
    http_reply_header(&reply, "Cache-Control", "no-store");
    http_reply(req, &reply);
}

void health_live_handle(struct http_request *req)
{
    plain(req, "ok\n");
}

static const char *rebuild_state_name(enum rebuild_state state)
{
    switch (state) {
    case REBUILD_IDLE: return "idle";
    case REBUILD_PLANNING: return "planning";
    case REBUILD_RUNNING: return "running";
    case REBUILD_DONE: return "done";
    case REBUILD_FAILED: break;
    }
    return "failed";
}

/* Is the index loaded as far back as questions usually reach? */
static bool is_loaded(const struct app *app, const struct rebuild_progress *rebuild)
{
    return rebuild->state == REBUILD_DONE ||
           (rebuild->horizon_ms > 0 && rebuild->horizon_ms <= app_now_ms(app) - app->config->horizon_ms) ||
           (rebuild->state == REBUILD_RUNNING && rebuild->horizon_ms == 0);
}

/* Appends the reasons, comma by comma; nothing if the replica is ready. */
static void reasons(struct app *app, struct buf *out)
{
    struct rebuild_progress rebuild;
    struct error err;

    if (atomic_load(&app->draining))
        buf_append_cstr(out, "stopping, ");
    if (app_check_clock(app, &err) != OK)
        buf_printf(out, "%s, ", err.text);
    if (app_check_refusal(app, &err) != OK)
        buf_printf(out, "%s, ", err.text);
    rebuild_progress(app->rebuild, &rebuild);
    if (!is_loaded(app, &rebuild))
        buf_printf(out, "the index is being rebuilt (%zu of %zu tasks, %llu keys)%s%s, ", rebuild.tasks_done,
                   rebuild.tasks, (unsigned long long)rebuild.keys, rebuild.last_error[0] ? ": " : "",
                   rebuild.last_error);
    if (out->len >= 2)
        out->len -= 2;
}

void health_ready_handle(struct http_request *req)
{
    struct buf why CLEANUP(buf_release) = BUF_INIT(2048);

    reasons(http_app(req), &why);
    if (why.len == 0) {
        plain(req, "ready\n");
        return;
    }
    struct buf text CLEANUP(buf_release) = BUF_INIT(4096);

    buf_printf(&text, "not ready: %.*s", SLICE_ARG(buf_slice(&why)));
    http_reply_error(req, 503, 1, buf_cstr(&text));
}

static void time_member(struct json *j, const char *key, int64_t ms)
{
    char text[TIME_RFC3339_BYTES];

    json_key(j, key);
    if (ms <= 0) {
        json_null(j);
        return;
    }
    time_format_rfc3339(ms, text);
    json_cstr(j, text);
}

static void u64_member(struct json *j, const char *key, uint64_t value)
{
    json_key(j, key);
    json_u64(j, value);
}

static void i64_member(struct json *j, const char *key, int64_t value)
{
    json_key(j, key);
    json_i64(j, value);
}

static void cstr_member(struct json *j, const char *key, const char *value)
{
    json_key(j, key);
    json_cstr(j, value);
}

static void write_store(struct app *app, struct json *j)
{
    struct store_time time;

    store_time(app->store, &time);
    json_key(j, "store");
    json_object(j);
    cstr_member(j, "place", store_describe(app->store));
    if (app->backend.s3) {
        struct buf source CLEANUP(buf_release) = BUF_INIT(512);

        s3_store_credentials_source(app->backend.s3, &source);
        cstr_member(j, "credentials", buf_cstr(&source));
    }
    json_key(j, "clock_known");
    json_bool(j, time.known);
    i64_member(j, "local_clock_ahead_ms", time.known ? time.local_ahead_ms : 0);
    json_object_end(j);
}

static void write_index(struct app *app, struct json *j)
{
    struct index_counts counts = {0};

    json_key(j, "index");
    json_object(j);
    cstr_member(j, "mode", index_mode(app->index) == INDEX_ON_DISK ? "on disk" : "in memory, the last hour");
    if (index_counts(app->index, &counts, NULL) == OK) {
        u64_member(j, "profiles", counts.profiles);
        u64_member(j, "aliases", counts.aliases);
        u64_member(j, "hidden", counts.hidden);
        u64_member(j, "tombstones", counts.tombstones);
        u64_member(j, "series", counts.series);
        time_member(j, "oldest", counts.oldest_mint_ms);
        time_member(j, "newest", counts.newest_mint_ms);
        u64_member(j, "file_bytes", counts.file_bytes);
    }
    u64_member(j, "queued", index_queued(app->index));
    json_object_end(j);
}

static void write_following(struct app *app, struct json *j)
{
    struct follow_stats follow;
    struct rebuild_progress rebuild;

    follow_stats(app->follow, &follow);
    json_key(j, "following");
    json_object(j);
    u64_member(j, "lanes", follow.lanes);
    i64_member(j, "lag_ms", follow.lag_ms);
    u64_member(j, "rounds", follow.rounds);
    u64_member(j, "failed_rounds", follow.failed_rounds);
    u64_member(j, "foreign_keys", follow.foreign);
    u64_member(j, "malformed_keys", follow.malformed);
    cstr_member(j, "last_error", follow.last_error);
    json_object_end(j);

    rebuild_progress(app->rebuild, &rebuild);
    json_key(j, "rebuild");
    json_object(j);
    cstr_member(j, "state", rebuild_state_name(rebuild.state));
    u64_member(j, "tasks", rebuild.tasks);
    u64_member(j, "tasks_done", rebuild.tasks_done);
    u64_member(j, "keys", rebuild.keys);
    u64_member(j, "keys_per_second",
               rebuild.elapsed_ms > 0 ? rebuild.keys * 1000 / (uint64_t)rebuild.elapsed_ms : 0);
    i64_member(j, "elapsed_ms", rebuild.elapsed_ms);
    i64_member(j, "eta_ms", rebuild_eta_ms(&rebuild));
    time_member(j, "horizon", rebuild.horizon_ms);
    cstr_member(j, "last_error", rebuild.last_error);
    json_object_end(j);
}

static void write_load(struct app *app, struct json *j)
{
    json_key(j, "load");
    json_object(j);
    u64_member(j, "connections", http_server_connections(app->server));
    u64_member(j, "requests_pending", http_server_pending(app->server));
    u64_member(j, "inflight_bytes", budget_used(&app->inflight));
    u64_member(j, "inflight_bytes_max", app->inflight.max);
    u64_member(j, "merge_bytes", budget_used(&app->merging));
    u64_member(j, "merge_bytes_max", app->merging.max);
    u64_member(j, "stored", metrics_get(app->metrics, METRIC_STORED));
    json_key(j, "stored_per_second");
    json_f64(j, pace_per_second(&app->pace));
    u64_member(j, "repeated", metrics_get(app->metrics, METRIC_REPEATED));
    u64_member(j, "empty", metrics_get(app->metrics, METRIC_EMPTY));
    u64_member(j, "refused", metrics_get(app->metrics, METRIC_REFUSED));
    u64_member(j, "failed", metrics_get(app->metrics, METRIC_FAILED));
    json_object_end(j);
}

static void write_version(struct json *j)
{
    cstr_member(j, "version", version_text());
    cstr_member(j, "commit", version_commit());
}

/* Which one of several behind a balancer has answered. */
static void write_replica(const struct app *app, struct json *j)
{
    char host[HOST_BYTES] = "";

    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    cstr_member(j, "host", host);
    cstr_member(j, "listen", app->config->listen);
}

void health_status_handle(struct http_request *req)
{
    struct app *app = http_app(req);
    struct buf why CLEANUP(buf_release) = BUF_INIT(2048);
    struct answer a;

    reasons(app, &why);
    answer_begin(&a, LIMIT_ERROR_BODY_BYTES);
    json_object(&a.json);
    write_version(&a.json);
    write_replica(app, &a.json);
    json_key(&a.json, "ready");
    json_bool(&a.json, why.len == 0);
    json_key(&a.json, "not_ready_because");
    json_string(&a.json, buf_slice(&why));
    i64_member(&a.json, "uptime_ms", clock_mono_ms() - app->started_ms);
    write_store(app, &a.json);
    write_index(app, &a.json);
    write_following(app, &a.json);
    write_load(app, &a.json);
    json_object_end(&a.json);
    http_reply_header(&a.reply, "Cache-Control", "no-store");
    answer_send(&a, req);
}

void health_metrics_handle(struct http_request *req)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "text/plain; version=0.0.4; charset=utf-8",
                               .body = BUF_INIT(16 * MIB),
                               .compressible = true};

    metrics_render(http_app(req), &reply.body);
    http_reply(req, &reply);
}

void health_version_handle(struct http_request *req)
{
    struct answer a;

    answer_begin(&a, LIMIT_ERROR_BODY_BYTES);
    json_object(&a.json);
    write_version(&a.json);
    json_object_end(&a.json);
    answer_send(&a, req);
}
