/*
 * The path holds ids parted by '+' (literal, or %2B); profefe decodes it twice and so do we, so that clients
 * which escape twice are understood. An id never needs escaping itself.
 *
 * By id there is no barrier at first: what the index does not know is looked for in the bucket itself.
 */
#include "collector/profile.h"

#include "base/alloc.h"
#include "base/encode.h"
#include "base/limits.h"
#include "collector/combine.h"
#include "collector/lookup.h"
#include "collector/remove.h"
#include "model/quoted.h"

#include <stddef.h>
#include <string.h>

struct wanted {
    struct profile_meta *metas;
    struct id *given;
    size_t count;
};

static enum status decode_path(struct slice rest, struct buf *out, struct error *err)
{
    struct buf once CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct slice bad = rest;

    out->max = LIMIT_URI_BYTES;
    if (!percent_decode(rest, false, &once, &bad) || !percent_decode(buf_slice(&once), false, out, &bad))
        return error_set(err, E_INVALID, "bad request: invalid URL escape %s", quoted_of(bad).text);
    return OK;
}

static enum status parse_ids(struct slice text, struct id *ids, size_t *ret_count, struct error *err)
{
    size_t count = 0;

    for (struct slice rest = text, piece; slice_split(&rest, '+', &piece);) {
        if (count == LIMIT_IDS_PER_GET)
            return error_set(err, E_TOO_LARGE, "more than %lu ids in one request", LIMIT_IDS_PER_GET);
        if (id_parse(piece, &ids[count], err) != OK) {
            /* Ids of profefe and plain typos: nothing here has such an id. */
            err->code = E_NOT_FOUND;
            return error_wrap(err, "nothing found");
        }
        count++;
    }
    *ret_count = count;
    return OK;
}

/* Different ids may be aliases of one profile: it counts once. The same id twice was asked for twice. */
static bool is_alias_of_earlier(const struct wanted *w, const struct id *given,
                                const struct profile_meta *meta)
{
    for (size_t i = 0; i < w->count; i++)
        if (id_cmp(&w->metas[i].id, &meta->id) == 0 && id_cmp(&w->given[i], given) != 0)
            return true;
    return false;
}

static enum status look_up_all(struct question *q, const struct id *ids, size_t count, struct wanted *w,
                               struct error *err)
{
    struct buf unknown CLEANUP(buf_release) = BUF_INIT(ERROR_TEXT_MAX / 2);
    size_t unknown_count = 0;

    for (size_t i = 0; i < count; i++) {
        struct profile_meta meta;
        enum status status = lookup_id(q->app, &ids[i], &q->arena, &meta, err);

        /* Past its retention, as lists have it, whether the bucket's rule has removed it yet or not. */
        if (status == OK && id_mint_ms(&meta.id) < question_mint_min_ms(q))
            status = E_NOT_FOUND;
        switch (status) {
        case OK: break;
        case E_NOT_FOUND:
            buf_printf(&unknown, "%s%s", unknown.len > 0 ? ", " : "", ids[i].text);
            unknown_count++;
            continue;
        default: return err->code;
        }
        if (is_alias_of_earlier(w, &ids[i], &meta))
            continue;
        w->given[w->count] = ids[i];
        w->metas[w->count++] = meta;
    }
    if (unknown_count > 0)
        return error_set(err, E_NOT_FOUND, "nothing found: %zu of %zu ids are unknown: %s%s", unknown_count,
                         count, buf_cstr(&unknown), unknown.full ? ", ..." : "");
    return OK;
}

static enum status read_wanted(struct question *q, struct wanted *w, struct error *err)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct id *ids = arena_alloc(&q->arena, LIMIT_IDS_PER_GET * sizeof(*ids));
    size_t count;

    w->given = arena_alloc(&q->arena, LIMIT_IDS_PER_GET * sizeof(*w->given));
    w->metas = arena_alloc(&q->arena, LIMIT_IDS_PER_GET * sizeof(*w->metas));
    if (decode_path(http_rest(q->req), &path, err) != OK ||
        parse_ids(buf_slice(&path), ids, &count, err) != OK)
        return err->code;
    return look_up_all(q, ids, count, w, err);
}

static enum status make_plan(struct question *q, const struct wanted *w, struct combine_plan *plan,
                             struct error *err)
{
    plan->count = w->count;
    plan->ids = arena_alloc(&q->arena, w->count * sizeof(*plan->ids));
    plan->keys = arena_alloc(&q->arena, w->count * sizeof(*plan->keys));
    for (size_t i = 0; i < w->count; i++) {
        struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);

        if (w->count > 1 && slice_eq(w->metas[i].type, SLICE("trace")))
            return error_set(err, E_INVALID, "profile %s is a trace: traces are not merged",
                             w->metas[i].id.text);
        if (key_encode_profile(q->app->backend.root, &w->metas[i], &key, NULL, err) != OK)
            return error_wrap(err, "profile %s", w->metas[i].id.text);
        plan->ids[i] = w->metas[i].id;
        plan->keys[i] = arena_copy(&q->arena, buf_slice(&key));
    }
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

static void answer_get(struct question *q)
{
    struct wanted wanted = {0};
    struct combine_plan plan;
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct http_reply reply = {0};
    struct error err;

    if (read_wanted(q, &wanted, &err) != OK || make_plan(q, &wanted, &plan, &err) != OK ||
        combine_run(q, &plan, &out, &reply, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    if (plan.count == 1)
        say_immutable(&reply, &plan.ids[0]);
    combine_send(q, &reply, &out, plan.count == 1 ? plan.ids[0].text : "merged");
}

void profile_get_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    /* More than an id may be several, however their '+' is written: work for those who merge. */
    question_ask_now(req, http_rest(req).len > ID_BYTES ? app->merge_pool : app->query_pool, answer_get);
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
    if (parse_ids(buf_slice(&path), ids, &count, &err) != OK ||
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
