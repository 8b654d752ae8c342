/* A target is made in one go: defaults, then the rules, then what the attributes say by then. Its key is the
 * text of everything that makes it what it is, so a change of a label makes it another target; its offset is
 * a hash of the key, which spreads targets over the interval and is the same after a restart. */
#include "scrape/target.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <stdlib.h>

enum { URL_BYTES = 2048, KEY_BYTES = 8192 };

void target_free(struct target *t)
{
    if (!t)
        return;

    arena_release(&t->arena);
    free(t);
}

/* What stands for itself and says where. */
static enum status set_url(struct target *t, const struct attributes *a, struct error *err)
{
    struct buf url CLEANUP(buf_release) = BUF_INIT(URL_BYTES);
    struct slice address = attributes_get(a, SLICE("__address__"));
    struct slice scheme = attributes_get(a, SLICE("__scheme__"));
    struct slice base = attributes_get(a, SLICE("__pprof_path__"));

    if (address.len == 0)
        return error_set(err, E_INVALID, "a target of job '%.*s' has no __address__",
                         SLICE_ARG(t->job->name));
    for (size_t i = 0; i < address.len; i++)
        if ((unsigned char)address.ptr[i] <= ' ' || slice_find(SLICE("/?#@\\"), address.ptr[i]) < 5)
            return error_set(err, E_INVALID,
                             "'%.*s' is not HOST:PORT: the scheme and the path stand elsewhere",
                             SLICE_ARG(address));
    if (!slice_eq(scheme, SLICE("http")) && !slice_eq(scheme, SLICE("https")))
        return error_set(err, E_INVALID, "the scheme of '%.*s' is '%.*s': say http or https",
                         SLICE_ARG(address), SLICE_ARG(scheme));
    while (slice_ends(base, SLICE("/")))
        base.len--;
    buf_printf(&url, "%.*s://%.*s", SLICE_ARG(scheme), SLICE_ARG(address));
    t->url = arena_copy(&t->arena, buf_slice(&url));
    if (buf_check(&url, "the target's URL", err) != OK)
        return E_TOO_LARGE;
    buf_reset(&url);
    if (base.len > 0 && base.ptr[0] != '/')
        buf_append_byte(&url, '/');
    buf_append(&url, base);
    t->base = arena_copy(&t->arena, buf_slice(&url));
    return buf_check(&url, "the target's path", err);
}

static bool is_hidden(struct slice name)
{
    return slice_starts(name, SLICE("__"));
}

static enum status set_labels(struct target *t, const struct attributes *a, struct error *err)
{
    struct slice service = attributes_get(a, SLICE("__service__"));
    bool is_label = service.len == 0;

    if (is_label)
        service = attributes_get(a, SLICE("service"));
    t->service = arena_copy(&t->arena, service.len > 0 ? service : t->job->name);
    for (size_t i = 0; i < a->count; i++) {
        if (is_hidden(a->items[i].name) || (is_label && slice_eq(a->items[i].name, SLICE("service"))))
            continue;
        if (t->labels.count == LIMIT_LABELS)
            return error_set(err, E_INVALID, "target %.*s has more than %lu labels", SLICE_ARG(t->url),
                             LIMIT_LABELS);
        t->labels.items[t->labels.count++] =
            (struct label){arena_copy(&t->arena, a->items[i].name), arena_copy(&t->arena, a->items[i].value)};
    }
    labels_sort(&t->labels);
    if (t->service.len == 0 || t->service.len > LIMIT_SERVICE_BYTES)
        return error_set(err, E_INVALID, "target %.*s: a service has 1 to %lu bytes", SLICE_ARG(t->url),
                         LIMIT_SERVICE_BYTES);
    if (labels_check(&t->labels, err) != OK)
        return error_wrap(err, "target %.*s", SLICE_ARG(t->url));
    return OK;
}

static enum status set_key(struct target *t, struct error *err)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(KEY_BYTES);
    struct sha256 hash;
    uint64_t number = 0;

    buf_printf(&key, "%.*s\n%.*s%.*s\n%.*s\n", SLICE_ARG(t->job->name), SLICE_ARG(t->url), SLICE_ARG(t->base),
               SLICE_ARG(t->service));
    labels_format(&t->labels, &key);
    t->key = arena_copy(&t->arena, buf_slice(&key));
    hash = sha256_of(buf_slice(&key));
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | hash.bytes[i];
    t->offset_ms = number % (uint64_t)t->job->interval_ms;
    return buf_check(&key, "the target's labels", err);
}

static void add_defaults(const struct job *job, struct attributes *a)
{
    attributes_default(a, SLICE("__scheme__"), job->scheme);
    attributes_default(a, SLICE("__pprof_path__"), job->base);
    if (job->is_named)
        attributes_default(a, SLICE("job"), job->name);
}

enum status target_new(const struct job *job, struct attributes *found, struct target **ret_target,
                       struct error *err)
{
    add_defaults(job, found);
    for (size_t i = 0; i < job->rule_count; i++)
        if (!relabel_apply(&job->rules[i], found)) {
            *ret_target = NULL;
            return OK;
        }
    attributes_default(found, SLICE("instance"), attributes_get(found, SLICE("__address__")));
    if (attributes_check(found, err) != OK)
        return E_TOO_LARGE;

    struct target *t = mem_zero(1, sizeof *t);
    t->job = job;
    t->arena = ARENA_INIT(LIMIT_ATTRIBUTES_BYTES);
    if (set_url(t, found, err) != OK || set_labels(t, found, err) != OK || set_key(t, err) != OK) {
        target_free(t);
        return err ? err->code : E_INVALID;
    }
    *ret_target = t;
    return OK;
}
