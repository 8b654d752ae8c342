#include "http/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct http_route routes[] = {
    {.methods = HTTP_GET | HTTP_POST, .path = "/p"},
    {.methods = HTTP_GET, .path = "/p/merge"},
    {.methods = HTTP_GET | HTTP_DELETE, .path = "/p/*"},
    {.methods = HTTP_PUT, .path = "/p/*"},
    {.methods = HTTP_POST, .path = "/only"},
};

static struct route_match match(enum http_method method, const char *path)
{
    return routes_match(routes, ARRAY_LEN(routes), method, slice_of(path));
}

static void the_first_row_that_fits_wins(void **state)
{
    (void)state;
    assert_ptr_equal(match(HTTP_GET, "/p").route, &routes[0]);
    assert_ptr_equal(match(HTTP_GET, "/p/merge").route, &routes[1]);
    assert_ptr_equal(match(HTTP_GET, "/p/merges").route, &routes[2]);
    assert_ptr_equal(match(HTTP_DELETE, "/p/merge").route, &routes[2]);
    assert_ptr_equal(match(HTTP_PUT, "/p/a").route, &routes[3]);
}

static void the_star_matches_one_or_more_bytes(void **state)
{
    (void)state;
    assert_true(slice_eq_cstr(match(HTTP_GET, "/p/a/b%2F").rest, "a/b%2F"));
    assert_null(match(HTTP_DELETE, "/p").route);
    assert_null(match(HTTP_GET, "/p/").route);
    assert_null(match(HTTP_GET, "/pp").route);
    assert_int_equal(match(HTTP_GET, "/p").rest.len, 0);
}

static void head_is_found_where_get_is(void **state)
{
    (void)state;
    assert_ptr_equal(match(HTTP_HEAD, "/p").route, &routes[0]);
    assert_null(match(HTTP_HEAD, "/only").route);
}

static void a_path_without_the_method_tells_the_allowed_ones(void **state)
{
    (void)state;
    char text[64];
    struct route_match m = match(HTTP_OTHER, "/p/a");
    assert_null(m.route);
    routes_allow(m.allowed, text, sizeof text);
    assert_string_equal(text, "GET, HEAD, PUT, DELETE");
    assert_int_equal(match(HTTP_GET, "/nowhere").allowed, 0);
    routes_allow(0, text, sizeof text);
    assert_string_equal(text, "");
    routes_allow(~0U, text, 8);
    assert_string_equal(text, "GET, HE");
}

static void methods_have_names(void **state)
{
    (void)state;
    assert_string_equal(http_method_name(HTTP_DELETE), "DELETE");
    assert_string_equal(http_method_name(HTTP_OTHER), "OTHER");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_row_that_fits_wins),
        cmocka_unit_test(the_star_matches_one_or_more_bytes),
        cmocka_unit_test(head_is_found_where_get_is),
        cmocka_unit_test(a_path_without_the_method_tells_the_allowed_ones),
        cmocka_unit_test(methods_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
