/*
 * A delimiter is CR LF, two dashes and the boundary; the first one may stand at the very beginning. Then
 * comes either two dashes, which is the end, or the rest of the line (white space) and the part. Every byte
 * is looked at once by memmem().
 */
#include "http/multipart.h"

#include "base/buf.h"

#include <string.h>

static const struct slice TYPE = SLICE("multipart/form-data");

/* The value of a parameter in `a; name=value; name="value"`. Quoted pairs are left as they are: what we look
 * for has none. */
static bool find_param(struct slice header, const char *name, struct slice *ret_value)
{
    struct slice rest = slice_from(header, slice_find(header, ';') + 1);

    while (rest.len > 0) {
        rest = slice_trim(rest);
        size_t equals = slice_find(rest, '=');
        struct slice key = slice_trim(slice_sub(rest, 0, equals)), value;
        rest = slice_from(rest, equals + 1);
        if (rest.len > 0 && rest.ptr[0] == '"') {
            value = slice_sub(slice_from(rest, 1), 0, slice_find(slice_from(rest, 1), '"'));
            rest = slice_from(rest, value.len + 2);
        } else {
            value = slice_trim(slice_sub(rest, 0, slice_find(rest, ';')));
        }
        if (slice_eq_nocase(key, slice_of(name))) {
            *ret_value = value;
            return true;
        }
        rest = slice_from(rest, slice_find(rest, ';') + 1);
    }
    return false;
}

bool multipart_is(struct slice content_type, struct slice *ret_boundary)
{
    if (!slice_eq_nocase(slice_trim(slice_sub(content_type, 0, slice_find(content_type, ';'))), TYPE))
        return false;
    if (!find_param(content_type, "boundary", ret_boundary) || ret_boundary->len > MULTIPART_BOUNDARY_MAX)
        *ret_boundary = SLICE_NULL;
    return true;
}

/* Where the next delimiter begins, and how long it is; text.len: there is none. */
static size_t find_delimiter(const struct multipart *m, struct slice text, size_t *ret_len)
{
    struct buf wanted CLEANUP(buf_release) = BUF_INIT(MULTIPART_BOUNDARY_MAX + 8);

    buf_append_cstr(&wanted, "\r\n--");
    buf_append(&wanted, m->boundary);
    struct slice first = slice_from(buf_slice(&wanted), 2);
    if (!m->begun && slice_starts(text, first)) {
        *ret_len = first.len;
        return 0;
    }
    const char *at = memmem(text.ptr ? text.ptr : "", text.len, wanted.ptr, wanted.len);
    *ret_len = wanted.len;
    return at ? (size_t)(at - text.ptr) : text.len;
}

static enum status too_short(struct error *err)
{
    return error_set(err, E_INVALID, "the form ends in the middle of a part");
}

/* Behind a delimiter: is that the end? Otherwise the line is ended. */
static enum status end_line(struct multipart *m, struct error *err)
{
    if (slice_starts(m->rest, SLICE("--"))) {
        m->ended = true;
        return OK;
    }
    while (m->rest.len > 0 && (m->rest.ptr[0] == ' ' || m->rest.ptr[0] == '\t'))
        m->rest = slice_from(m->rest, 1);
    if (!slice_starts(m->rest, SLICE("\r\n")))
        return too_short(err);
    m->rest = slice_from(m->rest, 2);
    return OK;
}

static enum status begin(struct multipart *m, struct error *err)
{
    size_t len, at = find_delimiter(m, m->rest, &len);

    if (m->boundary.len == 0)
        return error_set(err, E_INVALID, "multipart/form-data without a boundary");
    if (at == m->rest.len)
        return error_set(err, E_INVALID, "the form has no part");
    m->rest = slice_from(m->rest, at + len);
    m->begun = true;
    return end_line(m, err);
}

static enum status read_name(struct slice head, struct slice *ret_name, struct error *err)
{
    for (struct slice rest = head, line; slice_split(&rest, '\n', &line);) {
        size_t colon = slice_find(line, ':');

        if (slice_eq_nocase(slice_trim(slice_sub(line, 0, colon)), SLICE("Content-Disposition")) &&
            find_param(slice_trim(slice_from(line, colon + 1)), "name", ret_name))
            return OK;
    }
    return error_set(err, E_INVALID, "a part of the form has no name");
}

enum status multipart_next(struct multipart *m, struct multipart_part *ret_part, bool *ret_more,
                           struct error *err)
{
    if (!m->begun && begin(m, err) != OK)
        return err->code;
    *ret_more = !m->ended;
    if (m->ended)
        return OK;

    const char *blank = memmem(m->rest.ptr, m->rest.len, "\r\n\r\n", 4);
    if (!blank)
        return too_short(err);
    size_t head = (size_t)(blank - m->rest.ptr), len;
    struct slice body = slice_from(m->rest, head + 4);
    size_t at = find_delimiter(m, body, &len);
    if (at == body.len)
        return too_short(err);
    ret_part->body = slice_sub(body, 0, at);
    if (read_name(slice_sub(m->rest, 0, head), &ret_part->name, err) != OK)
        return err->code;
    m->rest = slice_from(body, at + len);
    return end_line(m, err);
}
