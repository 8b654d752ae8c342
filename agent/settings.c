/*
 * The environment is read as the commands of brazier read theirs, by a table of options; what the program
 * says goes over it.
 */
#include "agent/settings.h"

#include "agent/profiler.h"
#include "base/alloc.h"
#include "base/encode.h"
#include "base/limits.h"
#include "base/option.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum {
    RATE_MAX = 1000,
    HEAP_RATE_MAX = 1 << 30,
    DAY_MS = 24 * 60 * 60 * 1000,
    CPU_MIN_MS = 100,
    LINE_BYTES = 1024,
    ROWS_MAX = 16,
    DEFAULT_BYTES = 64
};

/* As they stand in the options or the environment; borrowed. */
struct raw {
    const char *collector, *service, *labels, *token, *token_file, *ca_file, *profiles;
    int64_t cpu_ms, interval_ms, jitter_ms, rate, heap_rate;
    bool follows_fork;
};

/* Of a program that runs with more rights than its caller, the caller must not choose which files are read
 * and where they are sent: each default is given as an argument, which goes over the environment. */
static enum status read_defaults(const struct option_row *rows, size_t count, struct error *err)
{
    char texts[ROWS_MAX][DEFAULT_BYTES], *argv[ROWS_MAX];
    int argc = 0;

    for (size_t i = 0; i < count; i++)
        if (rows[i].fallback) {
            (void)snprintf(texts[argc], sizeof texts[argc], "--%s=%s", rows[i].name, rows[i].fallback);
            argv[argc] = texts[argc];
            argc++;
        }
    enum status status = option_parse(rows, count, argc, argv, NULL, err);
    for (size_t i = 0; i < count; i++)
        if (rows[i].kind == OPTION_TEXT)
            *(const char **)rows[i].value = rows[i].fallback;
    return status;
}

static enum status read_environment(struct raw *raw, struct error *err)
{
    const struct option_row rows[] = {
        {"collector", OPTION_TEXT, &raw->collector, NULL, 0, 0, "URL", "where profiles go"},
        {"service", OPTION_TEXT, &raw->service, NULL, 0, 0, "NAME", "what this program is called"},
        {"labels", OPTION_TEXT, &raw->labels, "", 0, 0, "K=V,K=V", "labels of every profile"},
        {"token", OPTION_TEXT, &raw->token, NULL, 0, 0, "TOKEN", "a bearer token"},
        {"token-file", OPTION_TEXT, &raw->token_file, NULL, 0, 0, "FILE", "where a token stands"},
        {"ca-file", OPTION_TEXT, &raw->ca_file, NULL, 0, 0, "FILE", "certificates to trust"},
        {"profiles", OPTION_TEXT, &raw->profiles, "cpu", 0, 0, "P,P", "which profiles"},
        {"cpu-duration", OPTION_DURATION, &raw->cpu_ms, "10s", 0, DAY_MS, "TIME", "of a CPU profile"},
        {"interval", OPTION_DURATION, &raw->interval_ms, "60s", 0, DAY_MS, "TIME", "between rounds"},
        {"jitter", OPTION_DURATION, &raw->jitter_ms, "9s", 0, DAY_MS, "TIME", "before each profile"},
        {"cpu-rate", OPTION_COUNT, &raw->rate, "100", 1, RATE_MAX, "N", "samples a second"},
        {"heap-rate", OPTION_BYTES, &raw->heap_rate, "512KiB", 1, HEAP_RATE_MAX, "BYTES",
         "between two samples"},
        {"fork", OPTION_FLAG, &raw->follows_fork, "off", 0, 0, NULL, "follow children"},
    };
    return getauxval(AT_SECURE) ? read_defaults(rows, ARRAY_LEN(rows), err)
                                : option_parse(rows, ARRAY_LEN(rows), 0, NULL, NULL, err);
}

static void set_text(const char **place, const char *text)
{
    if (text)
        *place = text;
}

static void set_number(int64_t *place, long number)
{
    if (number != 0)
        *place = number;
}

static void read_options(struct raw *raw, const struct brazier_options *o)
{
    set_text(&raw->collector, o->collector);
    set_text(&raw->service, o->service);
    set_text(&raw->labels, o->labels);
    if (o->token) /* the program's own, whatever file the environment names */
        raw->token_file = NULL;
    set_text(&raw->token, o->token);
    set_text(&raw->token_file, o->token_file);
    set_text(&raw->ca_file, o->ca_file);
    set_text(&raw->profiles, o->profiles);
    set_number(&raw->cpu_ms, o->cpu_duration_ms);
    set_number(&raw->interval_ms, o->interval_ms);
    set_number(&raw->jitter_ms, o->jitter_ms);
    set_number(&raw->rate, o->cpu_rate);
    set_number(&raw->heap_rate, o->heap_rate);
    raw->follows_fork = raw->follows_fork || o->follow_fork != 0;
    if (raw->jitter_ms < 0)
        raw->jitter_ms = 0;
}

/* --- checking --- */

static enum status check(const struct raw *raw, struct error *err)
{
    if (!raw->collector || !*raw->collector)
        return error_set(err, E_CONFIG, "no collector: set BRAZIER_COLLECTOR to its URL");
    if (strncmp(raw->collector, "http://", 7) != 0 && strncmp(raw->collector, "https://", 8) != 0)
        return error_set(err, E_CONFIG, "the collector '%s' is no http or https URL", raw->collector);
    if (!raw->service || !*raw->service)
        return error_set(err, E_CONFIG, "no service: set BRAZIER_SERVICE to the program's name");
    if (strlen(raw->service) > LIMIT_SERVICE_BYTES)
        return error_set(err, E_CONFIG, "the service has more than %lu bytes", LIMIT_SERVICE_BYTES);
    if (raw->cpu_ms < CPU_MIN_MS || raw->cpu_ms > DAY_MS)
        return error_set(err, E_CONFIG, "a CPU profile of %lld ms: say 100ms to 24h", (long long)raw->cpu_ms);
    if (raw->interval_ms < 0 || raw->interval_ms > DAY_MS || raw->jitter_ms > DAY_MS)
        return error_set(err, E_CONFIG, "interval and jitter are at most 24h");
    if (raw->rate < 1 || raw->rate > RATE_MAX)
        return error_set(err, E_CONFIG, "%lld samples a second: say 1 to %d", (long long)raw->rate, RATE_MAX);
    if (raw->heap_rate < 1 || raw->heap_rate > HEAP_RATE_MAX)
        return error_set(err, E_CONFIG, "a heap sample each %lld bytes: say 1 to 1GiB",
                         (long long)raw->heap_rate);
    return OK;
}

static enum status profilers_of(const char *names, uint32_t *ret_bits, struct error *err)
{
    struct slice rest = slice_of(names), name;
    uint32_t bits = 0;

    while (slice_split(&rest, ',', &name)) {
        size_t i = 0;
        name = slice_trim(name);
        if (name.len == 0)
            continue;
        while (profilers[i].name && !slice_eq_cstr(name, profilers[i].name))
            i++;
        if (!profilers[i].name) {
            struct buf known CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_TEXT_BYTES);
            for (i = 0; profilers[i].name; i++)
                buf_printf(&known, "%s%s", i > 0 ? ", " : "", profilers[i].name);
            return error_set(err, E_CONFIG, "no profile is called '%.*s': there is %s", SLICE_ARG(name),
                             buf_cstr(&known));
        }
        bits |= UINT32_C(1) << i;
    }
    *ret_bits = bits;
    return OK;
}

/* --- the URL --- */

/* Appends a part of a label as the API wants it: escaped, and the whole once more. */
static bool add_part(struct slice part, struct buf *out)
{
    struct buf plain CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_TEXT_BYTES);
    bool good = percent_decode(slice_trim(part), false, &plain, NULL);
    percent_encode(buf_slice(&plain), out);
    return good;
}

static enum status labels_of(const char *text, struct buf *out, struct error *err)
{
    struct slice rest = slice_of(text), label;

    while (slice_split(&rest, ',', &label)) {
        label = slice_trim(label);
        if (label.len == 0)
            continue;
        size_t equals = slice_find(label, '=');
        if (out->len > 0)
            buf_append_byte(out, ',');
        bool good = equals > 0 && equals < label.len && add_part(slice_sub(label, 0, equals), out);
        buf_append_byte(out, '=');
        if (!good || !add_part(slice_from(label, equals + 1), out))
            return error_set(err, E_CONFIG, "the label '%.*s' is not key=value, with %%XX for what separates",
                             SLICE_ARG(label));
    }
    return buf_check(out, "the text of all labels", err);
}

static enum status url_of(const struct raw *raw, struct buf *out, struct error *err)
{
    struct buf labels CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_TEXT_BYTES);
    struct slice base = slice_of(raw->collector);
    enum status status = labels_of(raw->labels, &labels, err);
    if (status != OK)
        return status;

    while (slice_ends(base, SLICE("/")))
        base.len--;
    buf_append(out, base);
    buf_append_cstr(out, "/api/0/profiles?labels=");
    percent_encode(buf_slice(&labels), out);
    buf_append_cstr(out, "&service=");
    percent_encode(slice_of(raw->service), out);
    buf_append_cstr(out, "&type=");
    return buf_check(out, "the collector's URL with service and labels", err);
}

/* --- the whole --- */

static char *copy_of(const char *text)
{
    return text && *text ? mem_cstr(text, strlen(text)) : NULL;
}

enum status settings_read(const struct brazier_options *options, struct settings *ret_settings,
                          struct error *err)
{
    struct brazier_options known = BRAZIER_OPTIONS_INIT;
    struct buf url CLEANUP(buf_release) = BUF_INIT(4 * LIMIT_AGENT_TEXT_BYTES);
    struct raw raw = {0};
    uint32_t bits = 0;

    /* A program that was compiled with an older header has a shorter struct. */
    if (options)
        memcpy(&known, options, options->size < sizeof known ? options->size : sizeof known);
    enum status status = read_environment(&raw, err);
    if (status == OK) {
        read_options(&raw, &known);
        status = check(&raw, err);
    }
    if (status == OK)
        status = profilers_of(raw.profiles, &bits, err);
    if (status == OK)
        status = url_of(&raw, &url, err);
    if (status != OK)
        return status;

    *ret_settings = (struct settings){.query_url = copy_of(buf_cstr(&url)),
                                      .ca_file = copy_of(raw.ca_file),
                                      .token_file = copy_of(raw.token_file),
                                      .profilers = bits,
                                      .cpu_ms = raw.cpu_ms,
                                      .interval_ms = raw.interval_ms,
                                      .jitter_ms = raw.jitter_ms,
                                      .rate = raw.rate,
                                      .heap_rate = raw.heap_rate,
                                      .follows_fork = raw.follows_fork,
                                      .log = known.log};
    secret_set(&ret_settings->token, slice_trim(slice_of(raw.token)));
    return OK;
}

void settings_release(struct settings *s)
{
    free(s->query_url);
    free(s->ca_file);
    free(s->token_file);
    secret_release(&s->token);
}

void settings_log(const struct settings *s, const char *fmt, ...)
{
    char line[LINE_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (s->log)
        s->log(line);
    else
        (void)dprintf(STDERR_FILENO, "brazier: %s\n", line);
}
