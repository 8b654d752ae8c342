/*
 * The path around the forms (model/key_form.h). Encoding tries text with facts, packed with facts, text
 * without, packed without; the last always fits, which a test proves with the worst case of all limits. Text
 * is tried again once the facts are dropped because whoever reads the key sees a profile without facts and
 * must come to the same key: encoding what was decoded gives what was read, always.
 *
 * A form that is longer than its place in the leaf goes on in components "c...", each as long as components
 * may be: there is one way to cut, so a key with another is not ours. A leaf is a directory of its
 * continuations, but never of another key: the leaf begins with an id, and an id has one form.
 */
#include "model/key.h"

#include "model/key_form.h"

#include <assert.h>
#include <string.h>

enum {
    LEAF_HEAD_BYTES = ID_BYTES + 3, /* id . kind . */
    LEAF_FORM_BYTES = LIMIT_COMPONENT_BYTES - LEAF_HEAD_BYTES,
    CONT_FORM_BYTES = LIMIT_COMPONENT_BYTES - 1,
};

static const struct slice VERSION = {"pf1", 3};

/* --- root and places --- */

static bool root_component_is_valid(struct slice component)
{
    if (component.len == 0 || slice_eq_cstr(component, ".") || slice_eq_cstr(component, ".."))
        return false;

    for (size_t i = 0; i < component.len; i++) {
        char c = component.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '.'))
            return false;
    }
    return true;
}

enum status key_root_check(struct slice root, struct error *err)
{
    if (root.len == 0)
        return OK;
    if (root.len > LIMIT_ROOT_BYTES)
        return error_set(err, E_CONFIG, "root '%.*s...' is %zu bytes long, at most %lu", 32, root.ptr,
                         root.len, LIMIT_ROOT_BYTES);

    struct slice rest = root, component;
    while (slice_split(&rest, '/', &component))
        if (!root_component_is_valid(component))
            return error_set(
                err, E_CONFIG,
                "root '%.*s': between slashes must stand letters, digits, '-' or '.', not '%.*s'",
                SLICE_ARG(root), SLICE_ARG(component));
    return OK;
}

static void append_version(struct slice root, struct buf *out)
{
    if (root.len > 0) {
        buf_append(out, root);
        buf_append_byte(out, '/');
    }
    buf_append(out, VERSION);
    buf_append_byte(out, '/');
}

void key_prefix(struct slice root, unsigned lane, enum key_span span, int64_t ms, struct buf *out)
{
    assert(lane < ID_LANES || span == KEY_SPAN_ALL);
    append_version(root, out);
    if (span >= KEY_SPAN_LANE) {
        buf_append_byte(out, "0123456789abcdef"[lane % ID_LANES]);
        buf_append_byte(out, '/');
    }
    if (span < KEY_SPAN_DAY)
        return;

    char day[TIME_DAY_BYTES], minute[TIME_MINUTE_BYTES];
    time_day_minute(ms < 0 ? 0 : ms, day, minute);
    buf_append_cstr(out, day);
    buf_append_byte(out, '/');
    if (span == KEY_SPAN_HOUR)
        buf_append(out, slice_make(minute, 2));
    if (span == KEY_SPAN_MINUTE) {
        buf_append_cstr(out, minute);
        buf_append_byte(out, '/');
    }
}

void key_id_prefix(struct slice root, const struct id *id, struct buf *out)
{
    key_prefix(root, id_lane(id), KEY_SPAN_MINUTE, id_mint_ms(id), out);
    buf_append(out, id_slice(id));
    buf_append_byte(out, '.');
}

void key_start_after(struct slice root, unsigned lane, int64_t ms, struct buf *out)
{
    char bound[ID_BOUND_BYTES];
    id_bound(lane, ms, bound);
    key_prefix(root, lane, KEY_SPAN_MINUTE, ms, out);
    buf_append_cstr(out, bound);
}

/* --- encoding --- */

static void append_kind(struct slice root, const struct id *id, char kind, struct buf *out)
{
    key_id_prefix(root, id, out);
    buf_append_byte(out, kind);
    buf_append_byte(out, '.');
}

static void append_form(struct slice form, struct buf *out)
{
    buf_append(out, slice_sub(form, 0, LEAF_FORM_BYTES));
    for (size_t at = LEAF_FORM_BYTES; at < form.len; at += CONT_FORM_BYTES) {
        buf_append(out, SLICE("/c"));
        buf_append(out, slice_sub(form, at, CONT_FORM_BYTES));
    }
}

/* Text if it fits, else packed; form->full: neither does. */
static char make_form(const struct profile_meta *meta, bool with_facts, struct buf *form)
{
    buf_reset(form);
    key_text_encode(meta, with_facts, form);
    if (!form->full)
        return 'p';

    buf_reset(form);
    key_packed_encode(meta, with_facts, form);
    return 'q';
}

enum status key_encode_profile(struct slice root, const struct profile_meta *meta, struct buf *out,
                               bool *ret_facts_kept, struct error *err)
{
    enum status status = profile_meta_check_key(meta, err);
    if (status != OK)
        return status;
    if (!labels_are_canonical(&meta->labels))
        return error_set(err, E_INVALID, "labels are not sorted, or one is there twice");

    struct buf form CLEANUP(buf_release) = BUF_INIT(KEY_FORM_BYTES);
    bool facts_kept = facts_are_sayable(&meta->facts);
    char kind = make_form(meta, facts_kept, &form);
    if (form.full && facts_kept) {
        facts_kept = false;
        kind = make_form(meta, false, &form);
    }
    if (form.full)
        return error_set(err, E_INTERNAL, "a profile within the limits does not fit in a key");

    append_kind(root, &meta->id, kind, out);
    append_form(buf_slice(&form), out);
    if (ret_facts_kept)
        *ret_facts_kept = facts_kept;
    return OK;
}

/* A tombstone carries the digest of what it deletes in its own id, so that writers see it by digest alone. */
static bool is_tombstone_of(const struct id *id, const struct id *target)
{
    struct digest own = id_digest(id), deleted = id_digest(target);
    return digest_equal(&own, &deleted);
}

enum status key_encode_tombstone(struct slice root, const struct id *id, const struct id *target,
                                 struct buf *out, struct error *err)
{
    if (!is_tombstone_of(id, target))
        return error_set(err, E_INVALID, "tombstone %s does not have the digest of %s", id->text,
                         target->text);

    append_kind(root, id, 'x', out);
    buf_append(out, id_slice(target));
    return OK;
}

/* --- decoding --- */

/* Takes root and slash off the front of *key. */
static bool skip_root(struct slice root, struct slice *key)
{
    if (root.len == 0)
        return true;
    if (!slice_starts(*key, root) || key->len == root.len || key->ptr[root.len] != '/')
        return false;

    *key = slice_from(*key, root.len + 1);
    return true;
}

/* pf and a number: ours, some day. */
static bool is_other_version(struct slice component)
{
    uint64_t number;
    return slice_starts(component, SLICE("pf")) && component.len > 2 && component.ptr[2] != '0' &&
           slice_to_u64(slice_from(component, 2), &number) && number != 1;
}

/* Lane, day and minute must be those of the id. */
static bool place_is_of(const struct id *id, struct slice lane, struct slice day, struct slice minute)
{
    char id_day[TIME_DAY_BYTES], id_minute[TIME_MINUTE_BYTES];
    time_day_minute(id_mint_ms(id), id_day, id_minute);
    return lane.len == 1 && lane.ptr[0] == id->text[0] && slice_eq_cstr(day, id_day) &&
           slice_eq_cstr(minute, id_minute);
}

/* Joins what stands in the leaf and in its continuations; `rest` has a NULL ptr if there are none. */
static bool join_form(struct slice leaf, struct slice rest, char form[static LIMIT_KEY_BYTES],
                      size_t *ret_len)
{
    size_t len = leaf.len - LEAF_HEAD_BYTES;
    struct slice component, before = leaf;
    memcpy(form, leaf.ptr + LEAF_HEAD_BYTES, len);

    while (slice_split(&rest, '/', &component)) {
        if (before.len != LIMIT_COMPONENT_BYTES || component.len < 2 || component.ptr[0] != 'c')
            return false;

        memcpy(form + len, component.ptr + 1, component.len - 1);
        len += component.len - 1;
        before = component;
    }
    *ret_len = len;
    return before.len <= LIMIT_COMPONENT_BYTES && len <= KEY_FORM_BYTES;
}

static enum status decode_profile(char kind, struct slice form, struct arena *arena, const struct id *id,
                                  struct key_parts *ret_parts, struct error *err)
{
    struct profile_meta meta;
    enum status status =
        kind == 'p' ? key_text_decode(form, arena, &meta, err) : key_packed_decode(form, arena, &meta, err);
    if (status != OK)
        return status;

    meta.id = *id;
    status = profile_meta_check_key(&meta, err);
    if (status != OK)
        return status;
    if (!labels_are_canonical(&meta.labels))
        return error_set(err, E_INVALID, "labels are not sorted, or one is there twice");

    ret_parts->kind = KEY_PROFILE;
    ret_parts->id = *id;
    ret_parts->meta = meta;
    return OK;
}

static enum status decode_tombstone(struct slice form, const struct id *id, struct key_parts *ret_parts,
                                    struct error *err)
{
    struct id target;
    enum status status = id_parse(form, &target, err);
    if (status != OK) {
        error_wrap(err, "tombstone");
        return status;
    }
    if (!is_tombstone_of(id, &target))
        return error_set(err, E_INVALID, "a tombstone with the digest of another profile");

    *ret_parts = (struct key_parts){.kind = KEY_TOMBSTONE, .id = *id, .target = target};
    return OK;
}

/* The leaf and what follows it. */
static enum status decode_leaf(struct slice leaf, struct slice rest, const struct id *id, struct arena *arena,
                               struct key_parts *ret_parts, struct error *err)
{
    char kind = leaf.ptr[ID_BYTES + 1];
    if (kind != 'p' && kind != 'q' && kind != 'x') {
        *ret_parts = (struct key_parts){.kind = KEY_UNKNOWN, .id = *id};
        return OK;
    }

    char form[LIMIT_KEY_BYTES];
    size_t len;
    if (!join_form(leaf, rest, form, &len))
        return error_set(err, E_INVALID, "cut into components in another way");
    if (kind == 'x')
        return decode_tombstone(slice_make(form, len), id, ret_parts, err);

    return decode_profile(kind, slice_make(form, len), arena, id, ret_parts, err);
}

static bool leaf_is_valid(struct slice leaf)
{
    return leaf.len >= LEAF_HEAD_BYTES && leaf.ptr[ID_BYTES] == '.' && leaf.ptr[ID_BYTES + 1] >= 'a' &&
           leaf.ptr[ID_BYTES + 1] <= 'z' && leaf.ptr[ID_BYTES + 2] == '.';
}

enum status key_decode(struct slice root, struct slice key, struct arena *arena, struct key_parts *ret_parts,
                       struct error *err)
{
    struct slice rest = key, version, lane, day, minute, leaf;
    if (key.len > LIMIT_KEY_BYTES)
        return error_set(err, E_INVALID, "a key of %zu bytes, at most %lu", key.len, LIMIT_KEY_BYTES);
    if (!skip_root(root, &rest) || !slice_split(&rest, '/', &version))
        return error_set(err, E_INVALID, "not below the root");
    if (is_other_version(version)) {
        *ret_parts = (struct key_parts){.kind = KEY_UNKNOWN};
        return OK;
    }
    if (!slice_eq(version, VERSION) || !slice_split(&rest, '/', &lane) || !slice_split(&rest, '/', &day) ||
        !slice_split(&rest, '/', &minute) || !slice_split(&rest, '/', &leaf) || !leaf_is_valid(leaf))
        return error_set(err, E_INVALID, "not a key of version pf1");

    struct id id;
    enum status status = id_parse(slice_sub(leaf, 0, ID_BYTES), &id, err);
    if (status != OK)
        return status;
    if (!place_is_of(&id, lane, day, minute))
        return error_set(err, E_INVALID, "%s stands in the wrong lane, day or minute", id.text);

    return decode_leaf(leaf, rest, &id, arena, ret_parts, err);
}
