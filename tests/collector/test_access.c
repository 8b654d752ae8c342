/* The door: tokens, scopes, and what the log and the counters learn of a request. */
#include "collector/access.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static const char TOKENS[] = "# who may do what\n"
                             "ingest agent-token-0123456789 agents\n"
                             "read reader-token-0123456789 people\n"
                             "admin admin-token-0123456789\n";

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));
    struct error err;
    char *path;
    FILE *f;

    stage_init(s);
    stage_open(s);
    path = scratch_path(s->dir, "tokens");
    f = fopen(path, "w");
    fputs(TOKENS, f);
    fclose(f);
    if (tokens_load(path, &s->app->tokens, &err) != OK)
        fail_msg("%s", err.text);
    free(path);
    stage_serve(s);
    *state = s;
    return 0;
}

static unsigned ask_as(struct stage *s, const char *token, const char *method, const char *target)
{
    char header[128];

    snprintf(header, sizeof(header), "Authorization: Bearer %s\r\n", token);
    return stage_ask(s, method, target, header, SLICE_NULL);
}

static void strangers_are_asked_who_they_are_and_health_is_open(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_get(s, "/api/0/services"), 401);
    assert_string_equal(stage_header(s, "WWW-Authenticate"),
                        "Bearer realm=\"brazier\", Basic realm=\"brazier\"");
    assert_says(s, "a token is needed");
    assert_int_equal(ask_as(s, "wrong-token-0123456789", "GET", "/api/0/services"), 401);
    assert_says(s, "is not known here");
    assert_null(strstr(stage_said(s), "wrong-token"));
    assert_int_equal(stage_get(s, "/healthz"), 200);
    assert_int_equal(stage_get(s, "/readyz"), 200);
    assert_int_equal(stage_get(s, "/api/0/version"), 200);
    assert_int_equal(stage_get(s, "/metrics"), 401);
}

static void each_scope_opens_its_own_routes(void **state)
{
    static const struct {
        const char *token;
        unsigned post, list, remove;
    } rows[] = {{"agent-token-0123456789", 400, 403, 403},
                {"reader-token-0123456789", 403, 404, 403},
                {"admin-token-0123456789", 400, 404, 404}};
    struct stage *s = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(ask_as(s, rows[i].token, "POST", "/api/0/profiles"), rows[i].post);
        assert_int_equal(ask_as(s, rows[i].token, "GET", "/api/0/services"), rows[i].list);
        assert_int_equal(ask_as(s, rows[i].token, "DELETE", "/api/0/profiles/x"), rows[i].remove);
    }
}

static void a_page_of_somebody_else_changes_nothing(void **state)
{
    static const char *const foreign[] = {"Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
                                          "Sec-Fetch-Site: none\r\n", "Origin: null\r\n",
                                          "Origin: https://evil.example\r\n"};
    struct stage *s = *state;
    char header[160];

    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        snprintf(header, sizeof(header), "%sAuthorization: Bearer admin-token-0123456789\r\n", foreign[i]);
        assert_int_equal(stage_ask(s, "POST", "/api/0/profiles?service=s&type=trace", header, SLICE("1")),
                         403);
        assert_says(s, "another origin");
        assert_int_equal(stage_ask(s, "DELETE", "/api/0/profiles/x", header, SLICE_NULL), 403);
        assert_int_equal(stage_ask(s, "GET", "/api/0/services", header, SLICE_NULL), 404);
    }
    assert_int_equal(stage_objects(s), 0);
}

static void scripts_of_the_page_make_no_browser_ask_for_a_password(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "GET", "/api/0/services", "Sec-Fetch-Dest: empty\r\n", SLICE_NULL), 401);
    assert_string_equal(stage_header(s, "WWW-Authenticate"), "Bearer realm=\"brazier\"");
    assert_int_equal(stage_ask(s, "GET", "/api/0/services", "X-Brazier-Page: 1\r\n", SLICE_NULL), 401);
    assert_string_equal(stage_header(s, "WWW-Authenticate"), "Bearer realm=\"brazier\"");
    assert_int_equal(stage_ask(s, "GET", "/api/0/services", "Sec-Fetch-Dest: document\r\n", SLICE_NULL), 401);
    assert_non_null(strstr(stage_header(s, "WWW-Authenticate"), "Basic"));
}

static void a_token_comes_as_a_password_too(void **state)
{
    struct stage *s = *state;

    /* me:reader-token-0123456789 */
    assert_int_equal(stage_ask(s, "GET", "/api/0/services",
                               "Authorization: Basic bWU6cmVhZGVyLXRva2VuLTAxMjM0NTY3ODk=\r\n", SLICE_NULL),
                     404);
}

static void a_refused_upload_is_not_read(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_post(s, "service=s&type=trace", SLICE("bytes")), 401);
    assert_int_equal(stage_objects(s), 0);
    assert_int_equal(metrics_get(s->app->metrics, METRIC_REFUSED), 0);
}

static void nobody_comes_in_when_it_is_closing(void **state)
{
    struct stage *s = *state;

    atomic_store(&s->app->closing, true);
    assert_int_equal(ask_as(s, "reader-token-0123456789", "GET", "/api/0/services"), 503);
    assert_says(s, "stopping");
    assert_string_equal(stage_header(s, "Retry-After"), "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(strangers_are_asked_who_they_are_and_health_is_open),
        TEST(each_scope_opens_its_own_routes),
        TEST(a_page_of_somebody_else_changes_nothing),
        TEST(scripts_of_the_page_make_no_browser_ask_for_a_password),
        TEST(a_token_comes_as_a_password_too),
        TEST(a_refused_upload_is_not_read),
        TEST(nobody_comes_in_when_it_is_closing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
