/*
 * Both ends of a time range are inclusive and answers show whole seconds, so a `to` that names a whole second
 * means all of it. Without `to` the range reaches as far ahead as profiles may be dated: hosts whose clocks
 * are a little fast are found too.
 */
#include "collector/question.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "model/quoted.h"

#include <semaphore.h>
#include <stddef.h>
#include <string.h>

enum { BARRIER_WAIT_MS = 2000 };

bool question_flag(struct http_request *req, const char *name)
{
    struct slice value;

    return http_param(req, name, &value) && !slice_eq_cstr(value, "0") && !slice_eq_cstr(value, "false");
}

static struct slice param(struct http_request *req, const char *name)
{
    struct slice value = SLICE_NULL;

    http_param(req, name, &value);
    return value;
}

static enum status read_time(struct question *q, const char *name, int64_t now_ms, int64_t *ret_ms,
                             struct error *err)
{
    struct slice text = param(q->req, name);
    struct error bad;

    if (time_parse(text, now_ms, ret_ms, &bad) != OK)
        return error_set(err, E_INVALID, "bad request: bad \"%s\" timestamp %s: %s", name,
                         quoted_of(text).text, bad.text);
    return OK;
}

static enum status check_range(const char *prefix, struct selector *s, struct error *err)
{
    if (s->from_ms > s->to_ms) {
        char from[TIME_RFC3339_BYTES], to[TIME_RFC3339_BYTES];

        time_format_rfc3339(s->from_ms, from);
        time_format_rfc3339(s->to_ms, to);
        return error_set(err, E_INVALID, "bad request: \"%sfrom\" is after \"%sto\": %s, %s", prefix, prefix,
                         from, to);
    }
    if (s->to_ms % TIME_SECOND_MS == 0)
        s->to_ms += TIME_SECOND_MS - 1;
    return OK;
}

static enum status read_range(struct question *q, struct error *err)
{
    struct selector *s = &q->selector;
    int64_t now_ms = app_now_ms(q->app);
    bool has_to = param(q->req, "to").len > 0;

    s->to_ms = now_ms + PROFILE_META_AHEAD_MS;
    if (has_to && read_time(q, "to", now_ms, &s->to_ms, err) != OK)
        return err->code;
    s->from_ms = (has_to ? s->to_ms : now_ms) - TIME_HOUR_MS;
    if (param(q->req, "from").len > 0 && read_time(q, "from", now_ms, &s->from_ms, err) != OK)
        return err->code;
    return check_range("", s, err);
}

/* Of the base: what is not said is as it is for the source; one end of a range alone makes it as long. */
static enum status read_base_range(struct question *q, struct error *err)
{
    const struct selector *source = &q->selector;
    struct selector *s = &q->base;
    int64_t now_ms = app_now_ms(q->app);
    bool has_from = param(q->req, "base_from").len > 0, has_to = param(q->req, "base_to").len > 0;
    int64_t source_to_ms = source->to_ms, length_ms;

    s->from_ms = source->from_ms;
    s->to_ms = source->to_ms;
    if ((has_from && read_time(q, "base_from", now_ms, &s->from_ms, err) != OK) ||
        (has_to && read_time(q, "base_to", now_ms, &s->to_ms, err) != OK))
        return err->code;
    if (param(q->req, "to").len == 0 && now_ms > source->from_ms)
        source_to_ms = now_ms; /* without what may be dated ahead */
    if (source_to_ms % TIME_SECOND_MS == TIME_SECOND_MS - 1)
        source_to_ms -= TIME_SECOND_MS - 1; /* as it was said */
    length_ms = source_to_ms - source->from_ms;
    if (has_from && !has_to)
        s->to_ms = s->from_ms + length_ms;
    if (has_to && !has_from)
        s->from_ms = s->to_ms - length_ms;
    return check_range("base_", s, err);
}

static enum status read_base(struct question *q, struct error *err)
{
    struct slice service = param(q->req, "base_service"), labels = param(q->req, "base_labels");

    if (service.len == 0 && labels.len == 0 && param(q->req, "base_from").len == 0 &&
        param(q->req, "base_to").len == 0)
        return error_set(err, E_INVALID,
                         "bad request: what is it compared with? missing \"base_from\" and \"base_to\", or "
                         "\"base_labels\", or \"base_service\"");
    q->base = q->selector;
    if (service.len > 0)
        q->base.service = service;
    if (labels.len > 0 &&
        matchers_parse(labels, http_arena(q->req), &q->base.labels, &q->base.matchers, err) != OK)
        return error_wrap(err, "bad request: \"base_labels\"");
    return read_base_range(q, err);
}

/* Negative and 0: as many as there are, as profefe's clients say it. */
static enum status read_limit(struct question *q, struct error *err)
{
    struct slice text = param(q->req, "limit");
    int64_t limit = 0;

    if (text.len > 0 && !slice_to_i64(text, &limit))
        return error_set(err, E_INVALID, "bad request: bad \"limit\" %s: not a number", quoted_of(text).text);
    q->selector.limit = limit > 0 ? (size_t)limit : 0;
    q->selector.cursor = param(q->req, "cursor");
    if (q->selector.cursor.len > 0) {
        struct cursor cursor;

        if (cursor_decode(q->selector.cursor, &cursor, err) != OK)
            return error_wrap(err, "bad request");
    }
    return OK;
}

static enum status read_what(struct question *q, unsigned read, struct error *err)
{
    struct slice type = param(q->req, "type");

    q->selector.service = param(q->req, "service");
    if (q->selector.service.len == 0)
        return error_set(err, E_INVALID, "bad request: missing \"service\"");
    if (type.len == 0 && (read & READ_TYPE))
        return error_set(err, E_INVALID, "bad request: missing \"type\": one of %s", profile_type_names());
    if (type.len == 0)
        return OK;
    if (profile_type_parse(type, &q->type, err) != OK)
        return error_wrap(err, "bad request");
    q->selector.type = slice_of(q->type->name);
    return OK;
}

static enum status read_question(struct question *q, unsigned read, struct error *err)
{
    q->fresh_only = question_flag(q->req, "fresh");
    q->partial = question_flag(q->req, "partial");
    if ((read & READ_VIEW) && present_read(q->req, &q->present, err) != OK)
        return err->code;
    if (read & READ_TIMES)
        return read_range(q, err);
    if (!(read & (READ_SELECTOR | READ_SERVICE)))
        return OK;
    if (read_what(q, read, err) != OK)
        return err->code;
    if (!(read & READ_SELECTOR))
        return OK;
    if (matchers_parse(param(q->req, "labels"), http_arena(q->req), &q->selector.labels,
                       &q->selector.matchers, err) != OK)
        return error_wrap(err, "bad request");
    if (read_range(q, err) != OK || ((read & READ_BASE) && read_base(q, err) != OK))
        return err->code;
    return read_limit(q, err);
}

void question_free(struct question *q)
{
    if (!q)
        return;
    arena_release(&q->arena);
    mem_freep(&q);
}

void question_fail(struct question *q, const struct error *err)
{
    struct http_request *req = q->req;

    question_free(q);
    answer_error(req, err);
}

void question_nothing(struct question *q, const char *text)
{
    struct http_request *req = q->req;
    struct http_reply reply = {0};

    answer_render_error(req, 404, text, &reply);
    question_declare(q, &reply);
    question_free(q);
    http_reply(req, &reply);
}

static void describe(const struct selector *selector, struct buf *text)
{
    char from[TIME_RFC3339_BYTES], to[TIME_RFC3339_BYTES];

    time_format_rfc3339(selector->from_ms, from);
    time_format_rfc3339(selector->to_ms, to);
    buf_printf(text, "service %s", quoted_of(selector->service).text);
    if (selector->type.len > 0)
        buf_printf(text, ", type %.*s", SLICE_ARG(selector->type));
    if (selector->labels.count > 0 || selector->matchers.count > 0) {
        struct buf labels CLEANUP(buf_release) = BUF_INIT(4 * LIMIT_URI_BYTES);

        matchers_format(&selector->labels, &selector->matchers, &labels);
        buf_printf(text, ", labels %s", quoted_of(buf_slice(&labels)).text);
    }
    buf_printf(text, ", from %s to %s", from, to);
}

void question_nothing_found(struct question *q)
{
    question_no_side_found(q, true, false);
}

void question_no_side_found(struct question *q, bool source, bool base)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(2 * ERROR_TEXT_MAX);

    buf_append_cstr(&text, "nothing found");
    if (source) {
        buf_append_cstr(&text, ": ");
        describe(&q->selector, &text);
    }
    if (base) {
        buf_append_cstr(&text, source ? "; nor for the base: " : " for the base: ");
        describe(&q->base, &text);
    }
    question_nothing(q, buf_cstr(&text));
}

int64_t question_mint_min_ms(const struct question *q)
{
    return app_mint_min_ms(q->app);
}

/* A profile may be dated ahead of its mint time, as far as clocks of hosts differ. */
void question_declare(const struct question *q, struct http_reply *reply)
{
    int64_t horizon_ms = app_horizon_ms(q->app);
    int64_t from_ms = q->selector.from_ms;

    if (q->base.service.len > 0 && q->base.from_ms < from_ms)
        from_ms = q->base.from_ms;
    if (q->horizon_ms > horizon_ms)
        horizon_ms = q->horizon_ms;
    if (from_ms - PROFILE_META_AHEAD_MS >= horizon_ms)
        horizon_ms = 0;
    answer_declare(reply, q->wait.stale_ms, horizon_ms);
}

static void run(struct work_item *item)
{
    struct question *q = (struct question *)((char *)item - offsetof(struct question, work));

    q->horizon_ms = app_horizon_ms(q->app);
    q->answer(q);
}

/* The barrier is passed, or it was waited for long enough. */
static void passed(struct follow_wait *w)
{
    struct question *q = (struct question *)((char *)w - offsetof(struct question, wait));
    struct error err;

    if (w->stale_ms >= 0) {
        metrics_count(q->app->metrics, METRIC_STALE);
        if (q->fresh_only) {
            error_set(&err, E_UNAVAILABLE,
                      "the bucket cannot be listed now, so the answer might lack the last %lld ms; "
                      "without fresh=1 it is given",
                      (long long)w->stale_ms);
            question_fail(q, &err);
            return;
        }
    }
    if (work_submit(q->pool, &q->work, &err) != OK)
        question_fail(q, &err);
}

static struct question *question_new(struct http_request *req, struct work_pool *pool,
                                     void (*answer)(struct question *q))
{
    struct question *q = mem_zero(1, sizeof(*q));

    q->app = http_app(req);
    q->req = req;
    q->pool = pool;
    q->answer = answer;
    q->arena = ARENA_INIT(LIMIT_ANSWER_BYTES);
    q->work.run = run;
    q->wait.done = passed;
    q->wait.stale_ms = -1;
    return q;
}

void question_ask(struct http_request *req, unsigned read, struct work_pool *pool,
                  void (*answer)(struct question *q))
{
    struct question *q = question_new(req, pool, answer);
    struct error err;

    if (read_question(q, read, &err) != OK)
        question_fail(q, &err);
    else
        follow_barrier(q->app->follow, &q->wait, BARRIER_WAIT_MS);
}

void question_ask_now(struct http_request *req, unsigned read, struct work_pool *pool,
                      void (*answer)(struct question *q))
{
    struct question *q = question_new(req, pool, answer);
    struct error err;

    if (read_question(q, read, &err) != OK || work_submit(pool, &q->work, &err) != OK)
        question_fail(q, &err);
}

struct again {
    struct follow_wait wait;
    sem_t passed;
};

static void again_passed(struct follow_wait *w)
{
    sem_post(&((struct again *)((char *)w - offsetof(struct again, wait)))->passed);
}

void question_wait_again(struct question *q)
{
    struct again again = {.wait.done = again_passed};

    sem_init(&again.passed, 0, 0);
    follow_barrier(q->app->follow, &again.wait, BARRIER_WAIT_MS);
    while (sem_wait(&again.passed) != 0)
        ;
    sem_destroy(&again.passed);
    if (again.wait.stale_ms > q->wait.stale_ms)
        q->wait.stale_ms = again.wait.stale_ms;
}

void question_store_error(const struct error *store_error, struct error *err)
{
    *err = *store_error;
    if (err->code == E_DENIED || err->code == E_CONFIG)
        err->code = E_UNAVAILABLE;
}
