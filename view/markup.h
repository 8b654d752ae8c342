/*
 * Text from outside inside XML. Whatever the bytes, what comes out is well-formed, is text and nothing else,
 * stands on one line and reads from left to right. Pure; any thread.
 *
 * Source: XML 1.0, sections 2.2 and 2.4.
 */
#ifndef VIEW_MARKUP_H
#define VIEW_MARKUP_H

#include "base/buf.h"

/*
 * Appends s as UTF-8 for character data and for values of attributes. `&`, `<`, `>` and quotes are escaped.
 * Control characters become their pictures (U+2400...); bytes that are no UTF-8, what XML forbids, line
 * separators and marks that turn the direction of what follows become U+FFFD.
 */
void markup_text(struct slice s, struct buf *out);

/* How many bytes the next character of s has (1 for a byte that is no UTF-8), and whether it cannot stand. */
size_t markup_character(struct slice s, bool *ret_forbidden);

#endif
