/* Ten digits whose order is the order of time. */
#include "model/stamp.h"

#include "base/random.h"
#include "model/time.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct slice written(int64_t ms, char *bytes)
{
    stamp_write(ms, bytes);
    return slice_make(bytes, STAMP_BYTES);
}

static void known_times_have_known_stamps(void **state)
{
    (void)state;
    char bytes[STAMP_BYTES];
    int64_t ms;
    assert_true(slice_eq(written(1795406423517, bytes), SLICE("01m838zsex")));
    assert_true(slice_eq(written(0, bytes), SLICE("0000000000")));
    assert_true(slice_eq(written(31, bytes), SLICE("000000000z")));
    assert_true(stamp_read(SLICE("01m838zdd4"), &ms) && ms == 1795406411172);
}

static void times_outside_are_moved_to_the_nearer_end(void **state)
{
    (void)state;
    char bytes[STAMP_BYTES];
    int64_t ms;
    assert_true(stamp_read(written(-5, bytes), &ms) && ms == 0);
    assert_true(stamp_read(written(INT64_MAX, bytes), &ms) && ms == TIME_MAX_MS);
}

static void order_of_bytes_is_order_of_time(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 5);
    for (int i = 0; i < 100000; i++) {
        char one[STAMP_BYTES], two[STAMP_BYTES];
        int64_t a = (int64_t)random_below(&r, (uint64_t)TIME_MAX_MS + 1), back;
        int64_t b = random_below(&r, 2) ? a + 1 : (int64_t)random_below(&r, (uint64_t)TIME_MAX_MS + 1);
        if (b > TIME_MAX_MS)
            continue;
        int order = slice_cmp(written(a, one), written(b, two));
        assert_true(order < 0 ? a < b : order > 0 ? a > b : a == b);
        assert_true(stamp_read(slice_make(one, STAMP_BYTES), &back) && back == a);
    }
}

static void what_is_no_stamp_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "000000000",  "00000000000", "01M838ZSEX",
                                      "01m838zseo", "01m838zsei", "01m838zsel",  "01m838zseu",
                                      "zzzzzzzzzz", "-000000001", "0000000 00"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t ms = 77;
        assert_false(stamp_read(slice_of(bad[i]), &ms));
        assert_true(ms == 77);
    }
    char bytes[STAMP_BYTES];
    stamp_write(TIME_MAX_MS, bytes);
    assert_true(bytes[STAMP_BYTES - 1] == 'z');
    bytes[STAMP_BYTES - 2]++; /* 32 ms later is the year 10,000 */
    assert_false(stamp_read(slice_make(bytes, STAMP_BYTES), &(int64_t){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times_have_known_stamps),
        cmocka_unit_test(times_outside_are_moved_to_the_nearer_end),
        cmocka_unit_test(order_of_bytes_is_order_of_time),
        cmocka_unit_test(what_is_no_stamp_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
