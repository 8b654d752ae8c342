/*
 * Pieces with "=" alone are labels and go to labels_parse(), so that what it says of a fault is said of them,
 * in the same words. A pattern is compiled as it is first, for else `a)(b` would be one inside of the
 * parentheses that it is anchored with.
 */
#include "model/matchers.h"

#include "base/alloc.h"
#include "base/encode.h"
#include "base/regex.h"
#include "model/quoted.h"

static const char *const OPERATORS[] = {
    [MATCHER_EQUAL] = "=", [MATCHER_NOT_EQUAL] = "!=", [MATCHER_REGEX] = "=~", [MATCHER_NOT_REGEX] = "!~"};

struct matching {
    const struct matchers *matchers;
    struct regex *patterns[LIMIT_LABELS]; /* NULL: not one of a pattern */
};

static bool is_regex(enum matcher_kind kind)
{
    return kind == MATCHER_REGEX || kind == MATCHER_NOT_REGEX;
}

static bool is_negation(enum matcher_kind kind)
{
    return kind == MATCHER_NOT_EQUAL || kind == MATCHER_NOT_REGEX;
}

bool matcher_split(struct slice text, struct matcher *ret_matcher)
{
    for (size_t i = 0; i < text.len; i++) {
        char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        enum matcher_kind kind;

        if (text.ptr[i] == '=')
            kind = next == '~' ? MATCHER_REGEX : MATCHER_EQUAL;
        else if (text.ptr[i] == '!' && (next == '=' || next == '~'))
            kind = next == '=' ? MATCHER_NOT_EQUAL : MATCHER_NOT_REGEX;
        else
            continue;
        *ret_matcher = (struct matcher){kind, slice_sub(text, 0, i),
                                        slice_from(text, i + (kind == MATCHER_EQUAL ? 1 : 2))};
        return true;
    }
    return false;
}

/* --- patterns --- */

static enum status compile(struct slice pattern, struct regex **ret_regex, struct error *err)
{
    struct buf anchored CLEANUP(buf_release) = BUF_INIT(LIMIT_REGEX_BYTES + 16);
    struct regex *plain CLEANUP(regex_freep) = NULL;

    if (regex_new("labels", pattern, &plain, err) != OK)
        return err->code;
    buf_append_cstr(&anchored, "\\A(?:");
    buf_append(&anchored, pattern);
    buf_append_cstr(&anchored, ")\\z");
    return regex_new("labels", buf_slice(&anchored), ret_regex, err);
}

/* --- reading --- */

static enum status unescape(struct slice piece, struct arena *arena, struct slice *ret_text,
                            struct error *err)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(piece.len);
    struct slice bad;

    if (!percent_decode(slice_trim(piece), true, &out, &bad))
        return error_set(err, E_INVALID, "bad \"labels\" %s: invalid URL escape %s", quoted_of(piece).text,
                         quoted_of(bad).text);
    *ret_text = arena_copy(arena, buf_slice(&out));
    return ret_text->ptr ? OK : error_set(err, E_TOO_LARGE, "labels do not fit in the memory of the request");
}

static enum status add_matcher(const struct matcher *m, struct slice piece, struct arena *arena,
                               struct matchers *matchers, struct error *err)
{
    struct regex *regex CLEANUP(regex_freep) = NULL;
    struct matcher made = {.kind = m->kind};

    if (matchers->count == LIMIT_LABELS)
        return error_set(err, E_TOO_LARGE, "more than %lu matchers in \"labels\"", LIMIT_LABELS);
    if (unescape(m->key, arena, &made.key, err) != OK || unescape(m->value, arena, &made.value, err) != OK)
        return err->code;
    if (made.key.len == 0)
        return error_set(err, E_INVALID, "bad \"labels\" %s: a label is missing before the operator",
                         quoted_of(piece).text);
    if (is_regex(made.kind) && compile(made.value, &regex, err) != OK)
        return err->code;
    matchers->items[matchers->count++] = made;
    return OK;
}

enum status matchers_parse(struct slice text, struct arena *arena, struct labels *ret_labels,
                           struct matchers *ret_matchers, struct error *err)
{
    struct buf pairs CLEANUP(buf_release) = BUF_INIT(text.len + 1);
    struct matchers matchers = {.count = 0};

    for (struct slice rest = text, piece; slice_split(&rest, ',', &piece);) {
        struct matcher m;

        if (matcher_split(piece, &m) && m.kind != MATCHER_EQUAL) {
            if (add_matcher(&m, piece, arena, &matchers, err) != OK)
                return err->code;
            continue;
        }
        if (pairs.len > 0)
            buf_append_byte(&pairs, ',');
        buf_append(&pairs, piece);
    }
    if (labels_parse(matchers.count > 0 ? buf_slice(&pairs) : text, arena, ret_labels, err) != OK)
        return err->code;
    *ret_matchers = matchers;
    return OK;
}

void matchers_format(const struct labels *labels, const struct matchers *matchers, struct buf *out)
{
    labels_format(labels, out);
    for (size_t i = 0; i < matchers->count; i++) {
        const struct matcher *m = &matchers->items[i];

        if (i > 0 || labels->count > 0)
            buf_append_byte(out, ',');
        percent_encode(m->key, out);
        buf_append_cstr(out, OPERATORS[m->kind]);
        percent_encode(m->value, out);
    }
}

/* --- matching --- */

void matching_freep(struct matching **m)
{
    for (size_t i = 0; *m && i < LIMIT_LABELS; i++)
        regex_freep(&(*m)->patterns[i]);
    mem_freep(m);
}

enum status matching_new(const struct matchers *matchers, struct matching **ret_matching, struct error *err)
{
    struct matching *m CLEANUP(matching_freep) = mem_zero(1, sizeof(*m));

    m->matchers = matchers;
    for (size_t i = 0; i < matchers->count; i++)
        if (is_regex(matchers->items[i].kind) &&
            compile(matchers->items[i].value, &m->patterns[i], err) != OK)
            return err->code;
    *ret_matching = m;
    m = NULL;
    return OK;
}

static bool holds(const struct matching *m, size_t which, const struct labels *labels)
{
    const struct matcher *matcher = &m->matchers->items[which];

    for (size_t i = 0; i < labels->count; i++) {
        const struct label *l = &labels->items[i];

        if (slice_eq(l->key, matcher->key) &&
            (m->patterns[which] ? regex_matches(m->patterns[which], l->value)
                                : slice_eq(l->value, matcher->value)))
            return !is_negation(matcher->kind);
    }
    return is_negation(matcher->kind);
}

bool matching_has(const struct matching *m, const struct labels *labels)
{
    for (size_t i = 0; i < m->matchers->count; i++)
        if (!holds(m, i, labels))
            return false;
    return true;
}

enum status matching_check(const struct matching *m, struct error *err)
{
    for (size_t i = 0; i < m->matchers->count; i++)
        if (m->patterns[i] && regex_check(m->patterns[i], err) != OK)
            return err->code;
    return OK;
}
