/*
 * Names: profefe's where it has one (profefe_api_*), brazier_* for the rest. Request counters are kept in a
 * small table of (method, route, status) triples; methods, routes and statuses are all bounded, so the table
 * is.
 */
#include "collector/metrics.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/version.h"
#include "collector/app.h"
#include "store/stats.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SERIES_MAX = 1024, BUCKETS = 11 };

/* Upper bounds in microseconds: Prometheus' default buckets, which profefe has too. */
static const int64_t BUCKET_US[BUCKETS] = {5000,   10000,   25000,   50000,   100000,  250000,
                                           500000, 1000000, 2500000, 5000000, 10000000};

struct series {
    enum http_method method;
    const char *route; /* static */
    unsigned status;
    uint64_t count, request_bytes, response_bytes, duration_us;
    uint64_t buckets[BUCKETS];
};

struct metrics {
    atomic_uint_fast64_t counters[METRIC_COUNT];
    pthread_mutex_t lock;
    struct series series[SERIES_MAX];
    size_t series_count;
};

struct metrics *metrics_new(void)
{
    struct metrics *m = mem_zero(1, sizeof(*m));

    pthread_mutex_init(&m->lock, NULL);
    return m;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    pthread_mutex_destroy(&m->lock);
    mem_freep(&m);
}

void metrics_count(struct metrics *m, enum metric which)
{
    metrics_add(m, which, 1);
}

void metrics_add(struct metrics *m, enum metric which, uint64_t by)
{
    atomic_fetch_add_explicit(&m->counters[which], by, memory_order_relaxed);
}

uint64_t metrics_get(const struct metrics *m, enum metric which)
{
    return atomic_load_explicit(&m->counters[which], memory_order_relaxed);
}

/* Under the lock; the last place takes what does not fit. */
static struct series *series_of(struct metrics *m, enum http_method method, const char *route,
                                unsigned status)
{
    for (size_t i = 0; i < m->series_count; i++) {
        struct series *s = &m->series[i];

        if (s->method == method && s->route == route && s->status == status)
            return s;
    }
    if (m->series_count == SERIES_MAX)
        return &m->series[SERIES_MAX - 1];
    m->series[m->series_count] = (struct series){.method = method, .route = route, .status = status};
    return &m->series[m->series_count++];
}

void metrics_request(struct metrics *m, enum http_method method, const char *route,
                     const struct http_result *result)
{
    pthread_mutex_lock(&m->lock);
    struct series *s = series_of(m, method, route ? route : "other", result->status);

    s->count++;
    s->request_bytes += result->request_bytes;
    s->response_bytes += result->response_bytes;
    s->duration_us += (uint64_t)result->duration_us;
    for (size_t i = 0; i < BUCKETS; i++)
        s->buckets[i] += result->duration_us <= BUCKET_US[i];
    pthread_mutex_unlock(&m->lock);
}

/* --- the page --- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, const char *type, const char *help, double value)
{
    head(out, name, type, help);
    buf_printf(out, "%s %.17g\n", name, value);
}

/* profefe's name of a route: what the star stands for is __pid__. Two routes must not get one name: equal
 * lines make Prometheus refuse the page. */
static void route_text(const char *route, char *out, size_t size)
{
    struct slice text = slice_of(route);

    if (slice_ends(text, SLICE("*")))
        snprintf(out, size, "%.*s__%s__", (int)(text.len - 1), route,
                 slice_starts(text, SLICE("/api/0/profiles/")) ? "pid" : "name");
    else
        snprintf(out, size, "%s", route);
}

enum request_metric { REQUESTS, DURATION, REQUEST_BYTES, RESPONSE_BYTES };

static void render_histogram(struct buf *out, const struct series *s, const char *labels)
{
    for (size_t b = 0; b < BUCKETS; b++)
        buf_printf(out, "profefe_api_request_duration_seconds_bucket{%s,le=\"%g\"} %" PRIu64 "\n", labels,
                   (double)BUCKET_US[b] / 1e6, s->buckets[b]);
    buf_printf(out, "profefe_api_request_duration_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", labels,
               s->count);
    buf_printf(out, "profefe_api_request_duration_seconds_sum{%s} %.6f\n", labels,
               (double)s->duration_us / 1e6);
    buf_printf(out, "profefe_api_request_duration_seconds_count{%s} %" PRIu64 "\n", labels, s->count);
}

static void render_series(struct buf *out, const struct series *s, enum request_metric which)
{
    char route[64], labels[160];

    route_text(s->route, route, sizeof(route));
    snprintf(labels, sizeof(labels), "method=\"%s\",path=\"%s\",code=\"%u\"", http_method_name(s->method),
             route, s->status);
    switch (which) {
    case REQUESTS: buf_printf(out, "profefe_api_requests_total{%s} %" PRIu64 "\n", labels, s->count); break;
    case DURATION: render_histogram(out, s, labels); break;
    case REQUEST_BYTES:
        buf_printf(out, "profefe_api_request_size_bytes_sum{%s} %" PRIu64 "\n", labels, s->request_bytes);
        buf_printf(out, "profefe_api_request_size_bytes_count{%s} %" PRIu64 "\n", labels, s->count);
        break;
    case RESPONSE_BYTES:
        buf_printf(out, "profefe_api_response_size_bytes_sum{%s} %" PRIu64 "\n", labels, s->response_bytes);
        buf_printf(out, "profefe_api_response_size_bytes_count{%s} %" PRIu64 "\n", labels, s->count);
        break;
    }
}

static void render_requests(struct metrics *m, struct buf *out)
{
    static const struct {
        const char *name, *type, *help;
    } heads[] = {
        [REQUESTS] = {"profefe_api_requests_total", "counter",
                      "Requests answered; code 0: closed without an answer."},
        [DURATION] = {"profefe_api_request_duration_seconds", "histogram", "From the head to the last byte."},
        [REQUEST_BYTES] = {"profefe_api_request_size_bytes", "summary", "Bodies received."},
        [RESPONSE_BYTES] = {"profefe_api_response_size_bytes", "summary", "Bodies sent."},
    };

    pthread_mutex_lock(&m->lock);
    for (size_t which = 0; which < ARRAY_LEN(heads); which++) {
        head(out, heads[which].name, heads[which].type, heads[which].help);
        for (size_t i = 0; i < m->series_count; i++)
            render_series(out, &m->series[i], (enum request_metric)which);
    }
    pthread_mutex_unlock(&m->lock);
}

static void render_counters(const struct metrics *m, struct buf *out)
{
    static const struct {
        enum metric metric;
        const char *name, *help;
    } rows[] = {
        {METRIC_STALE, "brazier_stale_answers_total",
         "Questions answered although the bucket could not be listed."},
        {METRIC_MERGED, "brazier_merged_profiles_total", "Profiles that went into merges."},
        {METRIC_VIEWS, "brazier_views_total", "Answers that were made into a view."},
        {METRIC_DELETED, "brazier_deleted_profiles_total", "Profiles deleted by request."},
        {METRIC_EXPIRED, "brazier_expired_rows_total", "Index rows dropped by retention."},
        {METRIC_FORGOTTEN, "brazier_forgotten_rows_total",
         "Index rows dropped because their object is gone."},
        {METRIC_FOUND_LATE, "brazier_found_late_total", "Objects that only an audit found."},
        {METRIC_INDEX_RESETS, "brazier_index_resets_total", "Times the index was begun anew while running."},
    };
    static const struct {
        enum metric metric;
        const char *result;
    } uploads[] = {{METRIC_STORED, "stored"},
                   {METRIC_REPEATED, "repeated"},
                   {METRIC_EMPTY, "empty"},
                   {METRIC_REFUSED, "refused"},
                   {METRIC_FAILED, "failed"}};

    head(out, "brazier_uploads_total", "counter", "Profiles that were sent to us.");
    for (size_t i = 0; i < ARRAY_LEN(uploads); i++)
        buf_printf(out, "brazier_uploads_total{result=\"%s\"} %" PRIu64 "\n", uploads[i].result,
                   metrics_get(m, uploads[i].metric));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        single(out, rows[i].name, "counter", rows[i].help, (double)metrics_get(m, rows[i].metric));
}

static void render_store(const struct app *app, struct buf *out)
{
    struct stats s;

    stats_snapshot(app->backend.attempts, &s);
    head(out, "brazier_store_requests_total", "counter", "Requests to the store, each attempt, by result.");
    for (int v = 0; v < STORE_VERBS; v++)
        for (int c = 0; c < STATS_STATUSES; c++)
            if (s.verb[v].answers[c] > 0 || c == OK)
                buf_printf(out, "brazier_store_requests_total{verb=\"%s\",result=\"%s\"} %" PRIu64 "\n",
                           store_verb_name((enum store_verb)v), status_name((enum status)c),
                           s.verb[v].answers[c]);

    head(out, "brazier_store_request_duration_seconds", "histogram", "Time of each attempt.");
    for (int v = 0; v < STORE_VERBS; v++) {
        const char *verb = store_verb_name((enum store_verb)v);
        uint64_t sum = 0;

        for (int b = 0; b < STATS_BUCKETS; b++) {
            sum += s.verb[v].latency[b];
            buf_printf(out,
                       "brazier_store_request_duration_seconds_bucket{verb=\"%s\",le=\"%g\"} %" PRIu64 "\n",
                       verb, (double)STATS_BUCKET_MS[b] / 1e3, sum);
        }
        sum += s.verb[v].latency[STATS_BUCKETS];
        buf_printf(out,
                   "brazier_store_request_duration_seconds_bucket{verb=\"%s\",le=\"+Inf\"} %" PRIu64 "\n",
                   verb, sum);
        buf_printf(out, "brazier_store_request_duration_seconds_sum{verb=\"%s\"} %.6f\n", verb,
                   (double)s.verb[v].latency_sum_us / 1e6);
        buf_printf(out, "brazier_store_request_duration_seconds_count{verb=\"%s\"} %" PRIu64 "\n", verb, sum);
    }

    head(out, "brazier_store_in_flight", "gauge", "Requests to the store under way.");
    for (int v = 0; v < STORE_VERBS; v++)
        buf_printf(out, "brazier_store_in_flight{verb=\"%s\"} %" PRIu64 "\n",
                   store_verb_name((enum store_verb)v), s.verb[v].in_flight);
    single(out, "brazier_store_sent_bytes_total", "counter", "Bodies put.",
           (double)s.verb[STORE_PUT].bytes_out);
    single(out, "brazier_store_received_bytes_total", "counter", "Bodies got.",
           (double)s.verb[STORE_GET].bytes_in);
    single(out, "brazier_store_listed_keys_total", "counter", "Keys listed.",
           (double)s.verb[STORE_LIST].keys);
}

static void render_retries(const struct app *app, struct buf *out)
{
    struct stats attempts, operations;

    stats_snapshot(app->backend.attempts, &attempts);
    stats_snapshot(app->store, &operations);
    head(out, "brazier_store_retries_total", "counter", "Attempts beyond the first.");
    for (int v = 0; v < STORE_VERBS; v++) {
        uint64_t more = attempts.verb[v].requests, first = operations.verb[v].requests;

        buf_printf(out, "brazier_store_retries_total{verb=\"%s\"} %" PRIu64 "\n",
                   store_verb_name((enum store_verb)v), more > first ? more - first : 0);
    }
}

static void render_bucket(const struct app *app, struct buf *out)
{
    struct s3_stats s;

    if (!app->backend.s3)
        return;
    s3_store_stats(app->backend.s3, &s);
    single(out, "brazier_s3_queue", "gauge", "Operations that wait for their turn.", (double)s.queued);
    single(out, "brazier_s3_width", "gauge",
           "Requests that may be under way: fewer when the bucket asks for less.", (double)s.width);
    single(out, "brazier_s3_slow_down_total", "counter", "Answers that asked for less.", (double)s.slow_down);
    single(out, "brazier_s3_resigned_total", "counter",
           "Requests signed a second time: clock, region or credentials.", (double)s.resigned);
}

static void render_index(const struct app *app, struct buf *out)
{
    struct index_counts counts = {0};
    struct follow_stats follow;
    struct rebuild_progress rebuild;

    if (index_counts(app->index, &counts, NULL) == OK) {
        single(out, "brazier_index_profiles", "gauge", "Profiles that can be found.",
               (double)counts.profiles);
        single(out, "brazier_index_series", "gauge", "Distinct services, types and label sets.",
               (double)counts.series);
        single(out, "brazier_index_file_bytes", "gauge", "Size of the index on disk.",
               (double)counts.file_bytes);
    }
    single(out, "brazier_index_on_disk", "gauge", "0: the disk failed, the index is in memory.",
           index_mode(app->index) == INDEX_ON_DISK);
    single(out, "brazier_index_queue", "gauge", "Batches that wait to be written.",
           (double)index_queued(app->index));

    follow_stats(app->follow, &follow);
    single(out, "brazier_index_lag_seconds", "gauge",
           "How far the index may be behind the bucket; -1: unknown.",
           follow.lag_ms < 0 ? -1 : (double)follow.lag_ms / 1e3);
    single(out, "brazier_follow_rounds_total", "counter", "Rounds of following.", (double)follow.rounds);
    single(out, "brazier_follow_failed_rounds_total", "counter", "Rounds that failed.",
           (double)follow.failed_rounds);
    single(out, "brazier_follow_lists_total", "counter", "Pages listed while following.",
           (double)follow.lists);
    single(out, "brazier_keys_foreign_total", "counter", "Keys of a later release, skipped.",
           (double)follow.foreign);
    single(out, "brazier_keys_malformed_total", "counter", "Keys that are not ours, skipped.",
           (double)follow.malformed);
    single(out, "brazier_lanes", "gauge", "Lanes followed.", follow.lanes);

    rebuild_progress(app->rebuild, &rebuild);
    single(out, "brazier_rebuild_running", "gauge", "1 while the index is rebuilt.",
           rebuild.state == REBUILD_PLANNING || rebuild.state == REBUILD_RUNNING);
    single(out, "brazier_rebuild_tasks", "gauge", "Tasks of the rebuild.", (double)rebuild.tasks);
    single(out, "brazier_rebuild_tasks_done", "gauge", "Tasks that are done.", (double)rebuild.tasks_done);
    single(out, "brazier_rebuild_keys_total", "counter", "Keys read by the rebuild.", (double)rebuild.keys);
    single(out, "brazier_rebuild_horizon_seconds", "gauge",
           "Unix time back to which the index is complete; 0: all of it.", (double)rebuild.horizon_ms / 1e3);
}

/* /proc/self/statm: total and resident size, in pages. */
static double resident_bytes(void)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(256);
    struct slice rest, total, resident;
    uint64_t pages;

    if (file_read("/proc/self/statm", &text, NULL) != OK)
        return 0;
    rest = buf_slice(&text);
    if (!slice_split(&rest, ' ', &total) || !slice_split(&rest, ' ', &resident) ||
        !slice_to_u64(resident, &pages))
        return 0;
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void render_process(struct app *app, struct buf *out)
{
    struct rusage usage;
    struct store_time time;

    getrusage(RUSAGE_SELF, &usage);
    single(out, "process_cpu_seconds_total", "counter", "CPU time, user and system.",
           (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    single(out, "process_resident_memory_bytes", "gauge", "Memory in use.", resident_bytes());
    single(out, "process_start_time_seconds", "gauge", "Unix time of the start.",
           (double)(clock_wall_ms() - (clock_mono_ms() - app->started_ms)) / 1e3);
    single(out, "brazier_connections", "gauge", "Open HTTP connections.",
           http_server_connections(app->server));
    single(out, "brazier_requests_pending", "gauge", "Requests not answered yet.",
           (double)http_server_pending(app->server));
    single(out, "brazier_inflight_bytes", "gauge", "Bodies and answers held.",
           (double)budget_used(&app->inflight));
    single(out, "brazier_merge_bytes", "gauge", "Memory of merges.", (double)budget_used(&app->merging));
    single(out, "brazier_ingest_queue", "gauge", "Uploads that wait for a worker.",
           (double)work_queued(app->ingest_pool));
    single(out, "brazier_query_queue", "gauge", "Questions that wait for a worker.",
           (double)(work_queued(app->query_pool) + work_queued(app->merge_pool)));
    store_time(app->store, &time);
    single(out, "brazier_clock_ahead_seconds", "gauge", "Local clock minus the bucket's.",
           time.known ? (double)time.local_ahead_ms / 1e3 : 0);
    head(out, "brazier_build_info", "gauge", "Version and commit.");
    buf_printf(out, "brazier_build_info{version=\"%s\",commit=\"%s\"} 1\n", version_text(), version_commit());
}

void metrics_render(struct app *app, struct buf *out)
{
    render_requests(app->metrics, out);
    render_counters(app->metrics, out);
    render_store(app, out);
    render_retries(app, out);
    render_bucket(app, out);
    render_index(app, out);
    render_process(app, out);
    if (atomic_load(&app->is_scraping))
        scraping_metrics(app->scraping, out);
}
