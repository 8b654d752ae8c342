/* What may reach a terminal, and in how many columns. */
#include "base/printable.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void becomes(struct slice in, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    printable_append(&out, in);
    assert_string_equal(buf_cstr(&out), expected);
}

static void is_cut_to(const char *in, size_t columns, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    printable_cut(&out, slice_of(in), columns);
    assert_string_equal(buf_cstr(&out), expected);
    assert_true(printable_columns(buf_slice(&out)) <= columns);
}

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    becomes(SLICE(""), "");
    becomes(SLICE("main.(*T).run[...] größe 日本"), "main.(*T).run[...] größe 日本");
}

static void what_could_steer_a_terminal_is_replaced(void **state)
{
    (void)state;
    becomes(SLICE("a\x1b[31mb"), "a\uFFFD[31mb");
    becomes(SLICE("a\r\n\0b"), "a\uFFFD\uFFFD\uFFFDb");
    becomes(SLICE("a\x7f\xc2\x9b"), "a\uFFFD\uFFFD");
    becomes(SLICE("a\xe2\x80\xae"
                  "b"),
            "a\uFFFDb");
    becomes(SLICE("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f\xe2\x81\xa6"), "\uFFFD\uFFFD\uFFFD\uFFFD");
    becomes(SLICE("a\tb"), "a b");
}

static void what_is_no_utf8_is_replaced_byte_by_byte(void **state)
{
    (void)state;
    becomes(SLICE("a\xff\xe2\x80"
                  "b"),
            "a\uFFFD\uFFFD\uFFFDb");
    becomes(SLICE("\xc0\x80"), "\uFFFD\uFFFD");
}

static void wide_characters_take_two_columns_and_combining_ones_none(void **state)
{
    (void)state;
    assert_int_equal(printable_columns(SLICE("")), 0);
    assert_int_equal(printable_columns(SLICE("abc")), 3);
    assert_int_equal(printable_columns(SLICE("größe")), 5);
    assert_int_equal(printable_columns(SLICE("日本")), 4);
    assert_int_equal(printable_columns(SLICE("e\xcc\x81")), 1);
    assert_int_equal(printable_columns(SLICE("\xf0\x9f\x94\xa5")), 2);
}

static void what_fits_is_not_cut(void **state)
{
    (void)state;
    is_cut_to("main.parse", 10, "main.parse");
    is_cut_to("", 1, "");
    is_cut_to("日本", 4, "日本");
}

static void the_middle_gives_way_and_the_end_keeps_more(void **state)
{
    (void)state;
    is_cut_to("github.com/google/pprof/profile.Merge", 16, "github…ile.Merge");
    is_cut_to("abcdefghij", 5, "a…hij");
    is_cut_to("abcdefghij", 1, "…");
    is_cut_to("日本日本日本", 5, "…本");
    is_cut_to("\x1b\x1b\x1b\x1b", 2, "…\uFFFD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(what_could_steer_a_terminal_is_replaced),
        cmocka_unit_test(what_is_no_utf8_is_replaced_byte_by_byte),
        cmocka_unit_test(wide_characters_take_two_columns_and_combining_ones_none),
        cmocka_unit_test(what_fits_is_not_cut),
        cmocka_unit_test(the_middle_gives_way_and_the_end_keeps_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
