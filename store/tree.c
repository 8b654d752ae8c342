/*
 * The root of a tree, looking paths up beneath it, and its directories.
 *
 * openat2() looks a path up without symbolic links in one call. Where it is missing (old kernels, some
 * sandboxes), openat() with O_NOFOLLOW is called for each component.
 *
 * A file is only as durable as the directories above it, and "it exists already" does not mean that whoever
 * made it has synced it yet. So a directory's whole chain is synced once by each process, and remembered with
 * an open descriptor: as long as that is held the inode cannot be used again, so an equal inode is the same
 * directory, and still durable. A profile's directory lasts a minute, so this is five fsyncs a minute.
 *
 * DELETE removes directories that became empty. A PUT that is about to use one of them then gets ENOENT (from
 * mkdirat, openat or renameat into a removed directory) and starts over; the other way round, a directory
 * with anything in it cannot be removed. No lock is needed, within a process or between processes.
 */
#include "store/tree.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

enum {
    STALE_SECONDS = 3600,
    ABOVE_MAX = 64, /* directories above the root; a chain that is deeper is a loop of mounts */
};

void tree_close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

/* --- looking names up --- */

/* Cuts the first component off *rest into name; false at the end. */
static bool next_component(const char **rest, char name[NAME_MAX + 1])
{
    size_t len = strcspn(*rest, "/");
    if (len == 0 || len > NAME_MAX)
        return false;

    memcpy(name, *rest, len);
    name[len] = '\0';
    *rest += len;
    if (**rest == '/')
        (*rest)++;
    return true;
}

static int walk_openat(const struct tree *t, const char *path, int flags)
{
    char name[NAME_MAX + 1];
    int dir CLEANUP(tree_close_fd) = -1;
    while (next_component(&path, name)) {
        bool last = *path == '\0';
        int how = last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW;
        int fd = openat(dir < 0 ? t->root_fd : dir, name, how | O_CLOEXEC);
        if (fd < 0 || last)
            return fd;

        tree_close_fd(&dir);
        dir = fd;
    }
    errno = ENAMETOOLONG;
    return -1;
}

int tree_openat(struct tree *t, const char *path, int flags)
{
    if (path[0] == '\0')
        return openat(t->root_fd, ".", flags | O_CLOEXEC);

#ifdef RESOLVE_NO_SYMLINKS
    if (!atomic_load_explicit(&t->walk_only, memory_order_relaxed)) {
        struct open_how how = {.flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
                               .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
        int fd = (int)syscall(SYS_openat2, t->root_fd, path, &how, sizeof how);
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EAGAIN))
            return fd;
        if (errno == ENOSYS)
            atomic_store_explicit(&t->walk_only, true, memory_order_relaxed);
    }
#endif
    return walk_openat(t, path, flags);
}

bool tree_is_gone(struct tree *t)
{
    struct stat st;
    return fstat(t->root_fd, &st) == 0 && st.st_nlink == 0;
}

bool tree_has_no(struct tree *t, int errnum)
{
    return (errnum == ENOENT && !tree_is_gone(t)) || errnum == ENOTDIR || errnum == ELOOP;
}

enum status tree_error(struct tree *t, int errnum, const char *what, struct error *err)
{
    if (errnum == ENOENT && tree_is_gone(t))
        return error_set(err, E_CONFIG, "the directory of the store has been removed");
    if (errnum == EXDEV)
        return error_set(err, E_CONFIG, "%s: the store must be on one file system", what);
    if (errnum == EACCES || errnum == EPERM)
        return error_set_errno(err, E_DENIED, errnum, "%s", what);
    return error_set_errno(err, E_UNAVAILABLE, errnum, "%s", what);
}

int64_t tree_modified_ms(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

/* --- directories --- */

const char *tree_split(const char *path, char parent[LIMIT_KEY_BYTES + 1])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    memcpy(parent, path, len);
    parent[len] = '\0';
    return slash ? slash + 1 : path;
}

int tree_sync_dir(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
}

/* Opens the directory, making what is missing, and syncs all directories above it. ENOENT: one of them was
 * removed meanwhile. */
static int make_dir(struct tree *t, const char *path)
{
    char name[NAME_MAX + 1];
    int dir CLEANUP(tree_close_fd) = tree_openat(t, "", O_RDONLY | O_DIRECTORY);
    while (dir >= 0 && next_component(&path, name)) {
        if (mkdirat(dir, name, TREE_DIR_MODE) < 0 && errno != EEXIST)
            return -1;

        int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return -1;

        int synced = tree_sync_dir(dir);
        tree_close_fd(&dir);
        dir = fd;
        if (synced < 0)
            return -1;
    }
    int ret = dir;
    dir = -1;
    return ret;
}

static bool is_known(struct tree *t, const struct stat *st)
{
    bool known = false;
    (void)pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < TREE_KNOWN_DIRS && !known; i++)
        known = t->known[i].device == st->st_dev && t->known[i].inode == st->st_ino;
    (void)pthread_mutex_unlock(&t->lock);
    return known;
}

static void forget(struct tree_known *k)
{
    if (k->inode != 0)
        (void)close(k->fd);
    *k = (struct tree_known){0};
}

static void remember(struct tree *t, int fd)
{
    struct stat st;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0 || fstat(own, &st) < 0) {
        tree_close_fd(&own);
        return;
    }

    (void)pthread_mutex_lock(&t->lock);
    struct tree_known *k = &t->known[t->known_next];
    t->known_next = (t->known_next + 1) % TREE_KNOWN_DIRS;
    forget(k);
    *k = (struct tree_known){own, st.st_dev, st.st_ino};
    (void)pthread_mutex_unlock(&t->lock);
}

int tree_durable_dir(struct tree *t, const char *path)
{
    int fd = tree_openat(t, path, O_RDONLY | O_DIRECTORY);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && is_known(t, &st))
        return fd;

    tree_close_fd(&fd);
    fd = make_dir(t, path);
    if (fd >= 0)
        remember(t, fd);
    return fd;
}

void tree_prune(struct tree *t, char path[LIMIT_KEY_BYTES + 1], int *fd)
{
    char parent[LIMIT_KEY_BYTES + 1];
    while (path[0] != '\0') {
        const char *name = tree_split(path, parent);
        int above = tree_openat(t, parent, O_RDONLY | O_DIRECTORY);
        if (above < 0 && errno != ENOENT)
            return;
        if (above >= 0 && unlinkat(above, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
            tree_close_fd(&above);
            return;
        }

        if (above >= 0) {
            tree_close_fd(fd);
            *fd = above;
        }
        path[strlen(parent)] = '\0';
    }
}

/* --- opening --- */

/* What cannot be removed stays: it costs space and nothing else. */
static void remove_stale(struct tree *t, int64_t now_ms)
{
    int fd = tree_openat(t, TREE_TEMP_DIR, O_RDONLY | O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        tree_close_fd(&fd);
        return;
    }

    for (struct dirent *e; (e = readdir(dir));) {
        struct stat st;
        if (tree_is_temp_name(e->d_name) && fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && st.st_mtim.tv_sec < now_ms / 1000 - STALE_SECONDS)
            (void)unlinkat(fd, e->d_name, 0);
    }
    (void)closedir(dir);
}

static bool same_file(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The root's own name, and those above it: made a moment ago, perhaps. Not every directory may be read. */
static void sync_above(int root_fd)
{
    int fd = openat(root_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < ABOVE_MAX; i++) {
        (void)tree_sync_dir(fd);
        int above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool top = above >= 0 && same_file(fd, above);
        tree_close_fd(&fd);
        fd = above;
        if (top)
            break;
    }
    tree_close_fd(&fd);
}

/* Without it no PUT can succeed: better said at the start than to those who upload. */
static enum status check_writable(int root_fd, const char *path, struct error *err)
{
    static const char *const dirs[] = {".", TREE_TEMP_DIR};
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
        if (faccessat(root_fd, dirs[i], W_OK | X_OK, AT_EACCESS) != 0 && (i == 0 || errno != ENOENT))
            return error_set_errno(err, E_DENIED, errno, "'%s%s' cannot be written to", path,
                                   i == 0 ? "" : "/" TREE_TEMP_DIR);
    }
    return OK;
}

enum status tree_open(struct tree *t, const char *path, bool writes, struct error *err)
{
    enum status status = writes ? file_make_dirs(path, err) : OK;
    if (status != OK)
        return status;

    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, errno == EACCES ? E_DENIED : E_CONFIG, errno, "'%s'", path);
    if (writes && (status = check_writable(fd, path, err)) != OK) {
        tree_close_fd(&fd);
        return status;
    }

    *t = (struct tree){.root_fd = fd};
    (void)pthread_mutex_init(&t->lock, NULL);
    if (writes) {
        sync_above(fd);
        remove_stale(t, clock_wall_ms());
    }
    return OK;
}

void tree_close(struct tree *t)
{
    for (size_t i = 0; i < TREE_KNOWN_DIRS; i++)
        forget(&t->known[i]);
    (void)pthread_mutex_destroy(&t->lock);
    (void)close(t->root_fd);
}
