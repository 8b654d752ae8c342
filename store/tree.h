/*
 * A tree of files that stand for objects: the path beneath the root is the key. All of it may block.
 *
 * What is promised, whatever other processes do in the same tree at the same time:
 *   - Nothing outside the root is touched: no symbolic link is followed beneath it.
 *   - A file appears whole or not at all. When tree_put() returns OK, it and all directories above it are on
 * the disk; when tree_delete() returns OK, so is the absence.
 *   - What is no object is nobody's: symbolic links, sockets, names that no key can have are neither found,
 * nor listed, nor deleted. (A PUT puts its object in the place of such a thing if it has the object's name.)
 *
 * Codes: E_NOT_FOUND no such object; E_INVALID a key that is a directory of another key, or the other way
 * round, or is over LIMIT_TREE_DEPTH components deep; E_TOO_LARGE; E_DENIED rights are missing; E_CONFIG the
 * root has been removed; E_UNAVAILABLE everything else that the file system answers (full, read-only,
 * failing), and a call that is not wanted any more. Texts name neither verb nor key: the caller knows them.
 *
 * Any thread, except tree_open() and tree_close(). Keys are store_key_ok() and end in a NUL.
 */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include "base/limits.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { TREE_KNOWN_DIRS = 8 };

/* A directory that is on the disk, with all those above it. The descriptor keeps its inode from being used
 * again. */
struct tree_known {
    int fd;
    dev_t device; /* 0 with inode 0: none */
    ino_t inode;
};

struct tree {
    int root_fd;
    atomic_bool walk_only; /* openat2() is not to be had: names are looked up one by one */
    pthread_mutex_t lock;
    struct tree_known known[TREE_KNOWN_DIRS];
    size_t known_next; /* the one to be replaced next */
};

/* How blocking work looks back at the one who asked for it, who may have given up. */
struct tree_call {
    bool (*wanted)(struct tree_call *call);
    /* PUT: copies bytes of the body; false if not wanted any more. */
    bool (*copy)(struct tree_call *call, size_t from, char *to, size_t len);
};

/* Opens the root (it may be reached through a symbolic link). `writes`: makes it if it is not there, checks
 * that it can be written to, and removes what PUTs that were killed over an hour ago have left. */
NODISCARD enum status tree_open(struct tree *t, const char *path, bool writes, struct error *err);
void tree_close(struct tree *t);

NODISCARD enum status tree_put(struct tree *t, const char *key, size_t body_bytes, struct tree_call *call,
                               struct error *err);
/* Takes op->key (as `key`) and op->max_bytes; writes op->object (GET only), object_bytes and modified_ms. */
NODISCARD enum status tree_get(struct tree *t, const char *key, struct store_op *op, struct tree_call *call,
                               struct error *err);
NODISCARD enum status tree_head(struct tree *t, const char *key, struct store_op *op, struct error *err);
NODISCARD enum status tree_delete(struct tree *t, const char *key, struct error *err);

/* --- for the files that implement the tree: tree_object.c, tree_list.c --- */

/* Where files are written before they get their name. No key can name it. */
#define TREE_TEMP_DIR ".~tmp"
enum { TREE_DIR_MODE = 0700 };

/* Like openat(2) beneath the root, "" is the root: a descriptor, or -1 and errno. */
int tree_openat(struct tree *t, const char *path, int flags);
/* Opens a directory, making what is missing; it and its name are on the disk then. -1 and errno; ENOENT:
 * somebody removed one meanwhile, try again. */
int tree_durable_dir(struct tree *t, const char *path);
/* fsync(2); fine where the file system cannot sync a directory, there is nothing more to be done. -1 and
 * errno. */
int tree_sync_dir(int fd);
/* Removes the directory if it is empty, then those above it. *fd is its descriptor, or -1 if it could not be
 * opened, and becomes that of the lowest one that is left; path is cut. */
void tree_prune(struct tree *t, char path[LIMIT_KEY_BYTES + 1], int *fd);
/* Splits a path into the directory it is in ("" for the root) and its name there, which is returned. */
const char *tree_split(const char *path, char parent[LIMIT_KEY_BYTES + 1]);
bool tree_is_temp_name(const char *name);
int64_t tree_modified_ms(const struct stat *st);
/* The root has been removed. What is left of it looks like an empty directory: do not believe it. */
bool tree_is_gone(struct tree *t);
/* Fills *err from an errno value; `what` is the call that failed. */
enum status tree_error(struct tree *t, int errnum, const char *what, struct error *err);
/* True if a lookup failed with this errno because there is nothing, or something in the way that is no
 * directory or a symbolic link; false also if it is the root that is gone. */
bool tree_has_no(struct tree *t, int errnum);
/* For CLEANUP; takes -1. */
void tree_close_fd(const int *fd);

#endif
