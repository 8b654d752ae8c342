/* The hash index, also with hashes that all collide. */
#include "base/hash.h"
#include "tests/pprof/fixture.h"

static struct quota quota = QUOTA_INIT(ROOMY, NULL);

static bool finds(const struct table *t, uint64_t hash, uint32_t index)
{
    struct table_probe probe;
    for (uint32_t i = table_first(t, hash, &probe); i != TABLE_NONE; i = table_next(t, &probe))
        if (i == index)
            return true;
    return false;
}

static void what_was_put_is_found_whatever_its_hash(void **state)
{
    (void)state;
    /* Good hashes, equal ones, ones that differ in bits that the table does not keep, all ones. */
    for (int kind = 0; kind < 4; kind++) {
        uint32_t count = kind == 0 ? 50000 : 500;
        struct table t = TABLE_INIT;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t hash = kind == 0 ? hash64_pair(i, 0) : kind == 1 ? 42 : kind == 2 ? i : UINT64_MAX;
            assert_true(table_put(&t, hash, i, &quota));
        }
        for (uint32_t i = 0; i < count; i++) {
            uint64_t hash = kind == 0 ? hash64_pair(i, 0) : kind == 1 ? 42 : kind == 2 ? i : UINT64_MAX;
            assert_true(finds(&t, hash, i));
        }
        assert_false(finds(&t, 0x123456789abcdef, count));
        table_reset(&t);
        assert_false(finds(&t, 42, 0));
        table_release(&t, &quota);
        assert_int_equal(quota.used, 0);
    }
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    struct table t = TABLE_INIT;
    assert_false(finds(&t, 0, 0));
    table_reset(&t);
    table_release(&t, &quota);
}

static void a_table_does_not_grow_over_its_quota(void **state)
{
    (void)state;
    struct quota little = QUOTA_INIT(4096, NULL);
    struct table t = TABLE_INIT;
    uint32_t put = 0;
    while (table_put(&t, hash64_pair(put, 0), put, &little))
        put++;
    assert_true(put >= 32 && put <= 256);
    assert_true(little.peak <= little.max);
    for (uint32_t i = 0; i < put; i++)
        assert_true(finds(&t, hash64_pair(i, 0), i));
    table_release(&t, &little);
    assert_int_equal(little.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_whatever_its_hash),
        cmocka_unit_test(an_empty_table_finds_nothing),
        cmocka_unit_test(a_table_does_not_grow_over_its_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
