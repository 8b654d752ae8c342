/* Audits: what came late is found; only what is missing twice is forgotten. */
#include "collector/audit.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

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

static struct audit_result audit_hour(struct stage *s)
{
    struct audit_result result = {0};
    struct error err;

    if (audit_range(s->app->audit, 0, NOON - TIME_HOUR_MS, NOON, &result, &err) != OK)
        fail_msg("%s", err.text);
    return result;
}

static void an_object_that_came_late_is_found(void **state)
{
    struct stage *s = *state;
    struct given known = {.mint_ms = NOON - 600000, .identity = "known"};
    struct profile_meta meta = stage_meta(s, &known);
    struct audit_result result;

    stage_put(s, &known);
    stage_index(s, &meta);
    stage_put(s, &(struct given){.mint_ms = NOON - 1200000, .identity = "late"});
    stage_put(s, &(struct given){.mint_ms = NOON, .identity = "the next hour's"});
    stage_put(s, &(struct given){.mint_ms = NOON - 2 * TIME_HOUR_MS, .identity = "the last hour's"});
    result = audit_hour(s);
    assert_int_equal(result.listed, 2);
    assert_int_equal(result.found_late, 1);
    assert_int_equal(result.forgotten, 0);
    assert_int_equal(stage_profiles(s), 2);
    assert_int_equal(audit_hour(s).found_late, 0);
}

static void an_object_that_is_gone_is_forgotten_and_its_neighbours_stay(void **state)
{
    struct stage *s = *state;

    for (int i = 0; i < 5; i++) {
        char identity[32];
        struct given given = {.mint_ms = NOON - 600000 + i, .identity = identity};

        snprintf(identity, sizeof(identity), "%d", i);
        struct profile_meta meta = stage_meta(s, &given);
        stage_index(s, &meta);
        if (i % 2 == 0)
            stage_put(s, &given);
    }
    assert_int_equal(audit_hour(s).forgotten, 2);
    assert_int_equal(stage_profiles(s), 3);
}

static void a_second_look_that_fails_forgets_nothing(void **state)
{
    struct stage *s = *state;
    struct given gone = {.mint_ms = NOON - 600000};
    struct profile_meta meta = stage_meta(s, &gone);
    struct audit_result result = {0};
    struct error err;

    stage_index(s, &meta);
    for (unsigned after = 0; after < 2; after++) {
        fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                                 .after = after,
                                                 .times = 1,
                                                 .status = after ? E_DENIED : E_UNAVAILABLE});
        assert_int_not_equal(audit_range(s->app->audit, 0, NOON - TIME_HOUR_MS, NOON, &result, &err), OK);
        assert_int_equal(stage_profiles(s), 1);
    }
    assert_int_equal(result.forgotten, 0);
    stage_heal(s);
    assert_int_equal(audit_hour(s).forgotten, 1);
    assert_int_equal(stage_profiles(s), 0);
}

/* Between the listing and the second look the object appears: a copy of a bucket that catches up. */
static void what_the_second_look_finds_stays(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = NOON - 600000};
    struct profile_meta meta = stage_meta(s, &given);
    struct id id = meta.id;

    stage_index(s, &meta);
    /* Under its id there is something that this release cannot read: it is not gone. */
    struct buf prefix CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    key_id_prefix(SLICE_NULL, &id, &prefix);
    buf_append_cstr(&prefix, "z.later");
    stage_put_key(s, buf_cstr(&prefix), SLICE("x"));
    assert_int_equal(audit_hour(s).forgotten, 0);
    assert_int_equal(stage_profiles(s), 1);
}

static void a_tombstone_that_was_missed_hides(void **state)
{
    struct stage *s = *state;
    struct given given = {.mint_ms = NOON - 600000};
    struct profile_meta meta = stage_meta(s, &given);

    stage_put(s, &given);
    stage_index(s, &meta);
    stage_put_tombstone(s, &meta.id, NOON - 500000);
    assert_int_equal(audit_hour(s).found_late, 0);
    assert_int_equal(stage_profiles(s), 0);
}

static void what_a_tombstone_hides_is_deleted_if_it_is_still_there(void **state)
{
    struct stage *s = *state;
    struct given day_before = {.mint_ms = NOON - TIME_DAY_MS}, alias = {.mint_ms = NOON - TIME_DAY_MS + 5000};
    struct given other = {.mint_ms = NOON - TIME_DAY_MS, .identity = "another"},
                 again = {.mint_ms = NOON - 5};
    struct profile_meta meta = stage_meta(s, &day_before), alias_meta = stage_meta(s, &alias);

    stage_put(s, &day_before);
    stage_put(s, &alias);
    stage_put(s, &other);
    stage_put(s, &again); /* the same once more, after it was deleted */
    stage_index(s, &meta);
    stage_index(s, &alias_meta);
    stage_put_tombstone(s, &meta.id, NOON - 500000);
    audit_hour(s);
    assert_int_equal(stage_count(s, KEY_PROFILE), 2);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 1);
    assert_int_equal(stage_profiles(s), 1);
}

static void a_new_lane_is_noticed(void **state)
{
    struct stage *s = *state;

    stage_put(s, &(struct given){.mint_ms = NOON, .lane = 11});
    follow_start(s->app->follow, NOON - 1000, true);
    audit_start(s->app->audit);
    EVENTUALLY(follow_follows(s->app->follow, 11));
    assert_false(follow_follows(s->app->follow, 10));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_object_that_came_late_is_found),
        TEST(an_object_that_is_gone_is_forgotten_and_its_neighbours_stay),
        TEST(a_second_look_that_fails_forgets_nothing),
        TEST(what_the_second_look_finds_stays),
        TEST(a_tombstone_that_was_missed_hides),
        TEST(what_a_tombstone_hides_is_deleted_if_it_is_still_there),
        TEST(a_new_lane_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
