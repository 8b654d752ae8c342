/*
 * A job goes through these hands, one at a time:
 *
 *     event loop   ingest_handle    parameters, readiness          400, 503 at once
 *     worker       validate         body, digest                   400, or 200 for an empty profile
 *     worker       look_up          known digest? ask the store    -> known_answered
 *     any          put              mint, key, PUT                 -> put_answered
 *     store        put_answered     the writer decides             200, 503, put again, or pause
 *     timer        paused                                          put again
 *
 * The request is suspended all the while; the body stays where the adapter put it. The index is told after
 * the PUT and not waited for: the key is in the bucket, so every replica, this one too, can find it there.
 */
#include "collector/ingest.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "collector/answer.h"
#include "collector/app.h"
#include "collector/upload.h"

#include <stddef.h>

enum { KNOWN_DEADLINE_MS = 3000, RETRY_AFTER_S = 5 };

struct ingest {
    struct app *app;
    struct http_request *req;
    struct work_item work;
    struct timer_task pause;
    struct store_op op;
    struct upload_input in;
    struct upload upload;
    struct writer writer;
    struct random random;
    struct buf key;
    int64_t mint_after_ms; /* a tombstone hides what was minted before it */
    struct profile_meta known;
};

static void ingest_free(struct ingest *g)
{
    store_op_release(&g->op);
    upload_release(&g->upload);
    buf_release(&g->key);
    mem_freep(&g);
}

static void fail(struct ingest *g, const struct error *err)
{
    struct http_request *req = g->req;
    unsigned retry_after_s = err->code == E_BUSY ? 1 : RETRY_AFTER_S;

    metrics_count(g->app->metrics,
                  err->code == E_INVALID || err->code == E_TOO_LARGE ? METRIC_REFUSED : METRIC_FAILED);
    ingest_free(g);
    http_reply_error(req, answer_status(err->code), retry_after_s, err->text);
}

static void succeed(struct ingest *g, const struct profile_meta *meta, enum metric outcome, const char *note)
{
    struct http_request *req = g->req;
    struct answer a;

    metrics_count(g->app->metrics, outcome);
    answer_begin(&a, LIMIT_ERROR_BODY_BYTES);
    json_object(&a.json);
    answer_profile(&a.json, meta);
    if (note) {
        json_key(&a.json, "stored");
        json_bool(&a.json, false);
        json_key(&a.json, "note");
        json_cstr(&a.json, note);
    }
    json_object_end(&a.json);
    ingest_free(g);
    answer_send(&a, req);
}

/* --- PUT --- */

static void put(struct ingest *g);

static void index_told(struct index_batch *batch, const struct error *err)
{
    (void)err; /* the index reports its own failures; the tail finds what it missed */
    index_batch_release(batch);
    mem_freep(&batch);
}

static void tell_index(struct ingest *g)
{
    struct index_batch *batch = mem_zero(1, sizeof(*batch));
    struct key_parts *row;

    batch->arena = ARENA_INIT(16 * KIB);
    row = arena_alloc(&batch->arena, sizeof(*row));
    batch->rows = row;
    batch->row_count = 1;
    batch->done = index_told;
    /* From the key, not from what we know: the index holds what every other replica would read. */
    if (key_decode(g->app->backend.root, buf_slice(&g->key), &batch->arena, row, NULL) != OK ||
        index_write(g->app->index, batch, NULL) != OK)
        index_told(batch, NULL);
}

static void paused(struct timer_task *task)
{
    put((struct ingest *)((char *)task - offsetof(struct ingest, pause)));
}

static void put_answered(struct store_op *op)
{
    struct ingest *g = op->user;
    struct error err = op->error;
    int64_t now_ms = clock_mono_ms();

    store_op_release(op);
    switch (writer_answered(&g->writer, err.code, now_ms)) {
    case WRITER_DONE:
        tell_index(g);
        succeed(g, &g->upload.meta, METRIC_STORED, NULL);
        return;
    case WRITER_PUT: put(g); return;
    case WRITER_WAIT:
        g->pause = (struct timer_task){.run = paused};
        timer_arm(g->app->timer, &g->pause, writer_pause(&g->writer, &g->random, now_ms));
        return;
    case WRITER_GIVE_UP: break;
    }
    if (err.code == OK)
        error_set(&err, E_UNAVAILABLE, "the bucket answers too late");
    if (err.code == E_DENIED || err.code == E_CONFIG)
        app_note_refusal(g->app, &err);
    if (err.code != E_BUSY)
        err.code = E_UNAVAILABLE; /* whatever is wrong with the bucket, the client did nothing wrong */
    error_wrap(&err, "the profile was not stored, send it again");
    fail(g, &err);
}

static void put(struct ingest *g)
{
    struct app *app = g->app;
    struct error err;
    int64_t mint_ms;

    writer_minted(&g->writer, clock_mono_ms()); /* before the mint time: writer.h */
    mint_ms = app_mint_ms(app);
    if (mint_ms <= g->mint_after_ms)
        mint_ms = g->mint_after_ms + 1;
    g->upload.meta.id = id_make(digest_lane(&g->upload.digest, (unsigned)app->config->write_lanes), mint_ms,
                                &g->upload.digest);
    if (!g->upload.is_dated) /* or the same upload through two replicas could get two keys of one id */
        g->upload.meta.created_at_ms = mint_ms;
    buf_reset(&g->key);
    if (key_encode_profile(app->backend.root, &g->upload.meta, &g->key, NULL, &err) != OK) {
        fail(g, &err);
        return;
    }
    g->op = (struct store_op){.verb = STORE_PUT,
                              .key = buf_slice(&g->key),
                              .body = g->upload.blob,
                              .deadline_ms = writer_put_deadline(&g->writer),
                              .done = put_answered,
                              .user = g};
    store_submit(app->store, &g->op);
}

static void begin_put(struct ingest *g)
{
    writer_begin(&g->writer, clock_mono_ms());
    put(g);
}

/* --- the same bytes once more? --- */

static void known_answered(struct store_op *op)
{
    struct ingest *g = op->user;
    bool there = op->error.code == OK;

    store_op_release(op);
    if (there)
        succeed(g, &g->known, METRIC_REPEATED, NULL);
    else
        begin_put(g); /* gone, or nobody knows: storing it again is always right */
}

static void look_up(struct ingest *g)
{
    struct app *app = g->app;

    struct index_known known = {0};

    if (index_by_digest(app->index, &g->upload.digest, app_now_ms(app), http_arena(g->req), &known, NULL) ==
        OK)
        g->mint_after_ms = known.tombstone_ms;
    /* Its age is taken after the index has been asked. */
    if (!known.found || !writer_may_trust(id_mint_ms(&known.meta.id), app_now_ms(app)) ||
        key_encode_profile(app->backend.root, &known.meta, &g->key, NULL, NULL) != OK) {
        begin_put(g);
        return;
    }
    g->known = known.meta;
    g->op = (struct store_op){.verb = STORE_HEAD,
                              .key = buf_slice(&g->key),
                              .deadline_ms = clock_mono_ms() + KNOWN_DEADLINE_MS,
                              .done = known_answered,
                              .user = g};
    store_submit(app->store, &g->op);
}

static void validate(struct work_item *item)
{
    struct ingest *g = (struct ingest *)((char *)item - offsetof(struct ingest, work));
    struct error err;

    if (upload_read_body(&g->in, http_arena(g->req), &g->upload, &err) != OK) {
        fail(g, &err);
        return;
    }
    if (g->upload.empty) {
        succeed(g, &g->upload.meta, METRIC_EMPTY, "the profile has no samples: accepted, nothing stored");
        return;
    }
    look_up(g);
}

/* --- the beginning --- */

static void read_input(struct http_request *req, const struct app *app, struct upload_input *in)
{
    *in = (struct upload_input){.body = http_body(req),
                                .max_inflated_bytes = (size_t)app->config->max_inflated_bytes,
                                .now_ms = app_now_ms(app)};
    http_param(req, "service", &in->service);
    http_param(req, "type", &in->type);
    http_param(req, "labels", &in->labels);
    http_param(req, "created_at", &in->created_at);
    http_header(req, "Idempotency-Key", &in->idempotency_key);
    http_header(req, "Content-Encoding", &in->content_encoding);
}

void ingest_handle(struct http_request *req)
{
    struct app *app = http_app(req);
    struct ingest *g = mem_zero(1, sizeof(*g));
    struct error err;

    g->app = app;
    g->req = req;
    g->key = BUF_INIT(LIMIT_KEY_BYTES);
    g->work.run = validate;
    random_seed_system(&g->random);
    read_input(req, app, &g->in);
    if (upload_read_params(&g->in, http_arena(req), &g->upload, &err) != OK ||
        app_check_clock(app, &err) != OK || work_submit(app->ingest_pool, &g->work, &err) != OK)
        fail(g, &err);
}
