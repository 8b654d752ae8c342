/* Reading one field. jansson's own names are in the same program here, which is what could go wrong. */
#include "base/json.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char CREDENTIALS[] =
    "{\"AccessKeyId\":\"AKIA\",\"Token\":\"t\\u00e4\\/\",\"n\":[1,{\"x\":null}],\"e\":\"\"}";

static void a_string_is_found_and_unescaped(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    buf_append_cstr(&out, "got ");
    assert_int_equal(json_get_string(slice_of(CREDENTIALS), "AccessKeyId", &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), "got AKIA");
    assert_int_equal(json_get_string(slice_of(CREDENTIALS), "Token", &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), "got AKIAt\xc3\xa4/");
    assert_int_equal(json_get_string(slice_of(CREDENTIALS), "e", &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), "got AKIAt\xc3\xa4/");
}

static void an_absent_field_is_an_answer(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    struct error err;
    assert_int_equal(json_get_string(slice_of(CREDENTIALS), "Expiration", &out, &err), E_NOT_FOUND);
    assert_string_equal(err.text, "the document has no 'Expiration'");
    assert_int_equal(json_get_string(SLICE("{}"), "x", &out, &err), E_NOT_FOUND);
}

static void a_value_of_another_kind_is_invalid(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    struct error err;
    assert_int_equal(json_get_string(slice_of(CREDENTIALS), "n", &out, &err), E_INVALID);
    assert_string_equal(err.text, "'n' is no string");
}

static void documents_that_are_no_object_are_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "[]",
                                      "\"a\"",
                                      "{",
                                      "{\"a\":\"b\"} x",
                                      "{a:1}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":\"b\",}",
                                      "<html>",
                                      "{\"a\":\"b\",\"a\":\"c\"}",
                                      "{\"a\":\"\\u0000\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(100);
        assert_int_equal(json_get_string(slice_of(bad[i]), "a", &out, NULL), E_INVALID);
        assert_int_equal(out.len, 0);
    }
    assert_int_equal(json_get_string(SLICE_NULL, "a", NULL, NULL), E_INVALID);
}

static void the_text_of_an_error_does_not_quote_the_document(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(4);
    static const char *const bad[] = {"{\"a\":\"hunter2\"", "{\"a\" hunter2}", "{\"a\":[\"hunter2\"]}",
                                      "{\"a\":\"hunter2\"}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct error err;
        assert_int_not_equal(json_get_string(slice_of(bad[i]), "a", &out, &err), OK);
        assert_null(strstr(err.text, "hunter"));
    }
}

static void a_value_over_the_bound_is_too_large(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(4);
    struct error err;
    assert_int_equal(json_get_string(SLICE("{\"a\":\"12345\"}"), "a", &out, &err), E_TOO_LARGE);
    assert_int_equal(out.len, 0);
}

static void deep_nesting_is_refused_and_does_not_crash(void **state)
{
    (void)state;
    struct buf doc CLEANUP(buf_release) = BUF_INIT(1000000);
    buf_append_cstr(&doc, "{\"a\":");
    for (int i = 0; i < 100000; i++)
        buf_append_byte(&doc, '[');
    struct buf out CLEANUP(buf_release) = BUF_INIT(4);
    assert_int_equal(json_get_string(buf_slice(&doc), "a", &out, NULL), E_INVALID);
}

/* The writer's json_object() and jansson's are two functions; the reader must get its own. */
static void what_the_writer_writes_the_reader_reads(void **state)
{
    (void)state;
    struct buf doc CLEANUP(buf_release) = BUF_INIT(1000);
    struct json j = JSON_INIT(&doc);
    json_object(&j);
    json_key(&j, "list");
    json_array(&j);
    json_null(&j);
    json_array_end(&j);
    json_key(&j, "odd");
    json_string(&j, SLICE("<\xe2\x80\xa8\"\\\n\x1b>"));
    json_object_end(&j);

    struct buf out CLEANUP(buf_release) = BUF_INIT(100);
    assert_int_equal(json_get_string(buf_slice(&doc), "odd", &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), "<\xe2\x80\xa8\"\\\n\x1b>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_string_is_found_and_unescaped),
        cmocka_unit_test(an_absent_field_is_an_answer),
        cmocka_unit_test(a_value_of_another_kind_is_invalid),
        cmocka_unit_test(documents_that_are_no_object_are_invalid),
        cmocka_unit_test(the_text_of_an_error_does_not_quote_the_document),
        cmocka_unit_test(a_value_over_the_bound_is_too_large),
        cmocka_unit_test(deep_nesting_is_refused_and_does_not_crash),
        cmocka_unit_test(what_the_writer_writes_the_reader_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
