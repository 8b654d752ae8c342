/* See row.h for the layout. */
#include "index/row.h"

#include <string.h>

enum { STATE_BITS = 2, STATE_MASK = 3 };

size_t row_pack(const struct row *row, uint8_t out[static ROW_BYTES_MAX])
{
    size_t n = varint_put(out, (uint64_t)row->series << STATE_BITS | (uint64_t)row->state);
    n += varint_put_signed(out + n, row->lag_ms);
    memcpy(out + n, row->digest.bits, DIGEST_BYTES);
    n += DIGEST_BYTES;
    if (row->numbers.len > 0)
        memcpy(out + n, row->numbers.ptr, row->numbers.len);
    return n + row->numbers.len;
}

bool row_unpack(struct slice bytes, struct row *ret_row)
{
    struct row row;
    uint64_t first;
    if (!varint_take(&bytes, &first) || !varint_take_signed(&bytes, &row.lag_ms) ||
        bytes.len < DIGEST_BYTES || (first & STATE_MASK) > ROW_HIDDEN ||
        first >> STATE_BITS > INT64_MAX >> STATE_BITS || bytes.len > ROW_BYTES_MAX)
        return false;

    row.series = (int64_t)(first >> STATE_BITS);
    row.state = (enum row_state)(first & STATE_MASK);
    memcpy(row.digest.bits, bytes.ptr, DIGEST_BYTES);
    row.numbers = slice_from(bytes, DIGEST_BYTES);
    *ret_row = row;
    return true;
}

size_t row_pack_numbers(const struct facts *facts, uint8_t out[static ROW_BYTES_MAX])
{
    if (!facts->present)
        return 0;

    size_t n = varint_put(out, (uint64_t)facts->duration_ms);
    for (size_t i = 0; i < facts->count; i++)
        n += varint_put(out + n, (uint64_t)facts->items[i].total);
    return n;
}

bool row_unpack_numbers(struct slice numbers, struct facts *facts)
{
    uint64_t value;
    if (!facts->present)
        return numbers.len == 0;

    if (!varint_take(&numbers, &value) || value > INT64_MAX)
        return false;
    facts->duration_ms = (int64_t)value;
    for (size_t i = 0; i < facts->count; i++) {
        if (!varint_take(&numbers, &value) || value > INT64_MAX)
            return false;
        facts->items[i].total = (int64_t)value;
    }
    return numbers.len == 0;
}
