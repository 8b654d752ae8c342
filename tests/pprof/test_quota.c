/* What may be held, alone and shared. */
#include "tests/pprof/fixture.h"

static void a_quota_gives_no_more_than_it_has(void **state)
{
    (void)state;
    struct quota q = QUOTA_INIT(3 << 20, NULL);
    assert_true(quota_take(&q, 2 << 20));
    assert_false(quota_take(&q, (1 << 20) + 1));
    assert_true(quota_refused(&q));
    assert_false(quota_take(&q, SIZE_MAX));
    assert_int_equal(q.used, 2 << 20);
    assert_true(quota_take(&q, 1 << 20));
    quota_give(&q, 3 << 20);
    assert_int_equal(q.used, 0);
    assert_int_equal(q.peak, 3 << 20);
}

static void the_answer_says_how_to_ask_for_less(void **state)
{
    (void)state;
    struct quota q = QUOTA_INIT(64 << 20, NULL);
    struct error err;
    assert_false(quota_take(&q, SIZE_MAX));
    assert_int_equal(quota_error(&q, &err), E_TOO_LARGE);
    assert_non_null(strstr(err.text, "64 MiB"));
    assert_non_null(strstr(err.text, "shorter time range"));
}

static void a_shared_budget_is_used_and_given_back_by_all(void **state)
{
    (void)state;
    struct budget budget;
    budget_init(&budget, 1000);
    struct quota a = QUOTA_INIT(800, &budget);
    struct quota b = QUOTA_INIT(800, &budget);
    struct error err;
    assert_true(quota_take(&a, 600));
    assert_false(quota_take(&b, 600));
    assert_int_equal(quota_error(&b, &err), E_BUSY);
    assert_int_equal(b.used, 0);
    quota_give(&a, 600);
    assert_true(quota_take(&b, 600));
    quota_give(&b, 600);
    assert_int_equal(budget_used(&budget), 0);
}

static void quotas_with_one_limit_share_it_and_say_the_same(void **state)
{
    (void)state;
    struct budget limit, all;
    budget_init(&limit, 4 << 20);
    budget_init(&all, 5 << 20);
    struct quota a = QUOTA_INIT(4 << 20, &all), b = a;
    struct error err;
    a.limit = b.limit = &limit;
    assert_true(quota_take(&a, 3 << 20));
    assert_int_equal(quota_rest(&b), 1 << 20);
    assert_false(quota_take(&b, 2 << 20));
    assert_int_equal(quota_error(&b, &err), E_TOO_LARGE);
    assert_non_null(strstr(err.text, "4 MiB"));
    /* What the shared budget refuses is not counted against the limit. */
    budget_add(&all, 2 << 20);
    assert_false(quota_take(&a, 1 << 20));
    assert_int_equal(quota_error(&a, &err), E_BUSY);
    budget_give(&all, 2 << 20);
    assert_true(quota_take(&b, 1 << 20));
    assert_int_equal(quota_rest(&a), 0);
    quota_give(&a, 3 << 20);
    quota_give(&b, 1 << 20);
    assert_int_equal(budget_used(&limit), 0);
    assert_int_equal(budget_used(&all), 0);
}

static void what_is_held_can_grow_and_shrink(void **state)
{
    (void)state;
    struct quota q = QUOTA_INIT(100, NULL);
    size_t held = 0;
    assert_true(quota_move(&q, &held, 80));
    assert_true(quota_move(&q, &held, 30));
    assert_int_equal(q.used, 30);
    assert_false(quota_move(&q, &held, 101));
    assert_int_equal(held, 30);
}

static void a_column_counts_its_memory(void **state)
{
    (void)state;
    struct quota q = QUOTA_INIT(4096, NULL);
    struct column c = COLUMN_OF(uint64_t);
    size_t added = 0;
    for (uint64_t *e; (e = column_add(&c, 1, &q)); added++)
        *e = added;
    assert_true(added >= 256 && added <= 512);
    assert_int_equal(q.used, c.cap * sizeof(uint64_t));
    for (size_t i = 0; i < added; i++)
        assert_int_equal(COLUMN_AT(c, uint64_t)[i], i);
    assert_null(column_add(&c, SIZE_MAX / 4, &q));
    column_release(&c, &q);
    assert_int_equal(q.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quota_gives_no_more_than_it_has),
        cmocka_unit_test(the_answer_says_how_to_ask_for_less),
        cmocka_unit_test(a_shared_budget_is_used_and_given_back_by_all),
        cmocka_unit_test(quotas_with_one_limit_share_it_and_say_the_same),
        cmocka_unit_test(what_is_held_can_grow_and_shrink),
        cmocka_unit_test(a_column_counts_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
