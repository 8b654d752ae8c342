/*
 * "bytes=first-last", "bytes=first-" and "bytes=-suffix". Several ranges would need a multipart answer, which
 * no client of ours asks for; what is malformed must be ignored (RFC 9110 section 14.2). A number too large
 * for 64 bits is beyond any size we hold.
 */
#include "http/range.h"

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    }
    return s.len > 0;
}

static uint64_t number(struct slice digits)
{
    uint64_t n;
    return slice_to_u64(digits, &n) ? n : UINT64_MAX;
}

enum range_kind range_parse(struct slice header, uint64_t size, uint64_t *ret_from, uint64_t *ret_len)
{
    struct slice unit = SLICE("bytes=");
    if (!slice_eq_nocase(slice_sub(header, 0, unit.len), unit))
        return RANGE_NONE;

    struct slice spec = slice_trim(slice_from(header, unit.len));
    size_t dash = slice_find(spec, '-');
    if (dash == spec.len)
        return RANGE_NONE;

    struct slice first = slice_sub(spec, 0, dash), last = slice_from(spec, dash + 1);
    if ((first.len && !all_digits(first)) || (last.len && !all_digits(last)) || first.len + last.len == 0)
        return RANGE_NONE;

    if (first.len == 0) {
        uint64_t suffix = number(last);
        if (suffix == 0 || size == 0)
            return RANGE_UNSATISFIABLE;
        *ret_len = suffix < size ? suffix : size;
        *ret_from = size - *ret_len;
        return RANGE_PART;
    }

    uint64_t from = number(first);
    uint64_t to = last.len ? number(last) : UINT64_MAX;
    if (to < from)
        return RANGE_NONE;
    if (from >= size)
        return RANGE_UNSATISFIABLE;
    if (to >= size)
        to = size - 1;
    *ret_from = from;
    *ret_len = to - from + 1;
    return RANGE_PART;
}
