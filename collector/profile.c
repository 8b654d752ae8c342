/*
 * The path holds ids parted by '+' (literal, or %2B); profefe decodes it twice and so do we, so that clients
 * which escape twice are understood. An id never needs escaping itself.
 */
#include "collector/profile.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "collector/lookup.h"
#include "collector/remove.h"
#include "collector/wanted.h"
#include "model/quoted.h"

#include <stddef.h>
#include <string.h>

enum { MEASURE_DEADLINE_MS = 3000 };

static enum status decode_path(struct slice rest, struct buf *out, struct error *err)
{
    struct buf once CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct slice bad = rest;

    out->max = LIMIT_URI_BYTES;
    if (!percent_decode(rest, false, &once, &bad) || !percent_decode(buf_slice(&once), false, out, &bad))
        return error_set(err, E_INVALID, "bad request: invalid URL escape %s", quoted_of(bad).text);
    return OK;
}

/* What never changes may be kept for ever. */
static void say_immutable(struct http_reply *reply, const struct id *id)
{
    reply->ranges = true;
    memcpy(reply->etag, "\"", 1);
    memcpy(reply->etag + 1, id->text, ID_BYTES);
    memcpy(reply->etag + 1 + ID_BYTES, "\"", 2);
    http_reply_header(reply, "Cache-Control", "private, max-age=31536000, immutable");
}

/* HEAD of an object asks for nothing that the store would not say without giving it. False: it does not say,
 * and what a GET would answer is found out the long way. */
static bool measure(struct question *q, const struct combine_plan *plan, struct http_reply *reply)
{
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_HEAD,
                                                    .key = plan->keys[0],
                                                    .deadline_ms = clock_mono_ms() + MEASURE_DEADLINE_MS};

    if (store_run(q->app->store, &op) != OK)
        return false;
    reply->head_bytes = (size_t)op.object_bytes;
    http_reply_header(reply, "X-Brazier-Profiles", "1");
    return true;
}

static void answer_get(struct question *q)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct buf body CLEANUP(buf_release) = BUF_INIT(0);
    bool stored = present_is_plain(&q->present) && !q->present.is_named;
    struct combine_plan plan;
    struct http_reply reply = {0};
    struct error err;

    if (decode_path(http_rest(q->req), &path, &err) != OK ||
        wanted_plan(q, buf_slice(&path), !stored, &plan, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    bool is_object = stored && plan.count == 1;
    if (!(is_object && http_method(q->req) == HTTP_HEAD && measure(q, &plan, &reply)) &&
        present_run(q, &plan, NULL, &body, &reply, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    const char *stem = plan.count == 1 ? plan.ids[0].text : "merged";
    if (is_object)
        say_immutable(&reply, &plan.ids[0]);
    if (stored)
        combine_send(q, &reply, &body, stem);
    else
        present_send(q, &reply, &body, stem);
}

void profile_get_handle(struct http_request *req)
{
    struct app *app = http_app(req);
    struct present present;
    /* More than an id may be several, however their '+' is written: work for those who merge. */
    bool is_long = http_rest(req).len > ID_BYTES || present_read(req, &present, NULL) != OK ||
                   present.is_named || !present_is_plain(&present);

    question_ask_now(req, READ_VIEW, is_long ? app->merge_pool : app->query_pool, answer_get);
}

/* --- DELETE --- */

/* An answer that is held back (remove.h). */
struct deletion {
    struct timer_task pause;
    struct http_request *req;
    struct answer answer;
};

static void deleted(struct timer_task *task)
{
    struct deletion *d = (struct deletion *)((char *)task - offsetof(struct deletion, pause));

    answer_send(&d->answer, d->req);
    mem_freep(&d);
}

static void answer_later(struct question *q, const struct profile_meta *meta, int64_t hold_ms)
{
    struct timer *timer = q->app->timer;
    struct deletion *d = mem_zero(1, sizeof(*d));

    d->pause.run = deleted;
    d->req = q->req;
    answer_begin(&d->answer, LIMIT_ERROR_BODY_BYTES);
    json_object(&d->answer.json);
    answer_profile(&d->answer.json, meta);
    json_object_end(&d->answer.json);
    question_free(q);
    timer_arm(timer, &d->pause, hold_ms);
}

static void answer_delete(struct question *q)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct profile_meta meta;
    struct id ids[1];
    struct error err;
    int64_t hold_ms;
    size_t count;

    if (decode_path(http_rest(q->req), &path, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    if (slice_find(buf_slice(&path), '+') < path.len) {
        error_set(&err, E_INVALID, "bad request: one profile is deleted at a time");
        question_fail(q, &err);
        return;
    }
    if (wanted_ids(buf_slice(&path), ids, &count, &err) != OK ||
        lookup_id(q->app, &ids[0], &q->arena, &meta, &err) != OK ||
        remove_profile(q->app, &meta, &q->arena, &hold_ms, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    answer_later(q, &meta, hold_ms);
}

void profile_delete_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    if (!app->config->allow_delete) {
        struct http_reply reply = {0};

        answer_render_error(req, 405, "deleting is off: it has to be allowed by --allow-delete", &reply);
        http_reply_header(&reply, "Allow", "GET, HEAD");
        http_reply(req, &reply);
        return;
    }
    question_ask(req, READ_NOTHING, app->query_pool, answer_delete);
}

void profile_symbolz_handle(struct http_request *req)
{
    struct http_reply reply = {.status = 200,
                               .content_type = "text/plain; charset=utf-8",
                               .body = BUF_INIT(64)};

    buf_append_cstr(&reply.body, "num_symbols: 1\n");
    http_reply(req, &reply);
}
