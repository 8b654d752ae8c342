/* A table of nodes with those who call them above and those they call below. */
#ifndef VIEW_CALLS_H
#define VIEW_CALLS_H

#include "base/regex.h"
#include "view/graph.h"

/* Appends legend and table. only: nodes whose name it matches; NULL: all. How many there were. */
uint32_t calls_text(const struct graph *g, const struct regex *only, struct buf *out);

#endif
