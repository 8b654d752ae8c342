/* Differences: which two sides there are, and what is said when one of them has nothing. */
#include "collector/diff.h"

#include "pprof/scan.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#define DIFF "/api/0/profiles/diff?service=svc&type=cpu"

struct put {
    int64_t ago_ms;
    const char *service, *labels, *file;
};

static struct id put(struct stage *s, const struct put *p)
{
    static atomic_uint number;
    char identity[16];

    snprintf(identity, sizeof(identity), "%u", atomic_fetch_add(&number, 1));
    return stage_put(s, &(struct given){.mint_ms = stage_now_ms(s),
                                        .created_ms = stage_now_ms(s) - p->ago_ms,
                                        .service = p->service,
                                        .labels = p->labels,
                                        .identity = identity,
                                        .body = stage_file(s, p->file ? p->file : "go/cpu-000.pb.gz")});
}

static int64_t sum(struct stage *s, struct slice body)
{
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct error err;

    if (pprof_scan(body, &limits, &s->arena, &scan, &err) != OK)
        fail_msg("%s", err.text);
    return scan.types[1].total;
}

/* The sum of the answer, in one of these profiles less the other. */
static void assert_difference(struct stage *s, const char *source, const char *base)
{
    assert_int_equal(sum(s, stage_bytes(s)), sum(s, stage_file(s, source)) - sum(s, stage_file(s, base)));
}

static void assert_counts(struct stage *s, const char *source, const char *base)
{
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), source);
    assert_string_equal(stage_header(s, "X-Brazier-Base-Profiles"), base);
}

static void sides_differ_by_labels_by_service_or_by_time(void **state)
{
    struct stage *s = *state;

    put(s, &(struct put){TIME_MINUTE_MS, NULL, "v=1", "go/cpu-000.pb.gz"});
    put(s, &(struct put){TIME_MINUTE_MS, NULL, "v=2", "go/cpu-009.pb.gz"});
    put(s, &(struct put){TIME_MINUTE_MS, "other", "v=2", "go/cpu-000.pb.gz"});
    put(s, &(struct put){TIME_DAY_MS, NULL, "v=2", "go/cpu-000.pb.gz"});
    static const char *const queries[] = {
        "&labels=v=2&base_labels=v=1",
        "&labels=v=2&base_service=other",
        "&labels=v=2&base_service=other&base_labels=v=2&base_from=-1h&base_to=now",
        "&labels=v=2&base_from=-25h&base_to=-23h",
        "&labels=v=2&from=-2h&base_to=-23h",
        "&labels=v=2&from=-2h&base_from=-25h",
    };

    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        char target[256];

        snprintf(target, sizeof(target), DIFF "%s", queries[i]);
        if (stage_get(s, target) != 200)
            fail_msg("%s: %s", target, stage_said(s));
        assert_difference(s, "go/cpu-009.pb.gz", "go/cpu-000.pb.gz");
        assert_counts(s, "1", "1");
        assert_string_equal(stage_header(s, "Content-Disposition"),
                            "attachment; filename=\"svc-cpu-diff.pb.gz\"");
    }
    assert_int_equal(stage_get(s, DIFF "&from=-2d&base_labels=v=1"), 200);
    assert_counts(s, "3", "1");
    assert_int_equal(budget_used(&s->app->merging), 0);
}

static void the_base_is_as_long_as_the_source_if_one_end_is_given(void **state)
{
    struct stage *s = *state;

    put(s, &(struct put){TIME_MINUTE_MS, NULL, NULL, NULL});
    put(s, &(struct put){3 * TIME_HOUR_MS + 10 * TIME_MINUTE_MS, NULL, NULL, NULL});
    put(s, &(struct put){4 * TIME_HOUR_MS + 10 * TIME_MINUTE_MS, NULL, NULL, NULL});
    put(s, &(struct put){5 * TIME_HOUR_MS + 10 * TIME_MINUTE_MS, NULL, NULL, NULL});
    assert_int_equal(stage_get(s, DIFF "&base_from=-5h"), 200); /* an hour */
    assert_counts(s, "1", "1");
    assert_int_equal(stage_get(s, DIFF "&from=-2h&base_from=-5h"), 200);
    assert_counts(s, "1", "2");
    assert_int_equal(stage_get(s, DIFF "&from=-2h&to=-0h&base_to=-3h"), 200);
    assert_counts(s, "1", "2");
    assert_int_equal(stage_get(s, DIFF "&from=2019-05-30T02:10:00&to=2019-05-30T02:20:00"
                                       "&base_to=2019-05-30T02:10:00"),
                     404);
    assert_says(s, "; nor for the base: service \"svc\", type cpu, from 2019-05-30T02:00:00Z to "
                   "2019-05-30T02:10:00Z");
}

static void a_base_has_to_be_named(void **state)
{
    static const struct {
        const char *query, *says;
    } rows[] = {
        {"", "what is it compared with? missing \"base_from\" and \"base_to\", or \"base_labels\""},
        {"&base_labels=", "what is it compared with?"},
        {"&base_from=yesterday", "bad \"base_from\" timestamp \"yesterday\""},
        {"&base_from=-1h&base_to=-2h", "bad request: \"base_from\" is after \"base_to\""},
        {"&base_labels=a%25=1", "bad request: \"base_labels\": "},
        {"&ids=abc", "nothing found"},
        {"&base_ids=", "missing \"ids\""},
    };
    struct stage *s = *state;

    put(s, &(struct put){TIME_MINUTE_MS, NULL, NULL, NULL});
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char target[256];

        snprintf(target, sizeof(target), DIFF "%s", rows[i].query);
        if (stage_get(s, target) != (i == 5 ? 404 : 400))
            fail_msg("%s: %u %s", target, s->reply.status, stage_said(s));
        assert_says(s, rows[i].says);
    }
    assert_int_equal(stage_get(s, "/api/0/profiles/diff?service=svc&base_from=-1h"), 400);
    assert_says(s, "missing \"type\"");
    assert_int_equal(stage_get(s, "/api/0/profiles/diff?type=cpu&base_from=-1h"), 400);
    assert_says(s, "missing \"service\"");
    assert_int_equal(stage_get(s, "/api/0/profiles/diff?service=svc&type=trace&base_from=-1h"), 400);
    assert_says(s, "trace");
}

static void a_side_that_has_nothing_is_named(void **state)
{
    struct stage *s = *state;

    put(s, &(struct put){TIME_MINUTE_MS, NULL, "v=1", NULL});
    assert_int_equal(stage_get(s, DIFF "&labels=v=2&base_labels=v=1"), 404);
    assert_says(s, "nothing found: service \"svc\", type cpu, labels \"v=2\", from ");
    assert_null(strstr(stage_said(s), "base"));
    assert_int_equal(stage_get(s, DIFF "&labels=v=1&base_labels=v=2"), 404);
    assert_says(s, "nothing found for the base: service \"svc\", type cpu, labels \"v=2\", from ");
    assert_int_equal(stage_get(s, DIFF "&labels=v=2&base_labels=v=3"), 404);
    assert_says(s, "labels \"v=2\"");
    assert_says(s, "; nor for the base: service \"svc\", type cpu, labels \"v=3\"");
}

static void ids_can_be_compared_however_they_are_parted(void **state)
{
    static const char *const marks[] = {"+", "%2B", ","};
    struct stage *s = *state;
    struct id a = put(s, &(struct put){3, NULL, NULL, "go/cpu-000.pb.gz"});
    struct id b = put(s, &(struct put){2, NULL, NULL, "go/cpu-009.pb.gz"});
    struct id c = put(s, &(struct put){1, NULL, NULL, "go/cpu-009.pb.gz"});
    char target[512];

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        snprintf(target, sizeof(target), "/api/0/profiles/diff?ids=%s%s%s&base_ids=%s", a.text, marks[i],
                 b.text, c.text);
        assert_int_equal(stage_get(s, target), 200);
        assert_counts(s, "2", "1");
        assert_int_equal(sum(s, stage_bytes(s)), sum(s, stage_file(s, "go/cpu-000.pb.gz")));
        assert_string_equal(stage_header(s, "Content-Disposition"), "attachment; filename=\"diff.pb.gz\"");
    }
    struct id unknown = stage_meta(s, &(struct given){.mint_ms = stage_now_ms(s), .identity = "nobody"}).id;
    snprintf(target, sizeof(target), "/api/0/profiles/diff?ids=%s&base_ids=%s", a.text, unknown.text);
    assert_int_equal(stage_get(s, target), 404);
    assert_says(s, "base_ids: nothing found: 1 of 1 ids are unknown");
}

static void traces_are_not_compared(void **state)
{
    struct stage *s = *state;
    struct id cpu = put(s, &(struct put){3, NULL, NULL, NULL});
    struct id trace = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s), .type = "trace"});
    char target[256];

    snprintf(target, sizeof(target), "/api/0/profiles/diff?ids=%s&base_ids=%s", cpu.text, trace.text);
    assert_int_equal(stage_get(s, target), 400);
    assert_says(s, trace.text);
    assert_says(s, "is a trace");
}

static void normalised_sides_have_one_total(void **state)
{
    struct stage *s = *state;
    int64_t total, scaled;

    put(s, &(struct put){2, NULL, "v=1", "go/cpu-000.pb.gz"});
    put(s, &(struct put){1, NULL, "v=2", "go/cpu-009.pb.gz"});
    assert_int_equal(stage_get(s, DIFF "&labels=v=2&base_labels=v=1"), 200);
    total = sum(s, stage_bytes(s));
    assert_int_equal(stage_get(s, DIFF "&labels=v=2&base_labels=v=1&normalize=0"), 200);
    assert_int_equal(sum(s, stage_bytes(s)), total);
    assert_int_equal(stage_get(s, DIFF "&labels=v=2&base_labels=v=1&normalize=1"), 200);
    scaled = sum(s, stage_bytes(s));
    /* Nanoseconds; each sample is rounded. */
    assert_true(llabs(total) > 1000000 && llabs(scaled) < 1000);
}

static void equal_sides_leave_nothing(void **state)
{
    struct stage *s = *state;

    put(s, &(struct put){1, NULL, "v=1", NULL});
    assert_int_equal(stage_get(s, DIFF "&labels=v=1&base_labels=v=1"), 200);
    assert_int_equal(sum(s, stage_bytes(s)), 0);
}

static void what_is_acknowledged_is_in_both_sides_at_once(void **state)
{
    struct stage *s = *state;

    for (int i = 0; i < 5; i++) {
        char count[16];

        put(s, &(struct put){1, NULL, i % 2 ? "v=1" : "v=1,w=2", NULL});
        stage_pass_ms(s, 10);
        snprintf(count, sizeof(count), "%d", i + 1);
        assert_int_equal(stage_get(s, DIFF "&labels=v=1&base_labels=v=1"), 200);
        assert_counts(s, count, count);
    }
}

static void a_stale_difference_is_declared(void **state)
{
    struct stage *s = *state;

    put(s, &(struct put){1, NULL, "v=1", NULL});
    assert_int_equal(stage_get(s, DIFF "&base_labels=v=1"), 200);
    assert_null(stage_header(s, "X-Brazier-Stale"));
    stage_fail(s, FAULT_VERB(STORE_LIST), UINT_MAX, E_UNAVAILABLE);
    assert_int_equal(stage_get(s, DIFF "&base_labels=v=1"), 200);
    assert_non_null(stage_header(s, "X-Brazier-Stale"));
}

static void what_is_not_loaded_yet_of_the_base_is_declared(void **state)
{
    struct stage *s = *state;
    const struct rebuild_range range = {.now_ms = stage_now_ms(s)};
    long long now_s = stage_now_ms(s) / 1000;
    char source[256], both[512];

    /* So far ahead that the horizon cannot matter to it. */
    put(s, &(struct put){-15 * TIME_MINUTE_MS, NULL, NULL, NULL});
    put(s, &(struct put){TIME_MINUTE_MS, NULL, NULL, NULL});
    snprintf(source, sizeof(source), "service=svc&type=cpu&from=%lld&to=%lld", now_s + 11 * 60,
             now_s + 20 * 60);
    snprintf(both, sizeof(both), "/api/0/profiles/diff?%s&base_from=-1h&base_to=now", source);
    assert_int_equal(stage_get(s, both), 200);
    assert_null(stage_header(s, "X-Brazier-Horizon"));
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                             .times = 1,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    rebuild_start(s->app->rebuild, &range);
    EVENTUALLY(fault_store_failed(s->fault) == 1);
    assert_int_equal(stage_get(s, both), 200);
    assert_non_null(stage_header(s, "X-Brazier-Horizon"));
    snprintf(both, sizeof(both), "/api/0/profiles/merge?%s", source);
    assert_int_equal(stage_get(s, both), 200);
    assert_null(stage_header(s, "X-Brazier-Horizon"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(sides_differ_by_labels_by_service_or_by_time),
        TEST(the_base_is_as_long_as_the_source_if_one_end_is_given),
        TEST(a_base_has_to_be_named),
        TEST(a_side_that_has_nothing_is_named),
        TEST(ids_can_be_compared_however_they_are_parted),
        TEST(traces_are_not_compared),
        TEST(normalised_sides_have_one_total),
        TEST(equal_sides_leave_nothing),
        TEST(what_is_acknowledged_is_in_both_sides_at_once),
        TEST(a_stale_difference_is_declared),
        TEST(what_is_not_loaded_yet_of_the_base_is_declared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
