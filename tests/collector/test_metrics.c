/* The page of metrics: profefe's names, bounded label sets, and a form that Prometheus takes. */
#include "collector/metrics.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static void ask_around(struct stage *s)
{
    static const char *paths[] = {"/api/0/profiles?service=x",
                                  "/api/0/profiles/merge?service=x&type=cpu",
                                  "/api/0/profiles/abc",
                                  "/api/0/services",
                                  "/api/0/types?service=x",
                                  "/api/0/labels?service=x",
                                  "/api/0/labels/a/values?service=x",
                                  "/api/0/status",
                                  "/api/0/version",
                                  "/healthz",
                                  "/readyz",
                                  "/metrics",
                                  "/debug/metrics",
                                  "/favicon.ico"};

    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        (void)stage_get(s, paths[i]);
    assert_int_equal(stage_post(s, "service=x&type=trace", SLICE("bytes")), 200);
}

/* A request is counted when its answer is on its way: the page may be a moment ahead of that. */
static bool page_says(struct stage *s, const char *part)
{
    return stage_get(s, "/metrics") == 200 && strstr(stage_said(s), part);
}

static void names_are_profefes_where_it_has_one(void **state)
{
    struct stage *s = *state;

    ask_around(s);
    assert_int_equal(stage_get(s, "/metrics"), 200);
    assert_string_equal(stage_header(s, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EVENTUALLY(page_says(
        s, "profefe_api_requests_total{method=\"GET\",path=\"/api/0/profiles/__pid__\",code=\"404\"} 1\n"));
    EVENTUALLY(page_says(
        s, "profefe_api_requests_total{method=\"GET\",path=\"/api/0/profiles/merge\",code=\"404\"} 1\n"));
    EVENTUALLY(
        page_says(s,
                  "profefe_api_requests_total{method=\"POST\",path=\"/api/0/profiles\",code=\"200\"} 1\n"));
    EVENTUALLY(
        page_says(s, "profefe_api_request_duration_seconds_bucket{method=\"POST\",path=\"/api/0/profiles\","
                     "code=\"200\",le=\"+Inf\"} 1\n"));
    EVENTUALLY(page_says(
        s, "profefe_api_request_size_bytes_sum{method=\"POST\",path=\"/api/0/profiles\",code=\"200\"} 5"));
    EVENTUALLY(page_says(s, "profefe_api_response_size_bytes_count"));
    EVENTUALLY(page_says(s, "brazier_uploads_total{result=\"stored\"} 1\n"));
    EVENTUALLY(page_says(s, "brazier_store_requests_total{verb=\"put\",result=\"ok\"} 1\n"));
    EVENTUALLY(page_says(s, "brazier_index_profiles 1\n"));
    assert_int_equal(stage_get(s, "/debug/metrics"), 200);
}

static void whatever_is_typed_makes_no_new_series(void **state)
{
    struct stage *s = *state;

    for (int i = 0; i < 40; i++) {
        char target[64];

        snprintf(target, sizeof(target), "/no/such/path/%d", i);
        assert_int_equal(stage_get(s, target), 404);
        snprintf(target, sizeof(target), "/api/0/profiles/typed%d", i);
        assert_int_equal(stage_get(s, target), 404);
        (void)stage_ask(s, i % 2 ? "BREW" : "LINK", "/api/0/services", NULL, SLICE_NULL);
    }
    assert_int_equal(stage_get(s, "/metrics"), 200);
    assert_null(strstr(stage_said(s), "typed"));
    assert_null(strstr(stage_said(s), "such"));
    assert_null(strstr(stage_said(s), "BREW"));
    EVENTUALLY(page_says(s, "profefe_api_requests_total{method=\"GET\",path=\"other\",code=\"404\"} 40\n"));
    EVENTUALLY(page_says(s, ",path=\"other\",code=\"405\"} 40\n"));
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What Prometheus refuses a page for: a sample that comes twice, a sample without a type, a second type. */
static void every_sample_comes_once_and_behind_its_type(void **state)
{
    struct stage *s = *state;
    char *names[4096], type[128] = "", *rest = NULL;
    size_t count = 0;

    ask_around(s);
    assert_int_equal(stage_get(s, "/metrics"), 200);
    for (char *line = strtok_r((char *)(uintptr_t)stage_said(s), "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (sscanf(line, "# TYPE %127s ", type) == 1)
            names[count++] = strdup(line);
        if (line[0] == '#')
            continue;
        assert_true(strncmp(line, type, strlen(type)) == 0);
        char *space = strrchr(line, ' ');
        assert_non_null(space);
        *space = '\0';
        assert_true(count < ARRAY_LEN(names));
        names[count++] = strdup(line);
    }
    assert_true(count > 100);
    qsort(names, count, sizeof(names[0]), compare_lines);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            fail_msg("twice: %s", names[i]);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
}

static void counters_count(void **state)
{
    struct metrics *m = metrics_new();
    const struct http_result result = {.status = 200, .duration_us = 6000};

    (void)state;
    metrics_count(m, METRIC_STORED);
    metrics_add(m, METRIC_STORED, 4);
    assert_int_equal(metrics_get(m, METRIC_STORED), 5);
    assert_int_equal(metrics_get(m, METRIC_EMPTY), 0);
    for (unsigned status = 0; status < 2000; status++) {
        struct http_result any = result;

        any.status = status; /* more than there is room for */
        metrics_request(m, HTTP_GET, NULL, &any);
    }
    metrics_free(m);
    metrics_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(names_are_profefes_where_it_has_one),
        TEST(whatever_is_typed_makes_no_new_series),
        TEST(every_sample_comes_once_and_behind_its_type),
        cmocka_unit_test(counters_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
