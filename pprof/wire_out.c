/*
 * The length of a message stands in front of it and is known behind it. One byte is left for it, which is
 * enough for most; a longer message is moved by a byte or two. That is cheaper than measuring everything
 * first.
 */
#include "pprof/wire_out.h"

void wire_out_bytes(struct buf *b, uint32_t field, struct slice bytes)
{
    wire_out_varint(b, field << 3 | WIRE_BYTES);
    wire_out_varint(b, bytes.len);
    buf_append(b, bytes);
}

size_t wire_out_begin(struct buf *b, uint32_t field)
{
    wire_out_varint(b, field << 3 | WIRE_BYTES);
    buf_append_byte(b, 0);
    return b->len;
}

void wire_out_end(struct buf *b, size_t begun)
{
    if (b->full)
        return;

    size_t len = b->len - begun;
    size_t more = 0;
    for (size_t rest = len >> 7; rest > 0; rest >>= 7)
        more++;
    if (more > 0) {
        if (!buf_reserve(b, more))
            return;
        memmove(b->ptr + begun + more, b->ptr + begun, len);
    }

    char *at = b->ptr + begun - 1;
    for (; len >= 0x80; len >>= 7)
        *at++ = (char)(len | 0x80);
    *at = (char)len;
    b->len += more;
    b->ptr[b->len] = '\0';
}
