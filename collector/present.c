/*
 * What is plain goes the way it always went: bytes as they are stored, or merged. Only what asks for more is
 * made into a view.
 *
 * A page that shows an SVG of ours could be on the same host as other pages, so a browser is told to keep it
 * apart: its own scripts run, it loads nothing, and it has no origin.
 */
#include "collector/present.h"

#include "base/limits.h"
#include "base/regex.h"
#include "collector/combine.h"
#include "model/quoted.h"

#include <string.h>

/* STEM_BYTES: of a file's name. */
enum { STEM_BYTES = 100, FIRST_ROOM_BYTES = 2 * 1024 * 1024 };

static const char SVG_POLICY[] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                                 "sandbox allow-scripts";

static struct slice param(const struct http_request *req, const char *name)
{
    struct slice value = SLICE_NULL;

    http_param(req, name, &value);
    return value;
}

enum status present_read(const struct http_request *req, struct present *ret_present, struct error *err)
{
    struct slice format = param(req, "format"), normalise = param(req, "normalize");
    struct present p = {.options = VIEW_OPTIONS_DEFAULT, .is_named = format.len > 0};

    if (http_dropped(req).len > 0)
        return error_set(err, E_INVALID,
                         "bad request: %s has a raw ';' and would be left out: write it as %%3B",
                         quoted_of(http_dropped(req)).text);
    if (view_format_find(format.len > 0 ? format : SLICE("pprof"), &p.format, err) != OK)
        return error_wrap(err, "bad request");
    for (size_t i = 0; i < VIEW_OPTIONS_COUNT; i++) {
        struct slice value = param(req, VIEW_OPTIONS[i].name);

        if (value.len > 0 && VIEW_OPTIONS[i].set(&p.options, value, err) != OK)
            return error_wrap(err, "bad request");
    }
    p.normalise = normalise.len > 0 && !slice_eq_cstr(normalise, "0") && !slice_eq_cstr(normalise, "false");
    *ret_present = p;
    return OK;
}

static bool is_pprof(const struct present *present)
{
    return present->format->render == pprof_render;
}

bool present_is_plain(const struct present *present)
{
    return is_pprof(present) && !view_options_filter(&present->options);
}

/* Before anything is fetched: a merge of thousands must not end with a bracket that is missing. */
static enum status check_patterns(const struct view_options *o, struct error *err)
{
    const struct {
        const char *option;
        struct slice pattern;
    } rows[] = {{"focus", o->focus}, {"ignore", o->ignore},       {"hide", o->hide},
                {"show", o->show},   {"show_from", o->show_from}, {"function", o->function}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct regex *regex CLEANUP(regex_freep) = NULL;

        if (rows[i].pattern.len > 0 && regex_new(rows[i].option, rows[i].pattern, &regex, err) != OK)
            return error_wrap(err, "bad request");
    }
    return OK;
}

/* Lines become parts of one; the adapter replaces control characters, this what is beyond ASCII. */
static void declare_notes(const struct view *v, struct http_reply *reply)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(KIB);

    for (struct slice rest = buf_slice(&v->notes), line; slice_split(&rest, '\n', &line);) {
        if (line.len == 0)
            continue;
        if (text.len > 0)
            buf_append_cstr(&text, "; ");
        for (size_t i = 0; i < line.len; i++)
            buf_append_byte(&text, (unsigned char)line.ptr[i] < 0x80 ? line.ptr[i] : '?');
    }
    if (text.len > 0)
        http_reply_header(reply, "X-Brazier-Note", "%s", buf_cstr(&text));
}

/* The error of a view in the words of a request. */
static enum status explain(enum status status, struct error *err)
{
    if (status == E_INVALID)
        return error_wrap(err, "bad request");
    if (status == E_NOT_FOUND)
        return error_wrap(err, "nothing found");
    return status;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* An answer is made in memory that is taken from that of all queries: little at first, which is enough for
 * nearly all of them; only if it was not, half of what `own` (held already) leaves, for drawing takes some
 * too. What would not fit if this were the only query is too large: asking later would not help. */
static enum status render_within(struct budget *budget, size_t own, struct view *v,
                                 const struct view_format *format, struct buf *out, struct error *err)
{
    size_t left = budget->max - least(own, budget->max);
    size_t most = least(LIMIT_VIEW_BYTES, left / 2), used = v->quota.used;

    for (size_t room = least(most, FIRST_ROOM_BYTES);; room = most) {
        enum status status;

        if (!budget_take(budget, room))
            return error_set(err, E_BUSY, "all queries together use the memory they may: try again later");
        buf_release(out);
        out->max = room;
        v->quota.max = least(LIMIT_MERGE_BYTES, used + left - room);
        status = format->render(v, out, err);
        budget_give(budget, room);
        if (!out->full)
            return explain(status, err);
        if (room == most)
            return error_set(
                err, E_TOO_LARGE,
                "as %s this is over %zu KiB: narrow the time range or the labels, or leave out what is "
                "small: min_fraction=0.001, nodecount=500",
                format->name, most / KIB);
    }
}

static enum status render(struct question *q, struct merge *merge, struct buf *out, struct http_reply *reply,
                          struct error *err)
{
    const struct present *p = &q->present;
    struct view *v CLEANUP(view_freep) = NULL;
    enum status status;

    metrics_count(q->app->metrics, METRIC_VIEWS);
    status = view_open(merge, &p->options, &q->app->merging, &v, err);
    if (status != OK)
        return explain(status, err);
    status =
        render_within(&q->app->merging, merge_stats(merge).bytes + v->quota.used, v, p->format, out, err);
    if (status != OK)
        return status;
    /* JSON is one line too. */
    if (!is_pprof(p) && out->len > 0 && out->ptr[out->len - 1] != '\n')
        buf_append_byte(out, '\n');
    declare_notes(v, reply);
    return OK;
}

enum status present_check(const struct present *present, struct error *err)
{
    return present_is_plain(present) ? OK : check_patterns(&present->options, err);
}

enum status present_merge(struct question *q, struct merge *merge, bool is_diff, struct buf *ret_body,
                          struct http_reply *reply, struct error *err)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    enum status status = OK;

    if (is_diff && q->present.normalise)
        status = merge_normalise(merge, err);
    if (status == OK)
        status = present_is_plain(&q->present) ? merge_write(merge, &out, err)
                                               : render(q, merge, &out, reply, err);
    if (status == OK)
        *ret_body = buf_take(&out);
    return status;
}

enum status present_run(struct question *q, const struct combine_plan *source,
                        const struct combine_plan *base, struct buf *ret_body, struct http_reply *reply,
                        struct error *err)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_ANSWER_BYTES);
    struct merge *merge CLEANUP(merge_freep) = NULL;

    if (present_check(&q->present, err) != OK)
        return err->code;
    if (!present_is_plain(&q->present) || base) {
        if (combine_merge(q, source, base, &merge, reply, err) != OK)
            return err->code;
        return present_merge(q, merge, base != NULL, ret_body, reply, err);
    }
    enum status status = combine_run(q, source, &out, reply, err);
    if (status == OK)
        *ret_body = buf_take(&out);
    return status;
}

/* --- the reply --- */

/* What needs no quoting anywhere. */
static void append_stem(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     (c == '.' && out->len > 0);

        buf_append_byte(out, plain ? c : '_');
    }
}

void present_send(struct question *q, struct http_reply *reply, struct buf *body, const char *stem)
{
    const struct view_format *format = q->present.format;
    struct http_request *req = q->req;
    struct buf name CLEANUP(buf_release) = BUF_INIT(STEM_BYTES);

    if (q->selector.service.len > 0) {
        append_stem(&name, slice_sub(q->selector.service, 0, STEM_BYTES / 2));
        buf_append_byte(&name, '-');
    }
    append_stem(&name, slice_of(stem));
    reply->status = 200;
    reply->content_type = format->content_type;
    reply->compressible = format->render != pprof_render; /* that is gzip already */
    http_reply_header(reply, "Content-Disposition", "%s; filename=\"%s.%s\"",
                      format->is_file ? "attachment" : "inline", buf_cstr(&name), format->extension);
    if (strcmp(format->content_type, "image/svg+xml") == 0)
        http_reply_header(reply, "Content-Security-Policy", "%s", SVG_POLICY);
    reply->body = buf_take(body);
    question_free(q);
    http_reply(req, reply);
}
