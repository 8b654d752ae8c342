/* Samples that wait are added in the end, in their order, whatever grows meanwhile. */
#include "pprof/stack_queue.h"

#include "tests/pprof/fixture.h"

enum { MANY = 3000, TYPES = 2 };

/* Stack n of 0 to 3 frames; every one comes again later. */
static uint32_t fill(uint32_t *stack, uint64_t n)
{
    for (uint32_t i = 0; i < n % 4; i++)
        stack[i] = (uint32_t)(n / 4 + i);
    return (uint32_t)(n % 4);
}

static void waiting_changes_nothing_of_the_result(void **state)
{
    (void)state;
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct stacks at_once, queued;
    struct stack_queue *q = mem_zero(1, sizeof *q);
    struct random random;
    stacks_init(&at_once, TYPES, &quota);
    stacks_init(&queued, TYPES, &quota);
    stack_queue_init(q);
    random_seed(&random, 1);
    for (int round = 0; round < 4; round++) {
        int64_t factor = round == 3 ? -1 : 1;
        stack_queue_start(q, factor);
        for (int i = 0; i < MANY; i++) {
            uint64_t n = random_below(&random, MANY);
            int64_t values[TYPES] = {(int64_t)n, round == 1 ? INT64_MAX : -1};
            uint32_t stack[4] = {0}, *room = stack_queue_room(q, n % 4, &quota);
            struct stack key = {.depth = fill(stack, n)};
            assert_non_null(room);
            (void)fill(room, n);
            assert_true(stack_queue_put(q, &queued, key, values));
            assert_true(stacks_add(&at_once, key, stack, values, factor));
        }
        assert_true(stack_queue_flush(q, &queued));
    }
    assert_int_equal(queued.samples.count, at_once.samples.count);
    for (uint32_t i = 0; i < at_once.samples.count; i++)
        for (uint32_t t = 0; t < TYPES; t++)
            assert_true(stacks_exact(&queued, i, t) == stacks_exact(&at_once, i, t));
    stack_queue_release(q, &quota);
    stacks_release(&queued);
    stacks_release(&at_once);
    free(q);
    assert_int_equal(quota.used, 0);
}

static void only_so_many_wait(void **state)
{
    (void)state;
    struct quota quota = QUOTA_INIT(ROOMY, NULL);
    struct stacks s;
    struct stack_queue *q = mem_zero(1, sizeof *q);
    const int64_t values[TYPES] = {1, 1};
    stacks_init(&s, TYPES, &quota);
    stack_queue_init(q);
    stack_queue_start(q, 1);
    for (uint32_t i = 0; i < 2 * STACK_QUEUE_LENGTH; i++) {
        uint32_t *room = stack_queue_room(q, 1, &quota);
        room[0] = i;
        assert_true(stack_queue_put(q, &s, (struct stack){.depth = 1}, values));
        assert_int_equal(s.samples.count, i + 1 < STACK_QUEUE_LENGTH ? 0 : i + 2 - STACK_QUEUE_LENGTH);
    }
    assert_true(stack_queue_flush(q, &s));
    assert_int_equal(s.samples.count, 2 * STACK_QUEUE_LENGTH);
    stack_queue_release(q, &quota);
    stacks_release(&s);
    free(q);
}

static void a_refusal_of_the_quota_comes_through(void **state)
{
    (void)state;
    struct stack_queue *q = mem_zero(1, sizeof *q);
    const int64_t values[TYPES] = {1, 1};
    size_t refused = 0;
    for (size_t max = 0; max < 20000; max += 500) {
        struct quota quota = QUOTA_INIT(max, NULL);
        struct stacks s;
        bool good = true;
        stacks_init(&s, TYPES, &quota);
        stack_queue_init(q);
        stack_queue_start(q, 1);
        for (uint32_t i = 0; good && i < 100; i++) {
            uint32_t *room = stack_queue_room(q, 1, &quota);
            good = room != NULL;
            if (good)
                room[0] = i;
            good = good && stack_queue_put(q, &s, (struct stack){.depth = 1}, values);
        }
        good = good && stack_queue_flush(q, &s);
        assert_int_equal(good, !quota_refused(&quota));
        refused += !good;
        stack_queue_release(q, &quota);
        stacks_release(&s);
        assert_int_equal(quota.used, 0);
    }
    assert_in_range(refused, 3, 30);
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_changes_nothing_of_the_result),
        cmocka_unit_test(only_so_many_wait),
        cmocka_unit_test(a_refusal_of_the_quota_comes_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
