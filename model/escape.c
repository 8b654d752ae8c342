/*
 * One pass each. The decoder refuses an escape of a plain byte and upper-case hex: two spellings of one text
 * would be two keys of one profile.
 */
#include "model/escape.h"

static const char HEX[] = "0123456789abcdef";

static bool is_plain(char c, enum escape_set set)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;

    return set == ESCAPE_TEXT && (c == '-' || c == '.');
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t escape_len(struct slice in, enum escape_set set)
{
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++)
        len += is_plain(in.ptr[i], set) ? 1 : 3;
    return len;
}

void escape_append(struct slice in, enum escape_set set, struct buf *out)
{
    size_t plain = 0; /* where the run of plain bytes began that ends at i */
    for (size_t i = 0; i < in.len && !out->full; i++) {
        if (is_plain(in.ptr[i], set))
            continue;

        unsigned char c = (unsigned char)in.ptr[i];
        char escape[3] = {'_', HEX[c >> 4], HEX[c & 15]};
        buf_append(out, slice_sub(in, plain, i - plain));
        buf_append(out, slice_make(escape, sizeof escape));
        plain = i + 1;
    }
    buf_append(out, slice_from(in, plain));
}

bool escape_undo(struct slice in, enum escape_set set, char *ret_bytes, size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        if (is_plain(in.ptr[i], set)) {
            ret_bytes[len++] = in.ptr[i];
            continue;
        }
        if (in.ptr[i] != '_' || in.len - i < 3)
            return false;

        int high = hex_digit(in.ptr[i + 1]), low = hex_digit(in.ptr[i + 2]);
        char c = (char)(high * 16 + low);
        if (high < 0 || low < 0 || is_plain(c, set))
            return false;

        ret_bytes[len++] = c;
        i += 2;
    }
    *ret_len = len;
    return true;
}
