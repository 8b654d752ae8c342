/* Reading answers: what is there, what is not, and what is something else. */
#include "base/json_doc.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct json_doc *parsed(const char *text)
{
    struct json_doc *doc = NULL;
    assert_int_equal(json_doc_parse(slice_of(text), &doc, NULL), OK);
    return doc;
}

static void a_chain_of_questions_finds_what_is_there(void **state)
{
    (void)state;
    struct json_doc *doc CLEANUP(json_doc_freep) =
        parsed("{\"body\":[{\"id\":\"x\\u0000y\",\"n\":-7,\"f\":1.5,\"b\":true,\"z\":null},2]}");
    const struct json_node *body = json_node_member(json_doc_root(doc), "body");
    const struct json_node *item = json_node_at(body, 0);
    struct slice id;
    int64_t n;
    double f;
    bool b;
    assert_int_equal(json_node_count(body), 2);
    assert_true(json_node_string(json_node_member(item, "id"), &id));
    assert_true(slice_eq(id, SLICE("x\0y")));
    assert_true(json_node_i64(json_node_member(item, "n"), &n) && n == -7);
    assert_true(json_node_double(json_node_member(item, "f"), &f) && f == 1.5);
    assert_true(json_node_double(json_node_member(item, "n"), &f) && f == -7);
    assert_true(json_node_bool(json_node_member(item, "b"), &b) && b);
    assert_true(json_node_is_null(json_node_member(item, "z")));
    assert_true(slice_eq(json_node_text(item, "id"), id));
}

static void what_is_absent_or_of_another_kind_is_none(void **state)
{
    (void)state;
    struct json_doc *doc CLEANUP(json_doc_freep) = parsed("{\"a\":1,\"s\":\"t\"}");
    const struct json_node *root = json_doc_root(doc);
    struct slice s = SLICE("before");
    int64_t n = 5;
    double f;
    bool b;
    assert_null(json_node_member(root, "b"));
    assert_null(json_node_member(json_node_member(root, "b"), "c"));
    assert_null(json_node_member(json_node_member(root, "a"), "c"));
    assert_null(json_node_at(root, 0));
    assert_int_equal(json_node_count(NULL), 0);
    assert_int_equal(json_node_count(root), 0);
    assert_false(json_node_string(json_node_member(root, "a"), &s));
    assert_false(json_node_i64(json_node_member(root, "s"), &n));
    assert_false(json_node_double(NULL, &f) || json_node_bool(root, &b) || json_node_is_null(NULL));
    assert_true(slice_eq(s, SLICE("before")) && n == 5);
    assert_int_equal(json_node_text(root, "a").len, 0);
}

static void what_is_no_json_is_refused_without_quoting_it(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "{", "nothing", "{\"a\":1}x", "[1e999]", "[99999999999999999999]"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct json_doc *doc = NULL;
        struct error err;
        assert_int_equal(json_doc_parse(slice_of(bad[i]), &doc, &err), E_INVALID);
        assert_null(doc);
        assert_non_null(strstr(err.text, "no JSON"));
        assert_null(strstr(err.text, "nothing"));
    }
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    static char deep[100000];
    memset(deep, '[', sizeof deep - 1);
    struct json_doc *doc = NULL;
    assert_int_equal(json_doc_parse(slice_of(deep), &doc, NULL), E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_questions_finds_what_is_there),
        cmocka_unit_test(what_is_absent_or_of_another_kind_is_none),
        cmocka_unit_test(what_is_no_json_is_refused_without_quoting_it),
        cmocka_unit_test(deep_nesting_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
