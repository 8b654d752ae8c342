/* Sessions: a cookie in a token's place, for the page and for nobody else. */
#include "collector/session.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static const char TOKENS[] = "read reader-token-0123456789 people\n"
                             "admin admin-token-0123456789\n";
static const int64_t WEEK_MS = INT64_C(7) * 24 * 3600 * 1000;

static void write_tokens(const struct stage *s, const char *text)
{
    char *path = scratch_path(s->dir, "tokens");
    FILE *f = fopen(path, "w");

    fputs(text, f);
    fclose(f);
    free(path);
}

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));
    struct error err;
    char *path;

    stage_init(s);
    stage_open(s);
    write_tokens(s, TOKENS);
    path = scratch_path(s->dir, "tokens");
    if (tokens_load(path, &s->app->tokens, &err) != OK)
        fail_msg("%s", err.text);
    free(path);
    stage_serve(s);
    *state = s;
    return 0;
}

/* The cookie of the last answer as a request sends it back. */
static const char *cookie(struct stage *s)
{
    static char line[300];
    const char *set = stage_header(s, "Set-Cookie");

    assert_non_null(set);
    snprintf(line, sizeof(line), "Cookie: a=b; %.*s; c=d\r\n", (int)strcspn(set, ";"), set);
    return line;
}

static const char *log_in(struct stage *s, const char *token)
{
    char body[100];

    snprintf(body, sizeof(body), "{\"token\":\"%s\"}", token);
    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL, slice_of(body)), 200);
    return cookie(s);
}

static unsigned ask_from(struct stage *s, const char *method, const char *target, const char *session,
                         const char *more)
{
    char lines[500];

    snprintf(lines, sizeof(lines), "%s%s", session, more);
    return stage_ask(s, method, target, lines, SLICE_NULL);
}

static void a_token_becomes_a_cookie_that_scripts_cannot_read(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL,
                               SLICE("{\"token\":\"reader-token-0123456789\"}")),
                     200);
    assert_says(s, "{\"login\":true,\"scopes\":[\"read\"],\"name\":\"people\",\"expires_at\":\"");
    const char *set = stage_header(s, "Set-Cookie");
    assert_non_null(strstr(set, "; HttpOnly; SameSite=Strict"));
    assert_non_null(strstr(set, "; Path=/; Max-Age=604800;"));
    assert_null(strstr(set, "Secure"));
    assert_null(strstr(set, "token-0123"));
    assert_int_equal(stage_get(s, "/api/0/services"), 401);
    assert_int_equal(stage_ask(s, "GET", "/api/0/services", log_in(s, "reader-token-0123456789"), SLICE_NULL),
                     404);
    assert_int_equal(
        stage_ask(s, "POST", "/api/0/session",
                  "Authorization: Bearer reader-token-0123456789\r\nX-Forwarded-Proto: https\r\n",
                  SLICE_NULL),
        200);
    assert_non_null(strstr(stage_header(s, "Set-Cookie"), "; Secure"));
}

static void the_page_is_told_who_is_asking(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_get(s, "/api/0/session"), 200);
    assert_says(s, "{\"login\":true,\"scopes\":[]}");
    assert_string_equal(stage_header(s, "Cache-Control"), "no-store");
    assert_int_equal(stage_ask(s, "GET", "/api/0/session", log_in(s, "admin-token-0123456789"), SLICE_NULL),
                     200);
    assert_says(s, "\"scopes\":[\"ingest\",\"read\",\"admin\"],\"expires_at\":\"");
    assert_int_equal(stage_ask(s, "GET", "/api/0/session",
                               "Authorization: Bearer reader-token-0123456789\r\n", SLICE_NULL),
                     200);
    assert_says(s, "{\"login\":true,\"scopes\":[\"read\"],\"name\":\"people\"}");
}

static void a_wrong_token_begins_no_session(void **state)
{
    struct stage *s = *state;
    char *large = calloc(1, 5001);

    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL,
                               SLICE("{\"token\":\"wrong-token-0123456789\"}")),
                     401);
    assert_null(stage_header(s, "Set-Cookie"));
    assert_null(strstr(stage_said(s), "wrong-token"));
    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL, SLICE_NULL), 400);
    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL, SLICE("{\"token\":5}")), 400);
    memset(large, ' ', 5000);
    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL, slice_make(large, 5000)), 413);
    free(large);
    assert_int_equal(stage_ask(s, "POST", "/api/0/session", "Origin: https://evil.example\r\n",
                               SLICE("{\"token\":\"reader-token-0123456789\"}")),
                     403);
}

static void a_session_changes_something_only_from_the_page_itself(void **state)
{
    static const struct {
        const char *headers;
        unsigned status;
    } rows[] = {
        {"", 403},
        {"Sec-Fetch-Site: same-origin\r\n", 404},
        {"Sec-Fetch-Site: same-site\r\n", 403},
        {"Sec-Fetch-Site: cross-site\r\nOrigin: http://page.example\r\nX-Forwarded-Host: page.example\r\n",
         403},
        {"Origin: http://page.example\r\nX-Forwarded-Host: page.example\r\n", 404},
        {"Origin: http://page.example:81\r\nX-Forwarded-Host: page.example\r\n", 403},
        {"Origin: page.example\r\nX-Forwarded-Host: page.example\r\n", 403},
        {"Origin: null\r\n", 403},
    };
    struct stage *s = *state;
    char session[300];

    snprintf(session, sizeof(session), "%s", log_in(s, "admin-token-0123456789"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned status = ask_from(s, "DELETE", "/api/0/profiles/x", session, rows[i].headers);
        if (status != rows[i].status)
            fail_msg("%s: %u", rows[i].headers, status);
    }
}

static void a_session_ends_with_its_time_its_token_or_by_leaving(void **state)
{
    struct stage *s = *state;
    char session[300], *path = scratch_path(s->dir, "tokens");
    const struct timespec later[2] = {{2000000000, 0}, {2000000000, 0}};
    bool changed = false;
    struct error err;

    snprintf(session, sizeof(session), "%s", log_in(s, "reader-token-0123456789"));
    assert_int_equal(ask_from(s, "DELETE", "/api/0/session", session, "Sec-Fetch-Site: same-origin\r\n"),
                     200);
    assert_non_null(strstr(stage_header(s, "Set-Cookie"), "brazier_session=; Path=/; Max-Age=0;"));
    assert_says(s, "{\"login\":true,\"scopes\":[]}");

    assert_int_equal(ask_from(s, "GET", "/api/0/services", session, ""), 404);
    stage_pass_ms(s, WEEK_MS + 1000);
    assert_int_equal(ask_from(s, "GET", "/api/0/services", session, ""), 401);

    snprintf(session, sizeof(session), "%s", log_in(s, "reader-token-0123456789"));
    write_tokens(s, "admin admin-token-0123456789\n");
    assert_int_equal(utimensat(AT_FDCWD, path, later, 0), 0);
    assert_int_equal(tokens_refresh(s->app->tokens, &changed, &err), OK);
    assert_true(changed);
    assert_int_equal(ask_from(s, "GET", "/api/0/services", session, ""), 401);
    free(path);
}

static void a_token_that_is_a_proxys_does_not_end_a_session(void **state)
{
    struct stage *s = *state;
    char session[300];

    snprintf(session, sizeof(session), "%s", log_in(s, "reader-token-0123456789"));
    assert_int_equal(ask_from(s, "GET", "/api/0/services", session,
                              "Authorization: Basic cHJveHk6cHJveHk=\r\n"),
                     404);
    assert_int_equal(ask_from(s, "GET", "/api/0/services", "Cookie: brazier_session=x; brazier_session=\r\n",
                              ""),
                     401);
}

static void a_stranger_with_many_cookies_has_few_of_them_looked_at(void **state)
{
    struct stage *s = *state;
    char session[300], lines[600];
    const char *pair;

    snprintf(session, sizeof(session), "%s", log_in(s, "reader-token-0123456789"));
    pair = strchr(session, ' ') + 1;
    snprintf(lines, sizeof(lines), "Cookie: brazier_session=1; other=1; brazier_session=2; %s", pair);
    assert_int_equal(stage_ask(s, "GET", "/api/0/services", lines, SLICE_NULL), 404);
    snprintf(lines, sizeof(lines),
             "Cookie: brazier_session=1; brazier_session=2; brazier_session=3; brazier_session=4; "
             "brazier_session=5; brazier_session=6; brazier_session=7; brazier_session=8; %s",
             pair);
    assert_int_equal(stage_ask(s, "GET", "/api/0/services", lines, SLICE_NULL), 401);
}

static void without_tokens_nobody_has_to_log_in(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_get(s, "/api/0/session"), 200);
    assert_says(s, "{\"login\":false,\"scopes\":[\"ingest\",\"read\",\"admin\"]}");
    assert_int_equal(stage_ask(s, "POST", "/api/0/session", NULL, SLICE("{\"token\":\"x\"}")), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_becomes_a_cookie_that_scripts_cannot_read, setup,
                                        stage_teardown),
        cmocka_unit_test_setup_teardown(the_page_is_told_who_is_asking, setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_wrong_token_begins_no_session, setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_session_changes_something_only_from_the_page_itself, setup,
                                        stage_teardown),
        cmocka_unit_test_setup_teardown(a_session_ends_with_its_time_its_token_or_by_leaving, setup,
                                        stage_teardown),
        cmocka_unit_test_setup_teardown(a_stranger_with_many_cookies_has_few_of_them_looked_at, setup,
                                        stage_teardown),
        cmocka_unit_test_setup_teardown(a_token_that_is_a_proxys_does_not_end_a_session, setup,
                                        stage_teardown),
        cmocka_unit_test_setup_teardown(without_tokens_nobody_has_to_log_in, stage_setup, stage_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
