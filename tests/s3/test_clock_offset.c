#include "s3/clock_offset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MINUTE = 60 * 1000 };
static const int64_t DATE = 1700000000000;

static int64_t offset_of(const struct clock_offset *c)
{
    int64_t now_ms = 0;
    assert_true(clock_offset_at(c, 0, &now_ms));
    return now_ms;
}

static void nothing_is_known_before_the_first_sample(void **state)
{
    (void)state;
    struct clock_offset c = {.period_start_ms = 0};
    int64_t now_ms = 7;
    assert_false(clock_offset_at(&c, 1000, &now_ms));
    assert_int_equal(now_ms, 7);
}

static void a_date_is_put_in_the_middle_of_its_second_and_of_the_exchange(void **state)
{
    (void)state;
    struct clock_offset c = {.period_start_ms = 0};
    clock_offset_learn(&c, &(struct clock_sample){1000, 1200, DATE});
    int64_t now_ms = 0;
    assert_true(clock_offset_at(&c, 1100, &now_ms));
    assert_int_equal(now_ms, DATE + 500);
    assert_true(clock_offset_at(&c, 5100, &now_ms));
    assert_int_equal(now_ms, DATE + 4500);
}

static void the_smallest_round_trip_wins(void **state)
{
    (void)state;
    struct clock_offset c = {.period_start_ms = 0};
    clock_offset_learn(&c, &(struct clock_sample){0, 10, DATE});
    int64_t best = offset_of(&c);
    clock_offset_learn(&c, &(struct clock_sample){1000, 3000, DATE + 9000});
    assert_int_equal(offset_of(&c), best);
    clock_offset_learn(&c, &(struct clock_sample){4000, 4004, DATE + 3000});
    assert_int_not_equal(offset_of(&c), best);
}

static void an_old_sample_is_forgotten_however_good_it_was(void **state)
{
    (void)state;
    struct clock_offset c = {.period_start_ms = 0};
    clock_offset_learn(&c, &(struct clock_sample){0, 1, DATE});
    int64_t lucky = offset_of(&c);
    clock_offset_learn(&c, &(struct clock_sample){6 * MINUTE, 6 * MINUTE + 50, DATE});
    assert_int_equal(offset_of(&c), lucky);
    clock_offset_learn(&c, &(struct clock_sample){12 * MINUTE, 12 * MINUTE + 50, DATE});
    assert_int_not_equal(offset_of(&c), lucky);

    /* Silence for longer than both periods. */
    clock_offset_learn(&c, &(struct clock_sample){60 * MINUTE, 60 * MINUTE + 900, DATE});
    assert_int_equal(offset_of(&c), DATE + 500 - 60 * MINUTE - 450);
}

static void what_the_bucket_insists_on_replaces_all(void **state)
{
    (void)state;
    struct clock_offset c = {.period_start_ms = 0};
    clock_offset_learn(&c, &(struct clock_sample){0, 1, DATE});
    clock_offset_force(&c, &(struct clock_sample){1000, 3000, DATE + 60 * MINUTE});
    assert_int_equal(offset_of(&c), DATE + 60 * MINUTE + 500 - 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_before_the_first_sample),
        cmocka_unit_test(a_date_is_put_in_the_middle_of_its_second_and_of_the_exchange),
        cmocka_unit_test(the_smallest_round_trip_wins),
        cmocka_unit_test(an_old_sample_is_forgotten_however_good_it_was),
        cmocka_unit_test(what_the_bucket_insists_on_replaces_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
