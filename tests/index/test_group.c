/* The rule of aliases and tombstones, case by case. */
#include "index/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR TIME_HOUR_MS

static void settle(struct group_member *members, size_t count, const struct group_tombstone *tombstones,
                   size_t tombstone_count)
{
    group_settle(members, count, tombstones, tombstone_count);
}

static void one_alone_is_canonical(void **state)
{
    (void)state;
    struct group_member m[] = {{.mint_ms = 5}};
    settle(m, 1, NULL, 0);
    assert_int_equal(m[0].state, ROW_LISTED);
    assert_int_equal(m[0].canonical, 0);
}

static void a_day_counts_from_the_canonical_and_not_from_the_last_alias(void **state)
{
    (void)state;
    struct group_member m[] = {{.mint_ms = 0}, {.mint_ms = 20 * HOUR}, {.mint_ms = 40 * HOUR}};
    settle(m, 3, NULL, 0);
    assert_int_equal(m[1].state, ROW_ALIAS);
    assert_int_equal(m[1].canonical, 0);
    assert_int_equal(m[2].state, ROW_LISTED);
    assert_int_equal(m[2].canonical, 2);
}

static void exactly_a_day_later_is_a_new_profile(void **state)
{
    (void)state;
    struct group_member m[] = {{.mint_ms = 0}, {.mint_ms = 24 * HOUR - 1}, {.mint_ms = 24 * HOUR}};
    settle(m, 3, NULL, 0);
    assert_int_equal(m[1].state, ROW_ALIAS);
    assert_int_equal(m[2].state, ROW_LISTED);
}

static void a_tombstone_hides_the_profile_with_its_aliases(void **state)
{
    (void)state;
    struct group_member m[] = {{.mint_ms = 1 * HOUR}, {.mint_ms = 2 * HOUR}, {.mint_ms = 30 * HOUR}};
    struct group_tombstone t = {.mint_ms = 3 * HOUR, .target_ms = 2 * HOUR};
    settle(m, 3, &t, 1);
    assert_int_equal(m[0].state, ROW_HIDDEN);
    assert_int_equal(m[1].state, ROW_HIDDEN);
    assert_int_equal(m[1].canonical, 0);
    assert_int_equal(m[2].state, ROW_LISTED);
}

static void what_is_posted_after_a_deletion_is_new(void **state)
{
    (void)state;
    struct group_member m[] = {{.mint_ms = 1 * HOUR}, {.mint_ms = 3 * HOUR}, {.mint_ms = 3 * HOUR + 1}};
    struct group_tombstone t = {.mint_ms = 3 * HOUR, .target_ms = 1 * HOUR};
    settle(m, 3, &t, 1);
    assert_int_equal(m[0].state, ROW_HIDDEN);
    assert_int_equal(m[1].state, ROW_HIDDEN);
    assert_int_equal(m[2].state, ROW_LISTED);
}

static void a_tombstone_reaches_back_less_than_a_day(void **state)
{
    (void)state;
    struct group_tombstone t = {.mint_ms = 31 * HOUR, .target_ms = 30 * HOUR};
    assert_false(group_is_hidden(6 * HOUR, &t, 1));
    assert_true(group_is_hidden(6 * HOUR + 1, &t, 1));
    assert_true(group_is_hidden(31 * HOUR, &t, 1));
    assert_false(group_is_hidden(31 * HOUR + 1, &t, 1));
    assert_false(group_is_hidden(31 * HOUR, &t, 0));
}

static void nothing_is_settled_in_an_empty_set(void **state)
{
    (void)state;
    struct group_tombstone t = {.mint_ms = 3, .target_ms = 1};
    settle(NULL, 0, &t, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_alone_is_canonical),
        cmocka_unit_test(a_day_counts_from_the_canonical_and_not_from_the_last_alias),
        cmocka_unit_test(exactly_a_day_later_is_a_new_profile),
        cmocka_unit_test(a_tombstone_hides_the_profile_with_its_aliases),
        cmocka_unit_test(what_is_posted_after_a_deletion_is_new),
        cmocka_unit_test(a_tombstone_reaches_back_less_than_a_day),
        cmocka_unit_test(nothing_is_settled_in_an_empty_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
