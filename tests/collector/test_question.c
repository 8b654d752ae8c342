/* Questions: what they may ask, what is assumed, what is declared, and in which order pages come. */
#include "collector/question.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#define LIST "/api/0/profiles?service=svc"

static struct id put_at(struct stage *s, int64_t created_ms, const char *labels)
{
    char identity[64];

    snprintf(identity, sizeof(identity), "%lld%s", (long long)created_ms, labels ? labels : "");
    return stage_put(s, &(struct given){.mint_ms = stage_now_ms(s),
                                        .created_ms = created_ms,
                                        .labels = labels,
                                        .identity = identity});
}

static size_t count_listed(struct stage *s)
{
    size_t count = 0;

    for (const char *at = stage_said(s); (at = strstr(at, "\"id\":")); at++)
        count++;
    return count;
}

static void without_times_it_is_the_last_hour_and_what_fast_clocks_say(void **state)
{
    struct stage *s = *state;

    put_at(s, stage_now_ms(s) - 30 * TIME_MINUTE_MS, NULL);
    put_at(s, stage_now_ms(s) - 61 * TIME_MINUTE_MS, NULL);
    put_at(s, stage_now_ms(s) + 9 * TIME_MINUTE_MS, NULL);
    assert_int_equal(stage_get(s, LIST), 200);
    assert_int_equal(count_listed(s), 2);
    assert_int_equal(stage_get(s, LIST "&from=-2h"), 200);
    assert_int_equal(count_listed(s), 3);
    assert_int_equal(stage_get(s, LIST "&from=-2h&to=-1h"), 200);
    assert_int_equal(count_listed(s), 1);
    /* With an end alone it is the hour before that. */
    assert_int_equal(stage_get(s, LIST "&to=-45m"), 200);
    assert_int_equal(count_listed(s), 1);
}

static void times_may_be_written_as_profefe_does_and_in_other_ways(void **state)
{
    static const char *ranges[] = {
        "&from=2019-05-30T21:10:05&to=2019-05-30T21:10:05",
        "&from=2019-05-30T21:10:05Z&to=2019-05-30T21:10:05Z",
        "&from=2019-05-30T23:10:05%2B02:00&to=2019-05-30T23:10:05+02:00",
        "&from=1559250605&to=1559250605",
        "&from=1559250605.7&to=1559250605.7",
        "&from=2000-01-01T0:00:00&to=now",
    };
    struct stage *s = *state;

    put_at(s, INT64_C(1559250605700), NULL);
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        char target[256];

        snprintf(target, sizeof(target), LIST "%s", ranges[i]);
        assert_int_equal(stage_get(s, target), 200);
        assert_int_equal(count_listed(s), 1);
    }
    assert_int_equal(stage_get(s, LIST "&from=2019-05-30T21:10:06&to=2019-05-30T21:10:07"), 404);
    assert_int_equal(stage_get(s, LIST "&from=2019-05-30T21:10:05&to=2019-05-30T21:10:05.5"), 404);
}

static void what_cannot_be_asked_is_named(void **state)
{
    static const struct {
        const char *query, *says;
    } rows[] = {
        {"", "bad request: missing \\\"service\\\""},
        {"service=", "bad request: missing \\\"service\\\""},
        {"service=s&type=blah", "unknown profile type"},
        {"service=s&from=yesterday", "bad request: bad \\\"from\\\" timestamp \\\"yesterday\\\": time in "
                                     "unsupported format \\\"yesterday\\\""},
        {"service=s&to=2018-02-30T00:00:00", "bad request: bad \\\"to\\\" timestamp"},
        {"service=s&from=2035-01-01T00:00:00&to=2018-01-01T00:00:00",
         "bad request: \\\"from\\\" is after \\\"to\\\": 2035-01-01T00:00:00Z, 2018-01-01T00:00:00Z"},
        {"service=s&limit=x", "bad request: bad \\\"limit\\\" \\\"x\\\""},
        {"service=s&limit=99999999999999999999", "bad \\\"limit\\\""},
        {"service=s&cursor=x", "bad request: bad \\\"cursor\\\""},
        {"service=s&labels=a%25%3D1", "bad \\\"labels\\\" \\\"a%=1\\\": invalid URL escape"},
    };
    struct stage *s = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char target[256];

        snprintf(target, sizeof(target), "/api/0/profiles?%s", rows[i].query);
        assert_int_equal(stage_get(s, target), 400);
        assert_says(s, rows[i].says);
    }
    assert_int_equal(stage_get(s, "/api/0/profiles/merge?service=s"), 400);
    assert_says(s, "missing \"type\": one of cpu");
    assert_int_equal(stage_get(s, "/api/0/profiles/merge?service=s&type=trace"), 400);
    assert_says(s, "can't merge profiles of trace type");
    assert_int_equal(stage_get(s, "/api/0/types"), 400);
}

static void nothing_found_says_what_was_searched(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_get(s,
                               "/api/0/profiles?service=a%22b&type=heap&labels=x%3Dy&from=2018-01-01T00:00:00"
                               "&to=2018-01-02T00:00:00"),
                     404);
    assert_says(s, "nothing found: service \\\"a\\\\\\\"b\\\", type heap, labels \\\"x=y\\\", from "
                   "2018-01-01T00:00:00Z to 2018-01-02T00:00:00Z");
    assert_int_equal(stage_get(s, "/api/0/services"), 404);
    assert_int_equal(stage_get(s, "/api/0/types?service=x"), 404);
    assert_int_equal(stage_get(s, "/api/0/labels?service=x"), 200);
    assert_string_equal(stage_said(s), "{\"code\":200,\"body\":[]}\n");
}

static void pages_are_newest_first_and_ascending_inside(void **state)
{
    struct stage *s = *state;
    int64_t now_ms = stage_now_ms(s);
    struct id ids[10];
    char target[256] = LIST "&from=-1h&limit=4";
    int expected = 9;

    for (int i = 0; i < 10; i++)
        ids[i] = put_at(s, now_ms - 600000 + i * 1000, NULL);
    for (int page = 0; page < 3; page++) {
        int size = page < 2 ? 4 : 2;
        const char *at;

        assert_int_equal(stage_get(s, target), 200);
        assert_int_equal(count_listed(s), size);
        assert_string_equal(stage_header(s, "X-Brazier-Total"), "10");
        at = stage_said(s);
        for (int i = expected - size + 1; i <= expected; i++) {
            at = strstr(at, ids[i].text);
            assert_non_null(at);
        }
        expected -= size;
        if (page == 2) {
            assert_null(stage_header(s, "X-Brazier-Next"));
            break;
        }
        assert_non_null(stage_header(s, "X-Brazier-Next"));
        snprintf(target, sizeof(target), LIST "&from=-1h&limit=4&cursor=%s",
                 stage_header(s, "X-Brazier-Next"));
    }
    assert_int_equal(stage_get(s, LIST "&limit=-1"), 200);
    assert_int_equal(count_listed(s), 10);
    assert_int_equal(stage_get(s, LIST "&limit=0"), 200);
    assert_int_equal(count_listed(s), 10);
}

static void all_labels_must_be_there(void **state)
{
    struct stage *s = *state;

    put_at(s, stage_now_ms(s) - 1000, "dc=fra,v=1");
    put_at(s, stage_now_ms(s) - 1000, "dc=fra,v=2");
    put_at(s, stage_now_ms(s) - 1000, "dc=ams,v=1");
    assert_int_equal(stage_get(s, LIST "&labels=dc%3Dfra"), 200);
    assert_int_equal(count_listed(s), 2);
    assert_int_equal(stage_get(s, LIST "&labels=dc%3Dfra%2Cv%3D2"), 200);
    assert_int_equal(count_listed(s), 1);
    assert_int_equal(stage_get(s, LIST "&labels=dc%3Dfra%2Cdc%3Dams"), 404);
    assert_int_equal(stage_get(s, "/api/0/labels?service=svc"), 200);
    assert_string_equal(
        stage_said(s),
        "{\"code\":200,\"body\":[{\"name\":\"dc\",\"profiles\":3},{\"name\":\"v\",\"profiles\":3}]}\n");
    assert_int_equal(stage_get(s, "/api/0/labels/dc/values?service=svc"), 200);
    assert_string_equal(
        stage_said(s),
        "{\"code\":200,\"body\":[{\"name\":\"ams\",\"profiles\":1},{\"name\":\"fra\",\"profiles\":2}]}\n");
    assert_int_equal(stage_get(s, "/api/0/labels/dc?service=svc"), 404);
    assert_int_equal(stage_get(s, "/api/0/services"), 200);
    assert_string_equal(stage_said(s), "{\"code\":200,\"body\":[\"svc\"]}\n");
    assert_int_equal(stage_get(s, "/api/0/types?service=svc"), 200);
    assert_string_equal(stage_said(s), "{\"code\":200,\"body\":[{\"name\":\"cpu\",\"profiles\":3}]}\n");
}

static void a_bucket_that_cannot_be_listed_makes_answers_stale_or_none_at_all(void **state)
{
    struct stage *s = *state;

    put_at(s, stage_now_ms(s) - 1000, NULL);
    assert_int_equal(stage_get(s, LIST "&fresh=1"), 200);
    assert_null(stage_header(s, "X-Brazier-Stale"));
    stage_fail(s, FAULT_VERB(STORE_LIST), UINT_MAX, E_UNAVAILABLE);
    stage_pass_ms(s, 1500);
    assert_int_equal(stage_get(s, LIST), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Stale"), "1500");
    assert_int_equal(stage_get(s, "/api/0/services"), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Stale"), "1500");
    /* Nothing found may mean that we have not heard of it. */
    assert_int_equal(stage_get(s, "/api/0/profiles?service=other"), 404);
    assert_string_equal(stage_header(s, "X-Brazier-Stale"), "1500");
    assert_int_equal(stage_get(s, "/api/0/types?service=other"), 404);
    assert_string_equal(stage_header(s, "X-Brazier-Stale"), "1500");
    assert_int_equal(stage_get(s, LIST "&fresh=1"), 503);
    assert_says(s, "without fresh=1 it is given");
    assert_non_null(stage_header(s, "Retry-After"));
    assert_int_equal(stage_get(s, LIST "&fresh=0"), 200);
    assert_true(metrics_get(s->app->metrics, METRIC_STALE) >= 5);
}

static void what_is_not_loaded_yet_is_declared(void **state)
{
    struct stage *s = *state;
    const struct rebuild_range range = {.now_ms = stage_now_ms(s)};
    char now[TIME_RFC3339_BYTES];

    time_format_rfc3339(stage_now_ms(s), now);
    put_at(s, stage_now_ms(s) - 1000, NULL);
    assert_int_equal(stage_get(s, LIST), 200);
    assert_null(stage_header(s, "X-Brazier-Horizon"));
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .times = 1,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    rebuild_start(s->app->rebuild, &range);
    EVENTUALLY(fault_store_failed(s->fault) == 1);
    assert_int_equal(stage_get(s, LIST), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Horizon"), now);
    assert_int_equal(stage_get(s, "/api/0/profiles?service=other"), 404);
    assert_string_equal(stage_header(s, "X-Brazier-Horizon"), now);
    fault_store_let_go(s->fault);
    /* The first failure is waited out; what matters is that it ends. */
    assert_true(rebuild_wait(s->app->rebuild, WIRE_TIMEOUT_MS));
    assert_int_equal(stage_get(s, LIST), 200);
    assert_null(stage_header(s, "X-Brazier-Horizon"));
}

static void a_lost_index_is_never_taken_for_a_complete_one(void **state)
{
    struct stage *s = *state;

    for (int i = 0; i < 20; i++)
        put_at(s, stage_now_ms(s) - TIME_HOUR_MS - i * TIME_MINUTE_MS, NULL);
    assert_int_equal(stage_get(s, LIST "&from=-2h"), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Total"), "20");
    stage_damage_index(s);
    stage_pass_ms(s, TIME_HOUR_MS); /* the tail does not reach so far back */

    /* Complete, or declared, or an error; until somebody looks after the index. */
    for (int i = 0; i < 30; i++) {
        unsigned status = stage_get(s, LIST "&from=-3h");
        const char *total = stage_header(s, "X-Brazier-Total");

        if (status == 200 && strcmp(total, "20") == 0)
            continue;
        assert_true(status >= 500 || stage_header(s, "X-Brazier-Horizon"));
    }
    EVENTUALLY(index_is_reset(s->app->index));
    app_tick(s->app);
    assert_false(index_is_reset(s->app->index));
    assert_true(rebuild_wait(s->app->rebuild, WIRE_TIMEOUT_MS));
    assert_int_equal(stage_get(s, LIST "&from=-3h"), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Total"), "20");
    assert_null(stage_header(s, "X-Brazier-Horizon"));
}

static void what_is_past_its_retention_is_not_shown(void **state)
{
    struct stage *s = *state;

    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .identity = "a"});
    assert_int_equal(stage_get(s, LIST), 200);
    s->config.retention_ms = TIME_HOUR_MS;
    stage_pass_ms(s, 2 * TIME_HOUR_MS);
    assert_int_equal(stage_get(s, LIST "&from=-5h"), 404);
    assert_int_equal(stage_get(s, "/api/0/services"), 404);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(without_times_it_is_the_last_hour_and_what_fast_clocks_say),
        TEST(times_may_be_written_as_profefe_does_and_in_other_ways),
        TEST(what_cannot_be_asked_is_named),
        TEST(nothing_found_says_what_was_searched),
        TEST(pages_are_newest_first_and_ascending_inside),
        TEST(all_labels_must_be_there),
        TEST(a_bucket_that_cannot_be_listed_makes_answers_stale_or_none_at_all),
        TEST(what_is_not_loaded_yet_is_declared),
        TEST(a_lost_index_is_never_taken_for_a_complete_one),
        TEST(what_is_past_its_retention_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
