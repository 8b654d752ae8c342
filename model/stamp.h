/*
 * A stamp is a time in ten digits of base 32 (Crockford's, lower case, 50 bits, big-endian): equal width, so
 * byte order is time order. Only times that a key can hold: 0 (1970) .. TIME_MAX_MS. Pure.
 */
#ifndef MODEL_STAMP_H
#define MODEL_STAMP_H

#include "base/slice.h"

enum { STAMP_BYTES = 10 };

/* Writes exactly ten bytes, no NUL. ms outside the range is moved to the nearer end. */
void stamp_write(int64_t ms, char *ret_text);
/* False unless text is exactly ten digits within the range. */
NODISCARD bool stamp_read(struct slice text, int64_t *ret_ms);

#endif
