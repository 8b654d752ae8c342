/*
 * A reader of the protobuf wire format over bytes that it borrows: no allocation, strict bounds, no
 * recursion. Everything is inline because the engine spends its time here.
 *
 *     struct wire w = wire_of(message);
 *     struct wire_field f;
 *     while (wire_next(&w, &f))
 *         ...
 *     if (w.fault)
 *         ... "truncated varint"
 *
 * Varints may have ten bytes; what does not fit in 64 bits is dropped, as other readers do. Groups are a
 * fault: pprof never had them. Any thread.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
#ifndef PPROF_WIRE_H
#define PPROF_WIRE_H

#include "base/slice.h"

#include <string.h>

enum wire_type {
    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_BYTES = 2,
    WIRE_FIXED32 = 5,
};

enum { WIRE_VARINT_MAX = 10 };

struct wire {
    const uint8_t *at;
    const uint8_t *end;
    const char *fault; /* NULL, or why reading stopped before the end; static */
};

struct wire_field {
    uint32_t number; /* UINT32_MAX for any number that pprof cannot mean */
    enum wire_type type;
    uint64_t value;     /* of VARINT, FIXED64, FIXED32 */
    struct slice bytes; /* of BYTES; borrowed from the message */
};

static inline struct wire wire_of(struct slice message)
{
    const uint8_t *at = (const uint8_t *)message.ptr;
    return (struct wire){at, message.len > 0 ? at + message.len : at, NULL};
}

/* Stops the reader. */
static inline bool wire_fail(struct wire *w, const char *fault)
{
    w->at = w->end;
    w->fault = fault;
    return false;
}

/* For wire_varint(): any length. */
bool wire_varint_long(struct wire *w, uint64_t *ret_value);

/* The same through copies: a reader whose address is taken would live in memory instead of registers. */
static inline bool wire_varint_slow(struct wire *w, uint64_t *ret_value)
{
    struct wire copy = *w;
    uint64_t value = 0;
    bool read = wire_varint_long(&copy, &value);
    *w = copy;
    *ret_value = value;
    return read;
}

/* False, with the fault set, at the end of the bytes or after ten bytes without an end. */
static inline bool wire_varint(struct wire *w, uint64_t *ret_value)
{
    const uint8_t *at = w->at;
    if (at < w->end && at[0] < 0x80) {
        *ret_value = at[0];
        w->at = at + 1;
        return true;
    }
    if (w->end - at >= 2 && at[1] < 0x80) {
        *ret_value = (uint64_t)(at[0] & 0x7f) | (uint64_t)at[1] << 7;
        w->at = at + 2;
        return true;
    }
    return wire_varint_slow(w, ret_value);
}

static inline bool wire_fixed(struct wire *w, size_t bytes, uint64_t *ret_value)
{
    if ((size_t)(w->end - w->at) < bytes)
        return wire_fail(w, "truncated fixed number");

    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)w->at[i] << (8 * i);
    w->at += bytes;
    *ret_value = value;
    return true;
}

static inline bool wire_bytes(struct wire *w, struct slice *ret_bytes)
{
    uint64_t len;
    if (!wire_varint(w, &len))
        return false;
    if (len > (uint64_t)(w->end - w->at))
        return wire_fail(w, "length beyond the end of the data");

    *ret_bytes = (struct slice){(const char *)w->at, (size_t)len};
    w->at += len;
    return true;
}

/* The next field. False at the end (fault NULL) or at a fault. */
static inline bool wire_next(struct wire *w, struct wire_field *ret_field)
{
    uint64_t tag;
    if (w->at == w->end || !wire_varint(w, &tag))
        return false;

    uint64_t number = tag >> 3;
    ret_field->number = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
    ret_field->type = (enum wire_type)(tag & 7);
    ret_field->value = 0;
    ret_field->bytes = SLICE_NULL;
    switch (tag & 7) {
    case WIRE_VARINT: return wire_varint(w, &ret_field->value);
    case WIRE_BYTES: return wire_bytes(w, &ret_field->bytes);
    case WIRE_FIXED64: return wire_fixed(w, 8, &ret_field->value);
    case WIRE_FIXED32: return wire_fixed(w, 4, &ret_field->value);
    default: return wire_fail(w, "unknown wire type");
    }
}

#endif
