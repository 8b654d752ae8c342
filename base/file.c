/*
 * Small files, read with read(2) straight into the buf: no stdio buffer keeps a second copy of a token. The
 * size that stat tells is not trusted, because files in /proc and pipes say 0; the bound of the buf is.
 */
#include "base/file.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 4096, DIR_MODE = 0700 };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static enum status path_error(struct error *err, int errnum, const char *path)
{
    enum status code = errnum == ENOENT || errnum == ENOTDIR        ? E_NOT_FOUND
                       : errnum == EACCES || errnum == EPERM        ? E_DENIED
                       : errnum == EISDIR || errnum == ENAMETOOLONG ? E_INVALID
                                                                    : E_INTERNAL;
    return error_set_errno(err, code, errnum, "'%s'", path);
}

/* Like read(2), without EINTR. */
static ssize_t read_some(int fd, char *to, size_t len)
{
    ssize_t got;
    do {
        got = read(fd, to, len);
    } while (got < 0 && errno == EINTR);
    return got;
}

static enum status read_all(int fd, const char *path, struct buf *out, struct error *err)
{
    for (;;) {
        size_t room = out->max - out->len;
        size_t want = room < CHUNK_BYTES ? room : CHUNK_BYTES;
        char beyond;
        bool to_the_brim = want == 0;
        if (to_the_brim)
            want = 1;
        else if (!buf_reserve(out, want))
            return buf_check(out, path, err);

        ssize_t got = read_some(fd, to_the_brim ? &beyond : out->ptr + out->len, want);
        if (got < 0)
            return path_error(err, errno, path);
        if (got == 0)
            return OK;
        if (to_the_brim)
            return error_set(err, E_TOO_LARGE, "'%s' is over %zu bytes", path, out->max);

        out->len += (size_t)got;
        out->ptr[out->len] = '\0';
    }
}

/* All of it or nothing. */
static enum status append(int fd, const char *path, struct buf *out, struct error *err)
{
    size_t before = out->len;
    enum status status = read_all(fd, path, out, err);
    if (status != OK) {
        out->len = before;
        if (out->ptr)
            out->ptr[before] = '\0';
    }
    return status;
}

enum status file_read(const char *path, struct buf *out, struct error *err)
{
    int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return path_error(err, errno, path);

    return append(fd, path, out, err);
}

enum status file_read_stdin(struct buf *out, struct error *err)
{
    return append(STDIN_FILENO, "standard input", out, err);
}

int64_t file_mtime_ns(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return 0;

    return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/* mkdir of one level; that it is there already is fine if it is a directory. */
static enum status make_dir(const char *path, struct error *err)
{
    if (mkdir(path, DIR_MODE) == 0)
        return OK;

    int errnum = errno;
    struct stat st;
    if (errnum == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return OK;

    /* In a part of the path that is a file, "not a directory" is something to fix, not an absence. */
    if (errnum == EEXIST || errnum == ENOTDIR)
        return error_set_errno(err, E_INVALID, ENOTDIR, "'%s'", path);

    return path_error(err, errnum, path);
}

enum status file_make_dirs(const char *path, struct error *err)
{
    size_t len = strlen(path);
    if (len == 0)
        return error_set(err, E_INVALID, "the path of a directory is empty");

    char *part CLEANUP(mem_freep) = mem_cstr(path, len);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;

        part[i] = '\0';
        enum status status = make_dir(part, err);
        if (status != OK)
            return status;

        part[i] = path[i];
    }
    return OK;
}
