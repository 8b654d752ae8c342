/*
 * Borrowed bytes. A slice may be {NULL, 0}, and memcmp() and memchr() may not be given NULL even for no
 * bytes, so each function looks at the length before it touches the pointer.
 */
#include "base/slice.h"

#include <string.h>

struct slice slice_of(const char *cstr)
{
    return cstr ? (struct slice){cstr, strlen(cstr)} : SLICE_NULL;
}

struct slice slice_make(const void *ptr, size_t len)
{
    return (struct slice){ptr, len};
}

bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool slice_eq_cstr(struct slice a, const char *b)
{
    return slice_eq(a, slice_of(b));
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;

    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    }
    return true;
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.ptr, b.ptr, len) : 0;
    if (order != 0)
        return order;

    return (a.len > b.len) - (a.len < b.len);
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_eq(slice_sub(s, 0, prefix.len), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_eq(slice_from(s, s.len - suffix.len), suffix);
}

struct slice slice_from(struct slice s, size_t from)
{
    return slice_sub(s, from, s.len);
}

struct slice slice_sub(struct slice s, size_t from, size_t len)
{
    if (!s.ptr)
        return s;

    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return (struct slice){s.ptr + from, len};
}

size_t slice_find(struct slice s, char c)
{
    if (s.len == 0)
        return 0;

    const char *at = memchr(s.ptr, c, s.len);
    return at ? (size_t)(at - s.ptr) : s.len;
}

bool slice_split(struct slice *rest, char sep, struct slice *ret_piece)
{
    if (!rest->ptr)
        return false;

    size_t at = slice_find(*rest, sep);
    *ret_piece = slice_sub(*rest, 0, at);
    *rest = at < rest->len ? slice_from(*rest, at + 1) : SLICE_NULL;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s)
{
    while (s.len > 0 && is_space(s.ptr[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_space(s.ptr[0]))
        s = slice_from(s, 1);
    return s;
}

bool slice_to_u64(struct slice s, uint64_t *ret_value)
{
    if (s.len == 0)
        return false;

    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;

        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    *ret_value = value;
    return true;
}

bool slice_to_i64(struct slice s, int64_t *ret_value)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t size;
    if (!slice_to_u64(negative ? slice_from(s, 1) : s, &size))
        return false;

    /* The negative side reaches one further than the positive one. */
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;

    *ret_value = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

/* Unicode 15, table 3-7: only the second byte has ranges of its own; the rest are 80..bf. */
size_t slice_utf8_head(struct slice s)
{
    if (s.len == 0)
        return 0;

    const unsigned char *p = (const unsigned char *)s.ptr;
    if (p[0] < 0x80)
        return 1;

    size_t len = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : p[0] >= 0xe0 && p[0] <= 0xef ? 3 : 4;
    if (p[0] < 0xc2 || p[0] > 0xf4 || s.len < len)
        return 0;

    unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;

    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

bool slice_is_utf8(struct slice s)
{
    size_t at = 0;
    while (at < s.len) {
        size_t len = slice_utf8_head(slice_from(s, at));
        if (len == 0)
            return false;

        at += len;
    }
    return true;
}
