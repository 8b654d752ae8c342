/* The JSON writer: commas, escapes, numbers. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_string_is(struct slice in, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct json j = JSON_INIT(&out);
    json_string(&j, in);
    assert_string_equal(buf_cstr(&out), expected);
}

static void commas_stand_between_values_and_nowhere_else(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct json j = JSON_INIT(&out);
    json_object(&j);
    json_key(&j, "a");
    json_array(&j);
    json_u64(&j, 1);
    json_i64(&j, -2);
    json_object(&j);
    json_object_end(&j);
    json_array(&j);
    json_array_end(&j);
    json_null(&j);
    json_array_end(&j);
    json_key(&j, "b");
    json_bool(&j, true);
    json_key(&j, "c");
    json_bool(&j, false);
    json_key(&j, "d");
    json_cstr(&j, "x");
    json_object_end(&j);
    assert_string_equal(buf_cstr(&out), "{\"a\":[1,-2,{},[],null],\"b\":true,\"c\":false,\"d\":\"x\"}");
}

static void keys_are_escaped_like_values(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct json j = JSON_INIT(&out);
    json_object(&j);
    json_key(&j, "a\"<");
    json_null(&j);
    json_object_end(&j);
    assert_string_equal(buf_cstr(&out), "{\"a\\\"\\u003c\":null}");
}

static void strings_are_escaped_as_far_as_needed(void **state)
{
    (void)state;
    assert_string_is(SLICE_NULL, "\"\"");
    assert_string_is(SLICE("plain / \x7f"), "\"plain / \x7f\"");
    assert_string_is(SLICE("a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_string_is(SLICE("\n\r\t\b\x1b\0"), "\"\\n\\r\\t\\u0008\\u001b\\u0000\"");
    assert_string_is(SLICE("\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\xa5"),
                     "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\xa5\"");
}

static void strings_are_safe_inside_html(void **state)
{
    (void)state;
    assert_string_is(SLICE("</script>&"), "\"\\u003c/script\\u003e\\u0026\"");
    assert_string_is(SLICE("a\xe2\x80\xa8"
                           "b\xe2\x80\xa9"),
                     "\"a\\u2028b\\u2029\"");
    assert_string_is(SLICE("\xe2\x80\xa7"), "\"\xe2\x80\xa7\"");
}

static void bytes_that_are_no_utf8_become_the_replacement_character(void **state)
{
    (void)state;
    assert_string_is(SLICE("a\xff"
                           "b"),
                     "\"a\\ufffdb\"");
    assert_string_is(SLICE("\xe2\x82"), "\"\\ufffd\\ufffd\"");
    assert_string_is(SLICE("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
    assert_string_is(SLICE("\xc3\xa4\xc3"), "\"\xc3\xa4\\ufffd\"");
}

static void integers_reach_their_ends(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct json j = JSON_INIT(&out);
    json_array(&j);
    json_i64(&j, INT64_MIN);
    json_i64(&j, INT64_MAX);
    json_u64(&j, UINT64_MAX);
    json_u64(&j, 0);
    json_array_end(&j);
    assert_string_equal(buf_cstr(&out), "[-9223372036854775808,9223372036854775807,18446744073709551615,0]");
}

static void fractions_are_short_and_what_is_no_number_is_null(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    struct json j = JSON_INIT(&out);
    json_array(&j);
    json_f64(&j, 12.25);
    json_f64(&j, -3);
    json_f64(&j, 1e300);
    json_f64(&j, (double)INFINITY);
    json_f64(&j, (double)NAN);
    json_array_end(&j);
    assert_string_equal(buf_cstr(&out), "[12.25,-3,1e+300,null,null]");
}

static void the_bound_of_the_buf_is_the_bound(void **state)
{
    (void)state;
    struct buf out CLEANUP(buf_release) = BUF_INIT(10);
    struct json j = JSON_INIT(&out);
    json_array(&j);
    for (int i = 0; i < 100; i++)
        json_cstr(&j, "abc");
    json_array_end(&j);
    assert_int_equal(buf_check(&out, "the list", NULL), E_TOO_LARGE);
    assert_true(out.len <= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_values_and_nowhere_else),
        cmocka_unit_test(keys_are_escaped_like_values),
        cmocka_unit_test(strings_are_escaped_as_far_as_needed),
        cmocka_unit_test(strings_are_safe_inside_html),
        cmocka_unit_test(bytes_that_are_no_utf8_become_the_replacement_character),
        cmocka_unit_test(integers_reach_their_ends),
        cmocka_unit_test(fractions_are_short_and_what_is_no_number_is_null),
        cmocka_unit_test(the_bound_of_the_buf_is_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
