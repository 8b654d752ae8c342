/*
 * Parsing keeps what it has free of identical pairs as it goes, so that a thousand repetitions of one pair
 * are one label and the fixed array is enough. Sets are small (32 at most): insertion sort and linear search
 * are the fast way.
 */
#include "model/labels.h"

#include "base/encode.h"
#include "model/quoted.h"

#include <string.h>

/* Bytewise by key, then by value. */
static int label_cmp(const struct label *a, const struct label *b)
{
    int by_key = slice_cmp(a->key, b->key);
    return by_key != 0 ? by_key : slice_cmp(a->value, b->value);
}

static bool has_label(const struct labels *labels, const struct label *wanted)
{
    for (size_t i = 0; i < labels->count; i++)
        if (label_cmp(&labels->items[i], wanted) == 0)
            return true;
    return false;
}

/* What Go's URL package says about a broken escape. */
static enum status unescape(struct slice piece, struct slice text, struct buf *scratch, struct error *err)
{
    struct slice bad;
    buf_reset(scratch);
    if (!percent_decode(slice_trim(piece), true, scratch, &bad))
        return error_set(err, E_INVALID, "bad \"labels\" %s: invalid URL escape %s", quoted_of(text).text,
                         quoted_of(bad).text);

    return OK;
}

/* One piece between commas; *ret_label borrows from key and value. An empty key ends it. */
static enum status parse_piece(struct slice piece, struct slice text, struct buf *key, struct buf *value,
                               struct label *ret_label, struct error *err)
{
    size_t equals = slice_find(piece, '=');
    enum status status = unescape(slice_sub(piece, 0, equals), text, key, err);
    if (status != OK)
        return status;

    buf_reset(value);
    if (key->len > 0) {
        status = unescape(slice_from(piece, equals + 1), text, value, err);
        if (status != OK)
            return status;
    }
    *ret_label = (struct label){buf_slice(key), buf_slice(value)};
    return OK;
}

/* Moves the bytes of a label into the arena. */
static bool settle(struct label *label, struct arena *arena)
{
    label->key = arena_copy(arena, label->key);
    label->value = arena_copy(arena, label->value);
    return label->key.ptr && label->value.ptr;
}

/* All labels, unsorted; more than LIMIT_LABELS are only counted. */
static enum status parse_pieces(struct slice text, struct arena *arena, struct labels *labels,
                                struct error *err)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(text.len);
    struct buf value CLEANUP(buf_release) = BUF_INIT(text.len);
    struct slice rest = text, piece;
    size_t beyond = 0;

    while (slice_split(&rest, ',', &piece)) {
        struct label label;
        enum status status = parse_piece(piece, text, &key, &value, &label, err);
        if (status != OK)
            return status;

        if (label.key.len == 0 || has_label(labels, &label))
            continue;
        if (labels->count == LIMIT_LABELS) {
            beyond++;
            continue;
        }
        if (!settle(&label, arena))
            return error_set(err, E_TOO_LARGE, "labels do not fit in the memory of the request");

        labels->items[labels->count++] = label;
    }
    if (beyond > 0)
        return error_set(err, E_INVALID, "%zu labels, at most %lu", labels->count + beyond, LIMIT_LABELS);

    return OK;
}

enum status labels_parse(struct slice text, struct arena *arena, struct labels *ret_labels, struct error *err)
{
    struct labels labels = {.count = 0};
    enum status status = parse_pieces(text, arena, &labels, err);
    if (status != OK)
        return status;

    labels_sort(&labels);
    status = labels_check(&labels, err);
    if (status != OK)
        return status;

    *ret_labels = labels;
    return OK;
}

static enum status check_text(const char *what, struct slice text, struct error *err)
{
    if (!slice_is_utf8(text))
        return error_set(err, E_INVALID, "%s %s is not UTF-8", what, quoted_of(text).text);
    if (slice_find(text, '\0') < text.len)
        return error_set(err, E_INVALID, "%s %s holds a NUL", what, quoted_of(text).text);

    return OK;
}

static enum status check_label(const struct label *label, struct error *err)
{
    if (label->key.len == 0)
        return error_set(err, E_INVALID, "label key is empty");
    if (label->key.len > LIMIT_LABEL_KEY_BYTES)
        return error_set(err, E_INVALID, "label key %s is %zu bytes long, at most %lu",
                         quoted_of(label->key).text, label->key.len, LIMIT_LABEL_KEY_BYTES);

    enum status status = check_text("label key", label->key, err);
    return status != OK ? status : check_text("label value", label->value, err);
}

enum status labels_check(const struct labels *labels, struct error *err)
{
    if (labels->count > LIMIT_LABELS)
        return error_set(err, E_INVALID, "%zu labels, at most %lu", labels->count, LIMIT_LABELS);

    size_t sum = 0;
    for (size_t i = 0; i < labels->count; i++) {
        enum status status = check_label(&labels->items[i], err);
        if (status != OK)
            return status;

        sum += labels->items[i].key.len + labels->items[i].value.len + 2;
    }
    if (sum > LIMIT_LABELS_SUM_BYTES)
        return error_set(err, E_INVALID,
                         "labels are %zu bytes long together (keys, values and two for each), at most %lu",
                         sum, LIMIT_LABELS_SUM_BYTES);

    return OK;
}

void labels_sort(struct labels *labels)
{
    size_t kept = 0;
    for (size_t i = 0; i < labels->count; i++) {
        struct label label = labels->items[i];
        size_t at = kept;
        while (at > 0 && label_cmp(&labels->items[at - 1], &label) > 0)
            at--;
        if (at > 0 && label_cmp(&labels->items[at - 1], &label) == 0)
            continue;

        memmove(&labels->items[at + 1], &labels->items[at], (kept - at) * sizeof label);
        labels->items[at] = label;
        kept++;
    }
    labels->count = kept;
}

bool labels_are_canonical(const struct labels *labels)
{
    for (size_t i = 1; i < labels->count; i++)
        if (label_cmp(&labels->items[i - 1], &labels->items[i]) >= 0)
            return false;
    return true;
}

bool labels_contain(const struct labels *all, const struct labels *wanted)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (!has_label(all, &wanted->items[i]))
            return false;
    return true;
}

bool labels_equal(const struct labels *a, const struct labels *b)
{
    if (a->count != b->count)
        return false;

    for (size_t i = 0; i < a->count; i++)
        if (label_cmp(&a->items[i], &b->items[i]) != 0)
            return false;
    return true;
}

void labels_format(const struct labels *labels, struct buf *out)
{
    for (size_t i = 0; i < labels->count; i++) {
        if (i > 0)
            buf_append_byte(out, ',');
        struct slice value = labels->items[i].value;

        percent_encode(labels->items[i].key, out);
        buf_append_byte(out, '=');
        if (slice_starts(value, SLICE("~"))) { /* "=~" is an operator (model/matchers.h) */
            buf_append_cstr(out, "%7E");
            value = slice_from(value, 1);
        }
        percent_encode(value, out);
    }
}
