/*
 * Bytes as text for keys: those outside a plain set become _hh in lower-case hex, so "_." and "_-" stay free
 * as separators. '_' itself is _5f. Undoing accepts exactly what escaping writes. Pure.
 */
#ifndef MODEL_ESCAPE_H
#define MODEL_ESCAPE_H

#include "base/buf.h"

enum escape_set {
    ESCAPE_TEXT, /* plain: letters, digits, '-' and '.' */
    ESCAPE_NAME, /* plain: letters and digits */
};

/* Length of the escaped form. */
size_t escape_len(struct slice in, enum escape_set set);
void escape_append(struct slice in, enum escape_set set, struct buf *out);
/* Writes at most in.len bytes; false if `in` is not an escaped form. */
NODISCARD bool escape_undo(struct slice in, enum escape_set set, char *ret_bytes, size_t *ret_len);

#endif
