/*
 * A depth-first walk. The bytes of the keys decide: all keys of the directory "a" begin with "a/", and '/'
 * stands after '-' and '.' but before digits and letters, so "a-b" and "a.b" come before "a/x" and "a0"
 * after. Sorting the names of a directory with '/' behind those of sub-directories gives the order of the
 * keys.
 *
 * A directory is read at once, but only the first names that matter are kept, enough for the rest of the
 * page; should they not do (directories with nothing in them), it is read again from where they ended. So
 * memory is bounded by the page, however many files somebody puts into a directory.
 *
 * The same bytes decide whether a directory D (with its slash) can hold keys of the page:
 *     prefix    D begins with the prefix, or the prefix with D
 *     after     D is greater than `after`, or `after` begins with D
 */
#include "store/tree_list.h"

#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

/* A name in a directory; that of a sub-directory ends in a slash. */
struct name {
    char *text; /* owned */
    size_t len;
};

/* The smallest names of a directory. */
struct names {
    struct name *items;
    size_t count;
    size_t cap;
    size_t keep; /* how many of them are wanted */
    bool cut;    /* there are more than those */
};

struct walk {
    struct tree *tree;
    const struct tree_query *query;
    struct tree_call *call;
    struct store_page *page; /* `more`: one key more than it takes has been found */
    struct error *err;
    char path[LIMIT_KEY_BYTES + STORE_COMPONENT_BYTES + 2];
};

static void close_dir(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

/* --- names --- */

static struct slice name_slice(const struct name *n)
{
    return slice_make(n->text, n->len);
}

static int name_cmp(const void *a, const void *b)
{
    return slice_cmp(name_slice(a), name_slice(b));
}

static void names_cut(struct names *n, size_t count)
{
    while (n->count > count)
        free(n->items[--n->count].text);
}

static void names_release(struct names *n)
{
    names_cut(n, 0);
    free(n->items);
}

/* Sorts, and drops what is more than wanted. */
static void names_settle(struct names *n)
{
    if (n->count > 1)
        qsort(n->items, n->count, sizeof n->items[0], name_cmp);
    n->cut = n->cut || n->count > n->keep;
    names_cut(n, n->keep);
}

static void names_add(struct names *n, struct slice name)
{
    /* After the first cut the first `keep` are sorted, and the last of them is the bound. */
    if (n->cut && slice_cmp(name, name_slice(&n->items[n->keep - 1])) >= 0)
        return;

    if (n->count == n->keep * 2)
        names_settle(n);
    if (n->count == n->cap) {
        n->cap = n->cap > 0 ? n->cap * 2 : FIRST_CAP;
        n->items = mem_resize(n->items, n->cap * sizeof n->items[0]);
    }
    n->items[n->count++] = (struct name){mem_cstr(name.ptr, name.len), name.len};
}

/* --- what can be on the page --- */

static bool dir_matters(const struct tree_query *q, struct slice dir)
{
    return dir.len < LIMIT_KEY_BYTES && (slice_starts(dir, q->prefix) || slice_starts(q->prefix, dir)) &&
           (slice_cmp(dir, q->after) > 0 || slice_starts(q->after, dir));
}

static bool key_matters(const struct tree_query *q, struct slice key)
{
    return key.len <= LIMIT_KEY_BYTES && slice_starts(key, q->prefix) && slice_cmp(key, q->after) > 0;
}

/* DT_DIR, DT_REG, or DT_UNKNOWN for everything else; some file systems do not say it in the entry. */
static int type_of(int dir, const struct dirent *e)
{
    struct stat st;
    if (e->d_type != DT_UNKNOWN)
        return e->d_type == DT_DIR || e->d_type == DT_REG ? e->d_type : DT_UNKNOWN;
    if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
}

/* Keeps the entry if keys of the page can come from it. The directory's path is path[0..base). */
static void consider(struct walk *w, int dir, size_t base, const struct dirent *e, struct slice lower,
                     struct names *names)
{
    size_t len = strlen(e->d_name);
    if (!store_key_ok(slice_make(e->d_name, len)))
        return;

    memcpy(w->path + base, e->d_name, len);
    w->path[base + len] = '/';
    struct slice as_key = slice_make(w->path, base + len);
    struct slice as_dir = slice_make(w->path, base + len + 1);
    if (!key_matters(w->query, as_key) && !dir_matters(w->query, as_dir))
        return;

    int type = type_of(dir, e);
    bool matters = type == DT_DIR   ? dir_matters(w->query, as_dir)
                   : type == DT_REG ? key_matters(w->query, as_key)
                                    : false;
    struct slice name = slice_from(type == DT_DIR ? as_dir : as_key, base);
    if (matters && slice_cmp(name, lower) > 0)
        names_add(names, name);
}

static enum status scan(struct walk *w, DIR *dir, size_t base, struct slice lower, struct names *names)
{
    rewinddir(dir);
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(dir);
        if (!e && errno != 0)
            return tree_error(w->tree, errno, "read a directory", w->err);
        if (!e)
            break;
        consider(w, dirfd(dir), base, e, lower, names);
    }
    names_settle(names);
    return OK;
}

/* --- walking --- */

/* Adds the file to the page, or finds that the page is full. */
static enum status take_file(struct walk *w, int dir, const char *name, size_t path_len)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? OK : tree_error(w->tree, errno, "stat", w->err);
    if (!S_ISREG(st.st_mode))
        return OK;
    if (w->page->count == w->query->max_keys) {
        w->page->more = true;
        return OK;
    }

    struct slice key = arena_copy(&w->page->arena, slice_make(w->path, path_len));
    if (!key.ptr)
        return error_set(w->err, E_TOO_LARGE, "a page is over %lu bytes", LIMIT_LIST_PAGE_BYTES);

    w->page->entries[w->page->count++] =
        (struct store_entry){key, (uint64_t)st.st_size, tree_modified_ms(&st)};
    return OK;
}

static enum status walk_dir(struct walk *w, int take_fd, size_t base, size_t depth);

static enum status enter(struct walk *w, int dir, const char *name, size_t path_len, size_t depth)
{
    if (depth > LIMIT_TREE_DEPTH)
        return OK;

    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return tree_has_no(w->tree, errno) ? OK : tree_error(w->tree, errno, "open a directory", w->err);

    return walk_dir(w, fd, path_len, depth);
}

/* One name after the other, until the page is full. */
static enum status visit(struct walk *w, int dir, const struct names *names, size_t base, size_t depth)
{
    for (size_t i = 0; i < names->count && !w->page->more; i++) {
        if (!w->call->wanted(w->call))
            return error_set(w->err, E_UNAVAILABLE, "given up");

        size_t len = names->items[i].len;
        memcpy(w->path + base, names->items[i].text, len);
        bool is_dir = w->path[base + len - 1] == '/';
        char name[STORE_COMPONENT_BYTES + 1];
        memcpy(name, w->path + base, len - is_dir);
        name[len - is_dir] = '\0';

        enum status status =
            is_dir ? enter(w, dir, name, base + len, depth + 1) : take_file(w, dir, name, base + len);
        if (status != OK)
            return status;
    }
    return OK;
}

/* depth: of the names in this directory, 1 in the root. */
static enum status walk_dir(struct walk *w, int take_fd, size_t base, size_t depth)
{
    DIR *dir CLEANUP(close_dir) = fdopendir(take_fd);
    if (!dir) {
        int errnum = errno;
        tree_close_fd(&take_fd);
        return tree_error(w->tree, errnum, "open a directory", w->err);
    }

    char lower[STORE_COMPONENT_BYTES + 1];
    size_t lower_len = 0;
    for (bool again = true; again && !w->page->more;) {
        /* One more than the page has room for tells that there is another page. */
        struct names names CLEANUP(names_release) = {.keep = w->query->max_keys - w->page->count + 1};
        enum status status = scan(w, dir, base, slice_make(lower, lower_len), &names);
        if (status == OK)
            status = visit(w, dirfd(dir), &names, base, depth);
        if (status != OK)
            return status;

        again = names.cut;
        if (again) {
            lower_len = names.items[names.count - 1].len;
            memcpy(lower, names.items[names.count - 1].text, lower_len);
        }
    }
    return OK;
}

/* Begins in the lowest directory that holds all keys of the prefix. */
static enum status walk_prefix(struct walk *w)
{
    struct slice prefix = w->query->prefix;
    size_t base = prefix.len;
    while (base > 0 && prefix.ptr[base - 1] != '/')
        base--;

    struct slice dir = slice_sub(prefix, 0, base > 0 ? base - 1 : 0);
    if (base > 0 && !store_key_ok(dir))
        return OK;

    if (base > 0)
        memcpy(w->path, prefix.ptr, base);
    char path[LIMIT_KEY_BYTES + 1];
    memcpy(path, w->path, dir.len);
    path[dir.len] = '\0';
    int fd = tree_openat(w->tree, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return tree_has_no(w->tree, errno) ? OK : tree_error(w->tree, errno, "open a directory", w->err);

    size_t depth = 1;
    for (size_t i = 0; i < base; i++)
        depth += prefix.ptr[i] == '/';
    return walk_dir(w, fd, base, depth);
}

enum status tree_list(struct tree *t, const struct tree_query *query, struct tree_call *call,
                      struct store_page *ret_page, struct error *err)
{
    struct store_page page CLEANUP(store_page_release) = {.arena = ARENA_INIT(LIMIT_LIST_PAGE_BYTES)};
    page.entries = arena_alloc(&page.arena, query->max_keys * sizeof page.entries[0]);
    struct walk w = {.tree = t, .query = query, .call = call, .page = &page, .err = err};
    enum status status = walk_prefix(&w);
    if (status != OK)
        return status;
    if (tree_is_gone(t))
        return tree_error(t, ENOENT, "list", err);

    if (page.more)
        page.token = page.entries[page.count - 1].key;
    *ret_page = page;
    page = (struct store_page){0};
    return OK;
}
