/* A value goes where its row says, by an offset. Faults are told at the innermost place that knows its line;
 * a fault without one is put at the key. */
#include "scrape/field.h"

#include "base/buf.h"
#include "base/distance.h"
#include "base/option.h"

#include <inttypes.h>
#include <string.h>

enum { PATH_BYTES = 4096, MAP_ITEMS_MAX = 100 * 1000 };

static enum status too_much(struct yaml value, struct error *err)
{
    return yaml_fault(value, err, "the configuration is too large");
}

enum status field_text(struct reader *r, struct yaml value, struct slice *ret_text, struct error *err)
{
    struct slice text;

    if (!yaml_text(value, &text))
        return yaml_fault(value, err, "a text is expected here");
    struct slice kept = arena_copy(r->arena, text);
    if (!kept.ptr)
        return too_much(value, err);
    *ret_text = kept;
    return OK;
}

enum status field_texts(struct reader *r, struct yaml value, size_t max, struct slice **ret_texts,
                        size_t *ret_count, struct error *err)
{
    size_t count = yaml_is_list(value) ? yaml_count(value) : 1;

    if (count > max)
        return yaml_fault(value, err, "more than %zu of them", max);
    struct slice *texts = arena_alloc(r->arena, (count + 1) * sizeof *texts);
    if (!texts)
        return too_much(value, err);
    for (size_t i = 0; i < count; i++)
        if (field_text(r, yaml_is_list(value) ? yaml_at(value, i) : value, &texts[i], err) != OK)
            return E_INVALID;
    *ret_texts = texts;
    *ret_count = count;
    return OK;
}

enum status field_path(struct reader *r, struct slice text, const char **ret_path, struct error *err)
{
    struct buf path CLEANUP(buf_release) = BUF_INIT(PATH_BYTES);

    if (!slice_starts(text, SLICE("/")) && r->dir[0] != '\0')
        buf_printf(&path, "%s/", r->dir);
    buf_append(&path, text);
    if (text.len == 0 || slice_find(text, '\0') < text.len || path.full)
        return error_set(err, E_INVALID, "that is no name of a file");
    struct slice kept = arena_copy(r->arena, buf_slice(&path));
    if (!kept.ptr)
        return error_set(err, E_INVALID, "the configuration is too large");
    *ret_path = kept.ptr;
    return OK;
}

enum status field_flag(struct yaml value, bool *ret_flag, struct error *err)
{
    struct slice text;

    if (yaml_text(value, &text) && (slice_eq(text, SLICE("true")) || slice_eq(text, SLICE("false")))) {
        *ret_flag = text.len == 4;
        return OK;
    }
    return yaml_fault(value, err, "true or false is expected here");
}

static enum status read_number(const struct field *f, struct slice text, int64_t *ret, struct error *err)
{
    int64_t number;

    if (f->kind == FIELD_DURATION && !option_duration(text.ptr, &number))
        return error_set(err, E_INVALID, "'%.*s' is no time: say 10s, 5m, 1h", SLICE_ARG(text));
    if (f->kind == FIELD_COUNT && !slice_to_i64(text, &number))
        return error_set(err, E_INVALID, "'%.*s' is no number", SLICE_ARG(text));
    if (number < f->min)
        return error_set(err, E_INVALID, "%.*s is too small", SLICE_ARG(text));
    *ret = number;
    return OK;
}

static enum status read_one(struct reader *r, struct yaml value, const struct field *f, void *into,
                            struct error *err)
{
    char *place = (char *)into + f->offset;
    struct slice text = SLICE_NULL;

    if (f->kind == FIELD_READ)
        return f->read(r, value, into, err);
    if (f->kind == FIELD_FLAG)
        return field_flag(value, (bool *)(void *)place, err);
    if (field_text(r, value, &text, err) != OK)
        return E_INVALID;
    switch (f->kind) {
    case FIELD_TEXT: memcpy(place, &text, sizeof text); return OK;
    case FIELD_WORD: memcpy(place, &text.ptr, sizeof text.ptr); return OK;
    case FIELD_PATH: return field_path(r, text, (const char **)(void *)place, err);
    case FIELD_DURATION:
    case FIELD_COUNT: return read_number(f, text, (int64_t *)(void *)place, err);
    case FIELD_FLAG:
    case FIELD_READ: break;
    }
    return OK;
}

static enum status unknown(struct yaml key, struct slice name, const struct field *fields, size_t field_count,
                           struct error *err)
{
    const char *near = NULL;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < field_count; i++) {
        size_t d = distance(name, slice_of(fields[i].name));
        if (d < best) {
            best = d;
            near = fields[i].name;
        }
    }
    if (near && distance_is_near(best, name))
        return yaml_fault(key, err, "there is no key '%.*s' here; did you mean '%s'?", SLICE_ARG(name), near);
    return yaml_fault(key, err, "there is no key '%.*s' here", SLICE_ARG(name));
}

/* What knows its place has said it; the rest stands at this key. */
static enum status place(struct yaml key, const struct field *f, struct error *err)
{
    const char *name = yaml_name(key);

    if (slice_starts(slice_of(err->text), slice_of(name)) && err->text[strlen(name)] == ':') {
        if (!strstr(err->text, " is expected here") || strstr(err->text, f->name))
            return err->code;
        struct error inner = *err;
        const char *colon = strchr(inner.text + strlen(name) + 1, ':');
        return error_set(err, inner.code, "%.*s: %s%s", (int)(colon - inner.text), inner.text, f->name,
                         colon);
    }
    return error_wrap(err, "%s:%zu: %s", name, yaml_line(key), f->name);
}

enum status fields_read(struct reader *r, struct yaml map, const struct field *fields, size_t field_count,
                        void *into, struct error *err)
{
    uint64_t seen = 0;
    struct error local;

    err = err ? err : &local;
    if (yaml_is_null(map))
        return OK;
    if (!yaml_is_map(map))
        return yaml_fault(map, err, "keys with values are expected here");
    for (size_t i = 0; i < yaml_count(map); i++) {
        struct yaml key, value;
        struct slice name;
        size_t k = 0;
        yaml_pair(map, i, &key, &value);
        if (!yaml_text(key, &name))
            return yaml_fault(key, err, "a key is a word");
        while (k < field_count && !slice_eq_cstr(name, fields[k].name))
            k++;
        if (k == field_count)
            return unknown(key, name, fields, field_count, err);
        if (seen >> k & 1)
            return yaml_fault(key, err, "'%.*s' stands here twice", SLICE_ARG(name));
        seen |= UINT64_C(1) << k;
        if (!yaml_is_null(value) && read_one(r, value, &fields[k], into, err) != OK)
            return place(key, &fields[k], err);
    }
    return OK;
}
