#include "s3/width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void slow_down_halves_it_once_for_one_burst(void **state)
{
    (void)state;
    struct width w;
    width_init(&w, 64);
    for (int64_t ms = 0; ms < 400; ms++)
        width_slow_down(&w, ms);
    assert_int_equal(w.now, 32);
    width_slow_down(&w, 500);
    assert_int_equal(w.now, 16);
}

static void one_is_always_left(void **state)
{
    (void)state;
    struct width w;
    width_init(&w, 5);
    for (int64_t ms = 0; ms < 100000; ms += 1000)
        width_slow_down(&w, ms);
    assert_int_equal(w.now, 1);
}

static void a_full_round_of_good_answers_adds_one_up_to_the_most(void **state)
{
    (void)state;
    struct width w;
    width_init(&w, 4);
    width_slow_down(&w, 0);
    width_good(&w);
    assert_int_equal(w.now, 2);
    width_good(&w);
    assert_int_equal(w.now, 3);
    for (int i = 0; i < 100; i++)
        width_good(&w);
    assert_int_equal(w.now, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_down_halves_it_once_for_one_burst),
        cmocka_unit_test(one_is_always_left),
        cmocka_unit_test(a_full_round_of_good_answers_adds_one_up_to_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
