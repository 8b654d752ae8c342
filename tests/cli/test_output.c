/* Files are whole or not there. */
#include "cli/output.h"

#include "base/buf.h"
#include "base/file.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t entries_of(const char *dir)
{
    size_t count = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    while (readdir(d))
        count++;
    (void)closedir(d);
    return count - 2;
}

static void a_file_is_replaced_and_nothing_stays_beside_it(void **state)
{
    (void)state;
    char *dir = scratch_new(), *path = scratch_path(dir, "out");
    struct buf got CLEANUP(buf_release) = BUF_INIT(100);
    assert_int_equal(output_write(path, SLICE("one, which is longer"), NULL), OK);
    assert_int_equal(output_write(path, SLICE("two"), NULL), OK);
    assert_int_equal(file_read(path, &got, NULL), OK);
    assert_string_equal(buf_cstr(&got), "two");
    assert_int_equal(entries_of(dir), 1);
    free(path);
    scratch_remove(dir);
}

static void what_cannot_be_written_is_named(void **state)
{
    (void)state;
    char *dir = scratch_new(), *path = scratch_path(dir, "nosuch/out");
    struct error err;
    assert_int_equal(output_write(path, SLICE("x"), &err), E_INVALID);
    assert_non_null(strstr(err.text, "nosuch/out"));
    assert_int_equal(output_write(dir, SLICE("x"), &err), E_INVALID);
    assert_int_equal(entries_of(dir), 0);
    free(path);
    scratch_remove(dir);
}

static void what_is_no_file_is_written_to_as_it_is(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(output_write("/dev/null", SLICE("x"), NULL), OK);
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    struct error err;
    assert_int_equal(output_write("/dev/full", SLICE("x"), &err), E_INVALID);
    assert_non_null(strstr(err.text, "/dev/full"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_and_nothing_stays_beside_it),
        cmocka_unit_test(what_cannot_be_written_is_named),
        cmocka_unit_test(what_is_no_file_is_written_to_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
