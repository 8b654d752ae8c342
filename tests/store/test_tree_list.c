/* Which directories a listing reads, and that it is right for any keys; the contract test has the common
 * cases. */
#include "store/tree_list.h"

#include "base/alloc.h"
#include "base/random.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { KEYS = 300, QUERIES = 400, KEY_BYTES = 64, DAYS = 5 };

struct fixture {
    char *path;
    struct tree tree;
    struct tree_call call;
    bool given_up;
    struct error err;
};

static bool wanted(struct tree_call *call)
{
    return !((struct fixture *)(void *)((char *)call - offsetof(struct fixture, call)))->given_up;
}

static bool copy(struct tree_call *call, size_t from, char *to, size_t len)
{
    (void)call;
    (void)from;
    memset(to, 'x', len);
    return true;
}

static int set_up(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->path = scratch_new();
    f->call = (struct tree_call){wanted, copy};
    *state = f;
    return tree_open(&f->tree, f->path, true, &f->err) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    tree_close(&f->tree);
    scratch_remove(f->path);
    free(f);
    return 0;
}

/* Without tree_put()'s fsyncs: the tests make many. */
static bool make(struct fixture *f, const char *key)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", key);
    for (char *slash = strchr(path + strlen(f->path) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "wx");
    return file && fclose(file) == 0;
}

static struct store_page list(struct fixture *f, struct slice prefix, struct slice after, size_t max_keys)
{
    struct store_page page = {0};
    struct tree_query query = {prefix, after, max_keys};
    if (tree_list(&f->tree, &query, &f->call, &page, &f->err) != OK)
        fail_msg("%s", f->err.text);
    return page;
}

/* --- any keys, any query --- */

static void random_key(struct random *r, char key[KEY_BYTES])
{
    static const char ALPHABET[] = "-./0_a";
    do {
        size_t len = 1 + random_below(r, 12);
        for (size_t i = 0; i < len; i++)
            key[i] = ALPHABET[random_below(r, sizeof ALPHABET - 1)];
        key[len] = '\0';
    } while (!store_key_ok(slice_of(key)));
}

static int order(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool matches(const char *key, struct slice prefix, struct slice after)
{
    return slice_starts(slice_of(key), prefix) && slice_cmp(slice_of(key), after) > 0;
}

static void a_page_is_what_filtering_the_sorted_keys_gives(void **state)
{
    struct fixture *f = *state;
    struct random r;
    random_seed(&r, 1);
    static char keys[KEYS][KEY_BYTES];
    size_t count = 0;
    for (int i = 0; i < KEYS; i++) {
        random_key(&r, keys[count]);
        /* A key that is a directory of another cannot be made, and one that is there is not made twice. */
        count += make(f, keys[count]);
    }
    assert_true(count > KEYS / 3);
    qsort(keys, count, sizeof keys[0], order);

    for (int q = 0; q < QUERIES; q++) {
        char after_text[KEY_BYTES];
        random_key(&r, after_text);
        const char *near = keys[random_below(&r, count)];
        struct slice prefix = slice_make(near, random_below(&r, strlen(near) + 1));
        struct slice after = slice_of(random_below(&r, 2) ? after_text : keys[random_below(&r, count)]);
        after.len = random_below(&r, after.len + 1);
        size_t max_keys = 1 + random_below(&r, 20);

        struct store_page page = list(f, prefix, after, max_keys);
        size_t at = 0;
        for (size_t i = 0; i < count; i++) {
            if (!matches(keys[i], prefix, after))
                continue;
            if (at < page.count)
                assert_string_equal(page.entries[at].key.ptr, keys[i]);
            at++;
        }
        assert_int_equal(page.count, at < max_keys ? at : max_keys);
        assert_int_equal(page.more, at > max_keys);
        store_page_release(&page);
    }
}

/* --- what is read --- */

/* Watches the directory; reading one opens it. */
static int watch(const struct fixture *f, const char *name)
{
    char *path CLEANUP(mem_freep) = scratch_path(f->path, "%s", name);
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(inotify_add_watch(fd, path, IN_OPEN) >= 0);
    return fd;
}

static bool was_opened(int fd)
{
    char events[4096];
    bool opened = read(fd, events, sizeof events) > 0;
    (void)close(fd);
    return opened;
}

static void only_directories_that_can_hold_keys_of_the_page_are_read(void **state)
{
    struct fixture *f = *state;
    for (int day = 1; day <= DAYS; day++) {
        for (int minute = 0; minute < 3; minute++) {
            char key[KEY_BYTES];
            (void)snprintf(key, sizeof key, "pf1/0/2026110%d/000%d/object", day, minute);
            assert_true(make(f, key));
        }
    }
    assert_true(make(f, "other/object"));

    int root = watch(f, "."), other = watch(f, "other"), before = watch(f, "pf1/0/20261102");
    int first = watch(f, "pf1/0/20261103"), minute_before = watch(f, "pf1/0/20261103/0000");
    int minute = watch(f, "pf1/0/20261103/0001"), last = watch(f, "pf1/0/20261104");
    int last_minute = watch(f, "pf1/0/20261104/0001"), beyond = watch(f, "pf1/0/20261105");
    struct store_page page = list(f, SLICE("pf1/0/"), SLICE("pf1/0/20261103/0001"), 3);
    assert_int_equal(page.count, 3);
    assert_string_equal(page.entries[0].key.ptr, "pf1/0/20261103/0001/object");
    assert_string_equal(page.entries[2].key.ptr, "pf1/0/20261104/0000/object");
    assert_true(page.more);
    store_page_release(&page);

    assert_false(was_opened(root));
    assert_false(was_opened(other));
    assert_false(was_opened(before));
    assert_true(was_opened(first));
    assert_false(was_opened(minute_before));
    assert_true(was_opened(minute));
    assert_true(was_opened(last));
    assert_true(was_opened(last_minute)); /* tells that there is more */
    assert_false(was_opened(beyond));
}

static void empty_directories_do_not_use_up_the_page(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++) {
        char *path CLEANUP(mem_freep) = scratch_path(f->path, "empty-%03d", i);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_true(make(f, "x/1"));
    assert_true(make(f, "x/2"));
    assert_true(make(f, "y"));

    struct store_page page = list(f, SLICE_NULL, SLICE_NULL, 2);
    assert_int_equal(page.count, 2);
    assert_string_equal(page.entries[1].key.ptr, "x/2");
    assert_true(page.more);
    assert_string_equal(page.token.ptr, "x/2");
    store_page_release(&page);

    page = list(f, SLICE_NULL, SLICE("x/2"), 2);
    assert_int_equal(page.count, 1);
    assert_false(page.more);
    store_page_release(&page);
}

static void an_entry_has_size_and_time(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tree_put(&f->tree, "a/b", 5, &f->call, &f->err), OK);
    struct store_op head = {0};
    assert_int_equal(tree_head(&f->tree, "a/b", &head, &f->err), OK);
    struct store_page page = list(f, SLICE_NULL, SLICE_NULL, 1);
    assert_int_equal(page.entries[0].bytes, 5);
    assert_int_equal(page.entries[0].modified_ms, head.modified_ms);
    assert_true(head.modified_ms > 0);
    store_page_release(&page);
}

static void a_prefix_cannot_leave_the_root(void **state)
{
    struct fixture *f = *state;
    assert_true(make(f, "a/b"));
    static const char *const PREFIXES[] = {"../", "/", "/etc/", "a/../", "a/../../", "./", "a//", "a/./"};
    for (size_t i = 0; i < ARRAY_LEN(PREFIXES); i++) {
        struct store_page page = list(f, slice_of(PREFIXES[i]), SLICE_NULL, 10);
        assert_int_equal(page.count, 0);
        store_page_release(&page);
    }
}

static void a_listing_that_is_given_up_fails(void **state)
{
    struct fixture *f = *state;
    assert_true(make(f, "a/b"));
    f->given_up = true;
    struct store_page page = {0};
    struct tree_query query = {.max_keys = 10};
    assert_int_equal(tree_list(&f->tree, &query, &f->call, &page, &f->err), E_UNAVAILABLE);
    assert_null(page.entries);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_is_what_filtering_the_sorted_keys_gives),
        TEST(only_directories_that_can_hold_keys_of_the_page_are_read),
        TEST(empty_directories_do_not_use_up_the_page),
        TEST(an_entry_has_size_and_time),
        TEST(a_prefix_cannot_leave_the_root),
        TEST(a_listing_that_is_given_up_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
