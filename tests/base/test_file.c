/* Small files, in a directory that each test makes and removes. */
#include "base/file.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PATH_BYTES = 512, NOBODY = 65534 };

static char dir[PATH_BYTES / 2];

static int make_dir(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(dir, sizeof dir, "%s/test-file-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static int remove_dir(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(const char *name)
{
    static char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void write_file(const char *path, struct slice text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
    assert_int_equal(fclose(f), 0);
}

static void a_file_is_appended_whole(void **state)
{
    (void)state;
    static char text[10000];
    memset(text, 'x', sizeof text);
    text[0] = '\0';
    write_file(in_dir("a"), slice_make(text, sizeof text));

    struct buf out CLEANUP(buf_release) = BUF_INIT(20000);
    buf_append_cstr(&out, "before");
    assert_int_equal(file_read(in_dir("a"), &out, NULL), OK);
    assert_int_equal(out.len, 6 + sizeof text);
    assert_memory_equal(out.ptr, "before", 6);
    assert_memory_equal(out.ptr + 6, text, sizeof text);
    assert_int_equal(out.ptr[out.len], '\0');
}

static void an_empty_file_is_no_error(void **state)
{
    (void)state;
    write_file(in_dir("empty"), SLICE(""));
    struct buf out CLEANUP(buf_release) = BUF_INIT(0);
    assert_int_equal(file_read(in_dir("empty"), &out, NULL), OK);
    assert_int_equal(out.len, 0);
}

static void a_file_that_tells_no_size_is_read_too(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(100000);
    assert_int_equal(file_read("/proc/self/status", &out, NULL), OK);
    assert_true(slice_starts(buf_slice(&out), SLICE("Name:")));
}

static void standard_input_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2], before = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "12345", 5), 5);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);

    struct buf out CLEANUP(buf_release) = BUF_INIT(4);
    struct error err;
    assert_int_equal(file_read_stdin(&out, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "'standard input' is over 4 bytes");
    assert_int_equal(out.len, 0);
    assert_int_equal(file_read_stdin(&out, &err), OK);
    assert_int_equal(out.len, 0);
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(before), 0);
    assert_int_equal(close(ends[0]), 0);
}

static void the_bound_is_exact(void **state)
{
    (void)state;
    write_file(in_dir("five"), SLICE("12345"));
    struct buf fits CLEANUP(buf_release) = BUF_INIT(5);
    assert_int_equal(file_read(in_dir("five"), &fits, NULL), OK);
    assert_string_equal(buf_cstr(&fits), "12345");

    struct buf tight CLEANUP(buf_release) = BUF_INIT(4);
    struct error err;
    char expected[PATH_BYTES + 50];
    (void)snprintf(expected, sizeof expected, "'%s' is over 4 bytes", in_dir("five"));
    assert_int_equal(file_read(in_dir("five"), &tight, &err), E_TOO_LARGE);
    assert_string_equal(err.text, expected);
    assert_string_equal(buf_cstr(&tight), "");
}

static void an_absent_file_is_not_found_and_named(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(5);
    struct error err;
    char expected[PATH_BYTES + 50];
    (void)snprintf(expected, sizeof expected, "'%s': No such file or directory", in_dir("absent"));
    assert_int_equal(file_read(in_dir("absent"), &out, &err), E_NOT_FOUND);
    assert_string_equal(err.text, expected);

    write_file(in_dir("file"), SLICE("x"));
    assert_int_equal(file_read(in_dir("file/below"), &out, &err), E_NOT_FOUND);
}

static void a_directory_is_no_file(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(5);
    struct error err;
    assert_int_equal(file_read(dir, &out, &err), E_INVALID);
    assert_non_null(strstr(err.text, "Is a directory"));
}

static void a_forbidden_file_is_denied(void **state)
{
    (void)state;
    write_file(in_dir("secret"), SLICE("x"));
    assert_int_equal(chmod(in_dir("secret"), 0), 0);

    /* The superuser may read everything, so it becomes somebody else for a moment. */
    uid_t me = geteuid();
    if (me == 0 && seteuid(NOBODY) != 0)
        skip();

    struct buf out CLEANUP(buf_release) = BUF_INIT(5);
    enum status status = file_read(in_dir("secret"), &out, NULL);
    assert_int_equal(seteuid(me), 0);
    assert_int_equal(status, E_DENIED);
}

static void the_time_of_a_change_is_told(void **state)
{
    (void)state;
    write_file(in_dir("timed"), SLICE("x"));
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1700000000, .tv_nsec = 5}};
    assert_int_equal(utimensat(-1, in_dir("timed"), times, 0), 0);
    assert_true(file_mtime_ns(in_dir("timed")) == 1700000000000000005);
    assert_int_equal(file_mtime_ns(in_dir("absent")), 0);
}

static void assert_private_dir(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 077, 0);
}

static void directories_are_made_all_the_way_and_private(void **state)
{
    (void)state;
    assert_int_equal(file_make_dirs(in_dir("a1/b/c"), NULL), OK);
    assert_private_dir(in_dir("a1"));
    assert_private_dir(in_dir("a1/b/c"));
    assert_int_equal(file_make_dirs(in_dir("a1/b/c"), NULL), OK);
    assert_int_equal(file_make_dirs(in_dir("a2//b/"), NULL), OK);
    assert_private_dir(in_dir("a2/b"));
    assert_int_equal(file_make_dirs("/", NULL), OK);
    assert_int_equal(file_make_dirs(".", NULL), OK);
}

static void a_file_in_the_way_of_a_directory_is_named(void **state)
{
    (void)state;
    struct error err;
    write_file(in_dir("way"), SLICE("x"));
    assert_int_equal(file_make_dirs(in_dir("way"), &err), E_INVALID);
    assert_non_null(strstr(err.text, "/way': Not a directory"));
    assert_int_equal(file_make_dirs(in_dir("way/x/y"), &err), E_INVALID);
    assert_non_null(strstr(err.text, "/way': Not a directory"));
    assert_int_equal(file_make_dirs("", &err), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_appended_whole, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(an_empty_file_is_no_error, make_dir, remove_dir),
        cmocka_unit_test(a_file_that_tells_no_size_is_read_too),
        cmocka_unit_test(standard_input_is_read_to_its_end),
        cmocka_unit_test_setup_teardown(the_bound_is_exact, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(an_absent_file_is_not_found_and_named, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(a_directory_is_no_file, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(a_forbidden_file_is_denied, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(the_time_of_a_change_is_told, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(directories_are_made_all_the_way_and_private, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(a_file_in_the_way_of_a_directory_is_named, make_dir, remove_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
