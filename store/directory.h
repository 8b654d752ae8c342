/*
 * The directory store, `file:PATH`: objects as files, their keys as paths (tree.h says what that promises).
 * For one machine, or one file system with the semantics of a local one: any number of processes may share
 * it. Plain files under the same keys as in a bucket, so a tree can be copied into a bucket and back.
 */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include "store/store.h"

/* Starts the store's threads; completions run on those. `writes`: makes the directory (mode 0700) if it is
 * not there, and checks that it can be written to. Its time is the local clock. E_DENIED, E_INVALID,
 * E_CONFIG: `path` cannot be used. */
NODISCARD enum status directory_store_open(const char *path, bool writes, struct store **ret_store,
                                           struct error *err);

#endif
