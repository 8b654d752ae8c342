#include "http/query.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena = ARENA_INIT(MIB);
static struct query query;
static struct error err;

static enum status parse(const char *target)
{
    arena_release(&arena);
    err.text[0] = '\0';
    return query_parse(slice_of(target), &arena, &query, &err);
}

static void assert_path(const char *target, const char *path)
{
    assert_int_equal(parse(target), OK);
    if (!slice_eq_cstr(query.path, path))
        fail_msg("%s: path is %.*s, not %s", target, SLICE_ARG(query.path), path);
}

static void assert_param(const char *target, const char *name, const char *value)
{
    struct slice got;
    assert_int_equal(parse(target), OK);
    if (!query_find(&query, name, &got)) {
        if (value)
            fail_msg("%s: no parameter %s", target, name);
        return;
    }
    if (!value || !slice_eq_cstr(got, value))
        fail_msg("%s: %s is '%.*s'", target, name, SLICE_ARG(got));
}

static void a_path_loses_doubled_slashes_and_the_last_one(void **state)
{
    (void)state;
    assert_path("/api/0/profiles", "/api/0/profiles");
    assert_path("//api/0/profiles", "/api/0/profiles");
    assert_path("/api/0/profiles/", "/api/0/profiles");
    assert_path("/api///0//profiles//", "/api/0/profiles");
    assert_path("/", "/");
    assert_path("//", "/");
    assert_path("/a/?x=//", "/a");
    assert_path("/a%2F%2fb/", "/a%2F%2fb");
    assert_path("/a/../b", "/a/../b");
}

static void the_origin_of_an_absolute_target_is_dropped(void **state)
{
    (void)state;
    assert_path("http://example:80/a/b?c", "/a/b");
    assert_path("HTTP://example", "/");
    assert_path("http://example?a=b", "/");
    assert_param("http://example?a=b/c", "a", "b/c");
    assert_path("*", "*");
}

static void what_is_no_path_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a", "example:443", "**", "ftp://x/"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(parse(bad[i]), E_INVALID);
}

static void raw_controls_and_spaces_are_refused(void **state)
{
    (void)state;
    for (int c = 0; c <= 0x7f; c++) {
        char target[] = "/a?b";
        target[1] = (char)c;
        enum status want = c <= ' ' || c == 0x7f ? E_INVALID : OK;
        if (c == '%')
            want = E_INVALID;
        assert_int_equal(query_parse(slice_make(target, 4), &arena, &query, &err), want);
    }
}

static void parameters_are_form_decoded(void **state)
{
    (void)state;
    assert_param("/?a=b", "a", "b");
    assert_param("/?a=1+2%2B3", "a", "1 2+3");
    assert_param("/?a%20b=c", "a b", "c");
    assert_param("/?a", "a", "");
    assert_param("/?a=", "a", "");
    assert_param("/?a=b=c", "a", "b=c");
    assert_param("/?&&a=1&", "a", "1");
    assert_param("/?a=?", "a", "?");
    assert_param("/?b=1", "a", NULL);
    assert_param("/", "a", NULL);
    assert_param("/?a=%00", "b", NULL);
    struct slice got;
    assert_int_equal(parse("/?a=%00x"), OK);
    assert_true(query_find(&query, "a", &got));
    assert_int_equal(got.len, 2);
}

static void the_first_of_equal_parameters_wins(void **state)
{
    (void)state;
    assert_param("/?a=1&a=2", "a", "1");
    assert_param("/?a&a=2", "a", "");
    assert_param("/?%61=1&a=2", "a", "1");
}

static void a_piece_with_a_semicolon_is_dropped(void **state)
{
    (void)state;
    assert_param("/?a=1;b=2&c=3", "a", NULL);
    assert_param("/?a=1;b=2&c=3", "b", NULL);
    assert_param("/?a=1;b=2&c=3&d;", "c", "3");
    assert_true(slice_eq_cstr(query.dropped, "a=1;b=2"));
    assert_param("/?a=1%3Bb", "a", "1;b");
    assert_int_equal(query.dropped.len, 0);
}

static void broken_escapes_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"/%zz", "/a%2", "/%", "/?a=%zz", "/?a=%", "/?%4=1", "/?a=%%41"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(parse(bad[i]), E_INVALID);
        assert_non_null(strstr(err.text, "invalid URL escape '%"));
    }
}

static void parameters_are_bounded(void **state)
{
    (void)state;
    char target[1024] = "/?";
    for (unsigned long i = 0; i < LIMIT_QUERY_PARAMS; i++)
        (void)snprintf(target + strlen(target), sizeof target - strlen(target), "a%lu=1&", i);
    assert_int_equal(parse(target), OK);
    assert_int_equal(query.param_count, LIMIT_QUERY_PARAMS);
    (void)snprintf(target + strlen(target), sizeof target - strlen(target), "x");
    assert_int_equal(parse(target), E_INVALID);
}

static void a_full_arena_is_an_error(void **state)
{
    (void)state;
    for (size_t max = 0; max < 64; max += 16) {
        struct arena small CLEANUP(arena_release) = ARENA_INIT(max);
        assert_int_equal(query_parse(SLICE("//a?b=%41"), &small, &query, &err), E_TOO_LARGE);
    }
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_loses_doubled_slashes_and_the_last_one),
        cmocka_unit_test(the_origin_of_an_absolute_target_is_dropped),
        cmocka_unit_test(what_is_no_path_is_refused),
        cmocka_unit_test(raw_controls_and_spaces_are_refused),
        cmocka_unit_test(parameters_are_form_decoded),
        cmocka_unit_test(the_first_of_equal_parameters_wins),
        cmocka_unit_test(a_piece_with_a_semicolon_is_dropped),
        cmocka_unit_test(broken_escapes_are_refused_by_name),
        cmocka_unit_test(parameters_are_bounded),
        cmocka_unit_test(a_full_arena_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
