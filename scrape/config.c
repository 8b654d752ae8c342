/* Tables of keys; what a table cannot say (a list of jobs, which profiles, rules) has a function. */
#include "scrape/config.h"

#include "base/alloc.h"
#include "base/file.h"
#include "scrape/config_part.h"

#include <stdlib.h>
#include <string.h>

enum { SECONDS_MAX = 3600 };

/* The file's own part, until its jobs are made. */
struct top {
    struct scrape_config *config;
    struct job defaults;
    struct yaml jobs;
};

void scrape_config_release(struct scrape_config *c)
{
    for (size_t i = 0; i < c->job_count; i++) {
        job_release(c->jobs[i]);
        free(c->jobs[i]);
    }
    c->job_count = 0;
    arena_release(&c->arena);
}

struct job *scrape_config_add(struct scrape_config *c)
{
    if (c->job_count == LIMIT_SCRAPE_JOBS)
        return NULL;

    struct job *job = mem_alloc(sizeof *job);
    job_init(job);
    c->jobs[c->job_count++] = job;
    return job;
}

/* --- profiles --- */

struct probe_words {
    struct slice path, type;
    int64_t seconds;
    bool is_delta, is_enabled;
};

static enum status set_probe(struct reader *r, struct yaml key, struct slice name, struct yaml value,
                             struct probes *probes, struct error *err)
{
    static const struct field fields[] = {
        {"path", FIELD_TEXT, offsetof(struct probe_words, path), 0, NULL},
        {"type", FIELD_TEXT, offsetof(struct probe_words, type), 0, NULL},
        {"seconds", FIELD_COUNT, offsetof(struct probe_words, seconds), 0, NULL},
        {"delta", FIELD_FLAG, offsetof(struct probe_words, is_delta), 0, NULL},
        {"enabled", FIELD_FLAG, offsetof(struct probe_words, is_enabled), 0, NULL},
    };
    struct probe *probe = probes_find(probes, name);
    struct probe_words words = {.is_enabled = true, .seconds = probe ? probe->seconds : 0};
    struct slice text;

    if (yaml_text(value, &text) && !yaml_is_null(value)) {
        if (field_flag(value, &words.is_enabled, err) != OK)
            return E_INVALID;
    } else if (fields_read(r, value, fields, ARRAY_LEN(fields), &words, err) != OK) {
        return E_INVALID;
    }
    if (!probe) {
        if (words.path.len == 0)
            return yaml_fault(key, err, "profile '%.*s' is not one of Go's: it needs a path",
                              SLICE_ARG(name));
        if (probes->count == PROBES_MAX)
            return yaml_fault(key, err, "more than %d profiles", PROBES_MAX);
        probe = &probes->items[probes->count++];
        *probe = (struct probe){.name = arena_copy(r->arena, name)};
        if (profile_type_parse(words.type.len > 0 ? words.type : name, &probe->type, err) != OK)
            return yaml_fault(key, err, "profile '%.*s' needs a type: one of %s", SLICE_ARG(name),
                              profile_type_names());
    } else if (words.type.len > 0 && profile_type_parse(words.type, &probe->type, err) != OK) {
        return yaml_fault(key, err, "type: one of %s", profile_type_names());
    }
    if (words.seconds > SECONDS_MAX)
        return yaml_fault(key, err, "seconds: at most %d", SECONDS_MAX);
    if (words.is_delta && !probe->type->is_pprof)
        return yaml_fault(key, err, "delta: there is none of a %s", probe->type->name);
    probe->seconds = words.seconds;
    probe->is_delta = words.is_delta;
    probe->is_off = !words.is_enabled;
    if (words.path.len > 0)
        probe->path = words.path;
    return OK;
}

enum status config_profiles(struct reader *r, struct yaml value, void *into, struct error *err)
{
    struct probes *probes = &((struct job *)into)->probes;

    if (!yaml_is_list(value) && !yaml_is_map(value))
        return yaml_fault(value, err, "a list of profiles is expected here");
    for (size_t i = 0; i < probes->count; i++)
        probes->items[i].is_off = true;
    for (size_t i = 0; i < yaml_count(value); i++) {
        struct yaml key, settings = {value.doc, NULL};
        struct slice name;
        if (yaml_is_map(value))
            yaml_pair(value, i, &key, &settings);
        else
            key = yaml_at(value, i);
        if (!yaml_text(key, &name))
            return yaml_fault(key, err, "the name of a profile is expected here");
        if (set_probe(r, key, name, settings, probes, err) != OK)
            return E_INVALID;
    }
    return OK;
}

/* --- relabelling --- */

struct rule_words {
    struct relabel rule;
    struct slice regex;
    int64_t modulus;
};

static enum status rule_sources(struct reader *r, struct yaml value, void *into, struct error *err)
{
    struct relabel *rule = &((struct rule_words *)into)->rule;
    struct slice *texts;

    if (field_texts(r, value, RELABEL_SOURCES_MAX, &texts, &rule->source_count, err) != OK)
        return E_INVALID;
    memcpy(rule->sources, texts, rule->source_count * sizeof *texts);
    return OK;
}

static enum status rule_action(struct reader *r, struct yaml value, void *into, struct error *err)
{
    struct slice name;

    (void)r;
    if (yaml_text(value, &name) && relabel_action_parse(name, &((struct rule_words *)into)->rule.action))
        return OK;
    return yaml_fault(value, err, "action: one of %s", relabel_action_names());
}

enum status config_relabel(struct reader *r, struct yaml value, void *into, struct error *err)
{
    static const struct field fields[] = {
        {"source_labels", FIELD_READ, 0, 0, rule_sources},
        {"separator", FIELD_TEXT, offsetof(struct rule_words, rule.separator), 0, NULL},
        {"target_label", FIELD_TEXT, offsetof(struct rule_words, rule.target), 0, NULL},
        {"regex", FIELD_TEXT, offsetof(struct rule_words, regex), 0, NULL},
        {"modulus", FIELD_COUNT, offsetof(struct rule_words, modulus), 1, NULL},
        {"replacement", FIELD_TEXT, offsetof(struct rule_words, rule.replacement), 0, NULL},
        {"action", FIELD_READ, 0, 0, rule_action},
    };
    struct job *job = into;

    if (!yaml_is_list(value))
        return yaml_fault(value, err, "a list of rules is expected here");
    for (size_t i = 0; i < yaml_count(value); i++) {
        struct yaml at = yaml_at(value, i);
        struct rule_words words = {.rule = {.separator = SLICE(";"), .replacement = SLICE("$1")}};
        struct error why;
        if (job->rule_count == JOB_RULES_MAX)
            return yaml_fault(at, err, "more than %d rules", JOB_RULES_MAX);
        if (fields_read(r, at, fields, ARRAY_LEN(fields), &words, err) != OK)
            return E_INVALID;
        words.rule.modulus = (uint64_t)words.modulus;
        if (relabel_open(&words.rule, words.regex, &why) != OK)
            return yaml_fault(at, err, "%s", why.text);
        job->rules[job->rule_count++] = words.rule;
    }
    return OK;
}

/* --- jobs --- */

static enum status job_basic_auth(struct reader *r, struct yaml value, void *into, struct error *err)
{
    return config_basic_auth(r, value, &((struct job *)into)->access, err);
}

static enum status job_authorization(struct reader *r, struct yaml value, void *into, struct error *err)
{
    return config_authorization(r, value, &((struct job *)into)->access, err);
}

static enum status job_tls(struct reader *r, struct yaml value, void *into, struct error *err)
{
    return config_tls(r, value, &((struct job *)into)->access, err);
}

static const struct field JOB_FIELDS[] = {
    {"job_name", FIELD_TEXT, offsetof(struct job, name), 0, NULL},
    {"scrape_interval", FIELD_DURATION, offsetof(struct job, interval_ms), 1000, NULL},
    {"scrape_timeout", FIELD_DURATION, offsetof(struct job, timeout_ms), 100, NULL},
    {"scheme", FIELD_TEXT, offsetof(struct job, scheme), 0, NULL},
    {"pprof_path", FIELD_TEXT, offsetof(struct job, base), 0, NULL},
    {"profiles", FIELD_READ, 0, 0, config_profiles},
    CONFIG_ACCESS(job, offsetof(struct job, access)),
    {"static_configs", FIELD_READ, 0, 0, config_static},
    {"file_sd_configs", FIELD_READ, 0, 0, config_file_sd},
    {"http_sd_configs", FIELD_READ, 0, 0, config_http_sd},
    {"dns_sd_configs", FIELD_READ, 0, 0, config_dns_sd},
    {"kubernetes_sd_configs", FIELD_READ, 0, 0, config_kubernetes_sd},
    {"relabel_configs", FIELD_READ, 0, 0, config_relabel},
};

static enum status read_job(struct reader *r, struct yaml value, struct top *top, struct error *err)
{
    struct scrape_config *c = top->config;
    struct job *job = scrape_config_add(c);
    struct error why;

    if (!job)
        return yaml_fault(value, err, "more than %lu jobs", LIMIT_SCRAPE_JOBS);
    job->interval_ms = top->defaults.interval_ms;
    job->timeout_ms = top->defaults.timeout_ms;
    job->is_named = true;
    if (fields_read(r, value, JOB_FIELDS, ARRAY_LEN(JOB_FIELDS), job, err) != OK)
        return E_INVALID;
    if (job->name.len == 0)
        return yaml_fault(value, err, "a job needs a job_name");
    for (size_t i = 0; i + 1 < c->job_count; i++)
        if (slice_eq(c->jobs[i]->name, job->name))
            return yaml_fault(value, err, "there are two jobs '%.*s'", SLICE_ARG(job->name));
    if (!slice_eq(job->scheme, SLICE("http")) && !slice_eq(job->scheme, SLICE("https")))
        return yaml_fault(value, err, "scheme: http or https");
    if (job_check(job, &why) != OK)
        return yaml_fault(value, err, "job '%.*s': %s", SLICE_ARG(job->name), why.text);
    return OK;
}

static enum status read_global(struct reader *r, struct yaml value, void *into, struct error *err)
{
    static const struct field fields[] = {
        {"scrape_interval", FIELD_DURATION, offsetof(struct job, interval_ms), 1000, NULL},
        {"scrape_timeout", FIELD_DURATION, offsetof(struct job, timeout_ms), 100, NULL},
    };

    return fields_read(r, value, fields, ARRAY_LEN(fields), &((struct top *)into)->defaults, err);
}

static enum status note_jobs(struct reader *r, struct yaml value, void *into, struct error *err)
{
    (void)r;
    if (!yaml_is_list(value))
        return yaml_fault(value, err, "a list of jobs is expected here");
    ((struct top *)into)->jobs = value;
    return OK;
}

enum status scrape_config_parse(struct scrape_config *c, struct slice text, const char *name,
                                struct error *err)
{
    static const struct field fields[] = {
        {"global", FIELD_READ, 0, 0, read_global},
        {"scrape_configs", FIELD_READ, 0, 0, note_jobs},
    };
    struct yaml_doc *doc CLEANUP(yaml_freep) = NULL;
    struct error local;
    const char *slash = strrchr(name, '/');
    struct slice dir = arena_copy(&c->arena, slice_make(name, slash ? (size_t)(slash - name) : 0));
    struct reader r = {&c->arena, slash == name ? "/" : dir.ptr};
    struct top top = {.config = c};

    err = err ? err : &local;
    job_init(&top.defaults);
    enum status status = yaml_parse(text, name, &doc, err);
    if (status == OK)
        status = fields_read(&r, yaml_root(doc), fields, ARRAY_LEN(fields), &top, err);
    for (size_t i = 0; status == OK && i < yaml_count(top.jobs); i++)
        status = read_job(&r, yaml_at(top.jobs, i), &top, err);
    if (status == OK && c->job_count == 0)
        status = error_set(err, E_CONFIG, "%s: there are no scrape_configs", name);
    if (status != OK)
        err->code = E_CONFIG;
    return status == OK ? OK : E_CONFIG;
}

enum status scrape_config_read(struct scrape_config *c, const char *path, struct error *err)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(LIMIT_SCRAPE_CONFIG_BYTES);

    if (file_read(path, &text, err) != OK) {
        if (err)
            err->code = E_CONFIG;
        return E_CONFIG;
    }
    return scrape_config_parse(c, buf_slice(&text), path, err);
}

/* --- by hand --- */

enum status scrape_config_target(struct scrape_config *c, struct job *job, struct slice url,
                                 const struct attribute *labels, size_t label_count, struct error *err)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);

    if (job->source_count == JOB_SOURCES_MAX)
        return error_set(err, E_INVALID, "more than %d targets: write a configuration", JOB_SOURCES_MAX);
    bool is_https = slice_starts(url, SLICE("https://"));
    if (!is_https && !slice_starts(url, SLICE("http://")))
        return error_set(err, E_INVALID,
                         "a target is a URL that begins with http:// or https://, which '%.*s' is not",
                         SLICE_ARG(url));
    struct slice rest = slice_from(url, is_https ? 8 : 7);
    size_t host = slice_find(rest, '/');
    buf_append(&path, slice_from(rest, host));
    while (slice_ends(buf_slice(&path), SLICE("/")))
        path.len--;
    if (!slice_ends(buf_slice(&path), SLICE("/pprof")))
        buf_append_cstr(&path, "/debug/pprof");

    struct source *source = &job->sources[job->source_count];
    struct slice *words = arena_alloc(&c->arena, sizeof *words);
    struct attribute *all = arena_alloc(&c->arena, (label_count + 2) * sizeof *all);
    if (!words || !all || path.full)
        return error_set(err, E_TOO_LARGE, "the targets are too many");
    words[0] = arena_copy(&c->arena, slice_sub(rest, 0, host));
    all[0] = (struct attribute){SLICE("__scheme__"), is_https ? SLICE("https") : SLICE("http")};
    all[1] = (struct attribute){SLICE("__pprof_path__"), arena_copy(&c->arena, buf_slice(&path))};
    for (size_t i = 0; i < label_count; i++)
        all[i + 2] = labels[i];
    *source = (struct source){.kind = SOURCE_STATIC,
                              .words = words,
                              .word_count = 1,
                              .labels = all,
                              .label_count = label_count + 2,
                              .where = SLICE("--target")};
    job->source_count++;
    return OK;
}
