/*
 * PUT, GET, HEAD and DELETE in a tree.
 *
 * How a file gets its name: written under a random name in TREE_TEMP_DIR (which no key can name, '~' is not
 * in their alphabet), fsync, rename to its place, fsync of the directory. A rename is atomic for all who
 * look, in this process and in others.
 */
#include "store/tree.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MODE = 0600,
    CHUNK_BYTES = 64 * 1024,
    READ_BYTES = 1024 * 1024,
    TEMP_NAME_BYTES = 18, /* '~', 16 hexadecimal digits, NUL */
    TRIES = 100,          /* of a PUT whose directory is removed under its feet */
};

static enum status not_found(struct error *err)
{
    return error_set(err, E_NOT_FOUND, "no such object");
}

/* What a lookup of an object that failed means. */
static enum status lookup_error(struct tree *t, int errnum, struct error *err)
{
    return tree_has_no(t, errnum) ? not_found(err) : tree_error(t, errnum, "open", err);
}

/* --- PUT --- */

struct temp {
    int dir;
    int fd;
    char name[TEMP_NAME_BYTES]; /* "": there is no file to remove */
};

static void temp_release(struct temp *p)
{
    if (p->name[0] != '\0')
        (void)unlinkat(p->dir, p->name, 0);
    tree_close_fd(&p->fd);
    tree_close_fd(&p->dir);
}

static enum status temp_open(struct tree *t, struct temp *p, struct error *err)
{
    p->dir = tree_openat(t, TREE_TEMP_DIR, O_RDONLY | O_DIRECTORY);
    if (p->dir < 0 && errno == ENOENT) {
        if (mkdirat(t->root_fd, TREE_TEMP_DIR, TREE_DIR_MODE) < 0 && errno != EEXIST)
            return tree_error(t, errno, "mkdir " TREE_TEMP_DIR, err);
        p->dir = tree_openat(t, TREE_TEMP_DIR, O_RDONLY | O_DIRECTORY);
    }
    if (p->dir < 0)
        return tree_error(t, errno, "open " TREE_TEMP_DIR, err);

    char name[TEMP_NAME_BYTES];
    uint64_t random;
    random_bytes(&random, sizeof random);
    (void)snprintf(name, sizeof name, "~%016" PRIx64, random);
    p->fd = openat(p->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (p->fd < 0)
        return tree_error(t, errno, "create a file in " TREE_TEMP_DIR, err);

    memcpy(p->name, name, sizeof name);
    return OK;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t wrote = write(fd, bytes, len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;

        bytes += wrote;
        len -= (size_t)wrote;
    }
    return 0;
}

static enum status unwanted(struct error *err)
{
    return error_set(err, E_UNAVAILABLE, "given up");
}

/* In chunks, because the body may be gone as soon as the call is not wanted any more. */
static enum status temp_write(struct tree *t, struct temp *p, size_t body_bytes, struct tree_call *call,
                              struct error *err)
{
    char *chunk CLEANUP(mem_freep) = mem_alloc(CHUNK_BYTES);
    for (size_t at = 0; at < body_bytes; at += CHUNK_BYTES) {
        size_t len = body_bytes - at < CHUNK_BYTES ? body_bytes - at : CHUNK_BYTES;
        if (!call->copy(call, at, chunk, len))
            return unwanted(err);
        if (write_all(p->fd, chunk, len) < 0)
            return tree_error(t, errno, "write", err);
    }
    if (fsync(p->fd) < 0)
        return tree_error(t, errno, "fsync", err);

    return OK;
}

/* Gives the file its name in the directory. OK with *ret_moved false: start over. */
static enum status temp_move(struct tree *t, struct temp *p, int dir, const char *name, bool *ret_moved,
                             struct error *err)
{
    if (renameat(p->dir, p->name, dir, name) == 0) {
        p->name[0] = '\0';
        *ret_moved = true;
        return tree_sync_dir(dir) == 0 ? OK : tree_error(t, errno, "fsync of the directory", err);
    }

    int errnum = errno;
    /* A directory in its place may be one that a DELETE has emptied and is about to remove. */
    bool again =
        errnum == ENOENT || (errnum == EISDIR && (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT));
    if (again) {
        *ret_moved = false;
        return OK;
    }
    if (errnum == EISDIR)
        return error_set(err, E_INVALID, "there are keys beneath this one, a directory cannot hold both");
    return tree_error(t, errnum, "rename", err);
}

static size_t depth_of(const char *key)
{
    size_t depth = 1;
    for (; *key; key++)
        depth += *key == '/';
    return depth;
}

enum status tree_put(struct tree *t, const char *key, size_t body_bytes, struct tree_call *call,
                     struct error *err)
{
    if (depth_of(key) > LIMIT_TREE_DEPTH)
        return error_set(err, E_INVALID, "the key is over %lu components deep", LIMIT_TREE_DEPTH);

    struct temp temp CLEANUP(temp_release) = {.dir = -1, .fd = -1};
    enum status status = temp_open(t, &temp, err);
    if (status == OK)
        status = temp_write(t, &temp, body_bytes, call, err);
    if (status != OK)
        return status;

    char parent[LIMIT_KEY_BYTES + 1];
    const char *name = tree_split(key, parent);
    for (int i = 0; i < TRIES; i++) {
        if (!call->wanted(call))
            return unwanted(err);

        int dir CLEANUP(tree_close_fd) = tree_durable_dir(t, parent);
        if (dir < 0 && errno != ENOENT) {
            if (tree_has_no(t, errno))
                return error_set(err, E_INVALID, "something above this key is not a directory");
            return tree_error(t, errno, "mkdir", err);
        }

        bool moved = false;
        if (dir >= 0 && (status = temp_move(t, &temp, dir, name, &moved, err)) != OK)
            return status;
        if (moved)
            return OK;
    }
    return tree_error(t, ENOENT, "its directory is removed again and again", err);
}

bool tree_is_temp_name(const char *name)
{
    return name[0] == '~' && strspn(name + 1, "0123456789abcdef") == TEMP_NAME_BYTES - 2 &&
           strlen(name) == TEMP_NAME_BYTES - 1;
}

/* --- GET, HEAD, DELETE --- */

static enum status look(struct tree *t, int fd, struct store_op *op, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return tree_error(t, errno, "stat", err);
    if (!S_ISREG(st.st_mode))
        return not_found(err);

    op->object_bytes = (uint64_t)st.st_size;
    op->modified_ms = tree_modified_ms(&st);
    return OK;
}

enum status tree_head(struct tree *t, const char *key, struct store_op *op, struct error *err)
{
    int fd CLEANUP(tree_close_fd) = tree_openat(t, key, O_PATH);
    if (fd < 0)
        return lookup_error(t, errno, err);

    return look(t, fd, op, err);
}

/* Reads until `want` bytes are there or the file ends. */
static enum status read_all(struct tree *t, int fd, struct buf *out, size_t want, struct tree_call *call,
                            struct error *err)
{
    while (out->len < want) {
        if (!call->wanted(call))
            return unwanted(err);

        size_t len = want - out->len < READ_BYTES ? want - out->len : READ_BYTES;
        ssize_t got = read(fd, out->ptr + out->len, len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return tree_error(t, errno, "read", err);
        if (got == 0)
            return error_set(err, E_UNAVAILABLE, "the file ended after %zu of %zu bytes", out->len, want);

        out->len += (size_t)got;
        out->ptr[out->len] = '\0';
    }
    return OK;
}

enum status tree_get(struct tree *t, const char *key, struct store_op *op, struct tree_call *call,
                     struct error *err)
{
    /* A FIFO of that name must not make us wait for its other end. */
    int fd CLEANUP(tree_close_fd) = tree_openat(t, key, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return errno == ENXIO ? not_found(err) : lookup_error(t, errno, err);

    enum status status = look(t, fd, op, err);
    if (status != OK)
        return status;
    if (op->object_bytes > op->max_bytes)
        return error_set(err, E_TOO_LARGE, "%" PRIu64 " bytes, over the bound of %zu", op->object_bytes,
                         op->max_bytes);

    struct buf object CLEANUP(buf_release) = BUF_INIT(op->max_bytes);
    size_t want = (size_t)op->object_bytes;
    if (want > 0 && buf_reserve(&object, want))
        status = read_all(t, fd, &object, want, call, err);
    if (status != OK)
        return status;

    op->object = buf_take(&object);
    return OK;
}

/* Removes the object; what has its name and is none stays. */
static enum status remove_file(struct tree *t, int dir, const char *name, struct error *err)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? OK : tree_error(t, errno, "stat", err);
    if (!S_ISREG(st.st_mode))
        return OK;
    if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
        return tree_error(t, errno, "unlink", err);

    return OK;
}

enum status tree_delete(struct tree *t, const char *key, struct error *err)
{
    char parent[LIMIT_KEY_BYTES + 1];
    const char *name = tree_split(key, parent);
    int dir CLEANUP(tree_close_fd) = tree_openat(t, parent, O_RDONLY | O_DIRECTORY);
    if (dir < 0 && !tree_has_no(t, errno))
        return tree_error(t, errno, "open", err);

    enum status status = dir >= 0 ? remove_file(t, dir, name, err) : OK;
    if (status != OK)
        return status;

    /* The lowest directory that is left holds the last entry that has changed. It is synced also when the
     * object was gone already: whoever removed it may not have come that far. */
    tree_prune(t, parent, &dir);
    if (dir >= 0 && tree_sync_dir(dir) < 0)
        return tree_error(t, errno, "fsync of the directory", err);

    return OK;
}
