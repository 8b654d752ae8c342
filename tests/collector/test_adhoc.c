/* Profiles that are shown and not stored. */
#include "collector/adhoc.h"

#include "base/gzip.h"

#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

static unsigned view(struct stage *s, const char *query, struct slice body)
{
    char target[200];

    snprintf(target, sizeof(target), "/api/0/view%s", query);
    return stage_ask(s, "POST", target, NULL, body);
}

static void add_part(struct buf *form, const char *name, struct slice body)
{
    buf_printf(form, "--xyz\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"f\"\r\n\r\n", name);
    buf_append(form, body);
    buf_append_cstr(form, "\r\n");
}

static unsigned view_form(struct stage *s, const char *query, struct buf *form)
{
    char target[200];

    buf_append_cstr(form, "--xyz--\r\n");
    snprintf(target, sizeof(target), "/api/0/view%s", query);
    return stage_ask(s, "POST", target, "Content-Type: multipart/form-data; boundary=xyz\r\n",
                     buf_slice(form));
}

static void a_profile_is_shown_and_not_stored(void **state)
{
    struct stage *s = *state;

    assert_int_equal(view(s, "?format=top&nodecount=1", stage_file(s, "go/cpu-000.pb.gz")), 200);
    assert_says(s, "\"total\":13840000000");
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "1");
    assert_int_equal(view(s, "?format=folded", SLICE("main;run 5\nmain;idle 2\n")), 200);
    assert_string_equal(stage_said(s), "main;idle 2\nmain;run 5\n");
    assert_int_equal(view(s, "", SLICE("main;run 5\n")), 200);
    assert_true(gzip_looks(stage_bytes(s)));
    assert_int_equal(stage_objects(s), 0);
    assert_int_equal(stage_profiles(s), 0);
    assert_int_equal(budget_used(&s->app->merging), 0);
}

static void files_of_a_form_are_merged(void **state)
{
    struct stage *s = *state;
    struct buf form CLEANUP(buf_release) = BUF_INIT(MIB);

    add_part(&form, "profile", stage_file(s, "go/cpu-000.pb.gz"));
    add_part(&form, "profile", stage_file(s, "go/cpu-009.pb.gz"));
    assert_int_equal(view_form(s, "?format=top", &form), 200);
    assert_says(s, "\"total\":18640000000");
    assert_string_equal(stage_header(s, "X-Brazier-Profiles"), "2");
    assert_null(stage_header(s, "X-Brazier-Base-Profiles"));
}

static void a_form_with_a_base_is_a_difference(void **state)
{
    struct stage *s = *state;
    struct buf form CLEANUP(buf_release) = BUF_INIT(MIB), again CLEANUP(buf_release) = BUF_INIT(MIB);

    add_part(&form, "base", SLICE("main;run 5\nmain;idle 2\n"));
    add_part(&form, "profile", SLICE("main;run 9\nmain;idle 5\n"));
    assert_int_equal(view_form(s, "?format=flamegraph", &form), 200);
    assert_says(s, "\"diff\":true,\"source\":14,\"base\":7,");
    add_part(&again, "base", SLICE("main;run 30\nmain;idle 10\n"));
    add_part(&again, "profile", SLICE("main;run 40\nmain;idle 40\n"));
    assert_int_equal(view_form(s, "?format=top&normalize=1", &again), 200);
    assert_says(s, "\"total_source\":40,\"total_base\":40");
}

static void what_cannot_be_shown_is_refused_by_name(void **state)
{
    static const struct {
        const char *name, *body, *says;
    } rows[] = {{"profile", "", "profile 2"},
                {"base", "\x1f\x8bxx", "base 1"},
                {"file", "main;run 5\n", "not \\\"profile\\\" or \\\"base\\\""},
                {"profile", "what?", "profile 2"}};
    struct stage *s = *state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf form CLEANUP(buf_release) = BUF_INIT(MIB);

        add_part(&form, "profile", SLICE("main;run 5\n"));
        add_part(&form, rows[i].name, slice_of(rows[i].body));
        assert_int_equal(view_form(s, "?format=top", &form), 400);
        assert_says(s, rows[i].says);
    }
    struct buf lone CLEANUP(buf_release) = BUF_INIT(MIB);
    add_part(&lone, "base", SLICE("main;run 5\n"));
    assert_int_equal(view_form(s, "?format=top", &lone), 400);
    assert_says(s, "no part called");
    assert_int_equal(view(s, "?format=what", SLICE("main;run 5\n")), 400);
    assert_int_equal(view(s, "?format=top&focus=(", SLICE("main;run 5\n")), 400);
    assert_int_equal(view(s, "?format=top", SLICE_NULL), 400);
    assert_int_equal(stage_get(s, "/api/0/view"), 405);
    assert_int_equal(budget_used(&s->app->merging), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_profile_is_shown_and_not_stored),
        TEST(files_of_a_form_are_merged),
        TEST(a_form_with_a_base_is_a_difference),
        TEST(what_cannot_be_shown_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
