/*
 * Text encodings of bytes. Encoders append to a buf; decoders accept exactly what the encoder writes unless
 * said otherwise, append to `out`, and return false on anything else (then `out` may hold a part).
 */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/buf.h"

/* RFC 4648 section 8, lower case; the decoder takes both cases. */
void hex_encode(struct slice in, struct buf *out);
NODISCARD bool hex_decode(struct slice in, struct buf *out);

/* RFC 4648 section 4, with padding; the decoder takes it with or without. */
void base64_encode(struct slice in, struct buf *out);
NODISCARD bool base64_decode(struct slice in, struct buf *out);

/* Digits of Crockford's base 32, lower case: 0-9 a-h j k m n p-t v-z. */
extern const char BASE32_DIGITS[33];
/* 0..31, or -1 if c is no digit (upper case is none). */
int base32_digit(char c);

/* RFC 3986 section 2.1: all but A-Z a-z 0-9 - . _ ~ becomes %XX. */
void percent_encode(struct slice in, struct buf *out);
/* %XX to the byte; with plus_is_space also '+' to ' ' (form encoding). False, with the three characters at
 * fault (fewer at the end) in *ret_bad if not NULL, on a broken escape. */
NODISCARD bool percent_decode(struct slice in, bool plus_is_space, struct buf *out, struct slice *ret_bad);

#endif
