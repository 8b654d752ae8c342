/* The deterministic generator. */
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The first outputs of the published SplitMix64 for seed 1234567. */
static void the_sequence_is_that_of_the_paper(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 1234567);
    assert_true(random_u64(&r) == 6457827717110365317U);
    assert_true(random_u64(&r) == 3203168211198807973U);
    assert_true(random_u64(&r) == 9817491932198370423U);
}

static void the_same_seed_gives_the_same_sequence(void **state)
{
    (void)state;
    struct random a, b;
    random_seed(&a, 7);
    random_seed(&b, 7);
    for (int i = 0; i < 100; i++)
        assert_true(random_u64(&a) == random_u64(&b));
}

static void system_seeds_differ(void **state)
{
    (void)state;
    struct random a, b;
    random_seed_system(&a);
    random_seed_system(&b);
    assert_true(a.state != b.state);
}

static void numbers_below_a_bound_reach_all_of_it(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 1);
    int hits[7] = {0};
    for (int i = 0; i < 7000; i++) {
        uint64_t n = random_below(&r, 7);
        assert_true(n < 7);
        hits[n]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(hits[i], 850, 1150);
    assert_true(random_below(&r, 1) == 0);
    assert_true(random_below(&r, UINT64_MAX) < UINT64_MAX);
}

static void units_are_spread_over_the_half_open_interval(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 1);
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        double x = random_unit(&r);
        assert_true(x >= 0 && x < 1);
        sum += x;
    }
    assert_true(sum > 4800 && sum < 5200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sequence_is_that_of_the_paper),
        cmocka_unit_test(the_same_seed_gives_the_same_sequence),
        cmocka_unit_test(system_seeds_differ),
        cmocka_unit_test(numbers_below_a_bound_reach_all_of_it),
        cmocka_unit_test(units_are_spread_over_the_half_open_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
