/* The shared budget, alone and with threads that fight for it. */
#include "base/budget.h"

#include <pthread.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 20000, SHARE = 30, TOTAL = 100 };

static void what_fits_is_taken_and_the_rest_is_refused(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100);
    assert_true(budget_take(&b, 60));
    assert_false(budget_take(&b, 41));
    assert_int_equal(budget_used(&b), 60);
    assert_true(budget_take(&b, 40));
    assert_false(budget_take(&b, 1));
    assert_true(budget_take(&b, 0));
    budget_give(&b, 60);
    assert_int_equal(budget_used(&b), 40);
    assert_true(budget_take(&b, 60));
}

static void absurd_sizes_do_not_wrap_around(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, 100);
    assert_true(budget_take(&b, 50));
    assert_false(budget_take(&b, SIZE_MAX));
    assert_false(budget_take(&b, SIZE_MAX - 49));
    assert_int_equal(budget_used(&b), 50);
}

struct contender {
    pthread_t thread;
    struct budget *budget;
    atomic_int *holders;
    int most; /* holders seen at once */
};

static void *contend(void *arg)
{
    struct contender *c = arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (!budget_take(c->budget, SHARE))
            continue;

        int holders = atomic_fetch_add(c->holders, 1) + 1;
        if (holders > c->most)
            c->most = holders;
        atomic_fetch_sub(c->holders, 1);
        budget_give(c->budget, SHARE);
    }
    return NULL;
}

static void threads_together_never_go_over(void **state)
{
    (void)state;
    struct budget b;
    budget_init(&b, TOTAL);
    atomic_int holders = 0;
    struct contender contenders[THREADS];
    for (int i = 0; i < THREADS; i++) {
        contenders[i] = (struct contender){.budget = &b, .holders = &holders};
        assert_int_equal(pthread_create(&contenders[i].thread, NULL, contend, &contenders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(contenders[i].thread, NULL), 0);
        assert_true(contenders[i].most <= TOTAL / SHARE);
    }
    assert_int_equal(budget_used(&b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_taken_and_the_rest_is_refused),
        cmocka_unit_test(absurd_sizes_do_not_wrap_around),
        cmocka_unit_test(threads_together_never_go_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
