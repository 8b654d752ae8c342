/* What a page shows first: services, how much they sent, and what of it is where. */
#include "collector/overview.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static void send_profile(struct stage *s, const char *query, const char *file)
{
    if (stage_post(s, query, stage_file(s, file)) != 200)
        fail_msg("%s", stage_said(s));
}

static void fill(struct stage *s)
{
    send_profile(s, "service=idle&type=cpu&labels=dc=ams", "go/cpu-000.pb.gz");
    send_profile(s, "service=busy&type=cpu&labels=dc=fra,host=a", "go/cpu-000.pb.gz");
    send_profile(s, "service=busy&type=cpu&labels=dc=fra,host=b", "go/cpu-009.pb.gz");
    send_profile(s, "service=busy&type=trace&labels=dc=ams", "go/cpu-000.pb.gz");
}

/* The profiles of the data were made at a time that a range has to reach. */
#define ALL "from=2020-01-01T00:00:00&to=now"

static void an_empty_store_has_an_empty_overview(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_get(s, "/api/0/overview"), 200);
    assert_says(s, "\"services\":[]");
}

static void the_busiest_service_comes_first(void **state)
{
    struct stage *s = *state;

    fill(s);
    assert_int_equal(stage_get(s, "/api/0/overview?" ALL), 200);
    assert_says(s, "\"services\":[{\"service\":\"busy\",\"profiles\":3,\"last\":\"");
    assert_says(
        s,
        "\"types\":[{\"type\":\"cpu\",\"sample_type\":\"cpu\",\"unit\":\"nanoseconds\",\"total\":18640000000,"
        "\"duration_ms\":");
    assert_says(s, "\"profiles\":2,\"series\":2,\"last\":\"");
    assert_says(s, "{\"type\":\"trace\",\"profiles\":1,\"series\":1,");
    assert_says(s, "{\"service\":\"idle\",\"profiles\":1,");
    assert_int_equal(stage_get(s, "/api/0/overview?from=2019-01-01T00:00:00&to=2019-01-01T00:30:00"), 200);
    assert_says(s, "{\"from\":\"2019-01-01T00:00:00Z\",\"to\":\"2019-01-01T00:59:59Z\",\"services\":[]}");
    assert_int_equal(stage_get(s, "/api/0/overview?from=x"), 400);
}

static void names_are_counted_in_a_range_and_of_what_is_selected(void **state)
{
    struct stage *s = *state;

    fill(s);
    assert_int_equal(stage_get(s, "/api/0/labels?service=busy&" ALL), 200);
    assert_says(s, "[{\"name\":\"dc\",\"profiles\":3},{\"name\":\"host\",\"profiles\":2}]");
    assert_int_equal(stage_get(s, "/api/0/labels/host/values?service=busy&type=cpu&labels=host!=a&" ALL),
                     200);
    assert_says(s, "[{\"name\":\"b\",\"profiles\":1}]");
    assert_int_equal(stage_get(s,
                               "/api/0/labels?service=busy&from=2019-01-01T00:00:00&to=2019-01-02T00:00:00"),
                     200);
    assert_says(s, "\"body\":[]");
    assert_int_equal(stage_get(s, "/api/0/types?service=busy&labels=dc=~f.*&" ALL), 200);
    assert_says(s, "[{\"name\":\"cpu\",\"profiles\":2}]");
    assert_int_equal(stage_get(s, "/api/0/labels?service=busy&from=x"), 400);
}

static void matchers_select_in_every_question(void **state)
{
    struct stage *s = *state;

    fill(s);
    assert_int_equal(stage_get(s, "/api/0/profiles?service=busy&type=cpu&labels=dc%3Dfra%2Chost!%3Da&" ALL),
                     200);
    assert_string_equal(stage_header(s, "X-Brazier-Total"), "1");
    assert_says(s, "{\"key\":\"host\",\"value\":\"b\"}");
    assert_int_equal(stage_get(s, "/api/0/profiles?service=busy&labels=host!~.*&" ALL), 200);
    assert_string_equal(stage_header(s, "X-Brazier-Total"), "1");
    assert_says(s, "\"trace\"");
    assert_int_equal(
        stage_get(s, "/api/0/profiles/merge?service=busy&type=cpu&format=top&labels=host=~a%7Cb&" ALL), 200);
    assert_says(s, "\"total\":18640000000");
    assert_int_equal(stage_get(s, "/api/0/timeline?service=busy&type=cpu&labels=host=~b&" ALL), 200);
    assert_says(s, "\"total_profiles\":1");
    assert_int_equal(
        stage_get(
            s,
            "/api/0/profiles/diff?service=busy&type=cpu&labels=host=~a&base_labels=host!=a&format=top&" ALL),
        200);
    assert_says(s, "\"total_source\":13840000000,\"total_base\":4800000000");
    assert_int_equal(stage_get(s, "/api/0/profiles?service=busy&labels=host=~(&" ALL), 400);
    assert_says(s, "labels regexp");
    assert_int_equal(stage_get(s, "/api/0/profiles?service=busy&labels=host=~nobody&" ALL), 404);
    assert_says(s, "labels \\\"host=~nobody\\\"");
}

static void a_list_says_what_profiles_add_up_to_when_it_is_asked(void **state)
{
    struct stage *s = *state;

    fill(s);
    assert_int_equal(stage_get(s, "/api/0/profiles?service=busy&type=cpu&labels=host=a&facts=1&" ALL), 200);
    assert_says(s, "\"duration_ms\":");
    assert_says(
        s, "\"totals\":[{\"type\":\"samples\",\"unit\":\"count\",\"total\":1384},{\"type\":\"cpu\",\"unit\":"
           "\"nanoseconds\",\"total\":13840000000}],\"default\":1}");
    assert_int_equal(stage_get(s, "/api/0/profiles?service=busy&type=cpu&labels=host=a&" ALL), 200);
    assert_null(strstr(stage_said(s), "totals"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_store_has_an_empty_overview),
        TEST(the_busiest_service_comes_first),
        TEST(names_are_counted_in_a_range_and_of_what_is_selected),
        TEST(matchers_select_in_every_question),
        TEST(a_list_says_what_profiles_add_up_to_when_it_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
