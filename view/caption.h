/*
 * What stands in the box of a frame: as much of its name as there is room for, and a colour that all of its
 * package have. Pure; any thread.
 */
#ifndef VIEW_CAPTION_H
#define VIEW_CAPTION_H

#include "base/buf.h"

enum { CAPTION_SHADES = 32 };

/* Appends the name if it fits in `width` (in units of the font's size); else without the path in front of a
 * Go package; else cut, with "…" behind; nothing if that leaves fewer than two characters. As XML text.
 * Widths are those of a usual sans-serif font, rounded up. */
void caption_fit(struct slice name, double width, struct buf *out);

/* What a frame belongs to: "net/http", "std", "/src/parser", "[libc.so.6]"; the name when nothing is known.
 * Borrows from its arguments. */
struct slice caption_package(struct slice name, struct slice file, struct slice module);
/* Below CAPTION_SHADES; the same for the same package in every graph, process and release. */
unsigned caption_shade(struct slice package);

#endif
