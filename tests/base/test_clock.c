/* Clocks, as far as they can be tested without waiting. */
#include "base/clock.h"

#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_wall_clock_lies_between_two_looks_at_the_system(void **state)
{
    (void)state;
    time_t before = time(NULL);
    int64_t now_ms = clock_wall_ms();
    struct timespec after;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &after), 0);
    /* time() may lag by a tick of the kernel. */
    assert_true(now_ms >= (int64_t)before * 1000);
    assert_true(now_ms <= (int64_t)after.tv_sec * 1000 + after.tv_nsec / 1000000);
}

static void the_monotonic_clock_never_goes_back(void **state)
{
    (void)state;
    int64_t last_us = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t now_us = clock_mono_us();
        assert_true(now_us >= last_us);
        last_us = now_us;
    }
}

static void both_monotonic_units_are_of_one_clock(void **state)
{
    (void)state;
    int64_t before_us = clock_mono_us();
    int64_t now_ms = clock_mono_ms();
    int64_t after_us = clock_mono_us();
    assert_true(before_us / 1000 <= now_ms && now_ms <= after_us / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_lies_between_two_looks_at_the_system),
        cmocka_unit_test(the_monotonic_clock_never_goes_back),
        cmocka_unit_test(both_monotonic_units_are_of_one_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
