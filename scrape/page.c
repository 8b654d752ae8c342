/*
 * Targets are written one by one under the scraper's lock, in the order of their jobs and URLs. A target has
 * a row in the page, and one in the metrics only where that is bounded by what an operator wrote: by its job,
 * URL, service and labels.
 */
#include "scrape/page.h"

#include "base/clock.h"
#include "model/time.h"
#include "view/markup.h"

#include <inttypes.h>
#include <string.h>

enum { LABELS_BYTES = 16 * 1024 };

/* What a page says of a target. */
struct shown {
    const struct target *target;
    struct asked asked[PROBES_MAX];
    bool is_down;
    int64_t at_ms, took_ms; /* of the last round: its latest request; all of them together */
    uint64_t bytes, good, failed;
    size_t failed_at; /* the first probe with an error; PROBES_MAX: none */
    const char *state;
};

static struct shown look(struct watched *w)
{
    struct shown s = {.target = w->target, .failed_at = PROBES_MAX, .state = "waiting"};

    watched_show(w, s.asked, &s.is_down);
    for (size_t i = 0; i < w->target->job->probes.count; i++) {
        const struct asked *a = &s.asked[i];
        if (a->at_ms == 0)
            continue;
        s.at_ms = a->at_ms > s.at_ms ? a->at_ms : s.at_ms;
        s.took_ms += a->took_ms;
        s.bytes += a->bytes;
        s.good += a->good;
        s.failed += a->failed;
    }
    for (size_t i = w->target->job->probes.count; i-- > 0;)
        if (s.asked[i].error[0] != '\0')
            s.failed_at = i;
    if (s.at_ms > 0)
        s.state = s.is_down ? "down" : s.failed_at < PROBES_MAX ? "failing" : "up";
    return s;
}

static struct slice error_of(const struct shown *s)
{
    return s->failed_at < PROBES_MAX ? slice_of(s->asked[s->failed_at].error) : SLICE_NULL;
}

/* --- Prometheus --- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP brazier_scrape_%s %s\n# TYPE brazier_scrape_%s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    head(out, name, type, help);
    buf_printf(out, "brazier_scrape_%s %" PRIu64 "\n", name, value);
}

static void label(struct buf *out, const char *name, struct slice value)
{
    buf_printf(out, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == '\n')
            buf_append_cstr(out, "\\n");
        else if (value.ptr[i] == '"' || value.ptr[i] == '\\')
            buf_printf(out, "\\%c", value.ptr[i]);
        else
            buf_append_byte(out, value.ptr[i]);
    buf_append_cstr(out, "\"");
}

enum target_metric { TARGET_UP, TARGET_TIME, TARGET_DURATION, TARGET_BYTES, TARGET_METRICS };

struct target_rows {
    struct buf *out;
    enum target_metric which;
};

static const struct {
    const char *name, *help;
} TARGET_HEADS[TARGET_METRICS] = {
    [TARGET_UP] = {"target_up", "1: everything it was asked for last was had; 0: not."},
    [TARGET_TIME] = {"target_last_seconds", "Unix time of the last request; 0: none yet."},
    [TARGET_DURATION] = {"target_duration_seconds", "Time of the last requests together."},
    [TARGET_BYTES] = {"target_bytes", "Bytes of the last answers together."},
};

static void write_target(void *user, struct watched *w)
{
    struct target_rows *rows = user;
    struct buf labels CLEANUP(buf_release) = BUF_INIT(LABELS_BYTES);
    struct shown s = look(w);

    labels_format(&s.target->labels, &labels);
    buf_printf(rows->out, "brazier_scrape_%s{", TARGET_HEADS[rows->which].name);
    label(rows->out, "scrape_job", s.target->job->name);
    label(rows->out, ",url", s.target->url);
    label(rows->out, ",path", s.target->base);
    label(rows->out, ",service", s.target->service);
    label(rows->out, ",labels", buf_slice(&labels));
    switch (rows->which) {
    case TARGET_UP: buf_printf(rows->out, "} %d\n", strcmp(s.state, "up") == 0); break;
    case TARGET_TIME: buf_printf(rows->out, "} %.3f\n", (double)s.at_ms / 1e3); break;
    case TARGET_DURATION: buf_printf(rows->out, "} %.3f\n", (double)s.took_ms / 1e3); break;
    case TARGET_BYTES:
    case TARGET_METRICS: buf_printf(rows->out, "} %" PRIu64 "\n", s.bytes); break;
    }
}

static void write_delivery(const struct scraper_stats *s, struct buf *out)
{
    single(out, "spooled_profiles", "gauge", "Profiles that wait for the collector.", s->spool.waiting);
    single(out, "spooled_bytes", "gauge", "Their size.", s->spool.bytes);
    single(out, "dropped_total", "counter", "Profiles dropped because the spool was full.", s->spool.dropped);
    single(out, "spool_failures_total", "counter", "Files of the spool that could not be written or read.",
           s->spool.disk_failures);
    single(out, "delivered_total", "counter", "Profiles that the collector took.", s->delivery.sent);
    single(out, "delivered_bytes_total", "counter", "Their size.", s->delivery.sent_bytes);
    single(out, "refused_total", "counter", "Profiles that the collector refused.", s->delivery.refused);
    single(out, "delivery_failures_total", "counter", "Attempts that will be made again.",
           s->delivery.failed);
    single(out, "collector_up", "gauge", "0: the last attempt to deliver failed.", !s->delivery.is_away);
}

void page_metrics(struct scraper *s, struct buf *out)
{
    struct scraper_stats stats = scraper_stats(s);

    single(out, "targets", "gauge", "Targets that are known.", stats.targets);
    single(out, "targets_down", "gauge", "Targets that did not answer in their last round.", stats.down);
    single(out, "targets_left_out_total", "counter", "Targets over the limit.", stats.left_out);
    single(out, "running", "gauge", "Rounds under way.", stats.running);
    single(out, "rounds_total", "counter", "Rounds over a target.", stats.rounds);
    single(out, "missed_rounds_total", "counter", "Rounds left out because the one before was not over.",
           stats.missed);
    head(out, "profiles_total", "counter", "Profiles asked for; empty: it had no samples.");
    buf_printf(out, "brazier_scrape_profiles_total{result=\"good\"} %" PRIu64 "\n", stats.good - stats.empty);
    buf_printf(out, "brazier_scrape_profiles_total{result=\"empty\"} %" PRIu64 "\n", stats.empty);
    buf_printf(out, "brazier_scrape_profiles_total{result=\"failed\"} %" PRIu64 "\n", stats.failed);
    single(out, "delta_bytes", "gauge", "Profiles kept to make differences with.", stats.delta_bytes);
    write_delivery(&stats, out);
    for (int which = 0; which < TARGET_METRICS; which++) {
        struct target_rows rows = {out, (enum target_metric)which};
        head(out, TARGET_HEADS[which].name, "gauge", TARGET_HEADS[which].help);
        scraper_each(s, write_target, &rows);
    }
}

/* --- JSON --- */

static void json_named(struct json *j, const char *key, uint64_t value)
{
    json_key(j, key);
    json_u64(j, value);
}

static void json_text(struct json *j, const char *key, struct slice value)
{
    json_key(j, key);
    json_string(j, value);
}

static void json_time(struct json *j, const char *key, int64_t ms)
{
    char text[TIME_RFC3339_BYTES];

    json_key(j, key);
    if (ms == 0) {
        json_null(j);
        return;
    }
    time_format_rfc3339(ms, text);
    json_cstr(j, text);
}

static void json_probe(struct json *j, const struct probe *probe, const struct asked *a)
{
    json_object(j);
    json_text(j, "name", probe->name);
    json_text(j, "type", slice_of(probe->type->name));
    json_time(j, "last", a->at_ms);
    json_named(j, "duration_ms", (uint64_t)a->took_ms);
    json_named(j, "bytes", a->bytes);
    json_named(j, "good", a->good);
    json_named(j, "empty", a->empty);
    json_named(j, "failed", a->failed);
    json_text(j, "error", slice_of(a->error));
    json_object_end(j);
}

static void json_target(void *user, struct watched *w)
{
    struct json *j = user;
    struct shown s = look(w);
    const struct probes *probes = &s.target->job->probes;

    json_object(j);
    json_text(j, "job", s.target->job->name);
    json_text(j, "url", s.target->url);
    json_text(j, "path", s.target->base);
    json_text(j, "service", s.target->service);
    json_key(j, "labels");
    json_object(j);
    for (size_t i = 0; i < s.target->labels.count; i++)
        json_text(j, s.target->labels.items[i].key.ptr, s.target->labels.items[i].value);
    json_object_end(j);
    json_text(j, "state", slice_of(s.state));
    json_time(j, "last", s.at_ms);
    json_named(j, "duration_ms", (uint64_t)s.took_ms);
    json_named(j, "bytes", s.bytes);
    json_text(j, "error", error_of(&s));
    json_key(j, "profiles");
    json_array(j);
    for (size_t i = 0; i < probes->count; i++)
        if (!probes->items[i].is_off)
            json_probe(j, &probes->items[i], &s.asked[i]);
    json_array_end(j);
    json_object_end(j);
}

void page_json(struct scraper *s, struct json *j)
{
    struct scraper_stats stats = scraper_stats(s);

    json_object(j);
    json_key(j, "collector");
    json_object(j);
    json_key(j, "up");
    json_bool(j, !stats.delivery.is_away);
    json_text(j, "error", slice_of(stats.delivery.error));
    json_named(j, "delivered", stats.delivery.sent);
    json_named(j, "refused", stats.delivery.refused);
    json_object_end(j);
    json_key(j, "spool");
    json_object(j);
    json_named(j, "profiles", stats.spool.waiting);
    json_named(j, "bytes", stats.spool.bytes);
    json_named(j, "dropped", stats.spool.dropped);
    json_object_end(j);
    json_key(j, "targets");
    json_array(j);
    scraper_each(s, json_target, j);
    json_array_end(j);
    json_object_end(j);
}

/* --- HTML --- */

static const char HTML_HEAD[] = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
                                "http-equiv=\"refresh\" content=\"10\">"
                                "<title>brazier scrape</title><style>:root{color-scheme:light "
                                "dark}body{font:14px/1.4 system-ui,sans-serif;"
                                "margin:1.5em}table{border-collapse:collapse}th,td{text-align:left;padding:."
                                "25em .8em;border-bottom:1px solid "
                                "#8884;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-"
                                "nums}.down,.failing{color:#c33}"
                                ".up{color:#293}</style></head><body><h1>brazier scrape</h1>";

static void html_cell(struct buf *out, struct slice text)
{
    buf_append_cstr(out, "<td>");
    markup_text(text, out);
}

static void html_target(void *user, struct watched *w)
{
    struct buf *out = user;
    struct shown s = look(w);
    char at[TIME_RFC3339_BYTES] = "never";

    if (s.at_ms > 0)
        time_format_rfc3339(s.at_ms, at);
    buf_append_cstr(out, "<tr>");
    html_cell(out, s.target->job->name);
    buf_append_cstr(out, "<td>");
    markup_text(s.target->url, out);
    markup_text(s.target->base, out);
    html_cell(out, s.target->service);
    buf_append_cstr(out, "<td>");
    for (size_t i = 0; i < s.target->labels.count; i++) {
        markup_text(s.target->labels.items[i].key, out);
        buf_append_byte(out, '=');
        markup_text(s.target->labels.items[i].value, out);
        buf_append_byte(out, ' ');
    }
    buf_printf(out, "<td class=\"%s\">%s", s.state, s.state);
    html_cell(out, slice_of(at));
    buf_printf(out, "<td class=\"n\">%.2f s<td class=\"n\">%" PRIu64 "<td class=\"n\">%" PRIu64,
               (double)s.took_ms / 1e3, s.bytes, s.good);
    html_cell(out, error_of(&s));
    buf_append_cstr(out, "</tr>\n");
}

void page_html(struct scraper *s, struct buf *out)
{
    struct scraper_stats stats = scraper_stats(s);

    buf_append_cstr(out, HTML_HEAD);
    buf_printf(out,
               "<p>%zu target%s, %zu down, %zu being asked. %" PRIu64 " profiles delivered, %" PRIu64
               " refused; %zu wait (%zu bytes), %" PRIu64 " were dropped.",
               stats.targets, stats.targets == 1 ? "" : "s", stats.down, stats.running, stats.delivery.sent,
               stats.delivery.refused, stats.spool.waiting, stats.spool.bytes, stats.spool.dropped);
    if (stats.delivery.is_away) {
        buf_append_cstr(out, "<p class=\"down\">The collector does not take profiles: ");
        markup_text(slice_of(stats.delivery.error), out);
    }
    buf_append_cstr(out, "<table><thead><tr><th>job<th>target<th>service<th>labels<th>state<th>last scrape"
                         "<th>duration<th>bytes<th>profiles<th>last error</tr></thead><tbody>\n");
    scraper_each(s, html_target, out);
    buf_append_cstr(out, "</tbody></table></body></html>\n");
}
