/* Pieces of a picture in the dot language. */
#ifndef VIEW_DOT_H
#define VIEW_DOT_H

#include "base/buf.h"
#include "view/tags.h"

/* Appends text for a place between double quotes in which it means itself: quotes and backslashes get one in
 * front, newlines become "\l" (a line ends, left-justified), a NUL, which would end everything, a blank. */
void dot_escape(struct slice text, struct buf *out);

/* dot_name.c: a function's name as a box has it: without what every name of its language begins with (paths
 * of Go packages, packages of Java, namespaces of C++). Appends. */
void dot_shorten(struct slice name, struct buf *out);

/* dot_tags.c: appends the boxes at a node, which is called N1, N2, ...; puts its tags in order. True if there
 * are any. */
bool dot_tags(struct tags *t, uint32_t node, struct buf *out);

#endif
