/* How fast a counter has grown in the last minute. */
#include "collector/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_about(double a, double b)
{
    return a > b - 0.001 && a < b + 0.001;
}

static void one_look_tells_nothing(void **state)
{
    (void)state;
    struct pace p;

    pace_init(&p);
    assert_true(is_about(pace_per_second(&p), 0));
    pace_look(&p, 1000, 50);
    assert_true(is_about(pace_per_second(&p), 0));
    pace_look(&p, 1000, 60); /* no time has passed */
    assert_true(is_about(pace_per_second(&p), 0));
    pace_look(&p, 3000, 60);
    assert_true(is_about(pace_per_second(&p), 5));
    pace_release(&p);
}

static void what_was_more_than_a_minute_ago_does_not_count(void **state)
{
    (void)state;
    struct pace p;

    pace_init(&p);
    for (int s = 0; s <= 600; s++)
        pace_look(&p, s * 1000, s < 300 ? (uint64_t)s * 7 : 300 * 7 + (uint64_t)(s - 300) * 2);
    assert_true(is_about(pace_per_second(&p), 2));
    pace_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_look_tells_nothing),
        cmocka_unit_test(what_was_more_than_a_minute_ago_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
