/*
 * Text from outside, made fit for a terminal or a log: names in profiles and errors of servers may hold
 * escape sequences. Pure; any thread.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include "base/buf.h"

/* Is this one character of valid UTF-8 a control character (C0, C1, DEL), one that ends a line (U+2028,
 * U+2029), or one that turns the direction of text (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to
 * U+2069)? */
bool printable_is_control(struct slice character);

/* Appends the text; a tab becomes a space, other control characters and what is no UTF-8 become U+FFFD. */
void printable_append(struct buf *out, struct slice text);

/* How many columns of a terminal the text takes: wide characters two, combining ones none. Of text that
 * printable_append() wrote. */
size_t printable_columns(struct slice text);

/* Appends the text, printable, in at most `columns`: of one that is longer the middle is left out, with a
 * "…" in its place. The end of a name tells more than its beginning, so it gets a little more. columns is at
 * least 1. */
void printable_cut(struct buf *out, struct slice text, size_t columns);

#endif
