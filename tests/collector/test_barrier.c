/* The read barrier: a question waits for rounds that begin after it was asked. */
#include "collector/barrier.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static size_t length(const struct barrier_wait *w)
{
    size_t n = 0;

    for (; w; w = w->next)
        n++;
    return n;
}

static void without_lanes_it_is_complete_at_once(void **state)
{
    (void)state;
    struct barrier b = {0};
    struct barrier_wait w;

    barrier_join(&b, &w);
    assert_int_equal(w.left, 0);
    assert_false(w.failed);
    assert_null(b.waiting);
    assert_false(barrier_leave(&b, &w));
}

static void a_round_that_begins_after_the_question_completes_it(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait w;

    assert_false(barrier_wanted(&b, 0));
    barrier_join(&b, &w);
    assert_true(barrier_wanted(&b, 0));
    barrier_started(&b, 0);
    assert_false(barrier_wanted(&b, 0));
    assert_ptr_equal(barrier_finished(&b, 0, true), &w);
    assert_true(w.left == 0 && !w.failed);
    assert_null(b.waiting);
    assert_false(barrier_leave(&b, &w));
}

static void a_round_under_way_is_never_joined(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait w;

    barrier_started(&b, 0);
    barrier_join(&b, &w);
    assert_true(barrier_wanted(&b, 0));
    assert_null(barrier_finished(&b, 0, true));
    assert_int_equal(w.left, 1);
    assert_true(barrier_wanted(&b, 0));

    barrier_started(&b, 0);
    assert_ptr_equal(barrier_finished(&b, 0, true), &w);
}

static void a_round_under_way_that_fails_concerns_nobody_who_came_later(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait w;

    barrier_started(&b, 0);
    barrier_join(&b, &w);
    assert_null(barrier_finished(&b, 0, false));
    assert_false(w.failed);
}

static void one_round_completes_all_who_waited_for_it(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait early[3], late;

    for (int i = 0; i < 3; i++)
        barrier_join(&b, &early[i]);
    barrier_started(&b, 0);
    barrier_join(&b, &late);
    assert_int_equal(length(barrier_finished(&b, 0, true)), 3);
    assert_ptr_equal(b.waiting, &late);
    assert_int_equal(late.left, 1);
}

static void every_lane_that_is_followed_is_waited_for(void **state)
{
    (void)state;
    struct barrier b = {.follows = {[0] = true, [7] = true, [15] = true}};
    struct barrier_wait w;

    barrier_join(&b, &w);
    assert_int_equal(w.left, 3);
    assert_true(barrier_wanted(&b, 0) && barrier_wanted(&b, 7) && barrier_wanted(&b, 15));
    assert_false(barrier_wanted(&b, 1));
    barrier_started(&b, 15);
    barrier_started(&b, 0);
    assert_null(barrier_finished(&b, 15, true));
    assert_null(barrier_finished(&b, 0, true));
    barrier_started(&b, 0);
    assert_null(barrier_finished(&b, 0, true));
    assert_int_equal(w.left, 1);
    barrier_started(&b, 7);
    assert_ptr_equal(barrier_finished(&b, 7, true), &w);
}

static void a_lane_that_is_followed_later_is_not_waited_for(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait w;

    barrier_join(&b, &w);
    b.follows[1] = true;
    assert_false(barrier_wanted(&b, 1));
    barrier_started(&b, 1);
    assert_null(barrier_finished(&b, 1, false));
    barrier_started(&b, 0);
    assert_ptr_equal(barrier_finished(&b, 0, true), &w);
    assert_false(w.failed);
}

static void a_failed_round_completes_its_waiters_at_once_and_says_so(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true, true}};
    struct barrier_wait w;

    barrier_join(&b, &w);
    barrier_started(&b, 0);
    assert_ptr_equal(barrier_finished(&b, 0, false), &w);
    assert_true(w.failed);
    assert_false(barrier_wanted(&b, 1));
    barrier_started(&b, 1);
    assert_null(barrier_finished(&b, 1, true));
}

static void who_leaves_is_not_completed(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait w[3];

    for (int i = 0; i < 3; i++)
        barrier_join(&b, &w[i]);
    assert_true(barrier_leave(&b, &w[1]));
    assert_false(barrier_leave(&b, &w[1]));
    barrier_started(&b, 0);
    assert_int_equal(length(barrier_finished(&b, 0, true)), 2);

    barrier_join(&b, &w[0]);
    assert_true(barrier_leave(&b, &w[0]));
    assert_null(b.waiting);
    assert_false(barrier_wanted(&b, 0));
}

static void a_wait_may_be_used_again(void **state)
{
    (void)state;
    struct barrier b = {.follows = {true}};
    struct barrier_wait w;

    for (int i = 0; i < 3; i++) {
        barrier_join(&b, &w);
        barrier_started(&b, 0);
        assert_ptr_equal(barrier_finished(&b, 0, i != 1), &w);
        assert_int_equal(w.failed, i == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_lanes_it_is_complete_at_once),
        cmocka_unit_test(a_round_that_begins_after_the_question_completes_it),
        cmocka_unit_test(a_round_under_way_is_never_joined),
        cmocka_unit_test(a_round_under_way_that_fails_concerns_nobody_who_came_later),
        cmocka_unit_test(one_round_completes_all_who_waited_for_it),
        cmocka_unit_test(every_lane_that_is_followed_is_waited_for),
        cmocka_unit_test(a_lane_that_is_followed_later_is_not_waited_for),
        cmocka_unit_test(a_failed_round_completes_its_waiters_at_once_and_says_so),
        cmocka_unit_test(who_leaves_is_not_completed),
        cmocka_unit_test(a_wait_may_be_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
