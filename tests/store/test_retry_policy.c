/* Time and chance are values here: nothing waits. */
#include "store/retry_policy.h"

#include "base/limits.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const double ALMOST_ONE = 0.999999;

static void only_passing_failures_are_tried_again(void **state)
{
    (void)state;
    for (int status = OK; status <= E_INTERNAL; status++) {
        struct retry_case c = {.status = (enum status)status, .deadline_ms = 10000};
        int64_t wait_ms = -1;
        bool again = status == E_BUSY || status == E_UNAVAILABLE || status == E_CORRUPT;
        assert_int_equal(retry_wait(&c, &wait_ms), again);
        assert_int_equal(wait_ms, again ? 0 : -1);
    }
}

static void the_ceiling_doubles_from_50_ms_to_2_s(void **state)
{
    (void)state;
    static const int64_t CEILINGS[] = {50, 100, 200, 400, 800, 1600, 2000, 2000};
    for (int i = 0; i < (int)ARRAY_LEN(CEILINGS); i++) {
        struct retry_case c = {.status = E_UNAVAILABLE,
                               .waits = i,
                               .deadline_ms = 1000000,
                               .chance = ALMOST_ONE};
        int64_t wait_ms = -1;
        assert_true(retry_wait(&c, &wait_ms));
        assert_int_equal(wait_ms, CEILINGS[i] - 1);
        c.chance = 0.5;
        assert_true(retry_wait(&c, &wait_ms));
        assert_int_equal(wait_ms, CEILINGS[i] / 2);
        c.chance = 0;
        assert_true(retry_wait(&c, &wait_ms));
        assert_int_equal(wait_ms, 0);
    }
}

static void many_waits_do_not_overflow(void **state)
{
    (void)state;
    struct retry_case c = {.status = E_BUSY,
                           .waits = 1000000,
                           .deadline_ms = INT64_MAX,
                           .chance = ALMOST_ONE};
    int64_t wait_ms = -1;
    assert_true(retry_wait(&c, &wait_ms));
    assert_int_equal(wait_ms, RETRY_CAP_MS - 1);
}

static void a_wait_always_leaves_time_for_an_attempt(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 7);
    for (int i = 0; i < 100000; i++) {
        struct retry_case c = {.status = E_BUSY,
                               .waits = (int)random_below(&r, 12),
                               .now_ms = (int64_t)random_below(&r, 5000),
                               .deadline_ms = (int64_t)random_below(&r, 10000),
                               .retry_after_ms =
                                   (int64_t)random_below(&r, 2) * (int64_t)random_below(&r, 4000),
                               .chance = random_unit(&r)};
        int64_t wait_ms = -1;
        int64_t left_ms = c.deadline_ms - c.now_ms;
        if (!retry_wait(&c, &wait_ms)) {
            assert_true(left_ms <= RETRY_LEAST_MS || c.retry_after_ms > left_ms - RETRY_LEAST_MS);
            continue;
        }
        assert_true(wait_ms >= c.retry_after_ms);
        assert_true(wait_ms <= left_ms - RETRY_LEAST_MS || wait_ms == 0);
    }
}

static void a_wait_takes_at_most_half_of_what_is_left(void **state)
{
    (void)state;
    struct retry_case c = {
        .status = E_UNAVAILABLE, .waits = 9, .now_ms = 500, .deadline_ms = 1500, .chance = ALMOST_ONE};
    int64_t wait_ms = -1;
    assert_true(retry_wait(&c, &wait_ms));
    assert_int_equal(wait_ms, 499);
}

static void what_the_store_asks_for_is_honoured_up_to_the_deadline(void **state)
{
    (void)state;
    struct retry_case c = {.status = E_BUSY, .deadline_ms = 5000, .retry_after_ms = 3000};
    int64_t wait_ms = -1;
    assert_true(retry_wait(&c, &wait_ms));
    assert_int_equal(wait_ms, 3000);
    c.chance = 0.5;
    assert_true(retry_wait(&c, &wait_ms));
    assert_int_equal(wait_ms, 3025);
    c.retry_after_ms = 5000 - RETRY_LEAST_MS;
    assert_true(retry_wait(&c, &wait_ms));
    assert_int_equal(wait_ms, 5000 - RETRY_LEAST_MS);
    c.retry_after_ms++;
    assert_false(retry_wait(&c, &wait_ms));
}

static void an_operation_ends_after_a_bounded_number_of_attempts(void **state)
{
    (void)state;
    /* The worst luck: no wait at all is drawn only with a probability; take the smallest that is not 0. */
    struct retry_case c = {.status = E_UNAVAILABLE, .deadline_ms = 20000, .chance = 0.02};
    int64_t wait_ms;
    while (retry_wait(&c, &wait_ms)) {
        c.now_ms += wait_ms > 0 ? wait_ms : 1;
        c.waits++;
    }
    assert_true(c.now_ms >= 20000 - RETRY_LEAST_MS);
    assert_true(c.waits < 2000);
}

static int64_t bound_of(enum store_verb verb, size_t body_bytes, size_t max_bytes)
{
    struct store_op op = {.verb = verb, .max_bytes = max_bytes};
    op.body.len = body_bytes;
    return retry_attempt_deadline(&op, 1000000, 500000) - 500000;
}

static void an_attempt_is_bounded_by_its_verb_and_size(void **state)
{
    (void)state;
    assert_int_equal(bound_of(STORE_PUT, 0, 0), 3000);
    assert_int_equal(bound_of(STORE_PUT, 47000, 0), 3047);
    assert_int_equal(bound_of(STORE_PUT, 16000000, 0), 19000);
    assert_int_equal(bound_of(STORE_GET, 0, 0), 10000);
    assert_int_equal(bound_of(STORE_GET, 0, 2000000), 12000);
    assert_int_equal(bound_of(STORE_LIST, 0, 0), 5000);
    assert_int_equal(bound_of(STORE_HEAD, 0, 0), 5000);
    assert_int_equal(bound_of(STORE_DELETE, 0, 0), 5000);
}

static void an_attempt_ends_with_its_operation_at_the_latest(void **state)
{
    (void)state;
    struct store_op op = {.verb = STORE_PUT};
    assert_int_equal(retry_attempt_deadline(&op, 2999, 0), 2999);
    assert_int_equal(retry_attempt_deadline(&op, 3000, 0), 3000);
    assert_int_equal(retry_attempt_deadline(&op, INT64_MAX, 1), 3001);
    assert_int_equal(retry_attempt_deadline(&op, 5, 10), 5);
}

/* Takes until there is nothing left. */
static int drain(struct retry_budget *b, int64_t now_ms)
{
    int taken = 0;
    while (retry_budget_take(b, now_ms))
        taken++;
    return taken;
}

static void the_budget_begins_with_a_burst(void **state)
{
    (void)state;
    struct retry_budget b;
    retry_budget_init(&b, 1000);
    assert_int_equal(drain(&b, 1000), RETRY_BURST);
}

static void two_retries_a_second_are_always_allowed(void **state)
{
    (void)state;
    struct retry_budget b;
    retry_budget_init(&b, 0);
    (void)drain(&b, 0);
    assert_int_equal(drain(&b, 499), 0);
    assert_int_equal(drain(&b, 500), 1);
    assert_int_equal(drain(&b, 1000), 1);
    assert_int_equal(drain(&b, 11000), 20);
    assert_int_equal(drain(&b, 10000), 0); /* a clock that steps back gives nothing */
    assert_int_equal(drain(&b, INT64_MAX), RETRY_BURST);
}

static void ten_requests_earn_a_retry(void **state)
{
    (void)state;
    struct retry_budget b;
    retry_budget_init(&b, 0);
    (void)drain(&b, 0);
    for (int i = 0; i < 9; i++)
        retry_budget_earn(&b);
    assert_false(retry_budget_take(&b, 0));
    retry_budget_earn(&b);
    assert_int_equal(drain(&b, 0), 1);
    for (int i = 0; i < 1000000; i++)
        retry_budget_earn(&b);
    assert_int_equal(drain(&b, 0), RETRY_BURST);
}

static void a_retry_that_succeeded_costs_nothing(void **state)
{
    (void)state;
    struct retry_budget b;
    retry_budget_init(&b, 0);
    (void)drain(&b, 0);
    retry_budget_give_back(&b);
    assert_int_equal(drain(&b, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_passing_failures_are_tried_again),
        cmocka_unit_test(the_ceiling_doubles_from_50_ms_to_2_s),
        cmocka_unit_test(many_waits_do_not_overflow),
        cmocka_unit_test(a_wait_always_leaves_time_for_an_attempt),
        cmocka_unit_test(a_wait_takes_at_most_half_of_what_is_left),
        cmocka_unit_test(what_the_store_asks_for_is_honoured_up_to_the_deadline),
        cmocka_unit_test(an_operation_ends_after_a_bounded_number_of_attempts),
        cmocka_unit_test(an_attempt_is_bounded_by_its_verb_and_size),
        cmocka_unit_test(an_attempt_ends_with_its_operation_at_the_latest),
        cmocka_unit_test(the_budget_begins_with_a_burst),
        cmocka_unit_test(two_retries_a_second_are_always_allowed),
        cmocka_unit_test(ten_requests_earn_a_retry),
        cmocka_unit_test(a_retry_that_succeeded_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
