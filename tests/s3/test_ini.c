#include "s3/ini.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void on_pair(void *user, struct slice section, struct slice name, struct slice value)
{
    buf_printf(user, "%.*s/%.*s=%.*s;", SLICE_ARG(section), SLICE_ARG(name), SLICE_ARG(value));
}

static void expect(const char *text, const char *wanted)
{
    struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
    assert_int_equal(ini_read(slice_of(text), on_pair, &seen), 0);
    assert_string_equal(buf_cstr(&seen), wanted);
}

static void pairs_come_with_their_section(void **state)
{
    (void)state;
    expect("[default]\nregion = eu-west-1\r\n\n[ profile x ]\na=b=c\n[y]\n",
           "default/region=eu-west-1;profile x/a=b=c;");
}

static void comments_are_skipped(void **state)
{
    (void)state;
    expect("# one\n;two\n[a] # three\nk = v # four\nl = v#5\n", "a/k=v;a/l=v#5;");
}

static void a_nested_table_is_skipped(void **state)
{
    (void)state;
    expect("[a]\ns3 =\n  max_concurrent_requests = 20\n  x = y\nregion = r\n", "a/s3=;a/region=r;");
}

static void indented_pairs_are_pairs(void **state)
{
    (void)state;
    expect("[a]\n  k = v\n  l = w\n", "a/k=v;a/l=w;");
}

static void a_line_that_is_nothing_is_named(void **state)
{
    (void)state;
    struct buf seen CLEANUP(buf_release) = BUF_INIT(4096);
    assert_int_equal(ini_read(SLICE("[a]\nk=v\nwhat\n"), on_pair, &seen), 3);
    assert_int_equal(ini_read(SLICE("[a\n"), on_pair, &seen), 1);
    assert_int_equal(ini_read(SLICE("\n= v\n"), on_pair, &seen), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_come_with_their_section),   cmocka_unit_test(comments_are_skipped),
        cmocka_unit_test(a_nested_table_is_skipped),       cmocka_unit_test(indented_pairs_are_pairs),
        cmocka_unit_test(a_line_that_is_nothing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
