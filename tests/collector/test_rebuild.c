/* Rebuilding: whatever happens on the way, in the end the index holds what the bucket holds. */
#include "collector/rebuild.h"

#include "collector/rebuild_record.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#define DAY TIME_DAY_MS

static const int64_t NOON = INT64_C(1735732800000); /* 2025-01-01T12:00:00Z */

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    atomic_store(&s->now_ms, NOON);
    stage_open(s);
    *state = s;
    return 0;
}

static void put_spread(struct stage *s, int count, int64_t from_ms, int64_t step_ms)
{
    for (int i = 0; i < count; i++) {
        char identity[32];

        snprintf(identity, sizeof(identity), "%d/%lld", i, (long long)from_ms);
        stage_put(s, &(struct given){.mint_ms = from_ms + i * step_ms, .identity = identity});
    }
}

static struct rebuild *rebuild_on(struct stage *s, int threads, int attempts)
{
    const struct rebuild_options options = {.store = s->app->store,
                                            .index = s->app->index,
                                            .threads = threads,
                                            .attempts = attempts};

    return rebuild_new(&options);
}

static const struct rebuild_range ALL = {.now_ms = INT64_C(1735732800000)};
static const struct rebuild_range RESUME = {.now_ms = INT64_C(1735732800000), .rerun_from_ms = INT64_MAX};

static struct rebuild_progress run_to_end(struct rebuild *r, const struct rebuild_range *range)
{
    struct rebuild_progress progress;

    rebuild_start(r, range);
    assert_true(rebuild_wait(r, WIRE_TIMEOUT_MS));
    rebuild_progress(r, &progress);
    return progress;
}

/* The dump of an index that was filled in one go. */
static char *expected(struct stage *s)
{
    char *dir = scratch_new();
    const struct index_options options = {.dir = dir, .readers = 1, .identity = "other"};
    struct index *index;
    char note[ERROR_TEXT_MAX];
    struct error err;

    assert_int_equal(index_open(&options, &index, note, &err), OK);
    const struct rebuild_options how = {.store = s->memory, .index = index, .threads = 1};
    struct rebuild *r = rebuild_new(&how);
    assert_int_equal(run_to_end(r, &ALL).state, REBUILD_DONE);
    rebuild_free(r);
    char *dump = stage_dump(index);
    index_close(index);
    scratch_remove(dir);
    return dump;
}

static void everything_is_found_in_all_lanes(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 4, 1);
    struct rebuild_progress progress;

    for (unsigned lane = 0; lane < 16; lane += 5)
        for (int day = 0; day < 4; day++) {
            char identity[32];

            snprintf(identity, sizeof(identity), "%u/%d", lane, day);
            stage_put(s,
                      &(struct given){.mint_ms = NOON - day * 3 * DAY, .lane = lane, .identity = identity});
        }
    assert_true(rebuild_is_needed(r));
    progress = run_to_end(r, &ALL);
    assert_int_equal(progress.state, REBUILD_DONE);
    assert_int_equal(progress.keys, 16);
    assert_int_equal(progress.horizon_ms, 0);
    assert_int_equal(progress.tasks, progress.tasks_done);
    assert_int_equal(stage_profiles(s), 16);
    assert_false(rebuild_is_needed(r));
    rebuild_free(r);
}

static void an_empty_bucket_is_done_at_once(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 2, 1);

    assert_int_equal(run_to_end(r, &ALL).state, REBUILD_DONE);
    assert_false(rebuild_is_needed(r));
    rebuild_free(r);
}

static void interrupted_anywhere_it_resumes_and_ends_with_the_same_index(void **state)
{
    struct stage *s = *state;
    char *all;
    unsigned after = 0;

    put_spread(s, 1200, NOON - 2 * DAY - 43200000, 60000); /* two pages in a day */
    put_spread(s, 50, NOON - 3600000, 1000);
    all = expected(s);
    for (bool failed = true; failed; after++) {
        struct rebuild_progress progress;

        stage_close(s);
        stage_init(s);
        atomic_store(&s->now_ms, NOON);
        stage_open(s);
        put_spread(s, 1200, NOON - 2 * DAY - 43200000, 60000);
        put_spread(s, 50, NOON - 3600000, 1000);

        fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                                 .after = after,
                                                 .times = 1,
                                                 .status = E_UNAVAILABLE});
        struct rebuild *r = rebuild_on(s, 1, 1);
        progress = run_to_end(r, &ALL);
        failed = progress.state == REBUILD_FAILED;
        assert_int_equal(failed, fault_store_failed(s->fault) == 1);
        assert_int_equal(rebuild_is_needed(r), failed);
        uint64_t before = progress.keys;
        rebuild_free(r);

        r = rebuild_on(s, 1, 1);
        if (failed) {
            progress = run_to_end(r, &RESUME);
            assert_int_equal(progress.state, REBUILD_DONE);
            /* No page is read twice. */
            assert_int_equal(before + progress.keys, 1250);
        }
        rebuild_free(r);
        char *dump = stage_dump(s->app->index);
        assert_string_equal(dump, all);
        free(dump);
    }
    assert_true(after > 18);
    free(all);
}

static void a_failing_page_is_tried_again_and_its_task_goes_on(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 1, 2);
    struct rebuild_progress progress;

    put_spread(s, 1200, NOON - DAY - 43200000, 60000);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .after = 18, /* one a lane, one for today, the first page */
                                             .times = 1,
                                             .status = E_UNAVAILABLE});
    progress = run_to_end(r, &ALL);
    assert_int_equal(fault_store_failed(s->fault), 1);
    assert_int_equal(progress.state, REBUILD_DONE);
    assert_int_equal(progress.keys, 1200);
    assert_int_equal(stage_profiles(s), 1200);
    rebuild_free(r);
}

static void the_horizon_moves_from_now_into_the_past(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 1, 1);
    struct rebuild_progress progress;
    int64_t last = INT64_MAX;

    for (int day = 0; day < 6; day++) {
        char identity[32];

        snprintf(identity, sizeof(identity), "%d", day);
        stage_put(s, &(struct given){.mint_ms = NOON - day * DAY, .identity = identity});
    }
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .times = UINT_MAX,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    rebuild_start(r, &ALL);
    rebuild_progress(r, &progress);
    assert_int_equal(progress.state, REBUILD_PLANNING);
    assert_int_equal(progress.horizon_ms, NOON);
    assert_int_equal(rebuild_eta_ms(&progress), -1);
    EVENTUALLY(fault_store_failed(s->fault) == 1);
    stage_heal(s);
    fault_store_let_go(s->fault);
    assert_true(rebuild_wait(r, WIRE_TIMEOUT_MS));
    rebuild_free(r);

    for (unsigned after = 16; after < 22; after++) {
        fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                                 .after = after,
                                                 .times = 1,
                                                 .status = E_UNAVAILABLE});
        r = rebuild_on(s, 1, 1);
        progress = run_to_end(r, &ALL);
        assert_int_equal(progress.state, REBUILD_FAILED);
        assert_true(progress.horizon_ms > 0 && progress.horizon_ms < last);
        /* Behind the day before which it stopped. */
        assert_int_equal(progress.horizon_ms % DAY, 0);
        last = progress.horizon_ms;
        rebuild_free(r);
    }
    r = rebuild_on(s, 1, 1);
    assert_int_equal(run_to_end(r, &RESUME).horizon_ms, 0);
    rebuild_free(r);
}

static void a_busy_day_is_cut_into_hours(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 3, 1);
    struct rebuild_progress progress;
    int64_t day_ms = NOON - NOON % DAY;

    put_spread(s, 1200, day_ms - DAY, 5000);            /* a thousand within 84 minutes */
    put_spread(s, 1300, day_ms - DAY + 72000000, 1000); /* and a busy evening */
    progress = run_to_end(r, &ALL);
    assert_int_equal(progress.state, REBUILD_DONE);
    assert_int_equal(stage_profiles(s), 2500);
    assert_true(progress.tasks >= 24);
    assert_int_equal(progress.tasks, progress.tasks_done);
    rebuild_free(r);
}

static void foreign_and_malformed_keys_are_counted(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 1, 1);
    struct rebuild_progress progress;

    stage_put(s, &(struct given){.mint_ms = NOON - 60000});
    stage_put_key(s, "pf1/0/20250101/1159/core", SLICE("x"));
    stage_put_key(s, "pf1/0/20250101/README", SLICE("x"));
    stage_put_key(s, "unrelated", SLICE("x"));
    progress = run_to_end(r, &ALL);
    assert_int_equal(progress.state, REBUILD_DONE);
    assert_int_equal(progress.keys, 3);
    assert_int_equal(progress.foreign + progress.malformed, 2);
    assert_int_equal(stage_profiles(s), 1);
    rebuild_free(r);
}

static void a_part_does_not_count_as_everything_and_the_rest_is_added(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 2, 1);
    struct rebuild_range part = {.now_ms = NOON, .since_ms = NOON - 2 * DAY, .is_partial = true};
    struct rebuild_progress progress;
    uint64_t keys;

    put_spread(s, 10, NOON - 9 * DAY - 1000, DAY);
    progress = run_to_end(r, &part);
    assert_int_equal(progress.state, REBUILD_DONE);
    keys = progress.keys;
    assert_true(keys >= 2 && keys < 10);
    assert_true(rebuild_is_needed(r));
    progress = run_to_end(r, &RESUME);
    assert_int_equal(progress.keys, 10 - keys);
    assert_int_equal(stage_profiles(s), 10);
    assert_false(rebuild_is_needed(r));
    rebuild_free(r);
}

static void after_a_gap_the_days_since_are_read_again_even_after_another_kill(void **state)
{
    struct stage *s = *state;
    struct rebuild_range gap = {.now_ms = NOON, .rerun_from_ms = NOON - 3 * TIME_HOUR_MS};
    struct rebuild *r;

    /* A rebuild was stopped when today was in and the days before were not. */
    put_spread(s, 1, NOON - 2 * DAY, 1);
    put_spread(s, 1, NOON - 5 * TIME_HOUR_MS, 1);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .after = 18,
                                             .times = 1,
                                             .status = E_UNAVAILABLE});
    r = rebuild_on(s, 1, 1);
    assert_int_equal(run_to_end(r, &ALL).state, REBUILD_FAILED);
    assert_int_equal(stage_profiles(s), 1);

    /* Hours later something came, and a start was killed right after its followers had begun. */
    put_spread(s, 1, NOON - 2 * TIME_HOUR_MS, 1);
    rebuild_prepare(r, &gap);
    rebuild_free(r);

    r = rebuild_on(s, 1, 1);
    assert_true(rebuild_is_needed(r));
    assert_int_equal(run_to_end(r, &RESUME).state, REBUILD_DONE);
    assert_int_equal(stage_profiles(s), 3);
    rebuild_free(r);
}

static void a_complete_index_with_a_gap_is_not_complete_any_more(void **state)
{
    struct stage *s = *state;
    struct rebuild_range gap = {.now_ms = NOON,
                                .since_ms = NOON - 3 * TIME_HOUR_MS,
                                .rerun_from_ms = NOON - 3 * TIME_HOUR_MS};
    struct rebuild *r = rebuild_on(s, 1, 1);

    assert_int_equal(run_to_end(r, &ALL).state, REBUILD_DONE);
    assert_false(rebuild_is_needed(r));
    rebuild_prepare(r, &gap);
    assert_true(rebuild_is_needed(r));
    rebuild_free(r);
}

static void it_stops_in_the_middle_and_goes_on_with_others(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 3, 0);
    struct rebuild_progress progress;

    put_spread(s, 200, NOON - 20 * DAY, 8640000);
    for (int i = 0; i < 20; i++) {
        fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                                 .after = (unsigned)(15 + i),
                                                 .times = UINT_MAX,
                                                 .status = E_UNAVAILABLE});
        rebuild_start(r, i == 0 ? &ALL : &RESUME);
        EVENTUALLY(fault_store_failed(s->fault) > 0);
        rebuild_progress(r, &progress);
        rebuild_stop(r);
    }
    stage_heal(s);
    assert_int_equal(run_to_end(r, &RESUME).state, REBUILD_DONE);
    assert_int_equal(stage_profiles(s), 200);
    rebuild_free(r);
}

static void nothing_to_do_is_done(void **state)
{
    struct stage *s = *state;
    struct rebuild *r = rebuild_on(s, 1, 1);
    struct rebuild_progress progress;

    rebuild_skip(r);
    rebuild_progress(r, &progress);
    assert_int_equal(progress.state, REBUILD_DONE);
    assert_int_equal(progress.horizon_ms, 0);
    assert_true(rebuild_wait(r, 0));
    rebuild_free(r);
    rebuild_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(everything_is_found_in_all_lanes),
        TEST(an_empty_bucket_is_done_at_once),
        TEST(interrupted_anywhere_it_resumes_and_ends_with_the_same_index),
        TEST(a_failing_page_is_tried_again_and_its_task_goes_on),
        TEST(the_horizon_moves_from_now_into_the_past),
        TEST(a_busy_day_is_cut_into_hours),
        TEST(foreign_and_malformed_keys_are_counted),
        TEST(a_part_does_not_count_as_everything_and_the_rest_is_added),
        TEST(after_a_gap_the_days_since_are_read_again_even_after_another_kill),
        TEST(a_complete_index_with_a_gap_is_not_complete_any_more),
        TEST(it_stops_in_the_middle_and_goes_on_with_others),
        TEST(nothing_to_do_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
