/* The version in the binary is the one in the file VERSION, and the commit is one word. */
#include "base/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_version_is_what_the_version_file_says(void **state)
{
    char want[64] = "";
    (void)state;

    FILE *file = fopen("VERSION", "r");
    assert_non_null(file);
    assert_non_null(fgets(want, sizeof(want), file));
    assert_int_equal(fclose(file), 0);

    want[strcspn(want, "\n")] = '\0';
    assert_string_equal(version_text(), want);
}

static void the_commit_is_one_word(void **state)
{
    (void)state;

    assert_int_not_equal(version_commit()[0], '\0');
    assert_null(strpbrk(version_commit(), " \t\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_is_what_the_version_file_says),
        cmocka_unit_test(the_commit_is_one_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
