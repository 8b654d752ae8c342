/*
 * A profile is read here as the collector will read it, so a directory of files can be judged without sending
 * one. Execution traces are no profiles and are told by their first bytes.
 *
 * A time that the profile says is not sent: parameters are part of what makes two uploads the same, and curl
 * would not have sent it.
 */
#include "cli/push_item.h"

#include "base/encode.h"
#include "model/profefe_key.h"
#include "pprof/scan.h"

#include <inttypes.h>
#include <string.h>

enum { LABELS_BYTES = 16 * KIB, NS_PER_MS = 1000000 };

void push_item_release(struct push_item *item)
{
    arena_release(&item->arena);
}

static struct slice base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slice_of(slash ? slash + 1 : path);
}

/* "go 1.23 trace\0\0\0" */
static bool is_trace(struct slice body)
{
    return slice_starts(body, SLICE("go 1.")) && slice_find(slice_sub(body, 0, 16), '\0') < 16;
}

static enum status judge_content(struct push_item *item, const char *path, struct slice body,
                                 struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct sample_type types[LIMIT_SAMPLE_TYPES];

    if (pprof_scan(body, &limits, &arena, &scan, err) != OK)
        return err->code;
    for (size_t i = 0; i < scan.types_kept; i++)
        types[i] = (struct sample_type){scan.types[i].name, scan.types[i].unit};
    if (item->type && profile_type_check(item->type, types, scan.types_kept, err) != OK)
        return err->code;
    if (!item->type && profile_type_guess(types, scan.types_kept, base_name(path), &item->type, err) != OK)
        return error_wrap(err, "say --type");
    item->tells_time = scan.time_nanos > 0;
    if (item->tells_time)
        item->created_at_ms = scan.time_nanos / NS_PER_MS;
    item->is_empty = scan.empty;
    return OK;
}

/* The labels of the key, and those of the command line. */
static enum status add_labels(struct push_item *item, const struct labels *more, struct error *err)
{
    for (size_t i = 0; i < more->count; i++) {
        if (item->labels.count == LIMIT_LABELS)
            return error_set(err, E_INVALID, "more than %lu labels", LIMIT_LABELS);
        item->labels.items[item->labels.count++] = more->items[i];
    }
    labels_sort(&item->labels);
    return labels_check(&item->labels, err);
}

static enum status judge_key(struct push_item *item, const struct push_defaults *defaults, const char *path,
                             struct error *err)
{
    struct profefe_key key;

    if (profefe_key_parse(slice_of(path), &item->arena, &key, err) != OK) {
        if (err->code == E_NOT_FOUND)
            err->code = E_INVALID;
        return err->code;
    }
    if (item->service.len == 0)
        item->service = arena_copy(&item->arena, key.service);
    if (!item->type)
        item->type = key.type;
    item->created_at_ms = key.created_at_ms;
    item->labels = key.labels;
    return add_labels(item, &defaults->labels, err);
}

enum status push_item_judge(struct push_item *item, const struct push_defaults *defaults,
                            const struct push_source *source, struct error *err)
{
    item->service = defaults->service;
    item->type = defaults->type;
    item->created_at_ms = source->modified_ms;
    if (defaults->is_profefe ? judge_key(item, defaults, source->name, err) != OK
                             : add_labels(item, &defaults->labels, err) != OK)
        return err->code;
    if (item->service.len == 0)
        return error_set(err, E_INVALID, "whose profile is it? say --service");
    if (!item->type && is_trace(source->body) && profile_type_parse(SLICE("trace"), &item->type, err) != OK)
        return err->code;
    if (item->type && !item->type->is_pprof)
        return OK;
    return judge_content(item, source->name, source->body, err);
}

static void add_param(struct buf *out, const char *name, struct slice value)
{
    buf_printf(out, "%s=", name);
    percent_encode(value, out);
}

enum status push_item_path(const struct push_item *item, struct buf *out, struct error *err)
{
    struct buf labels CLEANUP(buf_release) = BUF_INIT(LABELS_BYTES);

    buf_append_cstr(out, "/api/0/profiles?");
    add_param(out, "service", item->service);
    add_param(out, "&type", slice_of(item->type->name));
    labels_format(&item->labels, &labels);
    if (labels.len > 0)
        add_param(out, "&labels", buf_slice(&labels));
    if (!item->tells_time)
        buf_printf(out, "&created_at=%" PRId64 ".%03d", item->created_at_ms / 1000,
                   (int)(item->created_at_ms % 1000));
    if (buf_check(&labels, "the list of labels", err) != OK)
        return err->code;
    return buf_check(out, "the request's path", err);
}
