/*
 * Complete or declared: an answer is never thinner than it claims. Objects that are missing are counted, not
 * skipped, and the answer is held back until it is known why.
 */
#include "collector/combine.h"

#include "base/clock.h"
#include "base/limits.h"
#include "collector/prefetch.h"
#include "pprof/merge.h"
#include "pprof/scan.h"

#include <inttypes.h>

enum { COMBINE_DEADLINE_MS = 120000, MISSING_MAX = 32, MISSING_IN_HEADER = 4 };

struct missing {
    struct id ids[MISSING_MAX];
    size_t count;
    uint64_t combined; /* what is not missing */
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

static enum status add_all(struct question *q, const struct combine_plan *plan, struct merge *merge,
                           bool *gone, struct error *err)
{
    struct prefetch *fetch CLEANUP(prefetch_freep) =
        prefetch_new(q->app->store, plan->keys, plan->count, (size_t)q->app->config->max_body_bytes,
                     clock_mono_ms() + COMBINE_DEADLINE_MS);
    const struct store_op *op;

    for (size_t i = 0; (op = prefetch_next(fetch)); i++) {
        if (op->error.code == E_NOT_FOUND) {
            gone[i] = true;
            continue;
        }
        if (op->error.code != OK) {
            question_store_error(&op->error, err);
            return error_wrap(err, "profile %s", plan->ids[i].text);
        }
        if (merge_add(merge, buf_slice(&op->object), MERGE_SOURCE, err) != OK)
            return explain(q, op, &plan->ids[i], err);
        metrics_count(q->app->metrics, METRIC_MERGED);
    }
    return OK;
}

static enum status run_many(struct question *q, const struct combine_plan *plan, struct buf *out,
                            struct missing *missing, struct error *err)
{
    struct merge_options options = {.inflated_bytes = (size_t)q->app->config->max_inflated_bytes,
                                    .budget = &q->app->merging};
    struct merge *merge CLEANUP(merge_freep) = merge_new(&options);
    bool *gone = arena_alloc(&q->arena, plan->count * sizeof(*gone));

    if (!gone)
        return error_set(err, E_TOO_LARGE, "%zu profiles are too many for one merge", plan->count);
    if (add_all(q, plan, merge, gone, err) != OK)
        return err->code;
    for (size_t i = 0; i < plan->count; i++) {
        if (!gone[i])
            continue;
        judge_missing(q, plan, gone, missing);
        break;
    }
    missing->combined = merge_stats(merge).inputs;
    if (missing->combined == 0)
        return OK;
    return merge_write(merge, out, err);
}

static enum status run_one(struct question *q, const struct combine_plan *plan, struct buf *out,
                           struct missing *missing, struct error *err)
{
    size_t max_body_bytes = (size_t)q->app->config->max_body_bytes;
    struct store_op op CLEANUP(store_op_release) = {.verb = STORE_GET,
                                                    .key = plan->keys[0],
                                                    .max_bytes =
                                                        max_body_bytes > out->max ? max_body_bytes : out->max,
                                                    .deadline_ms = clock_mono_ms() + COMBINE_DEADLINE_MS / 4};
    bool gone = true;

    switch (store_run(q->app->store, &op)) {
    case OK:
        missing->combined = 1;
        *out = buf_take(&op.object);
        return OK;
    case E_NOT_FOUND: judge_missing(q, plan, &gone, missing); return OK;
    default: question_store_error(&op.error, err); return error_wrap(err, "profile %s", plan->ids[0].text);
    }
}

enum status combine_run(struct question *q, const struct combine_plan *plan, struct buf *out,
                        struct http_reply *reply, struct error *err)
{
    struct missing missing = {0};
    enum status status =
        plan->count == 1 ? run_one(q, plan, out, &missing, err) : run_many(q, plan, out, &missing, err);

    if (status != OK)
        return status;
    if (declare_missing(q, &missing, reply, err) != OK)
        return err->code;
    if (missing.combined == 0)
        return error_set(err, E_NOT_FOUND, "nothing found: what was selected is gone");
    http_reply_header(reply, "X-Brazier-Profiles", "%" PRIu64, missing.combined);
    return OK;
}

void combine_send(struct question *q, struct http_reply *reply, struct buf *body, const char *file_name)
{
    struct http_request *req = q->req;

    reply->status = 200;
    reply->content_type = "application/octet-stream";
    http_reply_header(reply, "Content-Disposition", "attachment; filename=\"%s\"", file_name);
    http_reply_header(reply, "X-Content-Type-Options", "nosniff");
    reply->body = buf_take(body);
    question_free(q);
    http_reply(req, reply);
}
