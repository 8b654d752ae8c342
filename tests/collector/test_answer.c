/* Answers as clients read them, byte for byte. */
#include "collector/answer.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static void a_stored_profile_is_answered_as_profefe_answers(void **state)
{
    struct stage *s = *state;
    char expected[512], list[600];

    assert_int_equal(stage_post(s,
                                "service=svc1&type=trace&labels=region%3Deu%2Cdc%3Dfra"
                                "&created_at=2019-05-30T21:10:05",
                                SLICE("bytes")),
                     200);
    snprintf(expected, sizeof(expected),
             "{\"code\":200,\"body\":{\"id\":\"%s\",\"type\":\"trace\",\"service\":\"svc1\",\"labels\":["
             "{\"key\":\"dc\",\"value\":\"fra\"},{\"key\":\"region\",\"value\":\"eu\"}],"
             "\"created_at\":\"2019-05-30T21:10:05Z\"}}\n",
             stage_said_id(s).text);
    assert_string_equal(stage_said(s), expected);
    assert_string_equal(stage_header(s, "Content-Type"), "application/json");

    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc1&from=2019-05-30T21:10:05"
                                  "&to=2019-05-30T21:10:05"),
                     200);
    /* The same object, in an array. */
    snprintf(list, sizeof(list), "{\"code\":200,\"body\":[%.*s]}\n", (int)strlen(expected) - 21,
             expected + 19);
    assert_string_equal(stage_said(s), list);
}

static void labels_are_left_out_when_there_are_none_and_escaped_as_go_does(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_post(s, "service=%3Ca%26b%3E&type=trace", SLICE("1")), 200);
    assert_null(strstr(stage_said(s), "labels"));
    assert_says(s, "\"service\":\"\\u003ca\\u0026b\\u003e\"");
    assert_int_equal(stage_post(s, "service=s&type=trace&labels=a%3Dx%252Cy%252520", SLICE("1")), 200);
    assert_says(s, "{\"key\":\"a\",\"value\":\"x,y%20\"}");
}

static void errors_are_one_line_of_json(void **state)
{
    struct stage *s = *state;

    assert_int_equal(stage_get(s, "/api/0/profiles?service="), 400);
    assert_string_equal(stage_said(s), "{\"code\":400,\"error\":\"bad request: missing \\\"service\\\"\"}\n");
    assert_string_equal(stage_header(s, "Content-Type"), "application/json");
    assert_int_equal(stage_get(s, "/api/0/nothing"), 404);
    assert_true(strncmp(stage_said(s), "{\"code\":404,\"error\":\"nothing found", 34) == 0);
    assert_int_equal(stage_ask(s, "PUT", "/api/0/profiles", NULL, SLICE("x")), 405);
    assert_string_equal(stage_header(s, "Allow"), "GET, HEAD, POST");
    assert_says(s, "{\"code\":405,\"error\":\"method PUT is not allowed here\"}");
}

static void errors_of_pprof_routes_are_text_unless_json_is_asked_for(void **state)
{
    struct stage *s = *state;
    static const char MERGE[] = "/api/0/profiles/merge?service=svc&type=cpu";

    assert_int_equal(stage_get(s, MERGE), 404);
    assert_string_equal(stage_header(s, "X-Go-Pprof"), "1");
    assert_string_equal(stage_header(s, "Content-Type"), "text/plain; charset=utf-8");
    assert_true(strncmp(stage_said(s), "nothing found: service \"svc\", type cpu", 38) == 0);
    assert_int_equal(stage_ask(s, "GET", MERGE, "Accept: text/html, application/json;q=0.9\r\n", SLICE_NULL),
                     404);
    assert_null(stage_header(s, "X-Go-Pprof"));
    assert_true(strncmp(stage_said(s), "{\"code\":404,\"error\":\"nothing found", 34) == 0);
    assert_int_equal(stage_ask(s, "GET", MERGE, "Accept: */*\r\n", SLICE_NULL), 404);
    assert_string_equal(stage_header(s, "X-Go-Pprof"), "1");
    assert_int_equal(stage_get(s, "/api/0/profiles/unknown"), 404);
    assert_string_equal(stage_header(s, "X-Go-Pprof"), "1");
    assert_int_equal(stage_get(s, "/api/0/profiles?service=svc"), 404);
    assert_null(stage_header(s, "X-Go-Pprof"));
}

static void every_code_has_its_status(void **state)
{
    static const struct {
        enum status code;
        unsigned status;
    } rows[] = {{OK, 200},     {E_INVALID, 400},     {E_TOO_LARGE, 413}, {E_DENIED, 403}, {E_NOT_FOUND, 404},
                {E_BUSY, 503}, {E_UNAVAILABLE, 503}, {E_CORRUPT, 500},   {E_CONFIG, 500}, {E_INTERNAL, 500}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(answer_status(rows[i].code), rows[i].status);
}

static void what_is_missing_is_declared_in_headers(void **state)
{
    struct http_reply fresh = {0}, stale = {0};

    (void)state;
    answer_declare(&fresh, -1, 0);
    assert_int_equal(fresh.header_count, 0);
    answer_declare(&stale, 0, INT64_C(1559250605000));
    assert_int_equal(stale.header_count, 2);
    assert_string_equal(stale.headers[0].name, "X-Brazier-Stale");
    assert_string_equal(stale.headers[0].value, "0");
    assert_string_equal(stale.headers[1].name, "X-Brazier-Horizon");
    assert_string_equal(stale.headers[1].value, "2019-05-30T21:10:05Z");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_stored_profile_is_answered_as_profefe_answers),
        TEST(labels_are_left_out_when_there_are_none_and_escaped_as_go_does),
        TEST(errors_are_one_line_of_json),
        TEST(errors_of_pprof_routes_are_text_unless_json_is_asked_for),
        TEST(every_code_has_its_status),
        TEST(what_is_missing_is_declared_in_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
