/*
 * Files: index.db, SQLite's index.db-wal and index.db-shm beside it, lock, and index.db.aside-N with N
 * counting up. The lock is flock() on a file of its own, which is never removed: removing it would let two
 * processes lock two files of one name. SQLite's own locks would let a second process in, whose writer would
 * be a second truth.
 */
#include "index/shelf.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/slice.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ASIDE_MAX = 2, PATH_BYTES_MAX = 4096 };

static const char FILE_NAME[] = "index.db";
static const char ASIDE[] = "index.db.aside-";

static char *join(const char *dir, const char *name)
{
    size_t bytes = strlen(dir) + strlen(name) + 2;
    char *path = mem_alloc(bytes);
    (void)snprintf(path, bytes, "%s/%s", dir, name);
    return path;
}

static enum status lock_dir(struct shelf *s, struct error *err)
{
    char *path CLEANUP(mem_freep) = join(s->dir, "lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set_errno(err,
                               errno == ENOSPC || errno == EDQUOT || errno == EIO ? E_UNAVAILABLE : E_CONFIG,
                               errno, "index directory %s", s->dir);

    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        char pid[24] = "";
        ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
        (void)close(fd);
        if (why != EWOULDBLOCK)
            return error_set_errno(err, E_CONFIG, why, "index directory %s: lock", s->dir);
        pid[got > 0 ? got : 0] = '\0';
        pid[strspn(pid, "0123456789")] = '\0';
        return error_set(err, E_CONFIG,
                         "index directory %s is used by another process%s%s: give each its own", s->dir,
                         pid[0] ? ", " : "", pid);
    }

    char text[24];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
        (void)0; /* the number is for people only; the lock holds without it */
    s->lock_fd = fd;
    return OK;
}

enum status shelf_open(const char *dir, struct shelf *ret_shelf, struct error *err)
{
    struct shelf s = {.lock_fd = -1};

    if (strlen(dir) > PATH_BYTES_MAX / 2)
        return error_set(err, E_CONFIG, "index directory: the name is too long");
    if (file_make_dirs(dir, err) != OK) {
        (void)error_wrap(err, "index directory");
        if (err->code != E_UNAVAILABLE)
            err->code = E_CONFIG;
        return error_never_ok(err->code);
    }

    s.dir = mem_cstr(dir, strlen(dir));
    s.path = join(dir, FILE_NAME);
    if (lock_dir(&s, err) != OK) {
        shelf_close(&s);
        return error_never_ok(err->code);
    }
    if (access(dir, W_OK | X_OK) != 0) {
        shelf_close(&s);
        return error_set_errno(err, E_CONFIG, errno, "index directory %s", dir);
    }
    *ret_shelf = s;
    return OK;
}

void shelf_close(struct shelf *s)
{
    if (s->lock_fd >= 0 && s->dir)
        (void)close(s->lock_fd);
    free(s->dir);
    free(s->path);
    *s = (struct shelf){.lock_fd = -1};
}

bool shelf_has_file(const struct shelf *s)
{
    struct stat st;
    return lstat(s->path, &st) == 0;
}

/* Its number if the name is that of a file set aside, else 0. */
static uint64_t aside_number(const char *name)
{
    struct slice rest = slice_of(name);
    uint64_t n;
    if (!slice_starts(rest, SLICE("index.db.aside-")))
        return 0;
    rest = slice_from(rest, sizeof ASIDE - 1);
    return slice_to_u64(slice_sub(rest, 0, slice_find(rest, '-')), &n) ? n : 0;
}

/* Removes what was set aside with a number of at most `last`; *ret_newest is the highest number seen. */
static void sweep(const struct shelf *s, uint64_t last, uint64_t *ret_newest)
{
    DIR *dir = opendir(s->dir);
    uint64_t newest = 0;
    if (dir) {
        for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
            uint64_t n = aside_number(e->d_name);
            newest = n > newest ? n : newest;
            /* A directory that has something in it stays: it is not ours. */
            if (n > 0 && n <= last && unlinkat(dirfd(dir), e->d_name, 0) != 0)
                (void)unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
        }
        (void)closedir(dir);
    }
    *ret_newest = newest;
}

static enum status move(const struct shelf *s, const char *suffix, uint64_t number, struct error *err)
{
    char from[PATH_BYTES_MAX], to[PATH_BYTES_MAX];
    (void)snprintf(from, sizeof from, "%s%s", s->path, suffix);
    (void)snprintf(to, sizeof to, "%s/%s%llu%s", s->dir, ASIDE, (unsigned long long)number, suffix);
    if (rename(from, to) != 0 && errno != ENOENT)
        return error_set_errno(err, E_CONFIG, errno, "rename %s", from);
    return OK;
}

enum status shelf_set_aside(struct shelf *s, struct error *err)
{
    uint64_t newest;
    char shm[PATH_BYTES_MAX];

    sweep(s, 0, &newest);
    if (newest + 1 >= ASIDE_MAX)
        sweep(s, newest + 1 - ASIDE_MAX, &newest);
    if (move(s, "", newest + 1, err) != OK || move(s, "-wal", newest + 1, err) != OK)
        return error_never_ok(err->code);
    (void)snprintf(shm, sizeof shm, "%s-shm", s->path);
    if (unlink(shm) != 0 && errno != ENOENT && rmdir(shm) != 0)
        return error_set_errno(err, E_CONFIG, errno, "remove %s", shm);
    return OK;
}
