/* Retention: what is past its age goes, from the index and from a directory, and nothing else does. */
#include "collector/retention.h"

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

static struct retention *keeping(struct stage *s, int64_t age_ms, bool sweep)
{
    const struct retention_options options = {.store = s->app->store,
                                              .index = s->app->index,
                                              .metrics = s->app->metrics,
                                              .age_ms = age_ms,
                                              .sweep = sweep};

    return retention_new(&options);
}

static void run_pass(struct retention *r, int64_t now_ms)
{
    struct error err;

    if (retention_pass(r, now_ms, &err) != OK)
        fail_msg("%s", err.text);
}

static struct id put_known(struct stage *s, int64_t mint_ms, unsigned lane)
{
    char identity[32];
    struct given given = {.mint_ms = mint_ms, .lane = lane, .identity = identity, .created_ms = NOON};

    snprintf(identity, sizeof(identity), "%lld", (long long)mint_ms);
    struct profile_meta meta = stage_meta(s, &given);
    stage_index(s, &meta);
    return stage_put(s, &given);
}

static void old_rows_are_dropped_and_a_bucket_is_left_alone(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, 10 * DAY, false);

    for (int day = 0; day < 20; day++)
        put_known(s, NOON - day * DAY - 1, 0);
    run_pass(r, NOON);
    assert_int_equal(stage_profiles(s), 10);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_EXPIRED), 10);
    assert_int_equal(stage_objects(s), 20);
    retention_free(r);
}

static void a_directory_is_swept_in_all_lanes(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, 3 * DAY, true);

    for (int day = 0; day < 10; day++)
        put_known(s, NOON - day * DAY - 1, (unsigned)day % 3);
    run_pass(r, NOON);
    assert_int_equal(stage_profiles(s), 3);
    assert_int_equal(stage_objects(s), 3);
    run_pass(r, NOON + DAY);
    assert_int_equal(stage_objects(s), 2);
    retention_free(r);
}

static void without_an_age_only_old_tombstones_go_and_what_they_hide(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, 0, true);
    struct id id = put_known(s, NOON - 30 * DAY, 0), other = put_known(s, NOON - 20 * DAY, 0);

    put_known(s, NOON - 19 * DAY, 0);
    stage_put_tombstone(s, &id, NOON - 8 * DAY);
    stage_put_tombstone(s, &other, NOON - 6 * DAY);
    run_pass(r, NOON);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 1);
    assert_int_equal(stage_count(s, KEY_PROFILE), 2);
    run_pass(r, NOON + 2 * DAY);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 0);
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    retention_free(r);
}

static void a_tombstone_stays_as_long_as_what_it_hides_cannot_be_deleted(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, 0, true);
    struct id id = put_known(s, NOON - 30 * DAY, 0);
    struct error err;

    stage_put_tombstone(s, &id, NOON - 8 * DAY);
    stage_fail(s, FAULT_VERB(STORE_DELETE), 1, E_UNAVAILABLE);
    assert_int_equal(retention_pass(r, NOON, &err), E_UNAVAILABLE);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 1);
    run_pass(r, NOON);
    assert_int_equal(stage_objects(s), 0);
    retention_free(r);
}

static void profiles_kept_longer_than_tombstones_stay_until_their_time(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, 30 * DAY, true);
    struct id id = put_known(s, NOON - 20 * DAY, 0);

    put_known(s, NOON - 31 * DAY, 0);
    put_known(s, NOON - 18 * DAY, 0);
    stage_put_tombstone(s, &id, NOON - 19 * DAY);
    run_pass(r, NOON);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 0);
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    run_pass(r, NOON + 13 * DAY);
    assert_int_equal(stage_objects(s), 0);
    retention_free(r);
}

static void what_is_not_ours_is_not_ours_to_delete(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, DAY, true);

    stage_put_key(s, "README", SLICE("x"));
    stage_put_key(s, "pf1/0/20200101/0000/core", SLICE("x"));
    stage_put_key(s, "pf1/0/20200101/note", SLICE("x"));
    stage_put_key(s, "pf2/0/20200101/0000/x", SLICE("x"));
    put_known(s, NOON - 2 * DAY, 0);
    run_pass(r, NOON);
    assert_int_equal(stage_objects(s), 4);
    retention_free(r);
}

static void a_pass_that_fails_is_made_up_for_by_the_next(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, DAY, true);
    struct error err;

    for (int i = 0; i < 6; i++)
        put_known(s, NOON - 3 * DAY + i, 0);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_DELETE),
                                             .after = 2,
                                             .times = 1,
                                             .status = E_UNAVAILABLE});
    assert_int_equal(retention_pass(r, NOON, &err), E_UNAVAILABLE);
    assert_int_equal(stage_objects(s), 4);
    assert_int_equal(stage_profiles(s), 0);
    run_pass(r, NOON);
    assert_int_equal(stage_objects(s), 0);
    stage_fail(s, FAULT_VERB(STORE_LIST), 1, E_CORRUPT);
    assert_int_equal(retention_pass(r, NOON, &err), E_CORRUPT);
    retention_free(r);
}

static void it_starts_and_stops(void **state)
{
    struct stage *s = *state;
    struct retention *r = keeping(s, DAY, true);

    retention_start(r);
    retention_free(r);
    retention_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(old_rows_are_dropped_and_a_bucket_is_left_alone),
        TEST(a_directory_is_swept_in_all_lanes),
        TEST(without_an_age_only_old_tombstones_go_and_what_they_hide),
        TEST(a_tombstone_stays_as_long_as_what_it_hides_cannot_be_deleted),
        TEST(profiles_kept_longer_than_tombstones_stay_until_their_time),
        TEST(what_is_not_ours_is_not_ours_to_delete),
        TEST(a_pass_that_fails_is_made_up_for_by_the_next),
        TEST(it_starts_and_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
