/* File names of profiles: they come from every system and are never opened. Pure; any thread. */
#ifndef VIEW_PATH_H
#define VIEW_PATH_H

#include "base/buf.h"

/* Appends the shortest equal path, by its text alone: "/a/./b//../c" gives "/a/c"; "" gives nothing. Bazel's
 * "/proc/self/cwd/" in front is left out. */
void path_clean(struct slice path, struct buf *out);
/* What stands behind the last '/': "libc.so.6"; "/" of one that has nothing else; "." of an empty one. */
struct slice path_base(struct slice path);

#endif
