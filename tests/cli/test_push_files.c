/* Which files the words of a command line mean. */
#include "cli/push_files.h"

#include "tests/support/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char path[4096];

static const char *in(const char *dir, const char *name)
{
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void make_file(const char *dir, const char *name)
{
    FILE *out = fopen(in(dir, name), "w");
    assert_non_null(out);
    (void)fputs("12345", out);
    (void)fclose(out);
}

/* b.pb.gz, sub/a.pb.gz, and one that is hidden. */
static int set_up(void **state)
{
    *state = scratch_new();
    assert_int_equal(mkdir(in(*state, "sub"), 0700), 0);
    make_file(*state, "b.pb.gz");
    make_file(*state, "sub/a.pb.gz");
    make_file(*state, ".hidden");
    return 0;
}

static int tear_down(void **state)
{
    scratch_remove(*state);
    return 0;
}

/* The names behind the directory, one a line. */
static void means(const char *dir, const char *word, const char *expected)
{
    struct push_files files = {0};
    struct error err;
    char got[4096] = "";
    if (push_files_add_word(&files, word, &err) != OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < files.count; i++) {
        const char *name = files.items[i].name;
        size_t len = strlen(got);
        (void)snprintf(got + len, sizeof got - len, "%s\n",
                       strncmp(name, dir, strlen(dir)) == 0 ? name + strlen(dir) + 1 : name);
        assert_int_equal(files.items[i].fate, PUSH_WAITS);
    }
    assert_string_equal(got, expected);
    push_files_release(&files);
}

static void a_directory_is_all_beneath_it_but_what_is_hidden(void **state)
{
    means(*state, *state, "b.pb.gz\nsub/a.pb.gz\n");
}

static void a_pattern_is_what_it_matches(void **state)
{
    means(*state, in(*state, "*/a*"), "sub/a.pb.gz\n");
    means(*state, in(*state, "s*"), "sub/a.pb.gz\n");
    means(*state, in(*state, ".hidden"), ".hidden\n");
    means(*state, "-", "-\n");
}

static void a_name_with_a_star_is_a_file_if_there_is_one(void **state)
{
    make_file(*state, "b*");
    means(*state, in(*state, "b*"), "b*\n");
}

static void what_is_not_there_is_told(void **state)
{
    struct push_files files = {0};
    struct error err;
    assert_int_equal(push_files_add_word(&files, in(*state, "none*"), &err), E_INVALID);
    assert_non_null(strstr(err.text, "none*: no such file"));
    assert_int_equal(files.count, 0);
}

static void size_and_time_of_a_file_are_kept(void **state)
{
    const struct timespec times[2] = {{1600000000, 123000000}, {1600000000, 123000000}};
    struct push_files files = {0};
    assert_int_equal(utimensat(AT_FDCWD, in(*state, "b.pb.gz"), times, 0), 0);
    assert_int_equal(push_files_add_word(&files, path, NULL), OK);
    assert_int_equal(files.items[0].bytes, 5);
    assert_int_equal(files.items[0].modified_ms, INT64_C(1600000000123));
    push_files_release(&files);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_directory_is_all_beneath_it_but_what_is_hidden),
        TEST(a_pattern_is_what_it_matches),
        TEST(a_name_with_a_star_is_a_file_if_there_is_one),
        TEST(what_is_not_there_is_told),
        TEST(size_and_time_of_a_file_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
