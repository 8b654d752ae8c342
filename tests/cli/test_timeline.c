/* A collector's timeline, and what only looks like one. */
#include "cli/timeline.h"

#include "base/json_doc.h"

#include <math.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char ANSWER[] =
    "{\"code\":200,\"body\":{\"service\":\"s\",\"type\":\"heap\",\"sample_type\":\"inuse_space\",\"unit\":"
    "\"bytes\","
    "\"kind\":\"average\",\"start\":\"2026-11-23T02:00:00Z\",\"step_ms\":60000,\"points\":3,\"group_by\":"
    "\"dc\","
    "\"groups\":[{\"value\":\"fra\",\"total\":7.5,\"total_profiles\":2,\"values\":[5,null,10.25]},"
    "{\"value\":null,\"other\":4,\"total\":1,\"total_profiles\":9,\"values\":[1]}],"
    "\"total\":8.5,\"total_profiles\":11,\"without_facts\":2,\"without_type\":1}}";

static enum status read_text(const char *text, struct json_doc **doc, struct timeline *t)
{
    assert_int_equal(json_doc_parse(slice_of(text), doc, NULL), OK);
    return timeline_read(json_doc_root(*doc), t, NULL);
}

static void an_answer_is_read(void **state)
{
    (void)state;
    struct json_doc *doc CLEANUP(json_doc_freep) = NULL;
    struct timeline t CLEANUP(timeline_release) = {.groups = NULL};
    assert_int_equal(read_text(ANSWER, &doc, &t), OK);
    assert_true(slice_eq(t.type, SLICE("inuse_space")) && slice_eq(t.unit, SLICE("bytes")));
    assert_true(t.is_average && t.is_grouped && t.total == 8.5 && t.profiles == 11 && t.silent == 3);
    assert_true(t.start_ms == INT64_C(1795399200000) && t.step_ms == 60000 && t.point_count == 3);
    assert_int_equal(t.group_count, 2);
    assert_true(slice_eq(t.groups[0].name, SLICE("fra")) && t.groups[0].total == 7.5);
    assert_true(t.groups[0].values[0] == 5 && isnan(t.groups[0].values[1]) && t.groups[0].values[2] == 10.25);
    assert_true(t.groups[1].folded == 4 && t.groups[1].name.len == 0);
    /* Values that are not there are not known. */
    assert_true(t.groups[1].values[0] == 1 && isnan(t.groups[1].values[1]) && isnan(t.groups[1].values[2]));
}

static void what_is_no_timeline_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"code\":200,\"body\":[]}",
        "{\"groups\":[]}",
        "{\"groups\":[],\"points\":1,\"step_ms\":0,\"start\":\"2026-11-23T02:00:00Z\"}",
        "{\"groups\":[],\"points\":-1,\"step_ms\":1,\"start\":\"2026-11-23T02:00:00Z\"}",
        "{\"groups\":[],\"points\":999999999999,\"step_ms\":1,\"start\":\"2026-11-23T02:00:00Z\"}",
        "{\"groups\":[{},{}],\"points\":900000,\"step_ms\":1,\"start\":\"2026-11-23T02:00:00Z\"}",
        "{\"groups\":[],\"points\":1,\"step_ms\":1,\"start\":\"noon\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct json_doc *doc CLEANUP(json_doc_freep) = NULL;
        struct timeline t = {.groups = NULL};
        if (read_text(bad[i], &doc, &t) != E_INVALID)
            fail_msg("taken for a timeline: %s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_read),
        cmocka_unit_test(what_is_no_timeline_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
