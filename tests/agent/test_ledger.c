/* Each stack has one row; rows that nobody needs go, and the others keep what they have under new numbers. */
#include "agent/ledger.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ledger l = LEDGER_INIT;

static uint32_t find(uintptr_t a, uintptr_t b)
{
    return ledger_find(&l, (uintptr_t[]){a, b, 99}, 3, false);
}

static void a_stack_has_one_number(void **state)
{
    (void)state;
    uint32_t one = find(10, 20), two = find(20, 10);
    assert_int_not_equal(one, two);
    assert_int_equal(find(10, 20), one);
    assert_int_not_equal(ledger_find(&l, (uintptr_t[]){10, 20, 99}, 3, true), one); /* cut */
    assert_int_not_equal(ledger_find(&l, (uintptr_t[]){10, 20}, 2, false), one);
}

static void what_is_needed_survives_when_it_is_crowded(void **state)
{
    (void)state;
    static uint32_t numbers[LIMIT_AGENT_STACKS];
    uint32_t kept = find(1000001, 5), held = find(1000002, 5), last = 0, i = 0;

    l.stacks[kept].sums[0] = 42;
    l.stacks[held].holders = 1;
    for (; last != LEDGER_NONE; i++)
        last = find(2000000 + i, i);
    assert_int_equal(l.count, LIMIT_AGENT_STACKS);
    assert_true(ledger_is_crowded(&l));
    uint32_t numbering = l.numbering;
    ledger_compact(&l, numbers);
    assert_int_not_equal(l.numbering, numbering);
    assert_int_equal(l.count, 2);
    assert_int_equal(numbers[kept], find(1000001, 5));
    assert_int_equal(numbers[held], find(1000002, 5));
    assert_true(l.stacks[numbers[kept]].sums[0] == 42);
    assert_int_equal(numbers[kept + 2], LEDGER_NONE);
    assert_int_equal(find(7, 7), 2);
}

static void code_that_is_gone_is_nobodys(void **state)
{
    (void)state;
    uint32_t before = find(5000, 6000);
    ledger_forget_code(&l, 5000, 6000);
    assert_int_equal(l.frames[l.stacks[before].frames_at], LEDGER_GONE);
    assert_int_equal(l.frames[l.stacks[before].frames_at + 1], 6000);
    assert_int_not_equal(find(5000, 6000), before); /* other code by now */
}

static void one_that_is_not_open_survives_a_fork_too(void **state)
{
    (void)state;
    struct ledger closed = LEDGER_INIT;
    assert_int_equal(pthread_mutex_lock(&closed.lock), 0);
    assert_true(ledger_after_fork(&closed));
    assert_int_equal(pthread_mutex_trylock(&closed.lock), 0);
    assert_int_equal(pthread_mutex_unlock(&closed.lock), 0);
}

static int open_ledger(void **state)
{
    (void)state;
    return ledger_open(&l) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_has_one_number),
        cmocka_unit_test(what_is_needed_survives_when_it_is_crowded),
        cmocka_unit_test(code_that_is_gone_is_nobodys),
        cmocka_unit_test(one_that_is_not_open_survives_a_fork_too),
    };
    return cmocka_run_group_tests(tests, open_ledger, NULL);
}
