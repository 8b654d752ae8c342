/* Sums per key: exact whatever the order, beyond 64 bits too. */
#include "tests/pprof/fixture.h"

#include "pprof/stacks.h"

static struct quota quota = QUOTA_INIT(ROOMY, NULL);

static int64_t sum_of(const int64_t *values, size_t count, const int64_t *factors, bool *saturated)
{
    struct stacks s CLEANUP(stacks_release);
    stacks_init(&s, 1, &quota);
    assert_int_equal(stacks_labels(&s, NULL, 0), 0);
    uint32_t location = 7;
    for (size_t i = 0; i < count; i++)
        assert_true(
            stacks_add(&s, (struct stack){.depth = 1}, &location, &values[i], factors ? factors[i] : 1));
    assert_int_equal(s.samples.count, 1);
    *saturated = false;
    return stacks_sum(&s, 0, 0, saturated);
}

static void a_sum_that_leaves_64_bits_and_comes_back_is_exact(void **state)
{
    (void)state;
    bool saturated;
    assert_int_equal(sum_of((int64_t[]){INT64_MAX, 1, -1}, 3, NULL, &saturated), INT64_MAX);
    assert_false(saturated);
    assert_int_equal(sum_of((int64_t[]){INT64_MAX, INT64_MAX, INT64_MIN, INT64_MIN, 5}, 5, NULL, &saturated),
                     3);
    assert_false(saturated);
    assert_int_equal(sum_of((int64_t[]){INT64_MIN, INT64_MIN, INT64_MAX, INT64_MAX}, 4, NULL, &saturated),
                     -2);
    assert_false(saturated);
}

static void a_sum_that_does_not_fit_is_the_end_of_the_range_and_says_so(void **state)
{
    (void)state;
    bool saturated;
    assert_int_equal(sum_of((int64_t[]){INT64_MAX, 1}, 2, NULL, &saturated), INT64_MAX);
    assert_true(saturated);
    assert_int_equal(sum_of((int64_t[]){INT64_MIN, -1}, 2, NULL, &saturated), INT64_MIN);
    assert_true(saturated);
    assert_int_equal(sum_of((int64_t[]){INT64_MIN}, 1, (int64_t[]){-1}, &saturated), INT64_MAX);
    assert_true(saturated);
}

static void factors_are_exact_too(void **state)
{
    (void)state;
    bool saturated;
    assert_int_equal(sum_of((int64_t[]){INT64_MIN, INT64_MAX}, 2, (int64_t[]){-1, -1}, &saturated), 1);
    assert_false(saturated);
    assert_int_equal(sum_of((int64_t[]){1LL << 62, 1LL << 62}, 2, (int64_t[]){1000, -1000}, &saturated), 0);
    assert_false(saturated);
}

static void a_sum_of_a_multiple_of_2_to_the_64_is_not_zero(void **state)
{
    (void)state;
    struct stacks s CLEANUP(stacks_release);
    stacks_init(&s, 1, &quota);
    assert_int_equal(stacks_labels(&s, NULL, 0), 0);
    uint32_t location = 7;
    for (int i = 0; i < 4; i++)
        assert_true(stacks_add(&s, (struct stack){.depth = 1}, &location, &(int64_t){1LL << 62}, 1));
    assert_false(stacks_is_zero(&s, 0));
    assert_true(stacks_add(&s, (struct stack){.depth = 1}, &location, &(int64_t){1LL << 62}, -4));
    assert_true(stacks_is_zero(&s, 0));
}

static void keys_are_stacks_and_labels(void **state)
{
    (void)state;
    struct stacks s CLEANUP(stacks_release);
    stacks_init(&s, 1, &quota);
    assert_int_equal(stacks_labels(&s, NULL, 0), 0);
    struct stack_label a = {.key = 1, .text = 2};
    struct stack_label b = {.key = 1, .number = 2};
    assert_int_equal(stacks_labels(&s, &a, 1), 1);
    assert_int_equal(stacks_labels(&s, &b, 1), 2);
    assert_int_equal(stacks_labels(&s, &a, 1), 1);
    static const uint32_t stack[] = {1, 2, 3};
    for (uint32_t depth = 0; depth <= 3; depth++)
        for (uint32_t set = 0; set < 3; set++)
            for (int twice = 0; twice < 2; twice++)
                assert_true(
                    stacks_add(&s, (struct stack){.depth = depth, .labels = set}, stack, &(int64_t){1}, 1));
    assert_int_equal(s.samples.count, 12);
    bool saturated = false;
    for (uint32_t i = 0; i < 12; i++)
        assert_int_equal(stacks_sum(&s, i, 0, &saturated), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_that_leaves_64_bits_and_comes_back_is_exact),
        cmocka_unit_test(a_sum_that_does_not_fit_is_the_end_of_the_range_and_says_so),
        cmocka_unit_test(factors_are_exact_too),
        cmocka_unit_test(a_sum_of_a_multiple_of_2_to_the_64_is_not_zero),
        cmocka_unit_test(keys_are_stacks_and_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
