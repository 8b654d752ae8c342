/* Taking profiles in: what a 200 stands for, and what happens when the bucket does not do as it should. */
#include "collector/ingest.h"

#include "collector/upload.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static const char CPU[] = "service=svc1&type=cpu&labels=region%3Deu%2Cdc%3Dfra";

static void a_profile_is_in_the_bucket_when_200_is_said(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    char target[128];
    struct id id;

    assert_int_equal(stage_post(s, CPU, body), 200);
    id = stage_said_id(s);
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    snprintf(target, sizeof(target), "/api/0/profiles/%s", id.text);
    assert_int_equal(stage_get(s, target), 200);
    assert_true(slice_eq(stage_bytes(s), body));
    assert_int_equal(metrics_get(s->app->metrics, METRIC_STORED), 1);
}

static void a_lost_answer_is_asked_for_again_and_counts_once(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");

    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_PUT),
                                             .times = 1,
                                             .how = FAULT_LOSE_ANSWER,
                                             .status = E_UNAVAILABLE});
    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(fault_store_failed(s->fault), 1);
    /* Both objects have one digest: the list shows one profile. */
    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc1&from=2010-01-01T00:00:00"), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Total"), "1");
}

/* One id, one key: two replicas that mint at the same ms may have read the clock at different ones before. */
static void what_nobody_has_dated_is_as_old_as_its_id(void **state)
{
    struct stage *s = *state;
    struct id first, second;
    struct profile_meta meta;
    bool hidden;
    struct error err;

    assert_int_equal(stage_post(s, "service=svc&type=trace", SLICE("x")), 200);
    first = stage_said_id(s);
    assert_int_equal(stage_profiles(s), 1);
    stage_put_tombstone(s, &first, stage_now_ms(s) + 700);
    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc"), 404);
    assert_int_equal(stage_post(s, "service=svc&type=trace", SLICE("x")), 200);
    second = stage_said_id(s);
    assert_int_equal(id_mint_ms(&second), id_mint_ms(&first) + 701);
    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc"), 200);
    assert_int_equal(index_get(s->app->index, &second, &s->arena, &meta, &hidden, &err), OK);
    assert_int_equal(meta.created_at_ms, id_mint_ms(&second));
}

static void a_bucket_that_refuses_is_503_at_once_and_readiness_says_why(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");

    assert_int_equal(stage_get(s, "/readyz"), 200);
    stage_fail(s, FAULT_VERB(STORE_PUT), UINT_MAX, E_DENIED);
    assert_int_equal(stage_post(s, CPU, body), 503);
    assert_says(s, "the profile was not stored, send it again");
    assert_non_null(stage_header(s, "Retry-After"));
    assert_int_equal(fault_store_failed(s->fault), 1);
    assert_int_equal(stage_get(s, "/readyz"), 503);
    assert_says(s, "the bucket refuses profiles");
    assert_int_equal(stage_get(s, "/healthz"), 200);
    assert_int_equal(stage_objects(s), 0);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_FAILED), 1);
}

static void a_busy_bucket_is_tried_again(void **state)
{
    struct stage *s = *state;

    stage_fail(s, FAULT_VERB(STORE_PUT), 2, E_BUSY);
    assert_int_equal(stage_post(s, CPU, stage_file(s, "go/cpu-000.pb.gz")), 200);
    assert_int_equal(fault_store_failed(s->fault), 2);
    assert_int_equal(stage_objects(s), 1);
}

static void the_same_bytes_again_are_answered_with_the_first_id(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    struct id first, second;

    assert_int_equal(stage_post(s, CPU, body), 200);
    first = stage_said_id(s);
    assert_int_equal(stage_profiles(s), 1);
    assert_int_equal(stage_post(s, CPU, body), 200);
    second = stage_said_id(s);
    assert_string_equal(first.text, second.text);
    assert_int_equal(stage_objects(s), 1);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_REPEATED), 1);
}

static void long_after_the_first_they_are_stored_again_and_count_once(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");

    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(stage_profiles(s), 1);
    stage_pass_ms(s, 10000);
    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(stage_objects(s), 2);
    assert_int_equal(stage_profiles(s), 1);
}

static void an_object_that_is_gone_is_stored_again(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    struct store_op list CLEANUP(store_op_release) = {.verb = STORE_LIST};
    struct store_op gone CLEANUP(store_op_release) = {.verb = STORE_DELETE};

    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(stage_profiles(s), 1);
    run_op(s->memory, &list);
    gone.key = list.page.entries[0].key;
    run_op(s->memory, &gone);
    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(stage_objects(s), 1);
}

static void if_nobody_knows_whether_it_is_there_it_is_stored_again(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");

    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(stage_profiles(s), 1);
    stage_fail(s, FAULT_VERB(STORE_HEAD), 1, E_UNAVAILABLE);
    assert_int_equal(stage_post(s, CPU, body), 200);
    assert_int_equal(fault_store_failed(s->fault), 1);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_STORED), 2);
    assert_int_equal(stage_profiles(s), 1);
}

static void what_was_deleted_and_is_sent_again_is_a_new_profile(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");
    struct id first, tombstone, second;

    assert_int_equal(stage_post(s, CPU, body), 200);
    first = stage_said_id(s);
    /* By a replica whose clock is ahead of ours. */
    tombstone = stage_put_tombstone(s, &first, stage_now_ms(s) + 1000);
    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc1&from=2010-01-01T00:00:00"), 404);

    assert_int_equal(stage_post(s, CPU, body), 200);
    second = stage_said_id(s);
    assert_true(id_mint_ms(&second) > id_mint_ms(&tombstone));
    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc1&from=2010-01-01T00:00:00"), 200);
    assert_says(s, second.text);
}

static void an_empty_profile_is_accepted_and_nothing_is_stored(void **state)
{
    struct stage *s = *state;
    /* A sample type, no sample; strings "", "contentions", "count". */
    static const char EMPTY[] = "\x0a\x04\x08\x01\x10\x02\x32\x00\x32\x0b"
                                "contentions\x32\x05"
                                "count";

    assert_int_equal(stage_post(s, "service=svc1&type=mutex", slice_make(EMPTY, sizeof(EMPTY) - 1)), 200);
    assert_says(s, "\"stored\":false");
    assert_null(strstr(stage_said(s), "\"id\""));
    assert_int_equal(stage_objects(s), 0);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_EMPTY), 1);
}

static void faults_of_the_client_are_400_and_store_nothing(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");

    assert_int_equal(stage_post(s, "type=cpu", body), 400);
    assert_string_equal(stage_said(s), "{\"code\":400,\"error\":\"bad request: missing \\\"service\\\"\"}\n");
    assert_int_equal(stage_post(s, "service=s&type=blah", body), 400);
    assert_says(s, "unknown profile type");
    assert_int_equal(stage_post(s, "service=s&type=heap", body), 400);
    assert_says(s, "looks like cpu");
    assert_int_equal(stage_post(s, "service=s&type=cpu", SLICE("hello")), 400);
    assert_says(s, "unrecognized profile format");
    assert_int_equal(stage_post(s, "service=s&type=cpu", slice_sub(body, 0, body.len / 2)), 400);
    assert_int_equal(stage_objects(s), 0);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_REFUSED), 5);
}

static void a_wrong_clock_stops_writing_and_says_so(void **state)
{
    struct stage *s = *state;
    struct slice body = stage_file(s, "go/cpu-000.pb.gz");

    stage_pass_ms(s, 120000);
    assert_int_equal(stage_post(s, CPU, body), 503);
    assert_says(s, "behind the bucket's: set it (NTP)");
    assert_int_equal(stage_get(s, "/readyz"), 503);
    stage_pass_ms(s, -240000);
    assert_int_equal(stage_post(s, CPU, body), 503);
    assert_says(s, "ahead of the bucket's: set it (NTP)");
    assert_int_equal(stage_objects(s), 0);
}

static void a_damaged_index_does_not_touch_the_200(void **state)
{
    struct stage *s = *state;

    for (int i = 0; i < 3; i++) {
        char body[32];

        snprintf(body, sizeof(body), "trace %d", i);
        assert_int_equal(stage_post(s, "service=svc1&type=trace", slice_of(body)), 200);
        stage_damage_index(s);
    }
    assert_int_equal(stage_count(s, KEY_PROFILE), 3);
}

static void lanes_are_chosen_by_the_digest(void **state)
{
    struct stage *s = *state;
    struct id id;

    s->config.write_lanes = 16;
    for (int i = 0; i < 8; i++) {
        char body[32];

        snprintf(body, sizeof(body), "trace %d", i);
        assert_int_equal(stage_post(s, "service=svc1&type=trace", slice_of(body)), 200);
        id = stage_said_id(s);
        struct digest digest = id_digest(&id);
        assert_int_equal(id_lane(&id), digest_lane(&digest, 16));
    }
    assert_int_equal(stage_count(s, KEY_PROFILE), 8);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_profile_is_in_the_bucket_when_200_is_said),
        TEST(a_lost_answer_is_asked_for_again_and_counts_once),
        TEST(what_nobody_has_dated_is_as_old_as_its_id),
        TEST(a_bucket_that_refuses_is_503_at_once_and_readiness_says_why),
        TEST(a_busy_bucket_is_tried_again),
        TEST(the_same_bytes_again_are_answered_with_the_first_id),
        TEST(long_after_the_first_they_are_stored_again_and_count_once),
        TEST(an_object_that_is_gone_is_stored_again),
        TEST(if_nobody_knows_whether_it_is_there_it_is_stored_again),
        TEST(what_was_deleted_and_is_sent_again_is_a_new_profile),
        TEST(an_empty_profile_is_accepted_and_nothing_is_stored),
        TEST(faults_of_the_client_are_400_and_store_nothing),
        TEST(a_wrong_clock_stops_writing_and_says_so),
        TEST(a_damaged_index_does_not_touch_the_200),
        TEST(lanes_are_chosen_by_the_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
