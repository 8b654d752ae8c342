/* Slices: each function also with the empty slice, whose pointer is NULL. */
#include "base/slice.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_slice(struct slice s, const char *expected)
{
    assert_int_equal(s.len, strlen(expected));
    assert_true(slice_eq_cstr(s, expected));
}

static void equality_is_by_bytes(void **state)
{
    (void)state;
    assert_true(slice_eq(SLICE("ab"), SLICE("ab")));
    assert_false(slice_eq(SLICE("ab"), SLICE("aB")));
    assert_false(slice_eq(SLICE("ab"), SLICE("abc")));
    assert_true(slice_eq(SLICE_NULL, SLICE("")));
    assert_true(slice_eq(SLICE("a\0b"), SLICE("a\0b")));
    assert_false(slice_eq(SLICE("a\0b"), SLICE("a\0c")));
    assert_true(slice_eq_cstr(SLICE_NULL, NULL));
}

static void case_is_ignored_for_ascii_letters_only(void **state)
{
    (void)state;
    assert_true(slice_eq_nocase(SLICE("Content-Type"), SLICE("content-tYPE")));
    assert_false(slice_eq_nocase(SLICE("a"), SLICE("b")));
    assert_false(slice_eq_nocase(SLICE("a"), SLICE("aa")));
    assert_false(slice_eq_nocase(SLICE("["), SLICE("{")));
    assert_false(slice_eq_nocase(SLICE("\xc4"), SLICE("\xe4")));
    assert_true(slice_eq_nocase(SLICE_NULL, SLICE_NULL));
}

static void order_is_bytewise_and_shorter_first(void **state)
{
    (void)state;
    assert_true(slice_cmp(SLICE("a"), SLICE("b")) < 0);
    assert_true(slice_cmp(SLICE("b"), SLICE("a")) > 0);
    assert_true(slice_cmp(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_cmp(SLICE("ab"), SLICE("a")) > 0);
    assert_int_equal(slice_cmp(SLICE("ab"), SLICE("ab")), 0);
    assert_true(slice_cmp(SLICE("\x7f"), SLICE("\x80")) < 0);
    assert_true(slice_cmp(SLICE_NULL, SLICE("a")) < 0);
    assert_int_equal(slice_cmp(SLICE_NULL, SLICE("")), 0);
}

static void prefixes_and_suffixes(void **state)
{
    (void)state;
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_true(slice_starts(SLICE("abc"), SLICE_NULL));
    assert_false(slice_starts(SLICE("ab"), SLICE("abc")));
    assert_false(slice_starts(SLICE_NULL, SLICE("a")));
    assert_true(slice_ends(SLICE("abc"), SLICE("bc")));
    assert_true(slice_ends(SLICE("abc"), SLICE("abc")));
    assert_false(slice_ends(SLICE("abc"), SLICE("ab")));
    assert_false(slice_ends(SLICE("bc"), SLICE("abc")));
    assert_true(slice_ends(SLICE_NULL, SLICE_NULL));
}

static void a_part_is_cut_to_what_is_there(void **state)
{
    (void)state;
    assert_slice(slice_sub(SLICE("abcdef"), 2, 3), "cde");
    assert_slice(slice_sub(SLICE("abcdef"), 4, 30), "ef");
    assert_slice(slice_sub(SLICE("abcdef"), 9, 1), "");
    assert_slice(slice_sub(SLICE("abcdef"), 1, SIZE_MAX), "bcdef");
    assert_slice(slice_from(SLICE("abcdef"), 4), "ef");
    assert_slice(slice_from(SLICE("abcdef"), SIZE_MAX), "");
    assert_null(slice_from(SLICE_NULL, 3).ptr);
}

static void finding_gives_the_index_or_the_length(void **state)
{
    (void)state;
    assert_int_equal(slice_find(SLICE("a=b=c"), '='), 1);
    assert_int_equal(slice_find(SLICE("abc"), '='), 3);
    assert_int_equal(slice_find(SLICE_NULL, '='), 0);
}

static void splitting_gives_empty_pieces_too(void **state)
{
    (void)state;
    struct slice rest = SLICE("a,,b,");
    struct slice piece;
    const char *const expected[] = {"a", "", "b", ""};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(slice_split(&rest, ',', &piece));
        assert_slice(piece, expected[i]);
    }
    assert_false(slice_split(&rest, ',', &piece));
    assert_false(slice_split(&rest, ',', &piece));
}

static void splitting_nothing_gives_one_empty_piece(void **state)
{
    (void)state;
    struct slice rest = SLICE("");
    struct slice piece;
    assert_true(slice_split(&rest, ',', &piece));
    assert_int_equal(piece.len, 0);
    assert_false(slice_split(&rest, ',', &piece));
}

static void trimming_takes_white_space_off_both_ends(void **state)
{
    (void)state;
    assert_slice(slice_trim(SLICE(" \t\r\n a b \v\f")), "a b");
    assert_slice(slice_trim(SLICE("  ")), "");
    assert_slice(slice_trim(SLICE("a")), "a");
    assert_int_equal(slice_trim(SLICE_NULL).len, 0);
}

static void unsigned_numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    uint64_t n = 7;
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "1x", "0x1", "18446744073709551616", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(slice_to_u64(slice_of(bad[i]), &n));
    assert_int_equal(n, 7);

    assert_true(slice_to_u64(SLICE("0"), &n));
    assert_true(n == 0);
    assert_true(slice_to_u64(SLICE("18446744073709551615"), &n));
    assert_true(n == UINT64_MAX);
    assert_true(slice_to_u64(SLICE("007"), &n));
    assert_true(n == 7);
}

static void signed_numbers_reach_both_ends(void **state)
{
    (void)state;
    int64_t n = 7;
    static const char *const bad[] = {"", "-", "--1", "+1", "9223372036854775808", "-9223372036854775809"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(slice_to_i64(slice_of(bad[i]), &n));
    assert_int_equal(n, 7);

    assert_true(slice_to_i64(SLICE("9223372036854775807"), &n));
    assert_true(n == INT64_MAX);
    assert_true(slice_to_i64(SLICE("-9223372036854775808"), &n));
    assert_true(n == INT64_MIN);
    assert_true(slice_to_i64(SLICE("-12"), &n));
    assert_true(n == -12);
}

static void utf8_is_known_at_its_edges(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "abc",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(slice_is_utf8(slice_of(good[i])));

    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x41",
                                      "\xe0\x9f\xbf",
                                      "\xe2\x82",
                                      "\xe2\x82\x41",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "ab\xf0\x90\x80"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(slice_is_utf8(slice_of(bad[i])));
}

static void the_first_character_is_measured(void **state)
{
    (void)state;
    assert_int_equal(slice_utf8_head(SLICE("a\xc3\xa4")), 1);
    assert_int_equal(slice_utf8_head(SLICE("\xc3\xa4z")), 2);
    assert_int_equal(slice_utf8_head(SLICE("\xe2\x82\xac")), 3);
    assert_int_equal(slice_utf8_head(SLICE("\xf0\x9f\x94\xa5")), 4);
    assert_int_equal(slice_utf8_head(SLICE("\0")), 1);
    assert_int_equal(slice_utf8_head(SLICE("\xe2\x82")), 0);
    assert_int_equal(slice_utf8_head(SLICE_NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_is_by_bytes),
        cmocka_unit_test(case_is_ignored_for_ascii_letters_only),
        cmocka_unit_test(order_is_bytewise_and_shorter_first),
        cmocka_unit_test(prefixes_and_suffixes),
        cmocka_unit_test(a_part_is_cut_to_what_is_there),
        cmocka_unit_test(finding_gives_the_index_or_the_length),
        cmocka_unit_test(splitting_gives_empty_pieces_too),
        cmocka_unit_test(splitting_nothing_gives_one_empty_piece),
        cmocka_unit_test(trimming_takes_white_space_off_both_ends),
        cmocka_unit_test(unsigned_numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(signed_numbers_reach_both_ends),
        cmocka_unit_test(utf8_is_known_at_its_edges),
        cmocka_unit_test(the_first_character_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
