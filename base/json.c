/*
 * The writer keeps one bit: whether the next value needs a comma. Balance and keys are the caller's business;
 * what it cannot get wrong is the escaping. Runs of plain bytes are appended at once, since names of
 * functions, which are nearly all plain, make up most of what is written.
 */
#include "base/json.h"

#include <math.h>
#include <string.h>

static void separate(struct json *j)
{
    if (j->comma)
        buf_append_byte(j->out, ',');
    j->comma = true;
}

void json_object(struct json *j)
{
    separate(j);
    buf_append_byte(j->out, '{');
    j->comma = false;
}

void json_object_end(struct json *j)
{
    buf_append_byte(j->out, '}');
    j->comma = true;
}

void json_array(struct json *j)
{
    separate(j);
    buf_append_byte(j->out, '[');
    j->comma = false;
}

void json_array_end(struct json *j)
{
    buf_append_byte(j->out, ']');
    j->comma = true;
}

/* How many bytes from the start of s are one character that cannot stand as it is; 0: it can. */
static size_t odd_head(struct slice s)
{
    unsigned char c = (unsigned char)s.ptr[0];
    if (c < 0x80)
        return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' ? 1 : 0;

    /* U+2028 and U+2029 end a line in older JavaScript. */
    if (slice_starts(s, SLICE("\xe2\x80\xa8")) || slice_starts(s, SLICE("\xe2\x80\xa9")))
        return 3;

    return slice_utf8_head(s) > 0 ? 0 : 1;
}

static void escape(struct buf *out, struct slice odd)
{
    unsigned char c = (unsigned char)odd.ptr[0];
    if (odd.len == 3)
        buf_append(out, odd.ptr[2] == '\xa8' ? SLICE("\\u2028") : SLICE("\\u2029"));
    else if (c >= 0x80)
        buf_append(out, SLICE("\\ufffd"));
    else if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c == '\n' || c == '\r' || c == '\t')
        buf_append(out, c == '\n' ? SLICE("\\n") : c == '\r' ? SLICE("\\r") : SLICE("\\t"));
    else
        buf_printf(out, "\\u%04x", c);
}

static void quoted(struct buf *out, struct slice s)
{
    buf_append_byte(out, '"');
    size_t plain = 0;
    while (plain < s.len) {
        struct slice rest = slice_from(s, plain);
        size_t odd = odd_head(rest);
        if (odd == 0) {
            plain += slice_utf8_head(rest);
            continue;
        }

        buf_append(out, slice_sub(s, 0, plain));
        escape(out, slice_sub(rest, 0, odd));
        s = slice_from(rest, odd);
        plain = 0;
    }
    buf_append(out, s);
    buf_append_byte(out, '"');
}

void json_key(struct json *j, const char *key)
{
    separate(j);
    quoted(j->out, slice_of(key));
    buf_append_byte(j->out, ':');
    j->comma = false;
}

void json_string(struct json *j, struct slice s)
{
    separate(j);
    quoted(j->out, s);
}

void json_cstr(struct json *j, const char *s)
{
    json_string(j, slice_of(s));
}

void json_u64(struct json *j, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);

    separate(j);
    buf_append(j->out, slice_make(digits + at, sizeof digits - at));
}

void json_i64(struct json *j, int64_t n)
{
    if (n >= 0) {
        json_u64(j, (uint64_t)n);
        return;
    }

    separate(j);
    buf_append_byte(j->out, '-');
    j->comma = false;
    json_u64(j, 0 - (uint64_t)n);
}

void json_f64(struct json *j, double n)
{
    separate(j);
    if (isfinite(n))
        buf_printf(j->out, "%.15g", n);
    else
        buf_append(j->out, SLICE("null"));
}

void json_bool(struct json *j, bool b)
{
    separate(j);
    buf_append(j->out, b ? SLICE("true") : SLICE("false"));
}

void json_null(struct json *j)
{
    separate(j);
    buf_append(j->out, SLICE("null"));
}
