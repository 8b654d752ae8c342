/* SIGPIPE is ignored by the command, so that a reader that leaves shows as EPIPE, and that is quiet. */
#include "cli/output.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes = slice_from(bytes, (size_t)n);
    }
    return true;
}

/* What is there and is no regular file (a terminal, a pipe, /dev/null) is written to as it is. */
static bool is_replaced(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static enum status write_file(const char *path, struct slice bytes, struct error *err)
{
    struct buf beside CLEANUP(buf_release) = BUF_INIT(PATH_MAX);
    buf_printf(&beside, "%s.%ld.part", path, (long)getpid());
    bool replaces = is_replaced(path);
    const char *at = replaces ? buf_cstr(&beside) : path;
    int flags = O_WRONLY | O_CLOEXEC | (replaces ? O_CREAT | O_EXCL : O_TRUNC);
    int fd = open(at, flags, 0666);
    if (fd < 0)
        return error_set_errno(err, E_INVALID, errno, "%s", path);

    bool good = write_all(fd, bytes);
    int errnum = errno;
    if (close(fd) != 0 && good) {
        good = false;
        errnum = errno;
    }
    if (good && replaces && rename(at, path) != 0) {
        good = false;
        errnum = errno;
    }
    if (good)
        return OK;
    if (replaces)
        (void)unlink(at);
    return error_set_errno(err, E_INVALID, errnum, "%s", path);
}

enum status output_write(const char *path, struct slice bytes, struct error *err)
{
    if (path && strcmp(path, "-") != 0)
        return write_file(path, bytes, err);
    if (!write_all(STDOUT_FILENO, bytes) && errno != EPIPE)
        return error_set_errno(err, E_INVALID, errno, "standard output");
    return OK;
}
