/* Pieces of a picture in the dot language. */
#ifndef VIEW_DOT_H
#define VIEW_DOT_H

#include "base/buf.h"
#include "view/tags.h"

/* More than any name that can be read. Graphviz of Debian 12 refuses a file with a string over 16 KiB; the
 * longest is that of a box, in which a name's points take twice their place. */
enum { DOT_TEXT_BYTES = 4000 };

/* Appends text for a place between double quotes in which it means itself: quotes and backslashes get one in
 * front, newlines become "\l" (a line ends, left-justified), other control characters, which no SVG may hold,
 * blanks, and what else markup.h forbids U+FFFD. "&lt;" stays "&lt;". What is over DOT_TEXT_BYTES is cut
 * and ends in "...". */
void dot_escape(struct slice text, struct buf *out);

/* dot_name.c: a function's name as a box has it: without what every name of its language begins with (paths
 * of Go packages, packages of Java, namespaces of C++). Appends. */
void dot_shorten(struct slice name, struct buf *out);

/* dot_tags.c: appends the boxes at a node, which is called N1, N2, ...; puts its tags in order. True if there
 * are any. */
bool dot_tags(struct tags *t, uint32_t node, struct buf *out);

#endif
