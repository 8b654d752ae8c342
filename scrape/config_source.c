/* One reader for every kind of source: a kind is a table of keys, its defaults, and a check of what the table
 * cannot say. */
#include "scrape/config_part.h"

#include "base/buf.h"
#include "scrape/source_dns.h"

#include <string.h>

enum { FILE_REFRESH_MS = 5000, HTTP_REFRESH_MS = 60000, DNS_REFRESH_MS = 30000, POD_REFRESH_MS = 60000 };

/* A source while its map is read. */
struct source_words {
    struct source source;
    int64_t port;
    struct slice type, role;
};

#define AT(member) offsetof(struct source_words, member)
#define REFRESH                                                                                              \
    {                                                                                                        \
        "refresh_interval", FIELD_DURATION, AT(source.refresh_ms), 1000, NULL                                \
    }

static enum status source_words_list(struct reader *r, struct yaml value, void *into, struct error *err)
{
    struct source *source = &((struct source_words *)into)->source;

    return field_texts(r, value, LIMIT_TARGETS, &source->words, &source->word_count, err);
}

static enum status source_labels(struct reader *r, struct yaml value, void *into, struct error *err)
{
    struct source *source = &((struct source_words *)into)->source;

    if (!yaml_is_map(value))
        return yaml_fault(value, err, "labels with values are expected here");
    source->label_count = yaml_count(value);
    source->labels = arena_alloc(r->arena, (source->label_count + 1) * sizeof *source->labels);
    if (!source->labels)
        return yaml_fault(value, err, "the configuration is too large");
    for (size_t i = 0; i < source->label_count; i++) {
        struct yaml key, text;
        yaml_pair(value, i, &key, &text);
        if (field_text(r, key, &source->labels[i].name, err) != OK ||
            field_text(r, text, &source->labels[i].value, err) != OK)
            return E_INVALID;
    }
    return OK;
}

static enum status source_basic_auth(struct reader *r, struct yaml value, void *into, struct error *err)
{
    return config_basic_auth(r, value, &((struct source_words *)into)->source.access, err);
}

static enum status source_authorization(struct reader *r, struct yaml value, void *into, struct error *err)
{
    return config_authorization(r, value, &((struct source_words *)into)->source.access, err);
}

static enum status source_tls(struct reader *r, struct yaml value, void *into, struct error *err)
{
    return config_tls(r, value, &((struct source_words *)into)->source.access, err);
}

/* What the kinds differ in. */
struct source_form {
    struct source source; /* the defaults */
    const struct field *fields;
    size_t field_count;
    enum status (*check)(struct reader *r, struct yaml at, struct source_words *words, struct error *err);
};

static enum status read_sources(struct reader *r, struct yaml value, struct job *job,
                                const struct source_form *form, struct error *err)
{
    if (!yaml_is_list(value))
        return yaml_fault(value, err, "a list is expected here");
    for (size_t i = 0; i < yaml_count(value); i++) {
        struct yaml at = yaml_at(value, i);
        struct source_words words = {.source = form->source};
        struct buf where CLEANUP(buf_release) = BUF_INIT(LIMIT_URI_BYTES);
        if (job->source_count == JOB_SOURCES_MAX)
            return yaml_fault(at, err, "more than %d of them in one job", JOB_SOURCES_MAX);
        if (fields_read(r, at, form->fields, form->field_count, &words, err) != OK ||
            (form->check && form->check(r, at, &words, err) != OK))
            return E_INVALID;
        buf_printf(&where, "%s:%zu", yaml_name(at), yaml_line(at));
        words.source.where = arena_copy(r->arena, buf_slice(&where));
        job->sources[job->source_count++] = words.source;
    }
    return OK;
}

static enum status needs_words(struct reader *r, struct yaml at, struct source_words *words,
                               struct error *err)
{
    (void)r;
    if (words->source.word_count > 0)
        return OK;
    return yaml_fault(at, err, "%s",
                      words->source.kind == SOURCE_STATIC ? "targets are missing"
                      : words->source.kind == SOURCE_FILE ? "files are missing"
                                                          : "names are missing");
}

enum status config_static(struct reader *r, struct yaml value, void *job, struct error *err)
{
    static const struct field fields[] = {
        {"targets", FIELD_READ, 0, 0, source_words_list},
        {"labels", FIELD_READ, 0, 0, source_labels},
    };

    return read_sources(
        r, value, job, &(struct source_form){{.kind = SOURCE_STATIC}, fields, ARRAY_LEN(fields), needs_words},
        err);
}

static enum status check_files(struct reader *r, struct yaml at, struct source_words *words,
                               struct error *err)
{
    if (needs_words(r, at, words, err) != OK)
        return E_INVALID;
    for (size_t i = 0; i < words->source.word_count; i++) {
        const char *path;
        struct error why;
        if (field_path(r, words->source.words[i], &path, &why) != OK)
            return yaml_fault(at, err, "files: %s", why.text);
        words->source.words[i] = slice_of(path);
    }
    return OK;
}

enum status config_file_sd(struct reader *r, struct yaml value, void *job, struct error *err)
{
    static const struct field fields[] = {{"files", FIELD_READ, 0, 0, source_words_list}, REFRESH};

    return read_sources(r, value, job,
                        &(struct source_form){{.kind = SOURCE_FILE, .refresh_ms = FILE_REFRESH_MS},
                                              fields,
                                              ARRAY_LEN(fields),
                                              check_files},
                        err);
}

static enum status check_http(struct reader *r, struct yaml at, struct source_words *words, struct error *err)
{
    (void)r;
    if (slice_starts(words->source.url, SLICE("http://")) ||
        slice_starts(words->source.url, SLICE("https://")))
        return OK;
    return yaml_fault(at, err, "url: one that begins with http:// or https:// is needed");
}

enum status config_http_sd(struct reader *r, struct yaml value, void *job, struct error *err)
{
    static const struct field fields[] = {{"url", FIELD_TEXT, AT(source.url), 0, NULL},
                                          REFRESH,
                                          CONFIG_ACCESS(source, AT(source.access))};

    return read_sources(r, value, job,
                        &(struct source_form){{.kind = SOURCE_HTTP, .refresh_ms = HTTP_REFRESH_MS},
                                              fields,
                                              ARRAY_LEN(fields),
                                              check_http},
                        err);
}

static enum status check_dns(struct reader *r, struct yaml at, struct source_words *words, struct error *err)
{
    static const char *const names[] = {[DNS_SRV] = "SRV", [DNS_A] = "A", [DNS_AAAA] = "AAAA"};
    size_t type = 0;

    if (needs_words(r, at, words, err) != OK)
        return E_INVALID;
    while (words->type.len > 0 && type < ARRAY_LEN(names) && !slice_eq_cstr(words->type, names[type]))
        type++;
    if (type == ARRAY_LEN(names))
        return yaml_fault(at, err, "type: SRV, A or AAAA");
    words->source.dns_type = (enum dns_type)type;
    if (words->port < 0 || words->port > UINT16_MAX || (type != DNS_SRV && words->port == 0))
        return yaml_fault(at, err, "port: 1 to 65535 is needed for addresses");
    words->source.port = (uint16_t)words->port;
    if (words->source.server.len > 0 && source_dns_server(words->source.server, NULL) != OK)
        return yaml_fault(at, err, "server: an IPv4 address, or one with a port, is expected here");
    return OK;
}

enum status config_dns_sd(struct reader *r, struct yaml value, void *job, struct error *err)
{
    static const struct field fields[] = {
        {"names", FIELD_READ, 0, 0, source_words_list},
        {"type", FIELD_TEXT, AT(type), 0, NULL},
        {"port", FIELD_COUNT, AT(port), 1, NULL},
        {"server", FIELD_TEXT, AT(source.server), 0, NULL},
        REFRESH,
    };

    return read_sources(r, value, job,
                        &(struct source_form){{.kind = SOURCE_DNS, .refresh_ms = DNS_REFRESH_MS},
                                              fields,
                                              ARRAY_LEN(fields),
                                              check_dns},
                        err);
}

static enum status source_namespaces(struct reader *r, struct yaml value, void *into, struct error *err)
{
    struct source *source = &((struct source_words *)into)->source;
    struct yaml names = value, key;
    struct slice name;

    if (yaml_is_map(value)) {
        if (yaml_count(value) != 1)
            return yaml_fault(value, err, "names: [...] is expected here");
        yaml_pair(value, 0, &key, &names);
        if (!yaml_text(key, &name) || !slice_eq(name, SLICE("names")))
            return yaml_fault(key, err, "names: [...] is expected here");
    }
    return field_texts(r, names, SOURCE_WORDS_MAX, &source->namespaces, &source->namespace_count, err);
}

static enum status check_pods(struct reader *r, struct yaml at, struct source_words *words, struct error *err)
{
    if (words->role.len > 0 && !slice_eq(words->role, SLICE("pod")))
        return yaml_fault(at, err, "role: only pod is known");
    return words->source.url.len > 0 ? check_http(r, at, words, err) : OK;
}

enum status config_kubernetes_sd(struct reader *r, struct yaml value, void *job, struct error *err)
{
    static const struct field fields[] = {
        {"role", FIELD_TEXT, AT(role), 0, NULL},
        {"api_server", FIELD_TEXT, AT(source.url), 0, NULL},
        {"namespaces", FIELD_READ, 0, 0, source_namespaces},
        {"label_selector", FIELD_TEXT, AT(source.selector), 0, NULL},
        {"all_pods", FIELD_FLAG, AT(source.takes_all), 0, NULL},
        REFRESH,
        CONFIG_ACCESS(source, AT(source.access)),
    };

    return read_sources(r, value, job,
                        &(struct source_form){{.kind = SOURCE_KUBERNETES, .refresh_ms = POD_REFRESH_MS},
                                              fields,
                                              ARRAY_LEN(fields),
                                              check_pods},
                        err);
}
