/*
 * Widths come from two short tables, not from wcwidth(): that needs a locale, and a program that shows names
 * should not show them differently in a container without one. The tables hold what terminals agree on.
 */
#include "base/printable.h"

#include <stdint.h>

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */
static const char ELLIPSIS[] = "\xE2\x80\xA6";    /* U+2026 */

struct range {
    uint32_t first, last;
};

/* Source: Unicode 15, EastAsianWidth.txt (W and F), by whole blocks. */
static const struct range WIDE[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
/* Combining marks, joiners, variation selectors. */
static const struct range NARROW[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
};

static bool is_within(const struct range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Of a valid character of `len` bytes. */
static uint32_t decode(const char *ptr, size_t len)
{
    uint32_t c = (unsigned char)ptr[0];
    if (len > 1)
        c &= 0x7FU >> len;
    for (size_t i = 1; i < len; i++)
        c = c << 6 | ((unsigned char)ptr[i] & 0x3FU);
    return c;
}

static size_t columns_of(uint32_t c)
{
    if (c < 0x300)
        return 1;
    if (is_within(NARROW, ARRAY_LEN(NARROW), c))
        return 0;
    return is_within(WIDE, ARRAY_LEN(WIDE), c) ? 2 : 1;
}

bool printable_is_control(struct slice character)
{
    uint32_t c = decode(character.ptr, character.len);
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void printable_append(struct buf *out, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t len = slice_utf8_head(slice_from(text, at));
        if (len == 1 && text.ptr[at] == '\t')
            buf_append_byte(out, ' ');
        else if (len == 0 || printable_is_control(slice_sub(text, at, len)))
            buf_append_cstr(out, REPLACEMENT);
        else
            buf_append(out, slice_sub(text, at, len));
        at += len > 0 ? len : 1;
    }
}

size_t printable_columns(struct slice text)
{
    size_t columns = 0;
    for (size_t at = 0; at < text.len;) {
        size_t len = slice_utf8_head(slice_from(text, at));
        columns += len > 0 ? columns_of(decode(text.ptr + at, len)) : 1;
        at += len > 0 ? len : 1;
    }
    return columns;
}

/* Offset behind the longest beginning that takes at most so many columns. */
static size_t head_within(struct slice text, size_t columns)
{
    size_t at = 0;
    while (at < text.len) {
        size_t len = slice_utf8_head(slice_from(text, at));
        size_t more = columns_of(decode(text.ptr + at, len));
        if (more > columns)
            break;
        columns -= more;
        at += len;
    }
    return at;
}

/* Offset of the longest end that takes at most so many columns. */
static size_t tail_within(struct slice text, size_t columns)
{
    size_t left = printable_columns(text), at = 0;
    while (at < text.len && left > columns) {
        size_t len = slice_utf8_head(slice_from(text, at));
        left -= columns_of(decode(text.ptr + at, len));
        at += len;
    }
    return at;
}

void printable_cut(struct buf *out, struct slice text, size_t columns)
{
    struct buf clean CLEANUP(buf_release) = BUF_INIT(3 * text.len + 1);
    printable_append(&clean, text);
    struct slice all = buf_slice(&clean);
    if (printable_columns(all) <= columns) {
        buf_append(out, all);
        return;
    }

    size_t head = (columns - 1) * 2 / 5;
    buf_append(out, slice_sub(all, 0, head_within(all, head)));
    buf_append_cstr(out, ELLIPSIS);
    buf_append(out, slice_from(all, tail_within(all, columns - 1 - head)));
}
