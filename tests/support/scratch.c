/* mkdtemp(3) and nftw(3); what fails here is the machine, not the code under test, so it aborts. */
#include "tests/support/scratch.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { OPEN_DIRS = 16 };

static char *must(char *ptr, const char *what)
{
    if (!ptr) {
        perror(what);
        abort();
    }
    return ptr;
}

char *scratch_path(const char *path, const char *fmt, ...)
{
    char *name = NULL, *joined = NULL;
    va_list args;
    va_start(args, fmt);
    if (vasprintf(&name, fmt, args) < 0 || asprintf(&joined, "%s/%s", path, name) < 0)
        abort();
    va_end(args);
    free(name);
    return joined;
}

char *scratch_new(void)
{
    const char *under = getenv("TMPDIR");
    char *made = scratch_path(under && under[0] == '/' ? under : "/tmp", "brazier-test-XXXXXX");
    must(mkdtemp(made), made);
    /* As the kernel tells it, /tmp may be a symbolic link. */
    char *path = must(realpath(made, NULL), made);
    free(made);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void scratch_remove(char *path)
{
    if (!path)
        return;

    if (nftw(path, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS) != 0)
        perror(path);
    free(path);
}
