/*
 * Kind p: escaped text that a person can read in a bucket browser.
 *
 *     service _. type _. created_at _. facts ( _. key _- value )*
 *
 * An escape always is '_' and a hex digit, so a search for "_." cannot find the middle of one.
 */
#include "model/escape.h"
#include "model/key_form.h"

static const struct slice FIELD_END = {"_.", 2};
static const struct slice KEY_END = {"_-", 2};

void key_text_encode(const struct profile_meta *meta, bool with_facts, struct buf *out)
{
    char created_at[STAMP_BYTES];
    stamp_write(meta->created_at_ms, created_at);

    escape_append(meta->service, ESCAPE_TEXT, out);
    buf_append(out, FIELD_END);
    escape_append(meta->type, ESCAPE_TEXT, out);
    buf_append(out, FIELD_END);
    buf_append(out, slice_make(created_at, STAMP_BYTES));
    buf_append(out, FIELD_END);
    if (with_facts)
        facts_encode(&meta->facts, out);

    for (size_t i = 0; i < meta->labels.count; i++) {
        buf_append(out, FIELD_END);
        escape_append(meta->labels.items[i].key, ESCAPE_TEXT, out);
        buf_append(out, KEY_END);
        escape_append(meta->labels.items[i].value, ESCAPE_TEXT, out);
    }
}

/* Cuts *rest at the first `separator`, or takes all of it; false when *rest is used up. */
static bool next_field(struct slice *rest, struct slice separator, struct slice *ret_field)
{
    if (!rest->ptr)
        return false;

    for (size_t at = 0; at + separator.len <= rest->len; at++) {
        if (rest->ptr[at] == '_' && rest->ptr[at + 1] == separator.ptr[1]) {
            *ret_field = slice_sub(*rest, 0, at);
            *rest = slice_from(*rest, at + separator.len);
            return true;
        }
    }
    *ret_field = *rest;
    *rest = SLICE_NULL;
    return true;
}

/* Unescapes into *room, which moves on behind it. */
static bool read_text(struct slice field, char **room, struct slice *ret_text)
{
    size_t len;
    if (!escape_undo(field, ESCAPE_TEXT, *room, &len))
        return false;

    *ret_text = slice_make(*room, len);
    *room += len;
    return true;
}

static bool read_labels(struct slice *rest, char **room, struct labels *labels)
{
    struct slice value, key;
    while (next_field(rest, FIELD_END, &value)) {
        if (labels->count == LIMIT_LABELS)
            return false;

        struct label *label = &labels->items[labels->count++];
        if (!next_field(&value, KEY_END, &key) || !value.ptr || !read_text(key, room, &label->key) ||
            !read_text(value, room, &label->value))
            return false;
    }
    return true;
}

enum status key_text_decode(struct slice form, struct arena *arena, struct profile_meta *ret_meta,
                            struct error *err)
{
    struct profile_meta meta = {.created_at_ms = 0};
    char *room = arena_alloc(arena, form.len + 1);
    if (!room)
        return error_set(err, E_TOO_LARGE, "a key does not fit in memory");

    struct slice field;
    if (!next_field(&form, FIELD_END, &field) || !read_text(field, &room, &meta.service))
        return error_set(err, E_INVALID, "malformed service");
    if (!next_field(&form, FIELD_END, &field) || !read_text(field, &room, &meta.type))
        return error_set(err, E_INVALID, "malformed type");
    if (!next_field(&form, FIELD_END, &field) || !stamp_read(field, &meta.created_at_ms))
        return error_set(err, E_INVALID, "malformed created_at");
    if (!next_field(&form, FIELD_END, &field))
        return error_set(err, E_INVALID, "missing facts");

    enum status status = facts_parse(field, arena, &meta.facts, err);
    if (status != OK)
        return status;
    if (!read_labels(&form, &room, &meta.labels))
        return error_set(err, E_INVALID, "malformed labels");

    *ret_meta = meta;
    return OK;
}
