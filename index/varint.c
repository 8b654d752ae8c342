/* See varint.h; the layout is that of protobuf's varint and sint64. */
#include "index/varint.h"

size_t varint_put(uint8_t *out, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        out[n++] = (uint8_t)(value | 0x80);

    out[n++] = (uint8_t)value;
    return n;
}

size_t varint_put_signed(uint8_t *out, int64_t value)
{
    return varint_put(out, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

size_t varint_put_wide(uint8_t *out, unsigned __int128 value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        out[n++] = (uint8_t)(value | 0x80);

    out[n++] = (uint8_t)value;
    return n;
}

bool varint_take(struct slice *rest, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < rest->len && i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = (uint8_t)rest->ptr[i];
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;

        *rest = slice_from(*rest, i + 1);
        *ret_value = value;
        return true;
    }
    return false;
}

/* Nearly all fit in eight bytes, and a narrow shift is quicker than a wide one. */
bool varint_take_wide(struct slice *rest, unsigned __int128 *ret_value)
{
    const uint8_t *bytes = (const uint8_t *)rest->ptr;
    unsigned __int128 high = 0;
    uint64_t low = 0;
    size_t i = 0;

    for (; i < rest->len && i < 8; i++) {
        low |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
        if (!(bytes[i] & 0x80))
            break;
    }
    for (; i >= 8 && i < rest->len && i < VARINT_WIDE_BYTES_MAX; i++) {
        high |= (unsigned __int128)(bytes[i] & 0x7f) << (7 * i);
        if (!(bytes[i] & 0x80))
            break;
    }
    if (i >= rest->len || i >= VARINT_WIDE_BYTES_MAX)
        return false;
    *rest = slice_from(*rest, i + 1);
    *ret_value = high | low;
    return true;
}

bool varint_take_signed(struct slice *rest, int64_t *ret_value)
{
    uint64_t folded;
    if (!varint_take(rest, &folded))
        return false;

    *ret_value = (int64_t)(folded >> 1 ^ (~(folded & 1) + 1));
    return true;
}

bool varint_take_bytes(struct slice *rest, struct slice *ret_bytes)
{
    struct slice r = *rest;
    uint64_t len;
    if (!varint_take(&r, &len) || len > r.len)
        return false;

    *ret_bytes = slice_sub(r, 0, (size_t)len);
    *rest = slice_from(r, (size_t)len);
    return true;
}
