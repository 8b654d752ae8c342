/* Patrols: rounds until told to stop. */
#include "base/patrol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct round {
    struct patrol patrol;
    atomic_int rounds;
    int64_t pause_ms;
};

static void walk(void *arg)
{
    struct round *r = arg;

    do {
        atomic_fetch_add(&r->rounds, 1);
    } while (patrol_wait(&r->patrol, r->pause_ms));
}

static void a_patrol_does_its_round_again_and_again(void **state)
{
    struct round r = {.pause_ms = 1};

    (void)state;
    patrol_init(&r.patrol);
    patrol_start(&r.patrol, "patrol", walk, &r);
    while (atomic_load(&r.rounds) < 3)
        ;
    patrol_release(&r.patrol);
    assert_true(atomic_load(&r.rounds) >= 3);
}

static void stopping_wakes_it_from_a_long_wait(void **state)
{
    struct round r = {.pause_ms = INT32_MAX};

    (void)state;
    patrol_init(&r.patrol);
    patrol_start(&r.patrol, "patrol", walk, &r);
    while (atomic_load(&r.rounds) == 0)
        ;
    patrol_release(&r.patrol); /* would hang until the test's timeout */
    assert_int_equal(atomic_load(&r.rounds), 1);
}

static void telling_it_to_stop_does_not_wait_for_it(void **state)
{
    struct round r = {.pause_ms = INT32_MAX};

    (void)state;
    patrol_init(&r.patrol);
    patrol_stop(&r.patrol);
    assert_true(patrol_stopping(&r.patrol));
    patrol_start(&r.patrol, "patrol", walk, &r);
    patrol_release(&r.patrol);
    assert_true(atomic_load(&r.rounds) <= 1);
}

static void one_that_was_never_started_can_be_released(void **state)
{
    struct patrol p;

    (void)state;
    patrol_init(&p);
    assert_false(patrol_stopping(&p));
    patrol_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patrol_does_its_round_again_and_again),
        cmocka_unit_test(stopping_wakes_it_from_a_long_wait),
        cmocka_unit_test(telling_it_to_stop_does_not_wait_for_it),
        cmocka_unit_test(one_that_was_never_started_can_be_released),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
