/* A directory is read whole before its entries are visited: sorted, and no more than one descriptor a level
 * that is open while it is read only. */
#include "cli/walk.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct names {
    char **items;
    size_t count, cap;
};

struct walk {
    enum status (*visit)(const char *path, void *user, struct error *err);
    void *user;
    struct buf path;
    size_t depth;
};

static void names_release(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->items[i]);
    free(n->items);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void close_dir(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static enum status read_names(const char *path, struct names *n, struct error *err)
{
    DIR *dir CLEANUP(close_dir) = opendir(path);
    if (!dir)
        return error_set_errno(err, E_INVALID, errno, "%s", path);

    const struct dirent *entry;
    while ((errno = 0, entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (n->count == LIMIT_WALK_ENTRIES)
            return error_set(err, E_INVALID, "%s holds more than %lu files", path, LIMIT_WALK_ENTRIES);
        if (n->count == n->cap) {
            n->cap = n->cap > 0 ? 2 * n->cap : 64;
            n->items = mem_resize(n->items, n->cap * sizeof *n->items);
        }
        n->items[n->count++] = mem_cstr(entry->d_name, strlen(entry->d_name));
    }
    if (errno != 0)
        return error_set_errno(err, E_INVALID, errno, "%s", path);
    if (n->count > 0)
        qsort(n->items, n->count, sizeof *n->items, by_name);
    return OK;
}

static enum status walk_dir(struct walk *w, struct error *err);

static enum status walk_entry(struct walk *w, struct error *err)
{
    struct stat st;
    const char *path = buf_cstr(&w->path);
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? OK : error_set_errno(err, E_INVALID, errno, "%s", path);
    if (S_ISDIR(st.st_mode))
        return walk_dir(w, err);
    if (S_ISLNK(st.st_mode) && stat(path, &st) != 0)
        return OK;
    return S_ISREG(st.st_mode) ? w->visit(path, w->user, err) : OK;
}

static enum status walk_dir(struct walk *w, struct error *err)
{
    struct names names CLEANUP(names_release) = {NULL, 0, 0};
    if (w->depth == LIMIT_TREE_DEPTH)
        return error_set(err, E_INVALID, "%s: more than %lu directories deep", buf_cstr(&w->path),
                         LIMIT_TREE_DEPTH);
    enum status status = read_names(buf_cstr(&w->path), &names, err);
    size_t len = w->path.len;
    w->depth++;
    for (size_t i = 0; status == OK && i < names.count; i++) {
        w->path.len = len;
        buf_printf(&w->path, "%s%s", slice_ends(buf_slice(&w->path), SLICE("/")) ? "" : "/", names.items[i]);
        status = buf_check(&w->path, "a path", err);
        if (status == OK)
            status = walk_entry(w, err);
    }
    w->depth--;
    return status;
}

enum status walk_files(const char *dir, enum status (*visit)(const char *path, void *user, struct error *err),
                       void *user, struct error *err)
{
    struct walk w = {.visit = visit, .user = user, .path = BUF_INIT(PATH_MAX)};
    buf_append_cstr(&w.path, dir);
    enum status status = walk_dir(&w, err);
    buf_release(&w.path);
    return status;
}
