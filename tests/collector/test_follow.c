/* Following: what other replicas have put is found, and nobody is told "fresh" who is not. */
#include "collector/follow.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#include <semaphore.h>

/* A question that waits, as question.c has one. */
struct asker {
    struct follow_wait wait;
    sem_t passed;
};

static void passed(struct follow_wait *w)
{
    sem_post(&((struct asker *)((char *)w - offsetof(struct asker, wait)))->passed);
}

static void ask_barrier(struct stage *s, struct asker *a, int64_t wait_ms)
{
    *a = (struct asker){.wait.done = passed};
    sem_init(&a->passed, 0, 0);
    follow_barrier(s->app->follow, &a->wait, wait_ms);
}

static int64_t stale_ms(struct asker *a)
{
    while (sem_wait(&a->passed) != 0)
        ;
    sem_destroy(&a->passed);
    return a->wait.stale_ms;
}

static int64_t pass(struct stage *s)
{
    struct asker a;

    ask_barrier(s, &a, 60000);
    return stale_ms(&a);
}

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    stage_open(s);
    *state = s;
    return 0;
}

static void start(struct stage *s)
{
    follow_start(s->app->follow, stage_now_ms(s), false);
}

static int64_t cursor_of(struct stage *s, const char *name)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(4096);
    struct slice value;
    int64_t ms;

    if (index_cursor_get(s->app->index, name, &arena, &value, NULL) != OK || !slice_to_i64(value, &ms))
        return 0;
    return ms;
}

static void what_another_replica_has_put_is_there_behind_the_barrier(void **state)
{
    struct stage *s = *state;

    start(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 0);
    for (int i = 1; i <= 20; i++) {
        char identity[32];

        snprintf(identity, sizeof(identity), "%d", i);
        stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .identity = identity});
        assert_int_equal(pass(s), -1);
        assert_int_equal(stage_profiles(s), i);
    }
}

static void many_pages_are_read_to_the_end(void **state)
{
    struct stage *s = *state;

    for (int i = 0; i < 2500; i++) {
        char identity[32];

        snprintf(identity, sizeof(identity), "%d", i);
        stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) + i % 7, .identity = identity});
    }
    start(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 2500);
}

static void a_page_that_fails_makes_the_answer_stale_and_the_next_round_finds_all(void **state)
{
    struct stage *s = *state;
    struct follow_stats stats;

    start(s);
    assert_int_equal(pass(s), -1);
    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s)});
    stage_fail(s, FAULT_VERB(STORE_LIST), UINT_MAX, E_UNAVAILABLE);
    stage_pass_ms(s, 3000);
    assert_int_equal(pass(s), 3000);
    assert_int_equal(stage_profiles(s), 0);
    follow_stats(s->app->follow, &stats);
    assert_true(stats.failed_rounds >= 1);
    assert_string_not_equal(stats.last_error, "");
    assert_int_equal(stats.lag_ms, 3000);

    stage_heal(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 1);
    follow_stats(s->app->follow, &stats);
    assert_string_equal(stats.last_error, "");
    assert_int_equal(stats.lag_ms, 0);
}

static void a_question_never_joins_a_round_that_has_begun(void **state)
{
    struct stage *s = *state;
    struct asker first, second;

    start(s);
    assert_int_equal(pass(s), -1);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .times = 1,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    ask_barrier(s, &first, 60000);
    EVENTUALLY(fault_store_failed(s->fault) == 1);
    /* The first one's round has begun and will fail; this one gets a round of its own, which does not. */
    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s)});
    ask_barrier(s, &second, 60000);
    fault_store_let_go(s->fault);
    assert_true(stale_ms(&first) >= 0);
    assert_int_equal(stale_ms(&second), -1);
    assert_int_equal(stage_profiles(s), 1);
}

static void who_has_waited_long_enough_is_told_how_stale_the_answer_is(void **state)
{
    struct stage *s = *state;
    struct asker a;

    start(s);
    assert_int_equal(pass(s), -1);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .times = UINT_MAX,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    stage_pass_ms(s, 5000);
    ask_barrier(s, &a, 0);
    assert_int_equal(stale_ms(&a), 5000);
}

static void the_end_completes_everybody_who_waits(void **state)
{
    struct stage *s = *state;
    struct asker askers[8];

    start(s);
    assert_int_equal(pass(s), -1);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .times = 1,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    ask_barrier(s, &askers[0], 60000);
    EVENTUALLY(fault_store_failed(s->fault) == 1);
    for (int i = 1; i < 8; i++)
        ask_barrier(s, &askers[i], 60000);
    fault_store_let_go(s->fault);
    follow_free(s->app->follow);
    s->app->follow = NULL;
    for (int i = 0; i < 8; i++)
        (void)stale_ms(&askers[i]);
}

/* Under the sanitizers this finds who touches a waiter, or the follower, after it is gone. */
static void a_round_that_ends_as_the_time_is_up_completes_each_waiter_once(void **state)
{
    struct stage *s = *state;

    start(s);
    for (int i = 0; i < 300; i++) {
        struct asker *askers = malloc(4 * sizeof(*askers));

        for (int k = 0; k < 4; k++)
            ask_barrier(s, &askers[k], k % 2);
        for (int k = 0; k < 4; k++) {
            (void)stale_ms(&askers[k]);
            assert_int_equal(askers[k].wait.barrier.left > 4, 0);
        }
        free(askers);
    }
}

static void the_cursor_survives_and_is_taken_up(void **state)
{
    struct stage *s = *state;
    int64_t tau_ms = stage_now_ms(s);

    start(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(cursor_of(s, "tail/0"), tau_ms);
    follow_free(s->app->follow);

    const struct follow_options options = {.store = s->app->store,
                                           .index = s->app->index,
                                           .timer = s->app->timer,
                                           .lanes = 1};

    stage_pass_ms(s, 600000);
    stage_put(s, &(struct given){.mint_ms = tau_ms + 1000});
    s->app->follow = follow_new(&options);
    assert_int_equal(follow_tau_ms(s->app->follow, 0), tau_ms);
    assert_int_equal(follow_tau_ms(s->app->follow, 1), 0);
    start(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 1);
    assert_int_equal(cursor_of(s, "tail/0"), tau_ms + 600000);
}

static void a_failing_round_does_not_move_the_cursor(void **state)
{
    struct stage *s = *state;
    int64_t tau_ms = stage_now_ms(s);

    start(s);
    assert_int_equal(pass(s), -1);
    stage_pass_ms(s, 60000);
    stage_fail(s, FAULT_VERB(STORE_LIST), 1, E_CORRUPT);
    assert_int_equal(pass(s), 60000);
    assert_int_equal(cursor_of(s, "tail/0"), tau_ms);
    assert_int_equal(follow_tau_ms(s->app->follow, 0), tau_ms);
}

static void all_lanes_that_are_followed_are_waited_for(void **state)
{
    struct stage *s = *state;
    struct follow_stats stats;

    start(s);
    assert_int_equal(pass(s), -1);
    assert_false(follow_follows(s->app->follow, 7));
    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .lane = 7, .identity = "a"});
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 0);

    follow_lane(s->app->follow, 7);
    follow_lane(s->app->follow, 7);
    follow_lane(s->app->follow, 99);
    assert_true(follow_follows(s->app->follow, 7));
    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .lane = 7, .identity = "b"});
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 2);
    follow_stats(s->app->follow, &stats);
    assert_int_equal(stats.lanes, 2);
}

static void a_lane_that_has_a_cursor_is_followed_from_the_start(void **state)
{
    struct stage *s = *state;
    const struct follow_options options = {.store = s->app->store,
                                           .index = s->app->index,
                                           .timer = s->app->timer,
                                           .lanes = 1};

    start(s);
    follow_lane(s->app->follow, 5);
    assert_int_equal(pass(s), -1);
    follow_free(s->app->follow);
    s->app->follow = follow_new(&options);
    start(s);
    assert_true(follow_follows(s->app->follow, 5));
    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .lane = 5});
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 1);
}

static void a_reset_begins_anew_from_the_time_that_was_said(void **state)
{
    struct stage *s = *state;
    int64_t long_ago_ms = stage_now_ms(s) - TIME_HOUR_MS;

    start(s);
    assert_int_equal(pass(s), -1);
    stage_put(s, &(struct given){.mint_ms = long_ago_ms});
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 0);
    follow_reset(s->app->follow, long_ago_ms);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 1);
}

static void foreign_and_malformed_keys_are_counted_and_passed_over(void **state)
{
    struct stage *s = *state;
    struct follow_stats stats;
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    struct id id;
    char key[256];

    id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s)});
    key_id_prefix(SLICE_NULL, &id, &prefix);
    snprintf(key, sizeof(key), "%sz.later", buf_cstr(&prefix));
    stage_put_key(s, key, SLICE("x"));
    snprintf(key, sizeof(key), "%.*snotes.txt", (int)(prefix.len - ID_BYTES - 1), prefix.ptr);
    stage_put_key(s, key, SLICE("x"));
    start(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 1);
    follow_stats(s->app->follow, &stats);
    assert_true(stats.foreign >= 1);
    assert_true(stats.malformed >= 1);
}

static void a_tombstone_of_another_replica_hides(void **state)
{
    struct stage *s = *state;
    struct id id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s)});

    start(s);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 1);
    stage_put_tombstone(s, &id, stage_now_ms(s) + 1);
    assert_int_equal(pass(s), -1);
    assert_int_equal(stage_profiles(s), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_another_replica_has_put_is_there_behind_the_barrier),
        TEST(many_pages_are_read_to_the_end),
        TEST(a_page_that_fails_makes_the_answer_stale_and_the_next_round_finds_all),
        TEST(a_question_never_joins_a_round_that_has_begun),
        TEST(who_has_waited_long_enough_is_told_how_stale_the_answer_is),
        TEST(the_end_completes_everybody_who_waits),
        TEST(a_round_that_ends_as_the_time_is_up_completes_each_waiter_once),
        TEST(the_cursor_survives_and_is_taken_up),
        TEST(a_failing_round_does_not_move_the_cursor),
        TEST(all_lanes_that_are_followed_are_waited_for),
        TEST(a_lane_that_has_a_cursor_is_followed_from_the_start),
        TEST(a_reset_begins_anew_from_the_time_that_was_said),
        TEST(foreign_and_malformed_keys_are_counted_and_passed_over),
        TEST(a_tombstone_of_another_replica_hides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
