/* Who may read from here with a page of another origin: those that the operator named, and reading only. */
#include "collector/cors.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static int setup_with(void **state, const char *origins)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    s->config.cors_origin = origins;
    stage_open(s);
    stage_serve(s);
    *state = s;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, "https://a.example, https://b.example:8443");
}

static int setup_any(void **state)
{
    return setup_with(state, "*");
}

static void those_that_are_named_may_read(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "GET", "/api/0/overview", "Origin: https://b.example:8443\r\n", SLICE_NULL),
                     200);
    assert_string_equal(stage_header(s, "Access-Control-Allow-Origin"), "https://b.example:8443");
    assert_non_null(strstr(stage_header(s, "Access-Control-Expose-Headers"), "X-Brazier-Note"));
    assert_null(stage_header(s, "Access-Control-Allow-Credentials"));
    assert_int_equal(stage_ask(s, "GET", "/api/0/profiles?service=none", "Origin: https://a.example\r\n",
                               SLICE_NULL),
                     404);
    assert_string_equal(stage_header(s, "Access-Control-Allow-Origin"), "https://a.example");
}

static void others_may_not(void **state)
{
    static const char *const others[] = {"", "Origin: https://c.example\r\n",
                                         "Origin: https://a.example.evil\r\n", "Origin: null\r\n",
                                         "Origin: https://b.example\r\n"};
    struct stage *s = *state;

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_int_equal(stage_ask(s, "GET", "/api/0/overview", others[i], SLICE_NULL), 200);
        assert_null(stage_header(s, "Access-Control-Allow-Origin"));
        assert_non_null(
            strstr(s->reply.text, "Vary: Origin")); /* a cache must not mix this up with the other */
        assert_int_equal(stage_ask(s, "OPTIONS", "/api/0/overview", others[i], SLICE_NULL), 405);
    }
    /* The page is no profile. */
    assert_int_equal(stage_ask(s, "GET", "/", "Origin: https://a.example\r\n", SLICE_NULL), 200);
    assert_null(stage_header(s, "Access-Control-Allow-Origin"));
}

static void a_browser_may_ask_before_it_sends_a_token_but_not_to_change_something(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "OPTIONS", "/api/0/profiles/merge", "Origin: https://a.example\r\n",
                               SLICE_NULL),
                     204);
    assert_string_equal(stage_header(s, "Access-Control-Allow-Origin"), "https://a.example");
    assert_string_equal(stage_header(s, "Access-Control-Allow-Methods"), "GET, HEAD");
    assert_string_equal(stage_header(s, "Access-Control-Allow-Headers"), "Authorization");
    assert_int_equal(stage_ask(s, "POST", "/api/0/profiles?service=s&type=trace",
                               "Origin: https://a.example\r\n", SLICE("1")),
                     403);
}

static void everybody_may_if_the_operator_says_so(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "GET", "/api/0/overview", "Origin: https://c.example\r\n", SLICE_NULL),
                     200);
    assert_string_equal(stage_header(s, "Access-Control-Allow-Origin"), "*");
}

static void it_is_off_of_itself(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_ask(s, "GET", "/api/0/overview", "Origin: https://a.example\r\n", SLICE_NULL),
                     200);
    assert_null(stage_header(s, "Access-Control-Allow-Origin"));
    assert_int_equal(stage_ask(s, "OPTIONS", "/api/0/overview", "Origin: https://a.example\r\n", SLICE_NULL),
                     405);
}

static void what_is_no_origin_is_refused_at_the_start(void **state)
{
    (void)state;
    static const char *const wrong[] = {"a.example", "https://a.example/", "https://", "https://*.example",
                                        "https://a.example,b"};
    struct error err;

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(cors_check(wrong[i], &err), E_CONFIG);
    assert_int_equal(cors_check(NULL, &err), OK);
    assert_int_equal(cors_check("*", &err), OK);
    assert_int_equal(cors_check("http://127.0.0.1:8080, https://a.example", &err), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_that_are_named_may_read, setup, stage_teardown),
        cmocka_unit_test_setup_teardown(others_may_not, setup, stage_teardown),
        cmocka_unit_test_setup_teardown(a_browser_may_ask_before_it_sends_a_token_but_not_to_change_something,
                                        setup, stage_teardown),
        cmocka_unit_test_setup_teardown(everybody_may_if_the_operator_says_so, setup_any, stage_teardown),
        cmocka_unit_test_setup_teardown(it_is_off_of_itself, stage_setup, stage_teardown),
        cmocka_unit_test(what_is_no_origin_is_refused_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
