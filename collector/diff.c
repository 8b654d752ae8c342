/*
 * Both plans are made behind one barrier, so what was acknowledged before the question is in both. A side
 * that has nothing makes it no difference but a merge: that is said, not shown.
 */
#include "collector/diff.h"

#include "base/limits.h"
#include "collector/select.h"
#include "collector/wanted.h"

static void answer_with(struct question *q, const struct combine_plan *source,
                        const struct combine_plan *base, const char *stem)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(0);
    struct http_reply reply = {0};
    struct error err;

    if (present_run(q, source, base, &body, &reply, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    if (q->selector.service.len > 0)
        question_declare(q, &reply);
    present_send(q, &reply, &body, stem);
}

static void answer_selected(struct question *q)
{
    struct buf stem CLEANUP(buf_release) = BUF_INIT(LIMIT_TYPE_BYTES + sizeof("-diff"));
    struct combine_plan source = {0}, base = {0};
    struct error err;

    if (select_check_type(q, &err) != OK || select_plan(q, &q->selector, &source, &err) != OK ||
        select_plan(q, &q->base, &base, &err) != OK) {
        question_fail(q, &err);
        return;
    }
    if (source.count == 0 || base.count == 0) {
        question_no_side_found(q, source.count == 0, base.count == 0);
        return;
    }
    buf_printf(&stem, "%s-diff", q->type->name);
    answer_with(q, &source, &base, buf_cstr(&stem));
}

/* '+' in a query is a space, and people also write commas. */
static enum status plan_ids(struct question *q, const char *name, struct combine_plan *ret_plan,
                            struct error *err)
{
    struct buf ids CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
    struct slice text;

    if (!http_param(q->req, name, &text) || text.len == 0)
        return error_set(err, E_INVALID, "bad request: missing \"%s\"", name);
    for (size_t i = 0; i < text.len; i++)
        buf_append_byte(&ids, text.ptr[i] == ' ' || text.ptr[i] == ',' ? '+' : text.ptr[i]);
    if (wanted_plan(q, buf_slice(&ids), true, ret_plan, err) != OK)
        return error_wrap(err, "%s", name);
    return OK;
}

static void answer_named(struct question *q)
{
    struct combine_plan source = {0}, base = {0};
    struct error err;

    if (plan_ids(q, "ids", &source, &err) != OK || plan_ids(q, "base_ids", &base, &err) != OK)
        question_fail(q, &err);
    else
        answer_with(q, &source, &base, "diff");
}

void diff_handle(struct http_request *req)
{
    struct app *app = http_app(req);
    struct slice ids;

    if (http_param(req, "ids", &ids) || http_param(req, "base_ids", &ids))
        question_ask_now(req, READ_VIEW, app->merge_pool, answer_named);
    else
        question_ask(req, READ_SELECTOR | READ_TYPE | READ_BASE | READ_VIEW, app->merge_pool,
                     answer_selected);
}
