/* There is no retry between the collector and the store that fails: each fault is met at once. */
#include "tests/collector/stage.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "collector/access.h"
#include "collector/answer.h"
#include "collector/cors.h"
#include "collector/crew.h"
#include "collector/routes.h"
#include "collector/tail.h"
#include "store/memory.h"
#include "store/stats.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OP_MS = 60000 };

static int64_t tell_time(void *user)
{
    struct stage *s = user;

    return stage_now_ms(s);
}

int64_t stage_now_ms(struct stage *s)
{
    return atomic_load(&s->now_ms);
}

void stage_pass_ms(struct stage *s, int64_t ms)
{
    atomic_fetch_add(&s->now_ms, ms);
}

void stage_breathe(void)
{
    const struct timespec pause = {0, 1000000};

    nanosleep(&pause, NULL);
}

void stage_init(struct stage *s)
{
    *s = (struct stage){.arena = ARENA_INIT(64 * MIB)};
    s->config = (struct config){.listen = "127.0.0.1:0",
                                .store = "memory",
                                .allow_delete = true,
                                .write_lanes = 1,
                                .max_body_bytes = LIMIT_BODY_BYTES,
                                .max_inflated_bytes = LIMIT_INFLATED_BYTES,
                                .inflight_bytes = 128 * MIB,
                                .merge_bytes = 512 * MIB,
                                .threads = 2,
                                .max_connections = 100,
                                .horizon_ms = TIME_DAY_MS};
    atomic_init(&s->now_ms, clock_wall_ms());
    log_set_level(LOG_ERROR + 1);
}

static void open_parts(struct stage *s)
{
    struct app *app = s->app;
    const struct follow_options follow = {.store = app->store,
                                          .index = app->index,
                                          .timer = app->timer,
                                          .lanes = (unsigned)s->config.write_lanes,
                                          .period_ms = 3600000}; /* rounds are run when somebody asks */
    const struct rebuild_options rebuild = {.store = app->store, .index = app->index};
    const struct retention_options retention = {.store = app->store,
                                                .index = app->index,
                                                .metrics = app->metrics,
                                                .age_ms = s->config.retention_ms,
                                                .sweep = true};

    app->follow = follow_new(&follow);
    app->rebuild = rebuild_new(&rebuild);
    const struct audit_options audit = {.store = app->store,
                                        .index = app->index,
                                        .follow = app->follow,
                                        .metrics = app->metrics};
    app->audit = audit_new(&audit);
    app->retention = retention_new(&retention);
    rebuild_skip(app->rebuild);
}

void stage_open(struct stage *s)
{
    const struct index_options options = {.identity = "memory", .readers = 4};
    struct index_options at = options;
    struct app *app = mem_zero(1, sizeof(*app));
    char note[ERROR_TEXT_MAX];
    struct error err;

    s->app = app;
    s->dir = scratch_new();
    at.dir = s->dir;
    app->config = &s->config;
    app->started_ms = clock_mono_ms();
    pthread_mutex_init(&app->lock, NULL);
    budget_init(&app->inflight, (size_t)s->config.inflight_bytes);
    budget_init(&app->merging, (size_t)s->config.merge_bytes);
    app->metrics = metrics_new();
    app->timer = timer_new();
    s->memory = memory_store_new();
    memory_store_set_clock(s->memory, tell_time, s);
    s->fault = fault_store_new(s->memory);
    app->backend.attempts = stats_store_new(s->fault);
    app->backend.store = stats_store_new(app->backend.attempts);
    app->store = app->backend.store;
    if (index_open(&at, &app->index, note, &err) != OK)
        fail_msg("%s", err.text);
    app->ingest_pool = work_pool_new("ingest", 2, 64);
    app->query_pool = work_pool_new("query", 2, 64);
    app->merge_pool = work_pool_new("merge", 2, 64);
    app->crew = crew_new(3);
    open_parts(s);
}

void stage_serve(struct stage *s)
{
    struct app *app = s->app;
    const struct http_options options = {.listen = s->config.listen,
                                         .threads = (int)s->config.threads,
                                         .max_connections = (unsigned)s->config.max_connections,
                                         .max_body_bytes = (size_t)s->config.max_body_bytes,
                                         .inflight = &app->inflight,
                                         .head_deadline_ms = WIRE_TIMEOUT_MS * 10,
                                         .idle_ms = WIRE_TIMEOUT_MS * 10,
                                         .body_grace_ms = WIRE_TIMEOUT_MS * 10,
                                         .routes = ROUTES,
                                         .route_count = ROUTE_COUNT,
                                         .app = app,
                                         .admit = access_admit,
                                         .no_route = answer_no_route,
                                         .finished = access_finished,
                                         .dress = cors_dress,
                                         .render_error = answer_render_error};
    struct error err;

    follow_start(app->follow, stage_now_ms(s), true);
    if (http_server_new(&options, &app->server, &err) != OK)
        fail_msg("%s", err.text);
    s->port = http_server_port(app->server);
}

void stage_close(struct stage *s)
{
    stage_heal(s);
    fault_store_let_go(s->fault);
    app_free(s->app);
    wire_release(&s->reply);
    arena_release(&s->arena);
    scratch_remove(s->dir);
}

int stage_setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    stage_open(s);
    stage_serve(s);
    *state = s;
    return 0;
}

int stage_teardown(void **state)
{
    stage_close(*state);
    free(*state);
    return 0;
}

/* --- the bucket --- */

static void run_op(struct store *store, struct store_op *op)
{
    op->deadline_ms = clock_mono_ms() + OP_MS;
    if (store_run(store, op) != OK)
        fail_msg("%s", op->error.text);
}

void stage_put_key(struct stage *s, const char *key, struct slice body)
{
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_PUT, .key = slice_of(key), .body = body};

    run_op(s->memory, &op);
}

struct profile_meta stage_meta(struct stage *s, const struct given *given)
{
    struct profile_meta meta = {.service = slice_of(given->service ? given->service : "svc"),
                                .type = slice_of(given->type ? given->type : "cpu"),
                                .created_at_ms = given->created_ms ? given->created_ms : given->mint_ms};
    struct digest_input input = {.service = meta.service, .type = meta.type, .labels = &meta.labels};
    struct digest digest;
    struct error err;

    if (given->labels && labels_parse(slice_of(given->labels), &s->arena, &meta.labels, &err) != OK)
        fail_msg("%s", err.text);
    input.idempotency_key = slice_of(given->identity ? given->identity : "one");
    digest = digest_compute(&input);
    meta.id = id_make(given->lane, given->mint_ms, &digest);
    return meta;
}

static void key_of(const struct profile_meta *meta, struct buf *out)
{
    struct error err;

    if (key_encode_profile(SLICE_NULL, meta, out, NULL, &err) != OK)
        fail_msg("%s", err.text);
}

struct id stage_put(struct stage *s, const struct given *given)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct profile_meta meta = stage_meta(s, given);

    key_of(&meta, &key);
    stage_put_key(s, buf_cstr(&key), given->body.ptr ? given->body : SLICE("bytes"));
    return meta.id;
}

struct id stage_put_tombstone(struct stage *s, const struct id *target, int64_t mint_ms)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct digest digest = id_digest(target);
    struct id id = id_make(id_lane(target), mint_ms, &digest);
    struct error err;

    if (key_encode_tombstone(SLICE_NULL, &id, target, &key, &err) != OK)
        fail_msg("%s", err.text);
    stage_put_key(s, buf_cstr(&key), SLICE_NULL);
    return id;
}

void stage_remove(struct stage *s, const struct profile_meta *meta)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_DELETE};

    key_of(meta, &key);
    op.key = buf_slice(&key);
    run_op(s->memory, &op);
}

size_t stage_count(struct stage *s, enum key_kind kind)
{
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_LIST};
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(16 * MIB);
    size_t count = 0;

    run_op(s->memory, &op);
    for (size_t i = 0; i < op.page.count; i++) {
        struct key_parts parts;

        if (key_decode(SLICE_NULL, op.page.entries[i].key, &arena, &parts, NULL) == OK && parts.kind == kind)
            count++;
    }
    return count;
}

size_t stage_objects(struct stage *s)
{
    return memory_store_count(s->memory);
}

void stage_fail(struct stage *s, unsigned verbs, unsigned times, enum status status)
{
    fault_store_set(s->fault, (struct fault){.verbs = verbs, .times = times, .status = status});
}

void stage_heal(struct stage *s)
{
    fault_store_set(s->fault, (struct fault){.times = 0, .status = E_UNAVAILABLE});
}

/* --- the index --- */

void stage_damage_index(struct stage *s)
{
    struct dirent *e;
    DIR *dir = opendir(s->dir);

    assert_non_null(dir);
    while ((e = readdir(dir))) {
        char *path = scratch_path(s->dir, "%s", e->d_name);
        struct stat st;

        if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
            FILE *f = fopen(path, "r+b");

            for (off_t i = 0; f && i < st.st_size; i++)
                fputc((int)(i * 131 + 7) & 255, f);
            if (f)
                fclose(f);
        }
        free(path);
    }
    closedir(dir);
}

void stage_index(struct stage *s, const struct profile_meta *meta)
{
    struct key_parts row = {.kind = KEY_PROFILE, .id = meta->id, .meta = *meta};
    struct index_batch batch = {.arena = ARENA_INIT(0), .rows = &row, .row_count = 1};
    struct error err;

    if (index_write_wait(s->app->index, &batch, &err) != OK)
        fail_msg("%s", err.text);
}

uint64_t stage_profiles(struct stage *s)
{
    struct index_counts counts = {0};
    struct error err;

    if (index_flush(s->app->index, clock_mono_ms() + OP_MS, &err) != OK ||
        index_counts(s->app->index, &counts, &err) != OK)
        fail_msg("%s", err.text);
    return counts.profiles;
}

char *stage_dump(struct index *index)
{
    struct buf out = BUF_INIT(16 * MIB);
    struct error err;

    if (index_flush(index, clock_mono_ms() + OP_MS, &err) != OK || index_dump(index, &out, &err) != OK)
        fail_msg("%s", err.text);
    if (!out.ptr)
        return strdup("");
    return out.ptr;
}

/* --- clients --- */

struct slice stage_file(struct stage *s, const char *name)
{
    struct buf file CLEANUP(buf_release) = BUF_INIT(16 * MIB);
    char path[256];
    struct error err;

    snprintf(path, sizeof(path), "tests/data/%s", name);
    if (file_read(path, &file, &err) != OK)
        fail_msg("%s", err.text);
    return arena_copy(&s->arena, buf_slice(&file));
}

unsigned stage_ask(struct stage *s, const char *method, const char *target, const char *headers,
                   struct slice body)
{
    struct buf head CLEANUP(buf_release) = BUF_INIT(64 * KIB);
    int fd = wire_connect(s->port);

    assert_true(fd >= 0);
    buf_printf(&head, "%s %s HTTP/1.1\r\nHost: x\r\n%s", method, target, headers ? headers : "");
    if (body.ptr || strcmp(method, "POST") == 0)
        buf_printf(&head, "Content-Length: %zu\r\n", body.len);
    buf_append_cstr(&head, "\r\n");
    wire_release(&s->reply);
    s->reply = (struct wire_reply){0};
    (void)wire_send(fd, head.ptr, head.len);
    (void)wire_send(fd, body.ptr ? body.ptr : "", body.len);
    if (!wire_read(fd, &s->reply, strcmp(method, "HEAD") == 0))
        fail_msg("no answer to %s %s", method, target);
    (void)close(fd);
    return s->reply.status;
}

unsigned stage_get(struct stage *s, const char *target)
{
    return stage_ask(s, "GET", target, NULL, SLICE_NULL);
}

unsigned stage_post(struct stage *s, const char *query, struct slice body)
{
    char target[4096];

    snprintf(target, sizeof(target), "/api/0/profiles?%s", query);
    return stage_ask(s, "POST", target, NULL, body);
}

const char *stage_said(const struct stage *s)
{
    return wire_body(&s->reply);
}

struct slice stage_bytes(const struct stage *s)
{
    return slice_make(s->reply.text + s->reply.head_len, s->reply.len - s->reply.head_len);
}

const char *stage_header(const struct stage *s, const char *name)
{
    return wire_header(&s->reply, name);
}

struct id stage_said_id(const struct stage *s)
{
    const char *at = strstr(stage_said(s), "\"id\":\"");
    struct id id = {{0}};
    struct error err;

    if (!at || id_parse(slice_make(at + 6, ID_BYTES), &id, &err) != OK)
        fail_msg("no id in '%s'", stage_said(s));
    return id;
}

void assert_says(const struct stage *s, const char *part)
{
    if (!strstr(stage_said(s), part))
        fail_msg("'%s' does not say '%s'", stage_said(s), part);
}
