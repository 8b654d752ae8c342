/*
 * The target is read from left to right once and nothing is copied that can be borrowed: a path without
 * doubled slashes and a parameter without escapes are slices of the target. Escapes in the path are checked
 * and kept, since "%2F" and "/" differ; who uses a part of it decodes that part.
 *
 * A target may also come in absolute form ("http://host/path", RFC 9112 section 3.2.2): proxies send it, and
 * a server must take it. The host is not looked at.
 */
#include "http/query.h"

#include "base/encode.h"
#include "base/limits.h"

#include <string.h>

static enum status check_bytes(struct slice target, struct error *err)
{
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.ptr[i];
        if (c <= ' ' || c == 0x7f)
            return error_set(err, E_INVALID, "the request target has a raw byte 0x%02x at %zu", c, i);
    }
    return OK;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static enum status bad_escape(struct slice at, struct error *err)
{
    struct slice shown = slice_sub(at, 0, 3);
    return error_set(err, E_INVALID, "invalid URL escape '%.*s'", SLICE_ARG(shown));
}

static enum status check_escapes(struct slice s, struct error *err)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '%' && (s.len - i < 3 || !is_hex(s.ptr[i + 1]) || !is_hex(s.ptr[i + 2])))
            return bad_escape(slice_from(s, i), err);
    }
    return OK;
}

/* "http://host:port/path" loses all before the path; a lone host has the root. */
static struct slice without_origin(struct slice target)
{
    static const struct slice schemes[] = {SLICE("http://"), SLICE("https://")};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (!slice_eq_nocase(slice_sub(target, 0, schemes[i].len), schemes[i]))
            continue;
        struct slice rest = slice_from(target, schemes[i].len);
        size_t slash = slice_find(rest, '/');
        size_t question = slice_find(rest, '?');
        if (slash < question)
            return slice_from(rest, slash);
        return question < rest.len ? slice_from(rest, question) : SLICE("/");
    }
    return target;
}

static enum status path_normalise(struct slice raw, struct arena *a, struct slice *ret_path,
                                  struct error *err)
{
    if (raw.len == 0 || raw.ptr[0] != '/') {
        if (!slice_eq_cstr(raw, "*"))
            return error_set(err, E_INVALID, "the request target is not a path");
        *ret_path = raw;
        return OK;
    }
    enum status st = check_escapes(raw, err);
    if (st != OK)
        return st;

    size_t len = raw.len;
    const char *ptr = raw.ptr;
    if (memmem(raw.ptr, raw.len, "//", 2)) {
        char *out = arena_alloc(a, raw.len);
        if (!out)
            return error_set(err, E_TOO_LARGE, "the path is too long");

        len = 0;
        for (size_t i = 0; i < raw.len; i++) {
            if (raw.ptr[i] != '/' || len == 0 || out[len - 1] != '/')
                out[len++] = raw.ptr[i];
        }
        ptr = out;
    }
    if (len > 1 && ptr[len - 1] == '/')
        len--;
    *ret_path = slice_make(ptr, len);
    return OK;
}

/* A decoded piece; borrowed when there is nothing to decode. */
static enum status decode(struct slice raw, struct arena *a, struct slice *ret_text, struct error *err)
{
    if (slice_find(raw, '%') == raw.len && slice_find(raw, '+') == raw.len) {
        *ret_text = slice_make(raw.ptr ? raw.ptr : "", raw.len);
        return OK;
    }

    struct buf text CLEANUP(buf_release) = BUF_INIT(raw.len);
    struct slice bad;
    if (!percent_decode(raw, true, &text, &bad))
        return bad_escape(bad, err);

    struct slice copy = arena_copy(a, buf_slice(&text));
    if (!copy.ptr)
        return error_set(err, E_TOO_LARGE, "the query is too long");

    *ret_text = copy;
    return OK;
}

static enum status param_add(struct query *q, struct slice piece, struct arena *a, struct error *err)
{
    size_t equals = slice_find(piece, '=');
    struct query_param p;
    enum status st = decode(slice_sub(piece, 0, equals), a, &p.name, err);
    if (st != OK)
        return st;

    st = decode(slice_from(piece, equals < piece.len ? equals + 1 : piece.len), a, &p.value, err);
    if (st != OK)
        return st;

    if (q->param_count == LIMIT_QUERY_PARAMS)
        return error_set(err, E_INVALID, "more than %lu parameters", LIMIT_QUERY_PARAMS);

    q->params[q->param_count++] = p;
    return OK;
}

enum status query_parse(struct slice target, struct arena *a, struct query *ret_query, struct error *err)
{
    enum status st = check_bytes(target, err);
    if (st != OK)
        return st;

    target = without_origin(target);
    size_t question = slice_find(target, '?');
    struct slice path = slice_sub(target, 0, question);
    if (path.len == 0 && question < target.len)
        path = SLICE("/");
    struct query q = {.params = NULL};
    st = path_normalise(path, a, &q.path, err);
    if (st != OK)
        return st;

    if (question < target.len) {
        struct slice rest = slice_from(target, question + 1), piece;
        q.params = arena_alloc(a, LIMIT_QUERY_PARAMS * sizeof *q.params);
        if (!q.params)
            return error_set(err, E_TOO_LARGE, "the query is too long");
        while (slice_split(&rest, '&', &piece)) {
            bool is_dropped = slice_find(piece, ';') < piece.len;
            if (is_dropped && q.dropped.len == 0)
                q.dropped = piece;
            if (piece.len == 0 || is_dropped)
                continue;
            st = param_add(&q, piece, a, err);
            if (st != OK)
                return st;
        }
    }
    *ret_query = q;
    return OK;
}

bool query_find(const struct query *q, const char *name, struct slice *ret_value)
{
    for (size_t i = 0; i < q->param_count; i++) {
        if (slice_eq_cstr(q->params[i].name, name)) {
            *ret_value = q->params[i].value;
            return true;
        }
    }
    return false;
}
