/* Sampling is without bias: sums of weights are the sums of what was sampled from, whatever the sizes. */
#include "agent/poisson.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void distances_have_the_mean_and_the_spread_of_an_exponential(void **state)
{
    (void)state;
    enum { DRAWS = 200000, MEAN = 100000 };
    struct random random;
    double sum = 0, squares = 0;

    random_seed(&random, 7);
    for (int i = 0; i < DRAWS; i++) {
        double units = (double)poisson_draw(&random, MEAN) / MEAN;
        sum += units;
        squares += units * units;
    }
    assert_float_equal(sum / DRAWS, 1, 0.02);
    assert_float_equal(squares / DRAWS, 2, 0.1);
}

static void a_weight_is_one_over_the_chance(void **state)
{
    (void)state;
    static const double sizes[] = {1, 100, 8000, 500000, 524288, 3000000, 1e12};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double expected = -1 / expm1(-sizes[i] / 524288);
        assert_float_equal(poisson_weight(sizes[i], 524288) / expected, 1, 1e-9);
    }
    assert_true(poisson_weight(0, 1000) > 0); /* and finite */
}

static void sums_come_out_right_for_every_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {16, 1000, 5000, 10000, 100000};
    struct random random;

    random_seed(&random, 11);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const double mean = 10000;
        size_t left = poisson_draw(&random, mean), events = 40000000 / sizes[s];
        double sum = 0;
        for (size_t i = 0; i < events; i++) {
            if (sizes[s] < left) {
                left -= sizes[s];
                continue;
            }
            sum += poisson_weight((double)sizes[s], mean);
            left = poisson_draw(&random, mean);
        }
        assert_float_equal(sum / (double)events, 1, 0.06);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_have_the_mean_and_the_spread_of_an_exponential),
        cmocka_unit_test(a_weight_is_one_over_the_chance),
        cmocka_unit_test(sums_come_out_right_for_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
