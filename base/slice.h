/*
 * A slice borrows bytes: a pointer and a length, no NUL, no ownership. Whoever keeps one beyond the call
 * keeps the owner alive or copies the bytes. {NULL, 0} is the empty slice. All functions are pure.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/attribute.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *ptr;
    size_t len;
};

#define SLICE_NULL ((struct slice){NULL, 0})
/* Of a string literal. */
#define SLICE(lit) ((struct slice){"" lit, sizeof(lit) - 1})
/* For "%.*s". */
#define SLICE_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/* Of a NUL-terminated string; NULL gives the empty slice. */
struct slice slice_of(const char *cstr);
struct slice slice_make(const void *ptr, size_t len);

bool slice_eq(struct slice a, struct slice b);
bool slice_eq_cstr(struct slice a, const char *b);
/* ASCII letters without case, as in HTTP header names. */
bool slice_eq_nocase(struct slice a, struct slice b);
/* Bytewise order, shorter first on a tie: < 0, 0, > 0. */
int slice_cmp(struct slice a, struct slice b);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* The part from `from` (to the end / `len` long), cut to what is there. */
struct slice slice_from(struct slice s, size_t from);
struct slice slice_sub(struct slice s, size_t from, size_t len);
/* Index of the first byte c, or s.len. */
size_t slice_find(struct slice s, char c);
/* Takes what stands before the first `sep` out of *rest, which then begins behind it. False when *rest was
 * already used up (its ptr is NULL). "a,,b" gives "a", "", "b"; "" gives one empty piece. */
bool slice_split(struct slice *rest, char sep, struct slice *ret_piece);
/* Without leading and trailing ASCII white space. */
struct slice slice_trim(struct slice s);

/* A decimal number without sign, all of s, at least one digit; false on anything else or overflow. */
NODISCARD bool slice_to_u64(struct slice s, uint64_t *ret_value);
/* The same with an optional '-'. */
NODISCARD bool slice_to_i64(struct slice s, int64_t *ret_value);

/* Valid UTF-8 (no surrogates, no overlong forms). */
bool slice_is_utf8(struct slice s);
/* Length, 1..4, of the valid UTF-8 character that s begins with; 0 if there is none. */
size_t slice_utf8_head(struct slice s);

#endif
