/* Numbers in few bytes: round trips, and refusal of what is cut. */
#include "index/varint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_edge_comes_back(void **state)
{
    (void)state;
    static const int64_t EDGES[] = {0, 1, -1, 63, 64, -64, -65, 127, 128, 16383, 16384, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < ARRAY_LEN(EDGES); i++) {
        uint8_t bytes[2 * VARINT_BYTES_MAX];
        size_t n = varint_put_signed(bytes, EDGES[i]);
        size_t m = varint_put(bytes + n, (uint64_t)EDGES[i]);
        struct slice rest = slice_make(bytes, n + m);
        int64_t a;
        uint64_t b;
        assert_true(varint_take_signed(&rest, &a));
        assert_true(varint_take(&rest, &b));
        assert_int_equal(rest.len, 0);
        assert_true(a == EDGES[i]);
        assert_true(b == (uint64_t)EDGES[i]);
    }
}

static void wide_ones_come_back_and_no_cut_one_does(void **state)
{
    (void)state;
    for (int shift = 0; shift <= 128; shift++) {
        uint8_t bytes[VARINT_WIDE_BYTES_MAX];
        unsigned __int128 value = shift == 128 ? ~(unsigned __int128)0 : (unsigned __int128)1 << shift, back;
        for (unsigned __int128 v = value - 1; v - (value - 1) <= 1; v++) {
            size_t n = varint_put_wide(bytes, v);
            assert_true(n <= sizeof bytes);
            for (size_t len = 0; len <= n; len++) {
                struct slice rest = slice_make(bytes, len);
                assert_int_equal(varint_take_wide(&rest, &back), len == n);
                assert_int_equal(rest.len, len == n ? 0 : len);
            }
            assert_true(back == v);
        }
    }
    uint64_t narrow;
    uint8_t both[VARINT_WIDE_BYTES_MAX];
    struct slice rest = slice_make(both, varint_put_wide(both, UINT64_MAX)); /* one spelling for both */
    assert_true(varint_take(&rest, &narrow) && narrow == UINT64_MAX);
    memset(both, 0x80, sizeof both);
    rest = slice_make(both, sizeof both);
    unsigned __int128 wide;
    assert_false(varint_take_wide(&rest, &wide));
}

static void small_numbers_of_either_sign_take_one_byte(void **state)
{
    (void)state;
    uint8_t bytes[VARINT_BYTES_MAX];
    assert_int_equal(varint_put(bytes, 127), 1);
    assert_int_equal(varint_put_signed(bytes, 63), 1);
    assert_int_equal(varint_put_signed(bytes, -64), 1);
}

static void what_is_cut_or_too_long_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[VARINT_BYTES_MAX + 1];
    size_t n = varint_put(bytes, UINT64_MAX);
    uint64_t value;
    for (size_t len = 0; len < n; len++) {
        struct slice rest = slice_make(bytes, len);
        assert_false(varint_take(&rest, &value));
        assert_int_equal(rest.len, len);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 0x80;
    struct slice rest = slice_make(bytes, sizeof bytes);
    assert_false(varint_take(&rest, &value));
}

static void bytes_are_taken_with_their_length(void **state)
{
    (void)state;
    struct slice rest = SLICE("\x03"
                              "abc"
                              "\x00"
                              "\x05"
                              "xy"),
                 got;
    assert_true(varint_take_bytes(&rest, &got));
    assert_true(slice_eq_cstr(got, "abc"));
    assert_true(varint_take_bytes(&rest, &got));
    assert_int_equal(got.len, 0);
    assert_false(varint_take_bytes(&rest, &got));
    assert_int_equal(rest.len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_comes_back),
        cmocka_unit_test(wide_ones_come_back_and_no_cut_one_does),
        cmocka_unit_test(small_numbers_of_either_sign_take_one_byte),
        cmocka_unit_test(what_is_cut_or_too_long_is_refused),
        cmocka_unit_test(bytes_are_taken_with_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
