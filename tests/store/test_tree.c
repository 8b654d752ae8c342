/* What the file system of a tree looks like from outside, with strangers in it. Each test runs with openat2()
 * and without. */
#include "store/tree.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "store/tree_list.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char *path;
    struct tree tree;
    struct tree_call call;
    unsigned copies_left; /* the call is given up when this reaches 0 */
    struct error err;
};

static bool wanted(struct tree_call *call)
{
    const struct fixture *f = (void *)((char *)call - offsetof(struct fixture, call));
    return f->copies_left > 0;
}

static bool copy(struct tree_call *call, size_t from, char *to, size_t len)
{
    struct fixture *f = (void *)((char *)call - offsetof(struct fixture, call));
    (void)from;
    memset(to, 'x', len);
    return f->copies_left > 0 && f->copies_left-- > 0;
}

static int set_up(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->path = scratch_new();
    f->call = (struct tree_call){wanted, copy};
    f->copies_left = 1000000;
    *state = f;
    return tree_open(&f->tree, f->path, true, &f->err) == OK ? 0 : -1;
}

static int set_up_walking(void **state)
{
    int ret = set_up(state);
    atomic_store(&((struct fixture *)*state)->tree.walk_only, true);
    return ret;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    tree_close(&f->tree);
    scratch_remove(f->path);
    free(f);
    return 0;
}

static enum status put(struct fixture *f, const char *key)
{
    return tree_put(&f->tree, key, 3, &f->call, &f->err);
}

static enum status get(struct fixture *f, const char *key)
{
    struct store_op op = {.max_bytes = 100};
    enum status status = tree_get(&f->tree, key, &op, &f->call, &f->err);
    store_op_release(&op);
    struct store_op head = {0};
    assert_int_equal(tree_head(&f->tree, key, &head, &f->err), status);
    return status;
}

static size_t list(struct fixture *f, const char *prefix)
{
    struct store_page page = {0};
    struct tree_query query = {.prefix = slice_of(prefix), .max_keys = 1000};
    if (tree_list(&f->tree, &query, &f->call, &page, &f->err) != OK)
        fail_msg("%s", f->err.text);
    size_t count = page.count;
    store_page_release(&page);
    return count;
}

static bool exists(const struct fixture *f, const char *name)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    struct stat st;
    return lstat(path, &st) == 0;
}

static void make_dir(const struct fixture *f, const char *name)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_file(const struct fixture *f, const char *name)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc", 3), 3);
    (void)close(fd);
}

static void make_link(const struct fixture *f, const char *name, const char *target)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    assert_int_equal(symlink(target, path), 0);
}

static void age(const struct fixture *f, const char *name, int64_t seconds)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    struct timespec then = {.tv_sec = (time_t)(clock_wall_ms() / 1000 - seconds)};
    const struct timespec times[2] = {then, then};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Number of entries, without "." and "..". */
static size_t entries(const struct fixture *f, const char *name)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    size_t count = 0;
    while (readdir(dir))
        count++;
    (void)closedir(dir);
    return count - 2;
}

static void symbolic_links_are_never_followed(void **state)
{
    struct fixture *f = *state;
    char *outside = scratch_new();
    char *file CLEANUP(mem_freep) = scratch_path(outside, "file");
    int fd = open(file, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    make_dir(f, "d");
    make_link(f, "d/dir", outside);
    make_link(f, "d/file", file);
    make_link(f, "d/up", "..");

    assert_int_equal(get(f, "d/dir/file"), E_NOT_FOUND);
    assert_int_equal(get(f, "d/file"), E_NOT_FOUND);
    assert_int_equal(get(f, "d/up"), E_NOT_FOUND);
    assert_int_equal(list(f, ""), 0);
    assert_int_equal(list(f, "d/dir/"), 0);
    assert_int_equal(put(f, "d/dir/new"), E_INVALID);
    assert_int_equal(put(f, "d/up/new"), E_INVALID);
    assert_int_equal(tree_delete(&f->tree, "d/dir/file", &f->err), OK);
    assert_int_equal(tree_delete(&f->tree, "d/file", &f->err), OK);
    assert_int_equal(access(file, F_OK), 0);
    assert_true(exists(f, "d/file"));

    /* An object takes the place of a link of its name; what the link pointed to stays as it is. */
    assert_int_equal(put(f, "d/file"), OK);
    assert_int_equal(get(f, "d/file"), OK);
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 0);
    scratch_remove(outside);
}

static void the_root_may_be_a_symbolic_link(void **state)
{
    struct fixture *f = *state;
    make_dir(f, "real");
    make_link(f, "link", "real");
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "link");
    struct tree tree;
    assert_int_equal(tree_open(&tree, path, true, &f->err), OK);
    assert_int_equal(tree_put(&tree, "a/b", 3, &f->call, &f->err), OK);
    tree_close(&tree);
    assert_true(exists(f, "real/a/b"));
}

static void strangers_are_neither_found_nor_listed_nor_deleted(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, "d/object"), OK);
    make_file(f, "d/with space");
    make_file(f, "d/backup~");
    make_dir(f, "lost+found");
    make_dir(f, "d/directory");
    char *fifo CLEANUP(mem_freep) = scratch_path(f->path, "d/fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);

    assert_int_equal(list(f, ""), 1);
    assert_int_equal(get(f, "d/fifo"), E_NOT_FOUND);
    assert_int_equal(get(f, "d/directory"), E_NOT_FOUND);
    assert_int_equal(tree_delete(&f->tree, "d/fifo", &f->err), OK);
    assert_int_equal(tree_delete(&f->tree, "d/directory", &f->err), OK);
    assert_true(exists(f, "d/fifo"));
    assert_true(exists(f, "d/directory"));
}

static void a_key_cannot_be_a_directory_of_another(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, "a/b"), OK);
    assert_int_equal(put(f, "a/b/c"), E_INVALID);
    assert_int_equal(put(f, "a/b/c/d"), E_INVALID);
    assert_int_equal(put(f, "a"), E_INVALID);
    assert_int_equal(get(f, "a/b"), OK);
    assert_int_equal(get(f, "a/b/c"), E_NOT_FOUND);

    /* A directory with nothing in it is no key's. */
    make_dir(f, "empty");
    assert_int_equal(put(f, "empty"), OK);
    assert_int_equal(get(f, "empty"), OK);
}

static void the_depth_is_bounded(void **state)
{
    struct fixture *f = *state;
    char key[LIMIT_TREE_DEPTH * 2 + 2];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = i % 2 == 0 ? 'd' : '/';
    key[LIMIT_TREE_DEPTH * 2 - 1] = '\0';
    assert_int_equal(put(f, key), OK);
    assert_int_equal(list(f, ""), 1);
    assert_int_equal(list(f, "d/d/d/"), 1);
    key[LIMIT_TREE_DEPTH * 2 - 1] = '/';
    key[LIMIT_TREE_DEPTH * 2 + 1] = '\0';
    key[0] = 'e';
    assert_int_equal(put(f, key), E_INVALID);
    assert_false(exists(f, "e"));
}

static void nothing_but_the_object_is_left_of_a_put(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, "a/b/c"), OK);
    assert_int_equal(put(f, "a/b/c"), OK);
    assert_int_equal(put(f, "a/b"), E_INVALID);
    assert_int_equal(entries(f, TREE_TEMP_DIR), 0);
    assert_int_equal(entries(f, "a/b"), 1);
}

static void a_put_that_is_given_up_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    for (unsigned copies = 0; copies < 4; copies++) {
        f->copies_left = copies;
        assert_int_equal(tree_put(&f->tree, "a/b", 200000, &f->call, &f->err), E_UNAVAILABLE);
        assert_int_equal(entries(f, TREE_TEMP_DIR), 0);
        assert_false(exists(f, "a/b"));
    }
    f->copies_left = 5;
    assert_int_equal(tree_put(&f->tree, "a/b", 200000, &f->call, &f->err), OK);
}

static void directories_go_with_their_last_object(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, "a/b/c/one"), OK);
    assert_int_equal(put(f, "a/b/two"), OK);
    assert_int_equal(tree_delete(&f->tree, "a/b/c/one", &f->err), OK);
    assert_false(exists(f, "a/b/c"));
    assert_true(exists(f, "a/b/two"));
    assert_int_equal(tree_delete(&f->tree, "a/b/two", &f->err), OK);
    assert_false(exists(f, "a"));
    assert_int_equal(put(f, "a/b/c/one"), OK);
    assert_int_equal(get(f, "a/b/c/one"), OK);
}

static void a_directory_that_was_removed_is_made_again(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(put(f, "a/b/c"), OK);
        char *file CLEANUP(mem_freep) = scratch_path(f->path, "a/b/c");
        char *dir CLEANUP(mem_freep) = scratch_path(f->path, "a/b");
        char *temp CLEANUP(mem_freep) = scratch_path(f->path, TREE_TEMP_DIR);
        assert_int_equal(unlink(file), 0);
        assert_int_equal(rmdir(dir), 0);
        assert_int_equal(rmdir(temp), 0);
    }
}

static void what_a_killed_put_left_behind_is_removed_after_an_hour(void **state)
{
    struct fixture *f = *state;
    make_dir(f, TREE_TEMP_DIR);
    make_file(f, TREE_TEMP_DIR "/~0123456789abcdef");
    make_file(f, TREE_TEMP_DIR "/~0123456789abcde0");
    make_file(f, TREE_TEMP_DIR "/somebody-else");
    age(f, TREE_TEMP_DIR "/~0123456789abcdef", 3700);
    age(f, TREE_TEMP_DIR "/~0123456789abcde0", 3500);
    age(f, TREE_TEMP_DIR "/somebody-else", 100000);

    struct tree again;
    assert_int_equal(tree_open(&again, f->path, true, &f->err), OK);
    tree_close(&again);
    assert_false(exists(f, TREE_TEMP_DIR "/~0123456789abcdef"));
    assert_true(exists(f, TREE_TEMP_DIR "/~0123456789abcde0"));
    assert_true(exists(f, TREE_TEMP_DIR "/somebody-else"));
    assert_int_equal(list(f, ""), 0);
}

/* Root may write anywhere, so another user looks; of a child, since there is no way back for a process. */
static void a_root_that_cannot_be_written_to_is_refused_by_those_who_write(void **state)
{
    struct fixture *f = *state;
    make_dir(f, TREE_TEMP_DIR);
    char *temp CLEANUP(mem_freep) = scratch_path(f->path, TREE_TEMP_DIR);
    const char *const closed[] = {f->path, temp};
    for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
        assert_int_equal(chmod(f->path, 0777), 0);
        assert_int_equal(chmod(closed[i], 0555), 0);
        pid_t child = fork();
        if (child == 0) {
            struct tree t;
            if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
                _exit(1);
            if (tree_open(&t, f->path, true, &f->err) != E_DENIED || !strstr(f->err.text, closed[i]) ||
                !strstr(f->err.text, "cannot be written to"))
                _exit(2);
            _exit(tree_open(&t, f->path, false, &f->err) == OK ? 0 : 3);
        }
        int how = -1;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_int_equal(how, 0);
    }
    assert_int_equal(chmod(f->path, 0700), 0);
    assert_int_equal(chmod(temp, 0700), 0);
}

static void a_root_that_was_removed_is_not_taken_for_an_empty_one(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, "a"), OK);
    char *temp CLEANUP(mem_freep) = scratch_path(f->path, TREE_TEMP_DIR);
    char *file CLEANUP(mem_freep) = scratch_path(f->path, "a");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(temp), 0);
    assert_int_equal(rmdir(f->path), 0);

    static const char *const PREFIXES[] = {"", "a", "a/", "a/b/"};
    for (size_t i = 0; i < ARRAY_LEN(PREFIXES); i++) {
        struct store_page page = {0};
        struct tree_query query = {.prefix = slice_of(PREFIXES[i]), .max_keys = 10};
        assert_int_equal(tree_list(&f->tree, &query, &f->call, &page, &f->err), E_CONFIG);
    }
    assert_int_equal(get(f, "a"), E_CONFIG);
    assert_int_equal(put(f, "a"), E_CONFIG);
    assert_int_equal(put(f, "a/b"), E_CONFIG);
    assert_int_equal(tree_delete(&f->tree, "a/b", &f->err), E_CONFIG);
    assert_string_equal(f->err.text, "the directory of the store has been removed");
    assert_int_equal(mkdir(f->path, 0700), 0);
}

/* A limit of the process stands for a full disk: the kernel refuses the write. */
static void a_write_that_is_refused_is_unavailable_and_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 100000;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status status = tree_put(&f->tree, "a/b", 200000, &f->call, &f->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);

    assert_int_equal(status, E_UNAVAILABLE);
    assert_string_equal(f->err.text, "write: File too large");
    assert_int_equal(entries(f, TREE_TEMP_DIR), 0);
    assert_int_equal(get(f, "a/b"), E_NOT_FOUND);
    assert_int_equal(put(f, "a/b"), OK);
}

/* With one descriptor more in each round every open() fails once. */
static void without_descriptors_everything_is_unavailable_and_nothing_is_lost(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put(f, "a/b/c"), OK);
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    small = before;
    int lowest = dup(0);
    (void)close(lowest);

    enum status last = E_UNAVAILABLE;
    for (rlim_t i = 0; last != OK && i < 32; i++) {
        small.rlim_cur = (rlim_t)lowest + i;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
        struct store_page page = {0};
        struct store_op op = {.max_bytes = 100};
        struct tree_query query = {.max_keys = 10};
        const enum status results[] = {
            tree_put(&f->tree, "d/e/f", 3, &f->call, &f->err),
            tree_delete(&f->tree, "d/e/f", &f->err),
            tree_get(&f->tree, "a/b/c", &op, &f->call, &f->err),
            tree_list(&f->tree, &query, &f->call, &page, &f->err),
        };
        store_op_release(&op);
        store_page_release(&page);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);

        last = OK;
        for (size_t r = 0; r < ARRAY_LEN(results); r++) {
            assert_true(results[r] == OK || results[r] == E_UNAVAILABLE);
            last = results[r] != OK ? results[r] : last;
        }
        assert_int_equal(entries(f, TREE_TEMP_DIR), 0);
        assert_int_equal(get(f, "a/b/c"), OK);
    }
    assert_int_equal(last, OK);
}

#define BOTH(name)                                                                                           \
    {#name, name, set_up, tear_down, NULL},                                                                  \
    {                                                                                                        \
#name " (walking)", name, set_up_walking, tear_down, NULL                                            \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(symbolic_links_are_never_followed),
        BOTH(the_root_may_be_a_symbolic_link),
        BOTH(strangers_are_neither_found_nor_listed_nor_deleted),
        BOTH(a_key_cannot_be_a_directory_of_another),
        BOTH(the_depth_is_bounded),
        BOTH(nothing_but_the_object_is_left_of_a_put),
        BOTH(a_put_that_is_given_up_leaves_nothing),
        BOTH(directories_go_with_their_last_object),
        BOTH(a_directory_that_was_removed_is_made_again),
        BOTH(what_a_killed_put_left_behind_is_removed_after_an_hour),
        BOTH(a_root_that_cannot_be_written_to_is_refused_by_those_who_write),
        BOTH(a_root_that_was_removed_is_not_taken_for_an_empty_one),
        BOTH(a_write_that_is_refused_is_unavailable_and_leaves_nothing),
        BOTH(without_descriptors_everything_is_unavailable_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
