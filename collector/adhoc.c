/*
 * The body is a profile, or a form with files: those called "profile" are merged, those called "base" are
 * what they are compared with. It goes the way of a merge, with the same budgets, only that nothing is
 * fetched: the profiles lie in the request, which holds them until it is answered.
 */
#include "collector/adhoc.h"

#include "base/limits.h"
#include "collector/combine.h"
#include "collector/question.h"
#include "http/multipart.h"
#include "model/quoted.h"

struct adhoc {
    struct question *q;
    struct merge *merge;
    size_t sources, bases;
};

static enum status add(struct adhoc *a, struct slice profile, enum merge_side side, struct error *err)
{
    size_t *count = side == MERGE_SOURCE ? &a->sources : &a->bases;

    ++*count;
    if (merge_add(a->merge, profile, side, err) == OK)
        return OK;
    return error_wrap(err, "%s %zu", side == MERGE_SOURCE ? "profile" : "base", *count);
}

static enum status add_part(struct adhoc *a, const struct multipart_part *part, struct error *err)
{
    if (a->sources + a->bases == LIMIT_FORM_PROFILES)
        return error_set(err, E_TOO_LARGE, "over %lu profiles in one form", LIMIT_FORM_PROFILES);
    if (slice_eq_cstr(part->name, "profile"))
        return add(a, part->body, MERGE_SOURCE, err);
    if (slice_eq_cstr(part->name, "base"))
        return add(a, part->body, MERGE_BASE, err);
    return error_set(err, E_INVALID,
                     "bad request: a part of the form is called %s, not \"profile\" or \"base\"",
                     quoted_of(part->name).text);
}

static enum status add_form(struct adhoc *a, struct slice boundary, struct error *err)
{
    struct multipart form = MULTIPART_INIT(http_body(a->q->req), boundary);
    struct multipart_part part;

    for (bool more = true;;) {
        if (multipart_next(&form, &part, &more, err) != OK)
            return error_wrap(err, "bad request");
        if (!more)
            return OK;
        if (add_part(a, &part, err) != OK)
            return err->code;
    }
}

static enum status add_all(struct adhoc *a, struct error *err)
{
    struct slice type = SLICE_NULL, boundary;

    http_header(a->q->req, "Content-Type", &type);
    if (!multipart_is(type, &boundary))
        return add(a, http_body(a->q->req), MERGE_SOURCE, err);
    if (add_form(a, boundary, err) != OK)
        return err->code;
    if (a->sources == 0)
        return error_set(err, E_INVALID, "bad request: the form has no part called \"profile\"");
    return OK;
}

/* The merge is gone before the answer is sent: its memory is somebody else's then. */
static enum status show(struct question *q, struct buf *ret_body, struct http_reply *reply, bool *ret_is_diff,
                        struct error *err)
{
    const struct merge_options options = combine_options(q->app);
    struct merge *merge CLEANUP(merge_freep) = merge_new(&options);
    struct adhoc a = {.q = q, .merge = merge};

    if (present_check(&q->present, err) != OK || add_all(&a, err) != OK)
        return err->code;
    *ret_is_diff = a.bases > 0;
    http_reply_header(reply, "X-Brazier-Profiles", "%zu", a.sources);
    if (a.bases > 0)
        http_reply_header(reply, "X-Brazier-Base-Profiles", "%zu", a.bases);
    return present_merge(q, merge, a.bases > 0, ret_body, reply, err);
}

static void answer_adhoc(struct question *q)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(0);
    struct http_reply reply = {0};
    struct error err;
    bool is_diff = false;

    if (show(q, &body, &reply, &is_diff, &err) != OK)
        question_fail(q, &err);
    else
        present_send(q, &reply, &body, is_diff ? "diff" : "profile");
}

void adhoc_handle(struct http_request *req)
{
    struct app *app = http_app(req);

    question_ask_now(req, READ_VIEW, app->merge_pool, answer_adhoc);
}
