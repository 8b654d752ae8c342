/*
 * Text from outside, made fit for a terminal or a log: names in profiles and errors of servers may hold
 * escape sequences. Pure; any thread.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include "base/buf.h"

/* Appends the text; a tab becomes a space, other control characters (C0, C1, DEL, and those that turn the
 * direction of text) and what is no UTF-8 become U+FFFD. */
void printable_append(struct buf *out, struct slice text);

/* How many columns of a terminal the text takes: wide characters two, combining ones none. Of text that
 * printable_append() wrote. */
size_t printable_columns(struct slice text);

/* Appends the text, printable, in at most `columns`: of one that is longer the middle is left out, with a
 * "…" in its place. The end of a name tells more than its beginning, so it gets a little more. columns is at
 * least 1. */
void printable_cut(struct buf *out, struct slice text, size_t columns);

#endif
