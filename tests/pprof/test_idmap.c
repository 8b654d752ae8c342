/* Ids of every kind: dense, gaps, huge, backwards; against a plain list. */
#include "tests/pprof/fixture.h"

static struct quota quota = QUOTA_INIT(ROOMY, NULL);

static void ids_in_order_cost_nothing(void **state)
{
    (void)state;
    struct idmap m = IDMAP_INIT;
    size_t before = quota.used;
    for (uint64_t id = 1; id <= 1000; id++)
        assert_int_equal(idmap_put(&m, id, &quota), IDMAP_OK);
    assert_int_equal(quota.used, before);
    assert_int_equal(idmap_get(&m, 1), 0);
    assert_int_equal(idmap_get(&m, 1000), 999);
    assert_int_equal(idmap_get(&m, 0), IDMAP_NONE);
    assert_int_equal(idmap_get(&m, 1001), IDMAP_NONE);
    idmap_release(&m, &quota);
}

static void zero_and_duplicates_are_told(void **state)
{
    (void)state;
    static const uint64_t ids[] = {1, 2, 9, UINT64_MAX, 5000000000, 3};
    struct idmap m = IDMAP_INIT;
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        assert_int_equal(idmap_put(&m, ids[i], &quota), IDMAP_OK);
        assert_int_equal(idmap_put(&m, 0, &quota), IDMAP_ZERO);
        for (size_t k = 0; k <= i; k++)
            assert_int_equal(idmap_put(&m, ids[k], &quota), IDMAP_DUPLICATE);
    }
    idmap_release(&m, &quota);
}

static void any_ids_in_any_order_are_found(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    struct random r;
    random_seed(&r, 1);
    struct idmap m = IDMAP_INIT;
    static uint64_t ids[COUNT];
    for (int round = 0; round < 12; round++) {
        uint64_t step = round % 4 == 0 ? 1 : random_below(&r, 1 << 20) + 1;
        uint64_t base = round % 3 == 0 ? 1 : UINT64_MAX - step * COUNT - 1;
        for (size_t i = 0; i < COUNT; i++) {
            size_t at = random_below(&r, i + 1);
            ids[i] = ids[at];
            ids[at] = base + i * step;
        }
        idmap_reset(&m);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(idmap_put(&m, ids[i], &quota), IDMAP_OK);
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(idmap_get(&m, ids[i]), i);
        assert_int_equal(idmap_get(&m, base - 1), IDMAP_NONE);
        assert_int_equal(idmap_get(&m, base + step * COUNT), IDMAP_NONE);
    }
    idmap_release(&m, &quota);
    assert_int_equal(quota.used, 0);
}

static void a_few_huge_ids_do_not_take_much_memory(void **state)
{
    (void)state;
    struct quota little = QUOTA_INIT(64 * KIB, NULL);
    struct idmap m = IDMAP_INIT;
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(idmap_put(&m, 4000000 - i * 40000, &little), IDMAP_OK);
    idmap_release(&m, &little);
}

static void a_refused_quota_is_told(void **state)
{
    (void)state;
    struct quota none = QUOTA_INIT(100, NULL);
    struct idmap m = IDMAP_INIT;
    assert_int_equal(idmap_put(&m, 1, &none), IDMAP_OK);
    assert_int_equal(idmap_put(&m, 7, &none), IDMAP_FULL);
    assert_true(quota_refused(&none));
    idmap_release(&m, &none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_in_order_cost_nothing),
        cmocka_unit_test(zero_and_duplicates_are_told),
        cmocka_unit_test(any_ids_in_any_order_are_found),
        cmocka_unit_test(a_few_huge_ids_do_not_take_much_memory),
        cmocka_unit_test(a_refused_quota_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
