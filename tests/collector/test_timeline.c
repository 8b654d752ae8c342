/* Timelines as a client sees them: what may be asked, what is chosen where nothing is said, what the answer
 * says and declares. That the numbers are right for every history is tested with the index. */
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#define TIMELINE "/api/0/timeline?service=svc&type="

/* One sample type beside "samples". */
struct sample {
    const char *type, *labels, *name, *unit;
    int64_t created_ms, duration_ms, total;
};

static void put_sample(struct stage *s, const struct sample *p)
{
    struct buf key CLEANUP(buf_release) = BUF_INIT(LIMIT_KEY_BYTES);
    char identity[128];
    struct error err;

    snprintf(identity, sizeof(identity), "%lld%s%s%lld", (long long)p->created_ms, p->type,
             p->labels ? p->labels : "", (long long)p->total);
    struct profile_meta meta = stage_meta(s, &(struct given){.mint_ms = stage_now_ms(s),
                                                             .created_ms = p->created_ms,
                                                             .type = p->type,
                                                             .labels = p->labels,
                                                             .identity = identity});
    if (p->name) {
        meta.facts =
            (struct facts){.present = true, .duration_ms = p->duration_ms, .default_index = 1, .count = 2};
        meta.facts.items[0] = (struct fact){SLICE("samples"), SLICE("count"), 1};
        meta.facts.items[1] = (struct fact){slice_of(p->name), slice_of(p->unit), p->total};
    }
    if (key_encode_profile(SLICE_NULL, &meta, &key, NULL, &err) != OK)
        fail_msg("%s", err.text);
    stage_put_key(s, buf_cstr(&key), SLICE("bytes"));
}

static void put_cpu(struct stage *s, int64_t created_ms, const char *labels, int64_t total)
{
    put_sample(s, &(struct sample){"cpu", labels, "cpu", "nanoseconds", created_ms, 10000, total});
}

/* Midnight UTC, at least a day ago. */
static int64_t midnight(struct stage *s)
{
    return (stage_now_ms(s) / TIME_DAY_MS - 1) * TIME_DAY_MS;
}

/* The rest of the parameters follows. */
static unsigned ask(struct stage *s, const char *type, int64_t from_ms, int64_t to_ms, const char *more)
{
    char target[512];

    snprintf(target, sizeof(target), TIMELINE "%s&from=%lld&to=%lld%s", type, (long long)from_ms / 1000,
             (long long)to_ms / 1000, more);
    return stage_get(s, target);
}

static void sums_stand_in_arrays_by_step_and_group(void **state)
{
    struct stage *s = *state;
    int64_t day = midnight(s);
    char from[TIME_RFC3339_BYTES], to[TIME_RFC3339_BYTES], want[2048];

    put_cpu(s, day + 1000, "dc=fra", 100);
    put_cpu(s, day + 2000, "dc=fra", 10);
    put_cpu(s, day + 2 * TIME_HOUR_MS, "dc=fra", 7);
    put_cpu(s, day + TIME_HOUR_MS, "dc=ams", 5);
    put_cpu(s, day + TIME_HOUR_MS, NULL, 2);
    time_format_rfc3339(day, from);
    time_format_rfc3339(day + 3 * TIME_HOUR_MS - 1000, to);
    assert_int_equal(ask(s, "cpu", day, day + 3 * TIME_HOUR_MS - 1000, "&step=1h&group_by=dc"), 200);
    snprintf(
        want, sizeof(want),
        "{\"code\":200,\"body\":{\"service\":\"svc\",\"type\":\"cpu\",\"sample_type\":\"cpu\",\"unit\":"
        "\"nanoseconds\",\"kind\":\"sum\",\"from\":\"%s\",\"to\":\"%s\",\"start\":\"%s\",\"step_ms\":3600000,"
        "\"points\":3,\"group_by\":\"dc\",\"groups\":["
        "{\"value\":\"fra\",\"total\":117,\"total_profiles\":3,\"total_duration_ms\":30000,"
        "\"without_facts\":0,\"without_type\":0,\"values\":[110,null,7],\"profiles\":[2,0,1],"
        "\"duration_ms\":[20000,0,10000]},"
        "{\"value\":\"ams\",\"total\":5,\"total_profiles\":1,\"total_duration_ms\":10000,"
        "\"without_facts\":0,\"without_type\":0,\"values\":[null,5,null],\"profiles\":[0,1,0],"
        "\"duration_ms\":[0,10000,0]},"
        "{\"value\":null,\"total\":2,\"total_profiles\":1,\"total_duration_ms\":10000,"
        "\"without_facts\":0,\"without_type\":0,\"values\":[null,2,null],\"profiles\":[0,1,0],"
        "\"duration_ms\":[0,10000,0]}],"
        "\"total\":124,\"total_profiles\":5,\"total_duration_ms\":50000,\"without_facts\":0,"
        "\"without_type\":0,\"saturated\":false}}\n",
        from, to, from);
    assert_string_equal(stage_said(s), want);
    assert_int_equal(ask(s, "cpu", day, day + 3 * TIME_HOUR_MS - 1000, "&step=1h&labels=dc%3Dfra"), 200);
    assert_says(s, "\"group_by\":null,\"groups\":[{\"value\":null,\"total\":117,");
}

static void states_are_averaged_and_stretches_are_summed(void **state)
{
    static const struct {
        struct sample sample;
        const char *says;
    } rows[] = {
        {{"goroutine", NULL, "goroutine", "count", 0, 0, 10}, "\"kind\":\"average\""},
        {{"heap", NULL, "inuse_space", "bytes", 0, 30000, 10}, "\"kind\":\"average\""},
        {{"heap", NULL, "space", "bytes", 0, 0, 10}, "\"kind\":\"average\""},
        {{"allocs", NULL, "alloc_space", "bytes", 0, 30000, 10}, "\"kind\":\"sum\""},
        {{"mutex", NULL, "delay", "nanoseconds", 0, 30000, 10}, "\"kind\":\"sum\""},
        {{"block", NULL, "delay", "nanoseconds", 0, 0, 10}, "\"kind\":\"average\""},
        {{"cpu", NULL, "wall", "microseconds", 0, 0, 10}, "\"kind\":\"sum\""},
    };
    struct stage *s = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sample p = rows[i].sample;
        int64_t hour = midnight(s) + (int64_t)i * TIME_HOUR_MS;

        for (int k = 0; k < 4; k++) {
            p.created_ms = hour + k;
            p.total = k < 3 ? 10 + k : 12;
            put_sample(s, &p);
        }
        assert_int_equal(ask(s, p.type, hour, hour + TIME_HOUR_MS - 1000, "&step=1h"), 200);
        assert_says(s, rows[i].says);
        assert_says(s, strstr(rows[i].says, "average") ? "\"values\":[11.25]" : "\"values\":[45]");
    }
}

static void what_says_nothing_is_counted_beside(void **state)
{
    struct stage *s = *state;
    int64_t day = midnight(s);

    put_cpu(s, day, NULL, 10);
    put_sample(s, &(struct sample){.type = "cpu", .created_ms = day + 1});
    assert_int_equal(ask(s, "cpu", day, day + TIME_HOUR_MS - 1000, "&step=30m"), 200);
    assert_says(s, "\"without_facts\":1,\"without_type\":0,\"values\":[10,null],\"profiles\":[2,0],"
                   "\"duration_ms\":[10000,0],\"missing\":[1,0]}]");
    put_sample(s, &(struct sample){"cpu", NULL, "wall", "microseconds", day + 2, 10, 5});
    assert_int_equal(ask(s, "cpu", day, day + TIME_HOUR_MS - 1000, "&step=30m&sample_type=wall"), 200);
    assert_says(s, "\"sample_type\":\"wall\",\"unit\":\"microseconds\"");
    assert_says(s, "\"without_facts\":1,\"without_type\":1,\"values\":[5,null],\"profiles\":[3,0],"
                   "\"duration_ms\":[10,0],\"missing\":[2,0]}]");
}

static void an_average_is_of_those_that_say_something(void **state)
{
    struct stage *s = *state;
    int64_t day = midnight(s);

    put_sample(s, &(struct sample){"goroutine", "dc=fra", "goroutine", "count", day, 0, 10});
    put_sample(s, &(struct sample){"goroutine", "dc=ams", "goroutine", "count", day + 1, 0, 5});
    put_sample(s, &(struct sample){.type = "goroutine", .labels = "dc=fra", .created_ms = day + 2});
    assert_int_equal(ask(s, "goroutine", day, day + TIME_HOUR_MS - 1000, "&step=1h&group_by=dc"), 200);
    assert_says(s, "{\"value\":\"fra\",\"total\":10,\"total_profiles\":2,");
    assert_says(s, "\"total\":7.5,\"total_profiles\":3,\"total_duration_ms\":0,\"without_facts\":1,");
}

static void sums_that_no_number_can_say_are_saturated_and_say_so(void **state)
{
    struct stage *s = *state;
    int64_t day = midnight(s);

    put_cpu(s, day, NULL, INT64_MAX);
    put_cpu(s, day + 1, NULL, INT64_MAX);
    assert_int_equal(ask(s, "cpu", day, day + TIME_HOUR_MS - 1000, "&step=1h"), 200);
    assert_says(s, "\"values\":[9223372036854775807]");
    assert_says(s, "\"saturated\":true");
}

static void without_a_step_a_good_one_is_chosen_and_said(void **state)
{
    static const struct {
        int64_t range_ms;
        const char *says;
    } rows[] = {
        {2 * TIME_MINUTE_MS, "\"step_ms\":1000,"},
        {TIME_HOUR_MS, "\"step_ms\":30000,"},
        {TIME_DAY_MS, "\"step_ms\":600000,"},
        {7 * TIME_DAY_MS, "\"step_ms\":3600000,"},
        {30 * TIME_DAY_MS, "\"step_ms\":21600000,"},
        {365 * TIME_DAY_MS, "\"step_ms\":172800000,"},
        {20000 * TIME_DAY_MS, "\"step_ms\":8726400000,"},
    };
    struct stage *s = *state;
    int64_t day = midnight(s);

    put_cpu(s, day, NULL, 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(ask(s, "cpu", day - rows[i].range_ms, day, ""), 200);
        assert_says(s, rows[i].says);
    }
}

static void without_an_end_the_steps_end_now_or_with_what_fast_clocks_say(void **state)
{
    struct stage *s = *state;

    put_cpu(s, stage_now_ms(s), NULL, 1);
    assert_int_equal(stage_get(s, TIMELINE "cpu&from=-10m&step=10m"), 200);
    assert_says(s, "\"points\":2,");
    put_cpu(s, stage_now_ms(s) + 9 * TIME_MINUTE_MS, NULL, 1);
    assert_int_equal(stage_get(s, TIMELINE "cpu&from=-10m&step=1s"), 200);
    assert_says(s, "\"total_profiles\":2");
}

static void what_cannot_be_asked_is_named(void **state)
{
    static const struct {
        const char *query, *says;
    } rows[] = {
        {"service=svc", "missing \\\"type\\\""},
        {"type=cpu", "missing \\\"service\\\""},
        {"service=svc&type=trace", "can't draw a timeline of trace type"},
        {"service=svc&type=cpu&step=0", "bad \\\"step\\\" \\\"0\\\": a whole number of seconds"},
        {"service=svc&type=cpu&step=1500ms", "bad \\\"step\\\" \\\"1500ms\\\""},
        {"service=svc&type=cpu&step=-1h", "bad \\\"step\\\""},
        {"service=svc&type=cpu&step=soon", "bad \\\"step\\\" \\\"soon\\\""},
        {"service=svc&type=cpu&from=-7d&to=now&step=10s",
         "60481 steps are over 11000: ask for a step of 55s or more"},
        {"service=svc&type=cpu&sample_type=space",
         "bad request: unknown sample type \\\"space\\\": there are cpu, samples"},
    };
    struct stage *s = *state;

    put_cpu(s, stage_now_ms(s), NULL, 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char target[256];

        snprintf(target, sizeof(target), "/api/0/timeline?%s", rows[i].query);
        assert_int_equal(stage_get(s, target), 400);
        assert_says(s, rows[i].says);
    }
    assert_int_equal(stage_get(s, "/api/0/timeline?service=other&type=cpu&group_by=x"), 404);
    assert_says(s, "nothing found: service \\\"other\\\", type cpu");
}

static void the_largest_groups_are_shown_and_the_rest_is_one(void **state)
{
    struct stage *s = *state;
    int64_t day = midnight(s);
    const char *at;

    for (int i = 0; i < (int)LIMIT_TIMELINE_GROUPS + 5; i++) {
        char labels[32];

        snprintf(labels, sizeof(labels), "pod=p%d", i);
        put_cpu(s, day, labels, i + 1);
    }
    assert_int_equal(ask(s, "cpu", day, day + TIME_HOUR_MS - 1000, "&step=1h&group_by=pod"), 200);
    assert_says(s, "\"groups\":[{\"value\":\"p104\",\"total\":105,");
    at = strstr(stage_said(s), "{\"value\":null,\"other\":5,\"total\":15,\"total_profiles\":5,");
    assert_non_null(at);
    assert_null(strstr(at + 1, "{\"value\""));
    /* A hundred groups of many steps are refused with a way out. */
    assert_int_equal(ask(s, "cpu", day, day + TIME_HOUR_MS - 1000, "&step=1s&group_by=pod"), 413);
    assert_says(s, "3600 steps of 101 groups are over 200000: ask for a longer step");
    /* Where no step was asked for, one is found. */
    assert_int_equal(ask(s, "cpu", day, day + TIME_HOUR_MS - 1000, "&group_by=pod"), 200);
}

static void a_stale_answer_is_declared(void **state)
{
    struct stage *s = *state;

    put_cpu(s, stage_now_ms(s), NULL, 1);
    assert_int_equal(stage_get(s, TIMELINE "cpu"), 200);
    assert_null(stage_header(s, "X-Brazier-Stale"));
    stage_fail(s, FAULT_VERB(STORE_LIST), UINT_MAX, E_UNAVAILABLE);
    stage_pass_ms(s, 1500);
    assert_int_equal(stage_get(s, TIMELINE "cpu"), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Stale"), "1500");
    assert_int_equal(stage_get(s, TIMELINE "cpu&fresh=1"), 503);
}

static void what_is_past_its_retention_does_not_count(void **state)
{
    struct stage *s = *state;

    put_cpu(s, stage_now_ms(s), NULL, 1);
    assert_int_equal(stage_get(s, TIMELINE "cpu"), 200);
    s->config.retention_ms = TIME_HOUR_MS;
    stage_pass_ms(s, 2 * TIME_HOUR_MS);
    assert_int_equal(stage_get(s, TIMELINE "cpu&from=-5h&step=1h"), 404);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(sums_stand_in_arrays_by_step_and_group),
        TEST(states_are_averaged_and_stretches_are_summed),
        TEST(what_says_nothing_is_counted_beside),
        TEST(an_average_is_of_those_that_say_something),
        TEST(sums_that_no_number_can_say_are_saturated_and_say_so),
        TEST(without_a_step_a_good_one_is_chosen_and_said),
        TEST(without_an_end_the_steps_end_now_or_with_what_fast_clocks_say),
        TEST(what_cannot_be_asked_is_named),
        TEST(the_largest_groups_are_shown_and_the_rest_is_one),
        TEST(a_stale_answer_is_declared),
        TEST(what_is_past_its_retention_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
