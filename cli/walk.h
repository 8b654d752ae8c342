/* The files beneath a directory, in the order of their names, so that two runs tell the same. */
#ifndef CLI_WALK_H
#define CLI_WALK_H

#include "base/error.h"

/*
 * Calls visit(path, user) for each regular file, directory by directory. Hidden files and directories (".x")
 * are left out, symbolic links to directories are not followed. Stops when visit fails, with its error.
 * E_INVALID: a directory cannot be read, or is deeper than LIMIT_TREE_DEPTH or holds more than
 * LIMIT_WALK_ENTRIES.
 */
NODISCARD enum status walk_files(const char *dir,
                                 enum status (*visit)(const char *path, void *user, struct error *err),
                                 void *user, struct error *err);

#endif
