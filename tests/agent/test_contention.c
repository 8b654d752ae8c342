/* Waits add up to the time that was waited, be they short and sampled or long and all seen; nothing of our
 * own does. */
#include "agent/contention.h"

#include "tests/agent/gathering.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CONTENTIONS, DELAY };

bool interpose_wait_is_first(void)
{
    return true;
}

static struct gathering *g;

static void wait(size_t count, int64_t ns)
{
    for (size_t i = 0; i < count; i++)
        contention_waited(contention_now() - ns, __builtin_return_address(0));
}

static void long_waits_are_all_counted(void **state)
{
    (void)state;
    int64_t t[4];
    wait(50, 20000000);
    assert_true(gathering_take(g, "contention", t));
    assert_int_equal(t[CONTENTIONS], 50);
    assert_float_equal((double)t[DELAY] / 1e9, 1, 0.1);
    (void)gathering_take(g, "contention", t);
    assert_int_equal(t[DELAY], 0); /* of the time since the last one */
}

static void short_waits_are_estimated(void **state)
{
    (void)state;
    int64_t t[4];
    wait(20000, 100000);
    (void)gathering_take(g, "contention", t);
    assert_float_equal((double)t[CONTENTIONS] / 20000, 1, 0.2);
    assert_float_equal((double)t[DELAY] / 2e9, 1, 0.2);
}

static void what_is_our_own_does_not_count(void **state)
{
    (void)state;
    int64_t t[4];
    own_begin();
    assert_false(contention_counts());
    wait(5, 50000000);
    own_end();
    assert_true(contention_counts());
    (void)gathering_take(g, "contention", t);
    assert_int_equal(t[DELAY], 0);
}

static int begin(void **state)
{
    (void)state;
    g = gathering_new("contention", 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gathering_free(g);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_waits_are_all_counted),
        cmocka_unit_test(short_waits_are_estimated),
        cmocka_unit_test(what_is_our_own_does_not_count),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
