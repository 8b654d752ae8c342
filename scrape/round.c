/* One probe after the other: fetched whole, judged as the collector would (so that what it would refuse is
 * not sent, and the target's fault is told as such), made into a difference where that is asked for, spooled.
 * The time of a profile is when it was asked for; it stands in the upload's path, so sending twice counts
 * once. Judging and differences inflate profiles; a few rounds at a time do that, so memory does not grow
 * with the number of rounds. */
#include "scrape/round.h"

#include "base/clock.h"
#include "base/encode.h"
#include "model/labels.h"
#include "pprof/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { URL_BYTES = 4096, PATH_BYTES = 12 * 1024, LABELS_BYTES = 16 * 1024 };

static void add_param(struct buf *out, const char *name, struct slice value)
{
    buf_printf(out, "%s=", name);
    percent_encode(value, out);
}

/* "/api/0/profiles?service=...": where the collector takes it. */
static void upload_path(const struct target *t, const struct probe *probe, int64_t at_ms, struct buf *out)
{
    struct buf labels CLEANUP(buf_release) = BUF_INIT(LABELS_BYTES);

    buf_append_cstr(out, "/api/0/profiles?");
    add_param(out, "service", t->service);
    add_param(out, "&type", slice_of(probe->type->name));
    labels_format(&t->labels, &labels);
    if (labels.len > 0)
        add_param(out, "&labels", buf_slice(&labels));
    buf_printf(out, "&created_at=%" PRId64 ".%03d", at_ms / 1000, (int)(at_ms % 1000));
    out->full = out->full || labels.full;
}

static enum status judge(const struct probe *probe, struct slice body, bool *ret_is_empty, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct sample_type types[LIMIT_SAMPLE_TYPES];

    *ret_is_empty = false;
    if (!probe->type->is_pprof)
        return OK;
    if (pprof_scan(body, &limits, &arena, &scan, err) != OK)
        return err->code;
    for (size_t i = 0; i < scan.types_kept; i++)
        types[i] = (struct sample_type){scan.types[i].name, scan.types[i].unit};
    *ret_is_empty = scan.empty;
    return profile_type_check(probe->type, types, scan.types_kept, err);
}

/* The words of a server's refusal come alone, unless the client has found it better to say who said what. */
static void name_status(int status, struct error *err)
{
    char said[32];

    (void)snprintf(said, sizeof said, "answers %d", status);
    if (!strstr(err->text, said))
        (void)error_wrap(err, "HTTP %d", status);
}

static enum status fetch(const struct round *r, const struct target *t, const struct probe *probe,
                         struct client_answer *answer, struct error *err)
{
    struct client *client CLEANUP(client_freep) = NULL;
    struct buf url CLEANUP(buf_release) = BUF_INIT(URL_BYTES);
    int64_t total_ms = probe->seconds * 1000 + t->job->timeout_ms;

    buf_append(&url, t->url);
    probe_path(probe, t->base, &url);
    if (buf_check(&url, "the URL", err) != OK ||
        access_open(&t->job->access, buf_cstr(&url), total_ms, &client, err) != OK)
        return err->code;
    struct client_request request = {.url = buf_cstr(&url),
                                     .max_bytes = LIMIT_BODY_BYTES,
                                     .is_over = r->is_over};
    enum status status = client_call(client, &request, answer, err);
    if (status != OK && answer->status >= 400)
        name_status(answer->status, err);
    return status;
}

/* Into the spool, as it is or as what is new in it. */
static enum status hand_over(const struct round *r, struct watched *w, size_t index, int64_t at_ms,
                             struct buf *take_body, struct error *err)
{
    const struct probe *probe = &w->target->job->probes.items[index];
    struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES),
                    difference CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    struct buf *body = take_body;

    if (probe->is_delta && !r->is_once) {
        enum delta_outcome outcome;
        if (delta_take(&w->deltas[index], buf_slice(take_body), &difference, &outcome, err) != OK)
            return err->code;
        if (outcome == DELTA_FIRST || outcome == DELTA_SAME)
            return OK;
        body = &difference;
    }
    upload_path(w->target, probe, at_ms, &path);
    if (buf_check(&path, "the upload's path", err) != OK)
        return err->code;
    spool_put(r->spool, parcel_new(buf_slice(&path), body));
    return OK;
}

/* False: it is not worth asking it for more now. */
static bool ask(const struct round *r, struct watched *w, size_t index)
{
    const struct probe *probe = &w->target->job->probes.items[index];
    struct client_answer answer CLEANUP(client_answer_release) = CLIENT_ANSWER_INIT;
    struct error err = {0};
    int64_t at_ms = clock_wall_ms(), begun_ms = clock_mono_ms();
    bool is_empty = false;
    enum status status = fetch(r, w->target, probe, &answer, &err);
    size_t bytes = answer.body.len;
    bool is_down = status != OK && !answer.has_answered;

    if (status != OK && atomic_load(r->is_over))
        return false;
    while (sem_wait(r->judging) != 0)
        ;
    if (status == OK)
        status = judge(probe, buf_slice(&answer.body), &is_empty, &err);
    if (status == OK && !is_empty)
        status = hand_over(r, w, index, at_ms, &answer.body, &err);
    (void)sem_post(r->judging);

    pthread_mutex_lock(&w->lock);
    struct asked *a = &w->asked[index];
    bool was_bad = a->error[0] != '\0', was_down = w->is_down;
    a->at_ms = at_ms;
    a->took_ms = clock_mono_ms() - begun_ms;
    a->bytes = bytes;
    a->good += status == OK;
    a->failed += status != OK;
    a->empty += status == OK && is_empty;
    (void)snprintf(a->error, sizeof a->error, "%.190s", status == OK ? "" : err.text);
    w->is_down = is_down;
    pthread_mutex_unlock(&w->lock);

    if (is_down ? !was_down : status != OK && !was_bad)
        report_say(&r->report, true, is_down ? "a target does not answer" : "a profile cannot be had",
                   "%.*s %.*s: %s", SLICE_ARG(w->target->url), SLICE_ARG(probe->name), err.text);
    else if (was_down && !is_down)
        report_say(&r->report, false, "a target answers again", "%.*s", SLICE_ARG(w->target->url));
    return !is_down;
}

void round_run(const struct round *r, struct watched *w)
{
    const struct probes *probes = &w->target->job->probes;

    for (size_t i = 0; i < probes->count; i++) {
        if (probes->items[i].is_off)
            continue;
        if (atomic_load(r->is_over) || !ask(r, w, i))
            break;
    }
    pthread_mutex_lock(&w->lock);
    w->rounds++;
    pthread_mutex_unlock(&w->lock);
}
