/* Packed rollups: what goes in comes out, at every size, and damage is refused. */
#include "index/rollup.h"
#include "tests/index/fixture.h"

static __int128 largest(void)
{
    return (__int128)(~(unsigned __int128)0 >> 1);
}

static void hours_come_back_and_empty_ones_take_nothing(void **state)
{
    (void)state;
    struct rollup_sum hours[ROLLUP_HOURS] = {0};
    uint8_t bytes[ROLLUP_BYTES_MAX];
    size_t numbers;
    assert_int_equal(rollup_pack(hours, 3, bytes), 0);
    for (unsigned i = 0; i < ROLLUP_HOURS; i += 5) {
        hours[i].profiles = i == 0 ? INT64_MAX : (int64_t)i;
        for (int k = 0; k < ROLLUP_NUMBERS_MAX; k++)
            hours[i].numbers[k] = i == 0 ? largest() : (__int128)1 << (k * (int)i % 127);
    }
    struct slice rest = slice_make(bytes, rollup_pack(hours, ROLLUP_NUMBERS_MAX, bytes));
    assert_true(rest.len < sizeof bytes);
    assert_true(rollup_open(&rest, &numbers));
    assert_int_equal(numbers, ROLLUP_NUMBERS_MAX);
    for (unsigned i = 0; i < ROLLUP_HOURS; i += 5) {
        struct rollup_sum sum;
        unsigned hour;
        assert_true(rollup_take(&rest, numbers, &hour, &sum));
        assert_int_equal(hour, i);
        assert_int_equal(sum.profiles, hours[i].profiles);
        assert_memory_equal(sum.numbers, hours[i].numbers, sizeof sum.numbers);
    }
    assert_int_equal(rest.len, 0);
}

static void every_full_rollup_fits(void **state)
{
    (void)state;
    struct rollup_sum hours[ROLLUP_HOURS];
    uint8_t bytes[ROLLUP_BYTES_MAX];
    for (unsigned i = 0; i < ROLLUP_HOURS; i++) {
        hours[i].profiles = INT64_MAX;
        for (int k = 0; k < ROLLUP_NUMBERS_MAX; k++)
            hours[i].numbers[k] = largest();
    }
    assert_true(rollup_pack(hours, ROLLUP_NUMBERS_MAX, bytes) <= sizeof bytes);
}

static void damage_is_refused(void **state)
{
    (void)state;
    static const struct slice BAD[] = {
        SLICE("\x0a"),             /* ten numbers */
        SLICE("\x80"),             /* a count cut off */
        SLICE("\x01\x18\x01\x01"), /* hour 24 */
        SLICE("\x01\x03"),         /* no profiles said */
        SLICE("\x01\x03\x80"),     /* cut */
        SLICE("\x02\x03\x01\x05"), /* one number of two */
        SLICE("\x01\x03\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03"),
        SLICE("\x01\x03\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    };
    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        struct slice rest = BAD[i];
        struct rollup_sum sum;
        size_t numbers;
        unsigned hour;
        assert_false(rollup_open(&rest, &numbers) && rollup_take(&rest, numbers, &hour, &sum));
    }
    struct slice none = SLICE("\x01\x03\x00");
    struct rollup_sum sum;
    size_t numbers;
    unsigned hour;
    assert_true(rollup_open(&none, &numbers));
    assert_false(rollup_take(&none, numbers, &hour, &sum));
}

static void a_row_counts_once_with_its_numbers(void **state)
{
    (void)state;
    uint8_t packed[ROW_BYTES_MAX];
    struct key_parts p = profile_parts(0, T0, 812, "api", NULL);
    struct rollup_sum sum;
    size_t numbers;
    assert_true(rollup_of_row(slice_make(packed, row_pack_numbers(&p.meta.facts, packed)), &sum, &numbers));
    assert_int_equal(numbers, 3);
    assert_int_equal(sum.profiles, 1);
    assert_true(sum.numbers[0] == 10000 && sum.numbers[1] == 812 && sum.numbers[2] == INT64_C(8120000000));
    assert_true(rollup_of_row(SLICE_NULL, &sum, &numbers));
    assert_int_equal(numbers, 0);
    assert_false(rollup_of_row(SLICE("\x80"), &sum, &numbers));
    assert_false(rollup_of_row(SLICE("1234567890"), &sum, &numbers));
}

static void days_order_rollups_and_then_series(void **state)
{
    (void)state;
    int64_t id = rollup_id(20000, 77);
    assert_int_equal(rollup_day(id), 20000);
    assert_int_equal(rollup_series(id), 77);
    assert_true(rollup_id(20000, 78) > id);
    assert_true(rollup_id(20001, 0) > rollup_id(20000, (INT64_C(1) << ROLLUP_SERIES_BITS) - 1));
    assert_true(rollup_id(TIME_MAX_MS / TIME_DAY_MS, 1) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_come_back_and_empty_ones_take_nothing),
        cmocka_unit_test(every_full_rollup_fits),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(a_row_counts_once_with_its_numbers),
        cmocka_unit_test(days_order_rollups_and_then_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
