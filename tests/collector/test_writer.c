/* The writer: what is acknowledged, when, and what happens else. */
#include "collector/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { BEGUN_MS = 1000000 };

static struct writer begun(void)
{
    struct writer w;

    writer_begin(&w, BEGUN_MS);
    writer_minted(&w, BEGUN_MS);
    return w;
}

static void a_2xx_within_the_deadline_is_acknowledged(void **state)
{
    (void)state;
    struct writer w = begun();
    assert_int_equal(writer_answered(&w, OK, BEGUN_MS + WRITER_DEADLINE_MS), WRITER_DONE);
}

static void a_2xx_after_the_deadline_is_put_again(void **state)
{
    (void)state;
    struct writer w = begun();
    int64_t late_ms = BEGUN_MS + WRITER_DEADLINE_MS + 1;
    assert_int_equal(writer_answered(&w, OK, late_ms), WRITER_PUT);

    writer_minted(&w, late_ms);
    assert_int_equal(writer_answered(&w, OK, late_ms + WRITER_DEADLINE_MS), WRITER_DONE);
    assert_int_equal(w.rounds, 2);
}

static void a_2xx_counts_from_its_own_mint_even_at_the_end(void **state)
{
    (void)state;
    struct writer w = begun();
    writer_minted(&w, BEGUN_MS + WRITER_GIVE_UP_MS - 1);
    assert_int_equal(writer_answered(&w, OK, BEGUN_MS + WRITER_GIVE_UP_MS + 100), WRITER_DONE);
}

static void a_2xx_that_is_too_late_at_the_end_is_not_acknowledged(void **state)
{
    (void)state;
    struct writer w = begun();
    assert_int_equal(writer_answered(&w, OK, BEGUN_MS + WRITER_GIVE_UP_MS), WRITER_GIVE_UP);
}

static void passing_failures_wait_until_the_end(void **state)
{
    (void)state;
    static const enum status PASSING[] = {E_BUSY, E_UNAVAILABLE, E_CORRUPT};

    for (size_t i = 0; i < ARRAY_LEN(PASSING); i++) {
        struct writer w = begun();
        assert_int_equal(writer_answered(&w, PASSING[i], BEGUN_MS + 1), WRITER_WAIT);
        assert_int_equal(writer_answered(&w, PASSING[i], BEGUN_MS + WRITER_GIVE_UP_MS - 1), WRITER_WAIT);
        assert_int_equal(writer_answered(&w, PASSING[i], BEGUN_MS + WRITER_GIVE_UP_MS), WRITER_GIVE_UP);
    }
}

static void what_an_operator_has_to_mend_is_given_up_at_once(void **state)
{
    (void)state;
    static const enum status LASTING[] = {E_INVALID,   E_TOO_LARGE, E_DENIED,
                                          E_NOT_FOUND, E_CONFIG,    E_INTERNAL};

    for (size_t i = 0; i < ARRAY_LEN(LASTING); i++) {
        struct writer w = begun();
        assert_int_equal(writer_answered(&w, LASTING[i], BEGUN_MS + 1), WRITER_GIVE_UP);
    }
}

static void a_put_is_waited_for_until_the_first_of_both_deadlines(void **state)
{
    (void)state;
    struct writer w = begun();
    assert_int_equal(writer_put_deadline(&w), BEGUN_MS + WRITER_DEADLINE_MS);

    writer_minted(&w, BEGUN_MS + WRITER_GIVE_UP_MS - 1000);
    assert_int_equal(writer_put_deadline(&w), BEGUN_MS + WRITER_GIVE_UP_MS);
}

static void pauses_differ_and_never_pass_the_end(void **state)
{
    (void)state;
    struct writer w = begun();
    struct random r;
    int64_t least = INT64_MAX, most = 0;

    random_seed(&r, 1);
    for (int i = 0; i < 1000; i++) {
        int64_t pause = writer_pause(&w, &r, BEGUN_MS);
        least = pause < least ? pause : least;
        most = pause > most ? pause : most;
        assert_in_range(writer_pause(&w, &r, BEGUN_MS + WRITER_GIVE_UP_MS - 50), 0, 50);
        assert_int_equal(writer_pause(&w, &r, BEGUN_MS + WRITER_GIVE_UP_MS + 50), 0);
    }
    assert_in_range(least, 100, 150);
    assert_in_range(most, 900, 1000);
}

static void an_object_is_trusted_only_while_it_is_young(void **state)
{
    (void)state;
    assert_true(writer_may_trust(BEGUN_MS, BEGUN_MS));
    assert_true(writer_may_trust(BEGUN_MS, BEGUN_MS + WRITER_DEADLINE_MS));
    assert_false(writer_may_trust(BEGUN_MS, BEGUN_MS + WRITER_DEADLINE_MS + 1));
    /* Minted by a clock that is ahead of ours: younger than it seems, never older. */
    assert_true(writer_may_trust(BEGUN_MS + 3000, BEGUN_MS));
}

static void mint_times_follow_the_clock_and_never_go_back(void **state)
{
    (void)state;
    struct mint m = {0};
    assert_int_equal(mint_next(&m, 5000), 5000);
    assert_int_equal(mint_next(&m, 4000), 5000);
    assert_int_equal(mint_next(&m, 5001), 5001);
}

static void many_mints_in_one_millisecond_do_not_run_ahead_of_the_clock(void **state)
{
    (void)state;
    struct mint m = {0};
    for (int i = 0; i < 10000; i++)
        assert_int_equal(mint_next(&m, 7000), 7000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_2xx_within_the_deadline_is_acknowledged),
        cmocka_unit_test(a_2xx_after_the_deadline_is_put_again),
        cmocka_unit_test(a_2xx_counts_from_its_own_mint_even_at_the_end),
        cmocka_unit_test(a_2xx_that_is_too_late_at_the_end_is_not_acknowledged),
        cmocka_unit_test(passing_failures_wait_until_the_end),
        cmocka_unit_test(what_an_operator_has_to_mend_is_given_up_at_once),
        cmocka_unit_test(a_put_is_waited_for_until_the_first_of_both_deadlines),
        cmocka_unit_test(pauses_differ_and_never_pass_the_end),
        cmocka_unit_test(an_object_is_trusted_only_while_it_is_young),
        cmocka_unit_test(mint_times_follow_the_clock_and_never_go_back),
        cmocka_unit_test(many_mints_in_one_millisecond_do_not_run_ahead_of_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
