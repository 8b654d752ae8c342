/* Regular expressions: pprof's syntax, and that a hostile one costs nothing or is refused. */
#include "base/regex.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct error err;

static struct regex *compiled(const char *pattern)
{
    struct regex *r = NULL;
    err.text[0] = '\0';
    enum status status = regex_new("focus", slice_of(pattern), &r, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(status, OK);
    return r;
}

static bool matches(const char *pattern, const char *text)
{
    struct regex *r CLEANUP(regex_freep) = compiled(pattern);
    bool found = regex_matches(r, slice_of(text));
    assert_int_equal(regex_check(r, NULL), OK);
    return found;
}

static void assert_refused(const char *pattern, enum status status, const char *text)
{
    struct regex *r = NULL;
    assert_int_equal(regex_new("focus", slice_of(pattern), &r, &err), status);
    assert_string_equal(err.text, text);
    assert_null(r);
}

static void a_match_may_be_anywhere(void **state)
{
    (void)state;
    assert_true(matches("malloc", "runtime.mallocgc"));
    assert_false(matches("^malloc", "runtime.mallocgc"));
    assert_true(matches("gc$", "runtime.mallocgc"));
    assert_true(matches("", ""));
    assert_true(matches("^$", ""));
    assert_true(matches("(?i)MALLOC|free", "mallocgc"));
    assert_true(matches("\\.\\(\\*Conn\\)\\.", "net.(*Conn).Read"));
}

static void texts_may_hold_any_byte(void **state)
{
    (void)state;
    struct regex *r CLEANUP(regex_freep) = compiled("b");
    assert_true(regex_matches(r, SLICE("a\0b")));
    assert_true(regex_matches(r, SLICE("\xff\xfe"
                                       "b")));
    assert_false(regex_matches(r, SLICE_NULL));
    assert_true(matches("^\\pL+$", "\xc3\xa9t\xc3\xa9"));
}

static void a_pattern_that_is_none_says_why(void **state)
{
    (void)state;
    assert_refused("a(b", E_INVALID, "parsing focus regexp: missing ): a(b");
    assert_refused("a[", E_INVALID, "parsing focus regexp: missing ]: [");
    assert_refused("*", E_INVALID, "parsing focus regexp: no argument for repetition operator: *");
    assert_refused("(?=a)", E_INVALID, "parsing focus regexp: invalid perl operator: (?=");
    assert_refused("(a)\\1", E_INVALID, "parsing focus regexp: invalid escape sequence: \\1");
    assert_refused("\xff", E_INVALID, "parsing focus regexp: invalid UTF-8");
}

static void a_pattern_that_would_take_too_much_is_refused(void **state)
{
    (void)state;
    char *longest = mem_zero(LIMIT_REGEX_BYTES + 2, 1);
    assert_refused("(x{1000}){10}", E_INVALID, "parsing focus regexp: invalid repetition size: {10}");
    assert_refused("x{1001}", E_INVALID, "parsing focus regexp: invalid repetition size: {1001}");
    assert_refused("(\\pL{500}){2}", E_TOO_LARGE, "parsing focus regexp: pattern too large - compile failed");
    assert_refused(".{999}.{999}", E_TOO_LARGE, "parsing focus regexp: pattern too large");
    memset(longest, 'x', LIMIT_REGEX_BYTES + 1);
    assert_refused(longest, E_TOO_LARGE, "the focus regexp is over 4096 bytes");
    longest[LIMIT_REGEX_BYTES] = '\0';
    assert_false(matches(longest, "x"));
    free(longest);
}

/* Where backtracking would take longer than the universe has. */
static void hostile_patterns_cost_nothing(void **state)
{
    (void)state;
    static const char *const patterns[] = {"(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*(.*)*(.*)*x$",
                                           "^(a?){900}a{900}$"};
    struct slice name = slice_make(mem_alloc(1 << 20), 1 << 20);
    memset((char *)(uintptr_t)name.ptr, 'a', name.len);
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        struct regex *r CLEANUP(regex_freep) = compiled(patterns[i]);
        bool found = regex_matches(r, name);
        assert_int_equal(found, i < 2);
        assert_int_equal(regex_check(r, NULL), OK);
    }
    free((char *)(uintptr_t)name.ptr);
}

static void an_allowance_that_is_used_up_ends_all_searches(void **state)
{
    (void)state;
    struct regex *r CLEANUP(regex_freep) = compiled("b");
    char *text = mem_alloc(LIMIT_REGEX_TEXT_BYTES);
    memset(text, 'a', LIMIT_REGEX_TEXT_BYTES);
    assert_true(regex_matches(r, SLICE("b")));
    assert_int_equal(regex_spent_ns(r), 0);
    regex_allow(r, 0);
    assert_int_equal(regex_check(r, NULL), OK);
    assert_false(regex_matches(r, slice_make(text, LIMIT_REGEX_TEXT_BYTES)));
    assert_true(regex_spent_ns(r) > 0);
    assert_false(regex_matches(r, SLICE("b")));
    assert_int_equal(regex_check(r, &err), E_TOO_LARGE);
    assert_string_equal(err.text,
                        "the focus regexp takes too long on a profile of this size: use a simpler one");
    free(text);
}

static void only_the_beginning_of_a_long_text_is_searched(void **state)
{
    (void)state;
    struct regex *r CLEANUP(regex_freep) = compiled("b");
    char *text = mem_alloc(LIMIT_REGEX_TEXT_BYTES + 1);
    memset(text, 'a', LIMIT_REGEX_TEXT_BYTES);
    text[LIMIT_REGEX_TEXT_BYTES] = 'b';
    assert_false(regex_matches(r, slice_make(text, LIMIT_REGEX_TEXT_BYTES + 1)));
    text[LIMIT_REGEX_TEXT_BYTES - 1] = 'b';
    assert_true(regex_matches(r, slice_make(text, LIMIT_REGEX_TEXT_BYTES + 1)));
    free(text);
}

static void expands_to(const char *pattern, const char *text, const char *model, const char *expected)
{
    struct regex *r CLEANUP(regex_freep) = NULL;
    struct buf out CLEANUP(buf_release) = BUF_INIT(1000);
    assert_int_equal(regex_new("test", slice_of(pattern), &r, &err), OK);
    bool found = regex_expand(r, slice_of(text), slice_of(model), &out);
    assert_int_equal(found, expected != NULL);
    assert_string_equal(buf_cstr(&out), expected ? expected : "");
}

static void parts_of_a_match_stand_where_they_are_named(void **state)
{
    (void)state;
    expands_to("^(a+)(b+)$", "aabbb", "$2-$1", "bbb-aa");
    expands_to("^(a+)(b+)$", "aabbb", "${2}0$0", "bbb0aabbb");
    expands_to("(?P<host>[^:]+):(?P<port>[0-9]+)", "db:80", "${port}@$host", "80@db");
    expands_to("(a)|(b)", "a", "[$1$2]", "[a]");
    expands_to("a", "a", "$$1 $ ${ ${} $9 $nosuch.", "$1 $ ${ ${}  .");
    expands_to("^a$", "b", "$0", NULL);
    expands_to("^(.*)$", "", "x$1", "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_may_be_anywhere),
        cmocka_unit_test(texts_may_hold_any_byte),
        cmocka_unit_test(a_pattern_that_is_none_says_why),
        cmocka_unit_test(a_pattern_that_would_take_too_much_is_refused),
        cmocka_unit_test(hostile_patterns_cost_nothing),
        cmocka_unit_test(an_allowance_that_is_used_up_ends_all_searches),
        cmocka_unit_test(only_the_beginning_of_a_long_text_is_searched),
        cmocka_unit_test(parts_of_a_match_stand_where_they_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
