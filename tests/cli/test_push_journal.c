/* What is remembered of a push from one time to the next. */
#include "cli/push_journal.h"

#include "base/file.h"
#include "base/limits.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char path[4096];

static int set_up(void **state)
{
    *state = scratch_new();
    (void)snprintf(path, sizeof path, "%s/journal", (const char *)*state);
    return 0;
}

static int tear_down(void **state)
{
    scratch_remove(*state);
    return 0;
}

static struct push_journal *open_journal(void)
{
    struct push_journal *j = NULL;
    struct error err;
    if (push_journal_open(path, &j, &err) != OK)
        fail_msg("%s", err.text);
    return j;
}

static struct push_file file_of(char *name, uint64_t bytes, int64_t modified_ms)
{
    return (struct push_file){.name = name, .bytes = bytes, .modified_ms = modified_ms};
}

static char a[] = "dir/a.pb.gz", b[] = "dir/b.pb.gz", odd[] = "line\nfeed";

static void what_was_added_is_known_the_next_time(void **state)
{
    (void)state;
    struct push_file file = file_of(a, 5, 1000), other = file_of(b, 5, 1000);
    struct push_journal *j = open_journal();
    assert_false(push_journal_has(j, "", &file));
    assert_int_equal(push_journal_add(j, "", &file, NULL), OK);
    push_journal_close(j);

    j = open_journal();
    assert_true(push_journal_has(j, "", &file));
    assert_false(push_journal_has(j, "s3://b/", &file));
    assert_false(push_journal_has(j, "", &other));
    push_journal_close(j);
}

static void what_has_changed_is_not_known(void **state)
{
    (void)state;
    struct push_file file = file_of(a, 5, 1000), longer = file_of(a, 6, 1000), later = file_of(a, 5, 2000);
    struct push_journal *j = open_journal();
    assert_int_equal(push_journal_add(j, "s3://b/", &file, NULL), OK);
    push_journal_close(j);

    j = open_journal();
    assert_true(push_journal_has(j, "s3://b/", &file));
    assert_false(push_journal_has(j, "s3://b/", &longer));
    assert_false(push_journal_has(j, "s3://b/", &later));
    push_journal_close(j);
}

static void a_name_that_is_no_line_is_sent_again(void **state)
{
    (void)state;
    struct push_file file = file_of(odd, 5, 1000);
    struct push_journal *j = open_journal();
    assert_int_equal(push_journal_add(j, "", &file, NULL), OK);
    push_journal_close(j);

    j = open_journal();
    assert_false(push_journal_has(j, "", &file));
    push_journal_close(j);
}

static void a_torn_line_does_not_spoil_the_next(void **state)
{
    (void)state;
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    (void)fputs("5 1000 dir/a.p", out);
    (void)fclose(out);
    struct push_file file = file_of(a, 5, 1000);
    struct push_journal *j = open_journal();
    assert_false(push_journal_has(j, "", &file));
    assert_int_equal(push_journal_add(j, "", &file, NULL), OK);
    push_journal_close(j);

    j = open_journal();
    assert_true(push_journal_has(j, "", &file));
    push_journal_close(j);
    struct buf text CLEANUP(buf_release) = BUF_INIT(KIB);
    assert_int_equal(file_read(path, &text, NULL), OK);
    assert_string_equal(buf_cstr(&text), "5 1000 dir/a.p\n5 1000 dir/a.pb.gz\n");
}

static void a_journal_that_cannot_be_is_an_error(void **state)
{
    struct push_journal *j = NULL;
    struct error err;
    assert_int_equal(push_journal_open(*state, &j, &err), E_INVALID);
    assert_non_null(strstr(err.text, *state));
    assert_null(j);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_known_the_next_time), TEST(what_has_changed_is_not_known),
        TEST(a_name_that_is_no_line_is_sent_again),  TEST(a_torn_line_does_not_spoil_the_next),
        TEST(a_journal_that_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
