/* Estimates from samples. */
#include "pprof/scale.h"

#include "tests/pprof/fixture.h"

static void assert_scaled(int64_t interval, int64_t count, int64_t bytes, int64_t all_count,
                          int64_t all_bytes)
{
    scale_heap(interval, &count, &bytes);
    assert_int_equal(count, all_count);
    assert_int_equal(bytes, all_bytes);
}

static void the_smaller_the_more_each_stands_for(void **state)
{
    (void)state;
    /* 1 / (1 - exp(-1024 / 512)) = 1.15652 */
    assert_scaled(512, 100, 102400, 115, 118427);
    assert_scaled(524288, 1, 1, 524288, 524288);
    assert_scaled(512, 1, 1 << 20, 1, 1 << 20);
    assert_scaled(512, -100, -102400, -115, -118427);
}

static void where_nothing_is_known_nothing_is_scaled(void **state)
{
    (void)state;
    assert_scaled(1, 100, 102400, 100, 102400);
    assert_scaled(0, 100, 102400, 100, 102400);
    assert_scaled(512, 0, 5, 0, 0);
    assert_scaled(512, 5, 0, 0, 0);
}

static void numbers_beyond_the_range_are_its_end(void **state)
{
    (void)state;
    assert_true(scale_whole(1e19) == INT64_MAX);
    assert_true(scale_whole(-1e19) == INT64_MIN);
    assert_int_equal(scale_whole(-1.9), -1);
    assert_scaled(INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smaller_the_more_each_stands_for),
        cmocka_unit_test(where_nothing_is_known_nothing_is_scaled),
        cmocka_unit_test(numbers_beyond_the_range_are_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
