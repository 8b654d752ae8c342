/* The plan (keys of all that match) is made in one read transaction, oldest first; then the store is asked.
 */
#include "collector/select.h"

#include "base/limits.h"
#include "collector/combine.h"

struct planning {
    struct question *q;
    struct combine_plan plan;
    size_t cap;
    enum status status;
    struct error error;
};

static bool grow(struct planning *p)
{
    size_t cap = p->cap ? p->cap * 2 : 256;
    struct slice *keys = arena_alloc(&p->q->arena, cap * sizeof(*keys));
    struct id *ids = arena_alloc(&p->q->arena, cap * sizeof(*ids));

    if (!keys || !ids)
        return false;
    for (size_t i = 0; i < p->plan.count; i++) {
        keys[i] = p->plan.keys[i];
        ids[i] = p->plan.ids[i];
    }
    p->plan.keys = keys;
    p->plan.ids = ids;
    p->cap = cap;
    return true;
}

static bool plan_one(void *user, const struct profile_meta *meta)
{
    struct planning *p = user;
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct slice copy;

    if (p->plan.count == LIMIT_MERGE_PROFILES || (p->plan.count == p->cap && !grow(p))) {
        p->status =
            error_set(&p->error, E_TOO_LARGE,
                      "more than %zu profiles match: narrow the time range or the labels", p->plan.count);
        return false;
    }
    p->status = key_encode_profile(p->q->app->backend.root, meta, &key, NULL, &p->error);
    if (p->status != OK)
        return false;
    copy = arena_copy(&p->q->arena, buf_slice(&key));
    if (!copy.ptr) {
        p->status = error_set(&p->error, E_TOO_LARGE,
                              "the keys of the profiles that match are over %lu bytes", LIMIT_ANSWER_BYTES);
        return false;
    }
    p->plan.keys[p->plan.count] = copy;
    p->plan.ids[p->plan.count++] = meta->id;
    return true;
}

static void answer_merge(struct question *q)
{
    struct planning p = {.q = q};
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct http_reply reply = {0};
    struct error err;

    if (index_each(q->app->index, &q->selector, question_mint_min_ms(q), plan_one, &p, &err) != OK) {
        question_fail(q, &err);
    } else if (p.status != OK) {
        question_fail(q, &p.error);
    } else if (p.plan.count == 0) {
        question_nothing_found(q);
    } else if (combine_run(q, &p.plan, &out, &reply, &err) != OK) {
        if (err.code == E_NOT_FOUND) /* all of it was deleted meanwhile */
            question_nothing_found(q);
        else
            question_fail(q, &err);
    } else {
        question_declare(q, &reply);
        combine_send(q, &reply, &out, q->type->name);
    }
}

static void answer_merge_of_type(struct question *q)
{
    struct error err;

    if (q->type->is_pprof) {
        answer_merge(q);
        return;
    }
    error_set(&err, E_INVALID, "can't merge profiles of %s type", q->type->name);
    question_fail(q, &err);
}

void select_merge_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    question_ask(req, READ_SELECTOR | READ_TYPE, app->merge_pool, answer_merge_of_type);
}
