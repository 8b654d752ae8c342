/* Prometheus hashes with MD5 and takes the last eight bytes; so do we, since numbers of shards are agreed on
 * between the two. */
#include "scrape/relabel.h"

#include "base/md5.h"

#include <inttypes.h>
#include <stdio.h>

enum { VALUE_BYTES = 64 * 1024 };

static const struct {
    const char *name;
    bool has_target;
} ACTIONS[] = {
    [RELABEL_REPLACE] = {"replace", true},      [RELABEL_KEEP] = {"keep", false},
    [RELABEL_DROP] = {"drop", false},           [RELABEL_KEEPEQUAL] = {"keepequal", true},
    [RELABEL_DROPEQUAL] = {"dropequal", true},  [RELABEL_HASHMOD] = {"hashmod", true},
    [RELABEL_LABELMAP] = {"labelmap", false},   [RELABEL_LABELDROP] = {"labeldrop", false},
    [RELABEL_LABELKEEP] = {"labelkeep", false}, [RELABEL_LOWERCASE] = {"lowercase", true},
    [RELABEL_UPPERCASE] = {"uppercase", true},
};

void relabel_release(struct relabel *r)
{
    regex_free(r->regex);
    r->regex = NULL;
}

bool relabel_action_parse(struct slice name, enum relabel_action *ret_action)
{
    for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++)
        if (slice_eq_nocase(name, slice_of(ACTIONS[i].name))) {
            *ret_action = (enum relabel_action)i;
            return true;
        }
    return false;
}

const char *relabel_action_names(void)
{
    return "replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, "
           "uppercase";
}

enum status relabel_open(struct relabel *r, struct slice pattern, struct error *err)
{
    struct buf whole CLEANUP(buf_release) = BUF_INIT(LIMIT_REGEX_BYTES);

    if (ACTIONS[r->action].has_target && r->target.len == 0)
        return error_set(err, E_INVALID, "action %s needs a target_label", ACTIONS[r->action].name);
    if (r->action == RELABEL_HASHMOD && r->modulus == 0)
        return error_set(err, E_INVALID, "action hashmod needs a modulus");
    buf_append_cstr(&whole, "^(?s:");
    if (pattern.len > 0)
        buf_append(&whole, pattern);
    else
        buf_append_cstr(&whole, "(.*)");
    buf_append_cstr(&whole, ")$");
    if (buf_check(&whole, "the regex", err) != OK)
        return E_TOO_LARGE;
    if (regex_new("relabel", buf_slice(&whole), &r->regex, err) != OK)
        return err ? err->code : E_INVALID;
    regex_allow(r->regex, INT64_MAX); /* an operator wrote it, and it is used for as long as we run */
    return OK;
}

static void join(const struct relabel *r, const struct attributes *a, struct buf *out)
{
    for (size_t i = 0; i < r->source_count; i++) {
        if (i > 0)
            buf_append(out, r->separator);
        buf_append(out, attributes_get(a, r->sources[i]));
    }
}

static void replace(const struct relabel *r, struct slice value, struct attributes *a)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(VALUE_BYTES),
                    text CLEANUP(buf_release) = BUF_INIT(VALUE_BYTES);

    if (!regex_expand(r->regex, value, r->target, &name) ||
        !regex_expand(r->regex, value, r->replacement, &text))
        return;
    a->full = a->full || name.full || text.full;
    if (name.len > 0)
        attributes_set(a, buf_slice(&name), buf_slice(&text));
}

static void map_names(const struct relabel *r, struct attributes *a)
{
    struct buf name CLEANUP(buf_release) = BUF_INIT(VALUE_BYTES);

    for (size_t i = 0, count = a->count; i < count && i < a->count; i++) {
        buf_reset(&name);
        if (regex_expand(r->regex, a->items[i].name, r->replacement, &name) && name.len > 0)
            attributes_set(a, buf_slice(&name), a->items[i].value);
    }
}

static void drop_names(const struct relabel *r, struct attributes *a, bool matching)
{
    for (size_t i = a->count; i-- > 0;)
        if (regex_matches(r->regex, a->items[i].name) == matching)
            attributes_remove(a, i);
}

static void change_case(const struct relabel *r, struct buf *value, struct attributes *a)
{
    char first = r->action == RELABEL_LOWERCASE ? 'A' : 'a';

    for (size_t i = 0; i < value->len; i++)
        if (value->ptr[i] >= first && value->ptr[i] < first + 26)
            value->ptr[i] = (char)(value->ptr[i] ^ 0x20);
    attributes_set(a, r->target, buf_slice(value));
}

static void set_hash(const struct relabel *r, struct slice value, struct attributes *a)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRIu64, md5_low64(value) % r->modulus);

    attributes_set(a, r->target, slice_make(text, (size_t)len));
}

bool relabel_apply(const struct relabel *r, struct attributes *a)
{
    struct buf value CLEANUP(buf_release) = BUF_INIT(VALUE_BYTES);

    join(r, a, &value);
    a->full = a->full || value.full;
    switch (r->action) {
    case RELABEL_KEEP: return regex_matches(r->regex, buf_slice(&value));
    case RELABEL_DROP: return !regex_matches(r->regex, buf_slice(&value));
    case RELABEL_KEEPEQUAL: return slice_eq(attributes_get(a, r->target), buf_slice(&value));
    case RELABEL_DROPEQUAL: return !slice_eq(attributes_get(a, r->target), buf_slice(&value));
    case RELABEL_REPLACE: replace(r, buf_slice(&value), a); break;
    case RELABEL_HASHMOD: set_hash(r, buf_slice(&value), a); break;
    case RELABEL_LABELMAP: map_names(r, a); break;
    case RELABEL_LABELDROP: drop_names(r, a, true); break;
    case RELABEL_LABELKEEP: drop_names(r, a, false); break;
    case RELABEL_LOWERCASE:
    case RELABEL_UPPERCASE: change_case(r, &value, a); break;
    }
    return true;
}
