/*
 * Writes the protobuf wire format into a buf. A field whose value is zero or empty is left out, as proto3
 * wants; what does not fit sets the buf's `full`, to be asked once at the end. Not thread-safe.
 */
#ifndef PPROF_WIRE_OUT_H
#define PPROF_WIRE_OUT_H

#include "base/buf.h"
#include "pprof/wire.h"

static inline void wire_out_varint(struct buf *b, uint64_t value)
{
    if ((!b->ptr || b->cap - b->len < WIRE_VARINT_MAX) && !buf_reserve(b, WIRE_VARINT_MAX))
        return;

    char *at = b->ptr + b->len;
    while (value >= 0x80) {
        *at++ = (char)(value | 0x80);
        value >>= 7;
    }
    *at++ = (char)value;
    *at = '\0';
    b->len = (size_t)(at - b->ptr);
}

static inline void wire_out_number(struct buf *b, uint32_t field, uint64_t value)
{
    if (value == 0)
        return;

    wire_out_varint(b, field << 3 | WIRE_VARINT);
    wire_out_varint(b, value);
}

/* Also when it is empty: elements of repeated fields stand there even so. */
void wire_out_bytes(struct buf *b, uint32_t field, struct slice bytes);

/* A message or a packed field: begin, write what is in it, end with what begin gave. */
size_t wire_out_begin(struct buf *b, uint32_t field);
void wire_out_end(struct buf *b, size_t begun);

#endif
