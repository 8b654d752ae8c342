/* Views over HTTP: every format from every place that gives profiles, and what is said when one cannot be
 * had. */
#include "collector/present.h"

#include "base/gzip.h"
#include "pprof/scan.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

#define MERGE "/api/0/profiles/merge?service=svc&type=cpu&from=-1h"
#define DIFF  "/api/0/profiles/diff?service=svc&type=cpu&from=-1h&labels=v=2&base_labels=v=1"

struct two {
    struct id one, two;
};

/* Of two versions. */
static struct two put_two(struct stage *s)
{
    return (struct two){stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 1000,
                                                     .labels = "v=1",
                                                     .body = stage_file(s, "go/cpu-000.pb.gz")}),
                        stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 999,
                                                     .labels = "v=2",
                                                     .body = stage_file(s, "go/cpu-009.pb.gz")})};
}

static void get_with(struct stage *s, unsigned status, const char *path, const char *query)
{
    char target[1024];

    snprintf(target, sizeof(target), "%s%s", path, query);
    if (stage_get(s, target) != status)
        fail_msg("%s: %u %.400s", target, s->reply.status, stage_said(s));
}

static void check_form(struct stage *s, const struct view_format *format)
{
    char begin[32], end[64];
    const char *disposition = stage_header(s, "Content-Disposition");

    snprintf(begin, sizeof(begin), "%s; filename=\"", format->is_file ? "attachment" : "inline");
    snprintf(end, sizeof(end), ".%s\"", format->extension);
    assert_true(slice_starts(slice_of(disposition), slice_of(begin)));
    assert_true(slice_ends(slice_of(disposition), slice_of(end)));
    assert_string_equal(stage_header(s, "Content-Type"), format->content_type);
    assert_string_equal(stage_header(s, "X-Content-Type-Options"), "nosniff");
    assert_true(stage_bytes(s).len > 0);
    if (format->render != pprof_render)
        assert_true(slice_ends(stage_bytes(s), SLICE("\n")));
}

static void every_format_is_given_wherever_there_are_profiles(void **state)
{
    struct stage *s = *state;
    struct two ids = put_two(s);
    char one[128], both[128];

    snprintf(one, sizeof(one), "/api/0/profiles/%s?x", ids.one.text);
    snprintf(both, sizeof(both), "/api/0/profiles/%s+%s?x", ids.one.text, ids.two.text);
    const char *const places[] = {MERGE, DIFF, one, both};

    for (size_t p = 0; p < ARRAY_LEN(places); p++)
        for (size_t f = 0; f < VIEW_FORMATS_COUNT; f++) {
            char query[128];

            snprintf(query, sizeof(query), "&function=runtime&focus=.&format=%s", VIEW_FORMATS[f].name);
            get_with(s, 200, places[p], query);
            check_form(s, &VIEW_FORMATS[f]);
        }
    assert_int_equal(metrics_get(s->app->metrics, METRIC_VIEWS), ARRAY_LEN(places) * VIEW_FORMATS_COUNT);
    assert_int_equal(budget_used(&s->app->merging), 0);
}

static void pprof_that_nothing_is_taken_from_stays_as_it_is(void **state)
{
    static const char *const queries[] = {"", "&format=&focus=", "&nodecount=5", "&whatever=1",
                                          "&format=pprof"};
    struct stage *s = *state;
    struct two ids = put_two(s);
    char one[128], tag[64];
    struct slice merged;

    snprintf(one, sizeof(one), "/api/0/profiles/%s?x", ids.one.text);
    snprintf(tag, sizeof(tag), "\"%s\"", ids.one.text);
    get_with(s, 200, MERGE, "");
    merged = arena_copy(&s->arena, stage_bytes(s));
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        /* Without a format files are named as profefe names them. */
        bool is_named = strcmp(queries[i], "&format=pprof") == 0;
        get_with(s, 200, MERGE, queries[i]);
        assert_true(slice_eq(stage_bytes(s), merged));
        assert_string_equal(stage_header(s, "Content-Disposition"),
                            is_named ? "attachment; filename=\"svc-cpu.pb.gz\""
                                     : "attachment; filename=\"cpu\"");
        get_with(s, 200, one, queries[i]);
        assert_true(slice_eq(stage_bytes(s), stage_file(s, "go/cpu-000.pb.gz")));
        /* Another format would become pprof by that, so a name makes it no longer what is stored. */
        if (!is_named)
            assert_string_equal(stage_header(s, "ETag"), tag);
        else
            assert_null(stage_header(s, "ETag"));
    }
    assert_int_equal(metrics_get(s->app->metrics, METRIC_VIEWS), 0);
}

static void what_is_stored_as_text_is_pprof_if_that_is_asked_for(void **state)
{
    struct stage *s = *state;
    struct slice text = stage_file(s, "legacy/go-goroutine-debug1.txt");
    struct id id =
        stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 1000, .type = "goroutine", .body = text});
    char path[128];

    snprintf(path, sizeof(path), "/api/0/profiles/%s?x", id.text);
    get_with(s, 200, path, "");
    assert_true(slice_eq(stage_bytes(s), text));
    get_with(s, 200, path, "&format=pprof");
    assert_true(slice_starts(stage_bytes(s), SLICE("\x1f\x8b")));
    get_with(s, 200, path, "&format=top.txt");
    assert_says(s, "Type: goroutine");
}

static void a_view_of_one_profile_is_not_taken_for_the_profile(void **state)
{
    static const char *const queries[] = {"&format=svg", "&format=top.txt", "&focus=runtime"};
    struct stage *s = *state;
    struct two ids = put_two(s);
    char target[256], tag[128];

    snprintf(tag, sizeof(tag), "If-None-Match: \"%s\"\r\nRange: bytes=0-9\r\n", ids.one.text);
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        snprintf(target, sizeof(target), "/api/0/profiles/%s?%s", ids.one.text, queries[i]);
        assert_int_equal(stage_ask(s, "GET", target, tag, SLICE_NULL), 200);
        assert_null(stage_header(s, "ETag"));
        assert_null(stage_header(s, "Cache-Control"));
        assert_false(slice_eq(stage_bytes(s), stage_file(s, "go/cpu-000.pb.gz")));
    }
}

static int64_t total_of(struct stage *s)
{
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result scan;
    struct error err;

    if (pprof_scan(stage_bytes(s), &limits, &s->arena, &scan, &err) != OK)
        fail_msg("%s", err.text);
    return scan.types[1].total;
}

static void options_alone_give_a_profile_that_holds_less(void **state)
{
    struct stage *s = *state;
    int64_t whole, focused;

    put_two(s);
    get_with(s, 200, MERGE, "");
    whole = total_of(s);
    get_with(s, 200, MERGE, "&focus=runtime");
    focused = total_of(s);
    check_form(s, &VIEW_FORMATS[0]);
    assert_string_equal(stage_header(s, "Content-Disposition"), "attachment; filename=\"svc-cpu.pb.gz\"");
    get_with(s, 200, MERGE, "&ignore=runtime&format=pprof");
    assert_true(focused > 0 && focused < whole);
    assert_int_equal(focused + total_of(s), whole);
}

static void what_cannot_be_shown_is_said_before_anything_is_asked(void **state)
{
    static const struct {
        const char *query, *says;
    } rows[] = {
        {"&format=png", "bad request: unknown format \"png\": one of pprof, top, top.txt, "},
        {"&format=SVG", "unknown format \"SVG\""},
        {"&format=svg&granularity=words", "bad request: bad \"granularity\" \"words\": none of functions"},
        {"&nodecount=many", "bad request: bad \"nodecount\" \"many\": not a number"},
        {"&nodefraction=2", "bad \"nodefraction\" \"2\""},
        {"&format=top&sort=name", "bad \"sort\" \"name\""},
        {"&format=top&max_nodes=0", "bad \"max_nodes\" \"0\""},
        {"&group_by=a&tagroot=b", "bad request: bad \"group_by\" \"a\": it is tagroot with one label"},
    };
    struct stage *s = *state;
    struct two ids = put_two(s);
    char one[128];

    snprintf(one, sizeof(one), "/api/0/profiles/%s?x", ids.one.text);
    stage_fail(s, FAULT_VERB(STORE_LIST) | FAULT_VERB(STORE_GET), UINT_MAX, E_UNAVAILABLE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        get_with(s, 400, MERGE, rows[i].query);
        assert_says(s, rows[i].says);
        get_with(s, 400, DIFF, rows[i].query);
        assert_says(s, rows[i].says);
        get_with(s, 400, one, rows[i].query);
        assert_says(s, rows[i].says);
    }
    assert_int_equal(metrics_get(s->app->metrics, METRIC_STALE), 0);
}

/* Elsewhere it is left out, as Go servers do. */
static void an_option_with_a_raw_semicolon_is_not_left_out(void **state)
{
    struct stage *s = *state;

    put_two(s);
    get_with(s, 400, MERGE, "&format=top.txt&focus=a;b&sort=cum");
    assert_says(s, "\"focus=a;b\"");
    assert_says(s, "%3B");
    get_with(s, 400, DIFF, "&format=top.txt&hide=;");
    assert_says(s, "\"hide=;\"");
    get_with(s, 200, MERGE, "&format=top.txt&focus=a%3Bb");
    assert_string_equal(stage_header(s, "X-Brazier-Note"), "Focus expression matched no samples");
    assert_int_equal(stage_get(s, "/api/0/services?a;b"), 200);
}

static void patterns_are_judged_before_a_profile_is_fetched(void **state)
{
    static const char *const options[] = {"focus", "ignore", "hide", "show", "show_from", "function"};
    struct stage *s = *state;

    put_two(s);
    get_with(s, 200, MERGE, "");
    stage_fail(s, FAULT_VERB(STORE_GET), UINT_MAX, E_UNAVAILABLE);
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        char query[64];

        snprintf(query, sizeof(query), "&format=peek&%s=a(b", options[i]);
        get_with(s, 400, MERGE, query);
        assert_says(s, "bad request: parsing ");
        assert_says(s, options[i]);
    }
}

static void a_sample_type_that_is_not_there_is_400(void **state)
{
    struct stage *s = *state;

    put_two(s);
    get_with(s, 400, MERGE, "&format=top.txt&sample_index=inuse_space");
    assert_says(s, "bad request: ");
    assert_says(s, "inuse_space");
}

static void a_function_that_is_not_there_is_404(void **state)
{
    struct stage *s = *state;
    struct two ids = put_two(s);
    char one[128];

    snprintf(one, sizeof(one), "/api/0/profiles/%s?x", ids.one.text);
    const char *const places[] = {MERGE, DIFF, one};

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        get_with(s, 404, places[i], "&format=peek&function=no_such_function");
        assert_says(s, "nothing found: no function matches \"no_such_function\"");
        get_with(s, 400, places[i], "&format=peek");
        assert_says(s, "bad request: ");
        assert_says(s, "function=REGEX");
    }
}

static void what_matched_nothing_is_noted(void **state)
{
    struct stage *s = *state;

    put_two(s);
    get_with(s, 200, MERGE, "&format=top.txt&focus=no_such_function");
    assert_string_equal(stage_header(s, "X-Brazier-Note"), "Focus expression matched no samples");
    get_with(s, 200, MERGE, "&format=top.txt&focus=runtime");
    assert_null(stage_header(s, "X-Brazier-Note"));
}

static void an_svg_may_run_its_own_scripts_and_nothing_else(void **state)
{
    struct stage *s = *state;
    const char *policy;

    put_two(s);
    get_with(s, 200, MERGE, "&format=svg");
    policy = stage_header(s, "Content-Security-Policy");
    assert_non_null(policy);
    assert_non_null(strstr(policy, "default-src 'none';"));
    assert_non_null(strstr(policy, "sandbox allow-scripts"));
    assert_null(strstr(policy, "allow-same-origin"));
    get_with(s, 200, MERGE, "&format=top");
    assert_null(stage_header(s, "Content-Security-Policy"));
}

static void texts_are_packed_for_those_who_take_it(void **state)
{
    struct stage *s = *state;

    put_two(s);
    for (size_t f = 0; f < VIEW_FORMATS_COUNT; f++) {
        bool is_text = VIEW_FORMATS[f].render != pprof_render;
        char target[256];
        size_t len;

        snprintf(target, sizeof(target), "%s&function=runtime&trim=0&focus=.&format=%s", MERGE,
                 VIEW_FORMATS[f].name);
        assert_int_equal(stage_get(s, target), 200);
        len = stage_bytes(s).len;
        assert_int_equal(stage_ask(s, "GET", target, "Accept-Encoding: gzip\r\n", SLICE_NULL), 200);
        if (!is_text || len <= KIB) {
            assert_null(stage_header(s, "Content-Encoding"));
            continue;
        }
        assert_string_equal(stage_header(s, "Content-Encoding"), "gzip");
        assert_string_equal(stage_header(s, "Vary"), "Accept-Encoding");
        assert_true(stage_bytes(s).len < len);
    }
}

static void errors_are_for_go_tool_pprof_unless_json_is_asked_for(void **state)
{
    struct stage *s = *state;

    get_with(s, 400, DIFF, "&format=png");
    assert_string_equal(stage_header(s, "X-Go-Pprof"), "1");
    assert_string_equal(stage_header(s, "Content-Type"), "text/plain; charset=utf-8");
    assert_int_equal(stage_ask(s, "GET", MERGE "&format=png", "Accept: application/json\r\n", SLICE_NULL),
                     400);
    assert_says(s, "{\"code\":400,\"error\":\"bad request: unknown format \\\"png\\\"");
}

static void head_says_what_get_would(void **state)
{
    struct stage *s = *state;
    char length[32];

    put_two(s);
    get_with(s, 200, MERGE, "&format=folded");
    snprintf(length, sizeof(length), "%zu", stage_bytes(s).len);
    assert_int_equal(stage_ask(s, "HEAD", MERGE "&format=folded", NULL, SLICE_NULL), 200);
    assert_string_equal(stage_header(s, "Content-Length"), length);
    assert_string_equal(stage_header(s, "Content-Type"), "text/plain; charset=utf-8");
}

static void names_of_files_are_harmless_whatever_a_service_is_called(void **state)
{
    struct stage *s = *state;

    stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 1000,
                                 .service = "../a \"b\"\\\xc3\xbc;c",
                                 .body = stage_file(s, "go/cpu-000.pb.gz")});
    get_with(s, 200, "/api/0/profiles/merge?type=cpu&service=../a+%22b%22%5c%c3%bc%3bc", "&format=folded");
    assert_string_equal(stage_header(s, "Content-Disposition"),
                        "attachment; filename=\"_._a__b_____c-cpu.folded\"");
}

static void a_trace_has_no_views(void **state)
{
    struct stage *s = *state;
    struct id id = stage_put(s, &(struct given){.mint_ms = stage_now_ms(s) - 1000, .type = "trace"});
    char path[128];

    snprintf(path, sizeof(path), "/api/0/profiles/%s?x", id.text);
    get_with(s, 200, path, "");
    assert_string_equal(stage_said(s), "bytes");
    get_with(s, 400, path, "&format=svg");
    assert_says(s, "is a trace");
    get_with(s, 400, path, "&focus=a");
    assert_says(s, id.text);
    get_with(s, 400, path, "&format=pprof");
}

static void a_stale_view_is_declared(void **state)
{
    struct stage *s = *state;

    put_two(s);
    get_with(s, 200, MERGE, "&format=top.txt");
    assert_null(stage_header(s, "X-Brazier-Stale"));
    stage_fail(s, FAULT_VERB(STORE_LIST), UINT_MAX, E_UNAVAILABLE);
    get_with(s, 200, MERGE, "&format=top.txt");
    assert_non_null(stage_header(s, "X-Brazier-Stale"));
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "2");
    get_with(s, 200, DIFF, "&format=top.txt");
    assert_non_null(stage_header(s, "X-Brazier-Stale"));
    get_with(s, 503, DIFF, "&format=top.txt&fresh=1");
}

static void a_view_that_is_over_the_memory_of_all_queries_is_refused(void **state)
{
    struct stage *s = *state;

    put_two(s);
    get_with(s, 200, MERGE, "&format=svg");
    assert_true(budget_take(&s->app->merging, s->app->merging.max - 64 * KIB));
    get_with(s, 503, MERGE, "&format=svg");
    assert_says(s, "try again later");
    assert_non_null(stage_header(s, "Retry-After"));
    budget_give(&s->app->merging, s->app->merging.max - 64 * KIB);
    assert_int_equal(budget_used(&s->app->merging), 0);
    get_with(s, 200, MERGE, "&format=svg");
}

/* It is drawn twice, since nobody could know. */
static void an_answer_that_is_larger_than_most_is_whole(void **state)
{
    struct stage *s = *state;
    int64_t total, sum = 0;

    put_two(s);
    get_with(s, 200, MERGE, "");
    total = total_of(s);
    get_with(s, 200, MERGE, "&format=folded&granularity=lines");
    assert_true(stage_bytes(s).len > 2 * MIB);
    for (struct slice rest = stage_bytes(s), line; slice_split(&rest, '\n', &line) && line.len > 0;) {
        const char *space = memrchr(line.ptr, ' ', line.len);
        int64_t value = 0;

        assert_non_null(space);
        assert_true(slice_to_i64(slice_from(line, (size_t)(space + 1 - line.ptr)), &value));
        sum += value;
    }
    assert_int_equal(sum, total);
}

/* Between the memory that is enough and that in which nothing can be merged. Nobody else asks, so it is never
 * busy. */
static void an_answer_that_needs_too_much_says_how_to_ask_for_less(void **state)
{
    struct stage *s = *state;
    unsigned as_view = 0;

    put_two(s);
    for (size_t max = 16 * MIB; max > MIB; max -= max / 16) {
        s->app->merging.max = max;
        if (stage_get(s, MERGE "&format=svg") == 200)
            continue;
        assert_int_equal(s->reply.status, 413);
        as_view += s->reply.status == 413 && strstr(stage_said(s), "as svg this is over ") &&
                   strstr(stage_said(s), "min_fraction=");
        assert_int_equal(budget_used(&s->app->merging), 0);
    }
    assert_true(as_view > 0);
}

static bool is_told(struct slice page, const char *name)
{
    char whole[64], begin[64];

    snprintf(whole, sizeof(whole), "`%s`", name);
    snprintf(begin, sizeof(begin), "`%s=", name);
    return memmem(page.ptr, page.len, whole, strlen(whole)) ||
           memmem(page.ptr, page.len, begin, strlen(begin));
}

static void the_documentation_tells_of_every_format_and_option(void **state)
{
    struct stage *s = *state;
    struct slice page = stage_file(s, "../../docs/QUERY.md");

    for (size_t i = 0; i < VIEW_FORMATS_COUNT; i++)
        if (!is_told(page, VIEW_FORMATS[i].name))
            fail_msg("docs/QUERY.md does not tell of the format %s", VIEW_FORMATS[i].name);
    for (size_t i = 0; i < VIEW_OPTIONS_COUNT; i++)
        if (!is_told(page, VIEW_OPTIONS[i].name))
            fail_msg("docs/QUERY.md does not tell of the option %s", VIEW_OPTIONS[i].name);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_format_is_given_wherever_there_are_profiles),
        TEST(pprof_that_nothing_is_taken_from_stays_as_it_is),
        TEST(what_is_stored_as_text_is_pprof_if_that_is_asked_for),
        TEST(a_view_of_one_profile_is_not_taken_for_the_profile),
        TEST(options_alone_give_a_profile_that_holds_less),
        TEST(what_cannot_be_shown_is_said_before_anything_is_asked),
        TEST(an_option_with_a_raw_semicolon_is_not_left_out),
        TEST(patterns_are_judged_before_a_profile_is_fetched),
        TEST(a_sample_type_that_is_not_there_is_400),
        TEST(a_function_that_is_not_there_is_404),
        TEST(what_matched_nothing_is_noted),
        TEST(an_svg_may_run_its_own_scripts_and_nothing_else),
        TEST(texts_are_packed_for_those_who_take_it),
        TEST(errors_are_for_go_tool_pprof_unless_json_is_asked_for),
        TEST(head_says_what_get_would),
        TEST(names_of_files_are_harmless_whatever_a_service_is_called),
        TEST(a_trace_has_no_views),
        TEST(a_stale_view_is_declared),
        TEST(an_answer_that_is_larger_than_most_is_whole),
        TEST(an_answer_that_needs_too_much_says_how_to_ask_for_less),
        TEST(the_documentation_tells_of_every_format_and_option),
        TEST(a_view_that_is_over_the_memory_of_all_queries_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
