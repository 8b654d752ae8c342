/*
 * Complete or declared: an answer is never thinner than it claims. Objects that are missing are counted, not
 * skipped, and the answer is held back until it is known why.
 */
#include "collector/combine.h"

#include "base/clock.h"
#include "base/limits.h"
#include "collector/crew.h"
#include "pprof/inflate.h"
#include "pprof/merge.h"
#include "pprof/scan.h"

#include <string.h>

#define GONE      "nothing found: what was selected is gone"
#define BASE_GONE "nothing found: what was selected as the base is gone"

enum { COMBINE_DEADLINE_MS = 120000, MISSING_MAX = 32, MISSING_IN_HEADER = 4 };

struct missing {
    struct id ids[MISSING_MAX];
    size_t count;
};

/* Both sides of a difference as one list, the source first. */
struct inputs {
    struct question *q;
    const struct combine_plan *source, *base; /* base: may be NULL */
    size_t count;
    struct slice *keys;
    bool *gone; /* each element is written by the thread that claimed it */
};

/* Gone from the store: does it belong to the answer? Marks it, or lets it go. */
static void judge_missing(struct question *q, const struct combine_plan *plan, const bool *gone,
                          struct missing *missing)
{
    question_wait_again(q);
    for (size_t i = 0; i < plan->count; i++) {
        struct profile_meta meta;
        bool hidden = false;

        if (!gone[i])
            continue;
        if (id_mint_ms(&plan->ids[i]) < question_mint_min_ms(q))
            continue; /* grew too old meanwhile */
        if (index_get(q->app->index, &plan->ids[i], &q->arena, &meta, &hidden, NULL) == E_NOT_FOUND)
            continue;
        if (missing->count < MISSING_MAX)
            missing->ids[missing->count] = plan->ids[i];
        missing->count++;
    }
}

static enum status declare_missing(struct question *q, const struct missing *missing,
                                   struct http_reply *reply, struct error *err)
{
    struct buf list CLEANUP(buf_release) = BUF_INIT(512);

    if (missing->count == 0)
        return OK;
    /* Deleted by another replica, or gone? Only a listing can tell. */
    if (!q->partial && q->wait.stale_ms >= 0)
        return error_set(err, E_UNAVAILABLE,
                         "profile %s has no object, and the bucket cannot be listed now to tell whether it "
                         "was deleted: ask again, or with partial=1 for the others",
                         missing->ids[0].text);
    if (!q->partial)
        return error_set(
            err, E_CORRUPT,
            "profile %s is listed but its object is gone (%zu in all); with partial=1 the others are "
            "given and this is declared",
            missing->ids[0].text, missing->count);
    for (size_t i = 0; i < missing->count && i < MISSING_IN_HEADER; i++)
        buf_printf(&list, " %s", missing->ids[i].text);
    http_reply_header(reply, "X-Brazier-Missing", "%zu%s%s", missing->count, buf_cstr(&list),
                      missing->count > MISSING_IN_HEADER ? " ..." : "");
    return OK;
}

/* Why a profile could not be merged: it is damaged, or it does not go with the others. */
static enum status explain(const struct question *q, const struct store_op *op, const struct id *id,
                           struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct error damage;

    limits.inflated_bytes = (size_t)q->app->config->max_inflated_bytes;
    if (err->code == E_INVALID &&
        pprof_scan(buf_slice(&op->object), &limits, &arena, &scan, &damage) == E_INVALID) {
        *err = damage;
        err->code = E_CORRUPT;
    }
    return error_wrap(err, "profile %s", id->text);
}

static const struct id *id_of(const struct inputs *in, size_t index)
{
    return index < in->source->count ? &in->source->ids[index] : &in->base->ids[index - in->source->count];
}

static enum status add(void *user, const struct prefetch_object *input, struct merge *merge,
                       struct error *err)
{
    const struct inputs *in = user;
    const struct store_op *op = input->op;
    enum merge_side side = input->index < in->source->count ? MERGE_SOURCE : MERGE_BASE;
    const struct id *id = id_of(in, input->index);

    if (op->error.code == E_NOT_FOUND) {
        in->gone[input->index] = true;
        return OK;
    }
    if (op->error.code != OK) {
        question_store_error(&op->error, err);
        return error_wrap(err, "profile %s", id->text);
    }
    if (merge_add(merge, buf_slice(&op->object), side, err) != OK)
        return explain(in->q, op, id, err);
    metrics_count(in->q->app->metrics, METRIC_MERGED);
    return OK;
}

static enum status list_inputs(struct inputs *in, struct error *err)
{
    size_t source = in->source->count, base = in->base ? in->base->count : 0;

    in->count = source + base;
    in->gone = arena_alloc(&in->q->arena, in->count * sizeof(*in->gone));
    in->keys = arena_alloc(&in->q->arena, in->count * sizeof(*in->keys));
    if (!in->gone || !in->keys)
        return error_set(err, E_TOO_LARGE, "%zu profiles are too many for one merge", in->count);
    for (size_t i = 0; i < in->count; i++)
        in->keys[i] = i < source ? in->source->keys[i] : in->base->keys[i - source];
    return OK;
}

struct merge_options combine_options(struct app *app)
{
    return (struct merge_options){.max_bytes = app_query_bytes(app),
                                  .inflated_bytes = (size_t)app->config->max_inflated_bytes,
                                  .budget = &app->merging};
}

/* Fetches and merges all. */
static enum status gather(struct inputs *in, bool alone, struct merge **ret_merge, size_t *ret_threads,
                          struct error *err)
{
    struct app *app = in->q->app;
    const struct merge_options options = combine_options(app);
    const struct prefetch_options fetching = {.store = app->store,
                                              .keys = in->keys,
                                              .count = in->count,
                                              .max_bytes = (size_t)app->config->max_body_bytes,
                                              .deadline_ms = clock_mono_ms() + COMBINE_DEADLINE_MS,
                                              .budget = &app->merging};
    struct merge *merge CLEANUP(merge_freep) = merge_new(&options);
    struct prefetch *fetch CLEANUP(prefetch_freep) = prefetch_new(&fetching);
    const struct crew_work work = {
        .inputs = fetch, .count = in->count, .add = add, .user = in, .alone = alone};

    memset(in->gone, 0, in->count * sizeof(*in->gone));
    enum status status = crew_merge(app->crew, &work, merge, ret_threads, err);

    if (status != OK)
        return status;
    *ret_merge = merge;
    merge = NULL;
    return OK;
}

/* How many of a side are there; those that are gone are judged. */
static size_t take_stock(struct inputs *in, const struct combine_plan *plan, const bool *gone,
                         struct missing *missing)
{
    size_t there = plan->count;

    for (size_t i = 0; i < plan->count; i++)
        there -= gone[i];
    if (there < plan->count)
        judge_missing(in->q, plan, gone, missing);
    return there;
}

enum status combine_merge(struct question *q, const struct combine_plan *source,
                          const struct combine_plan *base, struct merge **ret_merge, struct http_reply *reply,
                          struct error *err)
{
    struct inputs in = {.q = q, .source = source, .base = base};
    struct merge *merge CLEANUP(merge_freep) = NULL;
    struct missing missing = {0};
    size_t threads, sources, bases;

    if (list_inputs(&in, err) != OK)
        return err->code;
    enum status status = gather(&in, false, &merge, &threads, err);
    /* Several partial results need more memory than one: what one thread can do must not be refused. */
    if (status == E_TOO_LARGE && threads > 1)
        status = gather(&in, true, &merge, &threads, err);
    if (status != OK)
        return status;

    sources = take_stock(&in, source, in.gone, &missing);
    bases = base ? take_stock(&in, base, in.gone + source->count, &missing) : 0;
    if (declare_missing(q, &missing, reply, err) != OK)
        return err->code;
    if (sources == 0 || (base && bases == 0))
        return error_set(err, E_NOT_FOUND, "%s", sources == 0 ? GONE : BASE_GONE);
    http_reply_header(reply, "X-Brazier-Profiles", "%zu", sources);
    if (base)
        http_reply_header(reply, "X-Brazier-Base-Profiles", "%zu", bases);
    *ret_merge = merge;
    merge = NULL;
    return OK;
}

/* What is pprof, or cannot become it, stays as it is. */
static enum status convert(struct question *q, const struct id *id, struct buf *body, struct error *err)
{
    const struct merge_options options = combine_options(q->app);
    struct buf scratch CLEANUP(buf_release) = BUF_INIT(options.inflated_bytes);
    struct slice inflated;
    enum status status =
        pprof_inflate(buf_slice(body), options.inflated_bytes, LIMIT_INFLATE_RATIO, &scratch, &inflated, err);
    if (status != OK)
        return error_wrap(err, "profile %s", id->text);

    const struct format *format = format_detect(inflated);
    if (!format || !format->convert)
        return OK;

    struct merge *merge CLEANUP(merge_freep) = merge_new(&options);
    struct buf out CLEANUP(buf_release) = BUF_INIT(body->max);
    status = merge_add(merge, inflated, MERGE_SOURCE, err);
    if (status != OK)
        return error_wrap(err, "profile %s", id->text);

    status = merge_write(merge, &out, err);
    if (status == OK) {
        buf_release(body);
        *body = buf_take(&out);
    }
    return status;
}

static enum status run_many(struct question *q, const struct combine_plan *plan, struct buf *out,
                            struct http_reply *reply, struct error *err)
{
    struct merge *merge CLEANUP(merge_freep) = NULL;
    enum status status = combine_merge(q, plan, NULL, &merge, reply, err);

    return status == OK ? merge_write(merge, out, err) : status;
}

static enum status run_one(struct question *q, const struct combine_plan *plan, struct buf *out,
                           struct http_reply *reply, struct error *err)
{
    size_t max_body_bytes = (size_t)q->app->config->max_body_bytes;
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_GET,
                                                    .key = plan->keys[0],
                                                    .max_bytes =
                                                        max_body_bytes > out->max ? max_body_bytes : out->max,
                                                    .deadline_ms = clock_mono_ms() + COMBINE_DEADLINE_MS / 4};
    struct missing missing = {0};
    bool gone = true;

    switch (store_run(q->app->store, &op)) {
    case OK:
        *out = buf_take(&op.object);
        http_reply_header(reply, "X-Brazier-Profiles", "1");
        return plan->as_pprof ? convert(q, &plan->ids[0], out, err) : OK;
    case E_NOT_FOUND: break;
    default: question_store_error(&op.error, err); return error_wrap(err, "profile %s", plan->ids[0].text);
    }
    judge_missing(q, plan, &gone, &missing);
    if (declare_missing(q, &missing, reply, err) != OK)
        return err->code;
    return error_set(err, E_NOT_FOUND, GONE);
}

enum status combine_run(struct question *q, const struct combine_plan *plan, struct buf *out,
                        struct http_reply *reply, struct error *err)
{
    return plan->count == 1 ? run_one(q, plan, out, reply, err) : run_many(q, plan, out, reply, err);
}

void combine_send(struct question *q, struct http_reply *reply, struct buf *body, const char *file_name)
{
    struct http_request *req = q->req;

    reply->status = 200;
    reply->content_type = "application/octet-stream";
    http_reply_header(reply, "Content-Disposition", "attachment; filename=\"%s\"", file_name);
    reply->body = buf_take(body);
    question_free(q);
    http_reply(req, reply);
}
