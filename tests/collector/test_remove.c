/* Deleting: the tombstone decides; what cannot be deleted is hidden. */
#include "collector/remove.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static const char LIST[] = "/api/0/profiles?service=svc&from=2010-01-01T00:00:00";

static unsigned delete_id(struct stage *s, const char *id)
{
    char target[256];

    snprintf(target, sizeof(target), "/api/0/profiles/%s", id);
    return stage_ask(s, "DELETE", target, NULL, SLICE_NULL);
}

static struct id post(struct stage *s, const char *body)
{
    assert_int_equal(stage_post(s, "service=svc&type=trace", slice_of(body)), 200);
    return stage_said_id(s);
}

static void a_deleted_profile_is_gone_from_lists_and_from_the_bucket(void **state)
{
    struct stage *s = *state;
    struct id kept = post(s, "kept"), gone = post(s, "gone");
    char target[128];

    assert_int_equal(delete_id(s, gone.text), 200);
    assert_says(s, gone.text);
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 1);
    assert_int_equal(stage_get(s, LIST), 200);
    assert_says(s, kept.text);
    assert_null(strstr(stage_said(s), gone.text));
    snprintf(target, sizeof(target), "/api/0/profiles/%s", gone.text);
    assert_int_equal(stage_get(s, target), 404);
    assert_says(s, gone.text);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_DELETED), 1);
    assert_int_equal(delete_id(s, gone.text), 404);
}

static void a_failing_delete_leaves_it_hidden(void **state)
{
    struct stage *s = *state;
    struct id id = post(s, "x");

    stage_fail(s, FAULT_VERB(STORE_DELETE), UINT_MAX, E_UNAVAILABLE);
    assert_int_equal(delete_id(s, id.text), 200);
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    assert_int_equal(stage_get(s, LIST), 404);
}

static void without_a_tombstone_nothing_is_deleted(void **state)
{
    struct stage *s = *state;
    struct id id = post(s, "x");

    stage_fail(s, FAULT_VERB(STORE_PUT), UINT_MAX, E_DENIED);
    assert_int_equal(delete_id(s, id.text), 503);
    assert_says(s, "was not deleted, try again");
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    stage_heal(s);
    assert_int_equal(stage_get(s, LIST), 200);
}

static void a_lost_answer_to_the_tombstone_is_asked_for_again(void **state)
{
    struct stage *s = *state;
    struct id id = post(s, "x");

    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_PUT),
                                             .times = 1,
                                             .how = FAULT_LOSE_ANSWER,
                                             .status = E_UNAVAILABLE});
    assert_int_equal(delete_id(s, id.text), 200);
    assert_int_equal(fault_store_failed(s->fault), 1);
    assert_int_equal(stage_get(s, LIST), 404);
}

/* What is posted after the answer is minted after the tombstone, whoever mints it. */
static void the_answer_waits_for_the_slowest_clock(void **state)
{
    struct stage *s = *state;
    struct id id = post(s, "x");
    int64_t begun_ms = clock_mono_ms();

    s->app->backend.skew_ms = 30;
    assert_int_equal(delete_id(s, id.text), 200);
    assert_says(s, id.text);
    assert_true(clock_mono_ms() - begun_ms >= 60);
    begun_ms = clock_mono_ms();
    id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) + 50}); /* by a fast clock */
    assert_int_equal(delete_id(s, id.text), 200);
    assert_true(clock_mono_ms() - begun_ms >= 60 + 51);
}

static void aliases_go_with_it_whichever_is_named(void **state)
{
    struct stage *s = *state;
    struct id alias, id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s)});

    alias = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) + 400});
    assert_int_equal(stage_get(s, LIST), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Total"), "1");
    assert_says(s, id.text);
    assert_int_equal(delete_id(s, alias.text), 200);
    assert_says(s, id.text);
    assert_int_equal(stage_count(s, KEY_PROFILE), 0);
    assert_int_equal(stage_get(s, LIST), 404);
}

static void what_a_faster_clock_has_minted_is_hidden_too(void **state)
{
    struct stage *s = *state;
    struct id id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) + 1400});

    assert_int_equal(stage_get(s, LIST), 200);
    stage_fail(s, FAULT_VERB(STORE_DELETE), UINT_MAX, E_UNAVAILABLE);
    assert_int_equal(delete_id(s, id.text), 200);
    assert_int_equal(stage_get(s, LIST), 404);
}

static void a_profile_that_only_the_bucket_knows_can_be_deleted(void **state)
{
    struct stage *s = *state;
    struct id id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 30 * TIME_DAY_MS});

    assert_int_equal(delete_id(s, id.text), 200);
    assert_int_equal(stage_count(s, KEY_PROFILE), 0);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 1);
}

static void only_one_at_a_time_only_what_is_there_and_only_if_allowed(void **state)
{
    struct stage *s = *state;
    struct id id = post(s, "x");
    char two[128];

    snprintf(two, sizeof(two), "%s+%s", id.text, id.text);
    assert_int_equal(delete_id(s, two), 400);
    snprintf(two, sizeof(two), "%s%%2B%s", id.text, id.text);
    assert_int_equal(delete_id(s, two), 400);
    assert_int_equal(delete_id(s, "nothing"), 404);
    s->config.allow_delete = false;
    assert_int_equal(delete_id(s, id.text), 405);
    assert_string_equal(stage_header(s, "Allow"), "GET, HEAD");
    assert_int_equal(stage_count(s, KEY_PROFILE), 1);
    assert_int_equal(stage_count(s, KEY_TOMBSTONE), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_deleted_profile_is_gone_from_lists_and_from_the_bucket),
        TEST(a_failing_delete_leaves_it_hidden),
        TEST(without_a_tombstone_nothing_is_deleted),
        TEST(a_lost_answer_to_the_tombstone_is_asked_for_again),
        TEST(the_answer_waits_for_the_slowest_clock),
        TEST(aliases_go_with_it_whichever_is_named),
        TEST(what_a_faster_clock_has_minted_is_hidden_too),
        TEST(a_profile_that_only_the_bucket_knows_can_be_deleted),
        TEST(only_one_at_a_time_only_what_is_there_and_only_if_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
