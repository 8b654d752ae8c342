/*
 * Whole numbers in as few bytes as they need: seven bits a byte, low ones first, the top bit says that more
 * follow. Signed ones are folded first, so that small negative numbers are short too. Pure.
 */
#ifndef INDEX_VARINT_H
#define INDEX_VARINT_H

#include "base/slice.h"

enum { VARINT_BYTES_MAX = 10, VARINT_WIDE_BYTES_MAX = 19 };

/* Returns the number of bytes written. */
size_t varint_put(uint8_t *out, uint64_t value);
size_t varint_put_signed(uint8_t *out, int64_t value);
size_t varint_put_wide(uint8_t *out, unsigned __int128 value); /* up to VARINT_WIDE_BYTES_MAX */
/* Takes one from the front of *rest; false if it is cut or too long. */
NODISCARD bool varint_take(struct slice *rest, uint64_t *ret_value);
NODISCARD bool varint_take_signed(struct slice *rest, int64_t *ret_value);
NODISCARD bool varint_take_wide(struct slice *rest, unsigned __int128 *ret_value);
/* Takes a length and so many bytes. */
NODISCARD bool varint_take_bytes(struct slice *rest, struct slice *ret_bytes);

#endif
