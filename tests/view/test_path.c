/* Against what Go's path/filepath gives for the same texts. */
#include "view/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_clean(const char *path, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(256);

    path_clean(slice_of(path), &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void clean_paths_stay(void **state)
{
    (void)state;
    assert_clean("", "");
    assert_clean("/", "/");
    assert_clean("a", "a");
    assert_clean("/usr/lib/go/src/runtime/proc.go", "/usr/lib/go/src/runtime/proc.go");
    assert_clean("C:\\src\\main.go", "C:\\src\\main.go");
    assert_clean("file:/a/b.js", "file:/a/b.js");
}

static void dots_and_doubled_slashes_go(void **state)
{
    (void)state;
    assert_clean("a//b", "a/b");
    assert_clean("./a/./b/", "a/b");
    assert_clean("//a", "/a");
    assert_clean(".", ".");
    assert_clean("./", ".");
    assert_clean("file:///a/b.js", "file:/a/b.js");
    assert_clean("node:internal/../x", "x");
}

static void two_dots_take_the_element_before_them(void **state)
{
    (void)state;
    assert_clean("a/b/../c", "a/c");
    assert_clean("a/..", ".");
    assert_clean("/a/../..", "/");
    assert_clean("/../a", "/a");
    assert_clean("../a", "../a");
    assert_clean("../../a", "../../a");
    assert_clean("a/../../b", "../b");
    assert_clean("../a/../b", "../b");
}

static void bazels_prefix_goes(void **state)
{
    (void)state;
    assert_clean("/proc/self/cwd/src/a.cc", "src/a.cc");
    assert_clean("/proc/self/cwd/./src/a.cc", "src/a.cc");
    assert_clean("/proc/self/cwd", "/proc/self/cwd");
}

static void a_path_is_appended_to_what_is_there(void **state)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(256);

    (void)state;
    buf_append_cstr(&out, "x:");
    path_clean(SLICE("a/../b"), &out);
    assert_string_equal(buf_cstr(&out), "x:b");
}

static void assert_base(const char *path, const char *expected)
{
    struct slice base = path_base(slice_of(path));

    if (!slice_eq_cstr(base, expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARG(base), expected);
}

static void the_base_stands_behind_the_last_slash(void **state)
{
    (void)state;
    assert_base("/lib/libc.so.6", "libc.so.6");
    assert_base("libc.so.6", "libc.so.6");
    assert_base("/a/b//", "b");
    assert_base("///", "/");
    assert_base("", ".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_paths_stay),
        cmocka_unit_test(dots_and_doubled_slashes_go),
        cmocka_unit_test(two_dots_take_the_element_before_them),
        cmocka_unit_test(bazels_prefix_goes),
        cmocka_unit_test(a_path_is_appended_to_what_is_there),
        cmocka_unit_test(the_base_stands_behind_the_last_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
