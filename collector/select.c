/* The plan (keys of all that match) is made in one read transaction, oldest first; then the store is asked.
 */
#include "collector/select.h"

#include "base/limits.h"

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

enum status select_plan(struct question *q, const struct selector *selector, struct combine_plan *ret_plan,
                        struct error *err)
{
    struct planning p = {.q = q};

    if (index_each(q->app->index, selector, question_mint_min_ms(q), plan_one, &p, err) != OK)
        return err->code;
    if (p.status != OK) {
        *err = p.error;
        return p.status;
    }
    *ret_plan = p.plan;
    return OK;
}

enum status select_check_type(const struct question *q, struct error *err)
{
    if (!q->type->is_pprof)
        return error_set(err, E_INVALID, "can't merge profiles of %s type", q->type->name);
    return OK;
}

static void answer_merge(struct question *q)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(0);
    struct combine_plan plan = {0};
    struct http_reply reply = {0};
    struct error err;

    if (select_check_type(q, &err) != OK || select_plan(q, &q->selector, &plan, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    plan.as_pprof = true;
    if (plan.count == 0) {
        question_nothing_found(q);
    } else if (present_run(q, &plan, NULL, &body, &reply, &err) != OK) {
        if (err.code != E_NOT_FOUND)
            question_fail(q, &err);
        else if (present_is_plain(&q->present)) /* all of it was deleted meanwhile */
            question_nothing_found(q);
        else
            question_nothing(q, err.text);
    } else {
        question_declare(q, &reply);
        if (present_is_plain(&q->present) && !q->present.is_named)
            combine_send(q, &reply, &body, q->type->name);
        else
            present_send(q, &reply, &body, q->type->name);
    }
}

void select_merge_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    question_ask(req, READ_SELECTOR | READ_TYPE | READ_VIEW, app->merge_pool, answer_merge);
}
