/*
 * gzip (RFC 1952) in whole buffers. Several members are one stream. The bounds protect from bombs: output is
 * never allocated beyond max_bytes, nor beyond LIMIT_INFLATE_FREE_BYTES + max_ratio * input.
 */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include "base/buf.h"

/* Begins with 1f 8b. */
bool gzip_looks(struct slice in);

/* How large it says to be when inflated (its last member, modulo 2^32; a hint and no more); 0: not gzip. */
size_t gzip_hint(struct slice in);

/* Appends the inflated bytes to out (its own bound counts too: whichever is smaller). E_INVALID "unexpected
 * end" or "damaged" with the byte offset of the member, E_TOO_LARGE naming the bound. Trailing zero bytes
 * after the last member are ignored; any other trailing bytes are E_INVALID. Any thread; a decompressor is
 * kept per thread. */
NODISCARD enum status gzip_inflate(struct slice in, size_t max_bytes, size_t max_ratio, struct buf *out,
                                   struct error *err);

/* Appends one member; level 1..12 (libdeflate's). The header has no time and no name: equal input gives equal
 * output. */
NODISCARD enum status gzip_deflate(struct slice in, int level, struct buf *out, struct error *err);

#endif
