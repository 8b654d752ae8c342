/* What fits in a box, and the colours of packages. */
#include "tests/pprof/fixture.h"
#include "view/caption.h"

static void assert_caption(const char *name, double width, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    caption_fit(slice_of(name), width, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void a_name_is_shortened_from_what_says_least(void **state)
{
    (void)state;
    const char *name = "example.com/x/parse.(*Reader).ReadAll";
    assert_caption(name, 30, name);
    assert_caption(name, 14, "parse.(*Reader).ReadAll");
    assert_caption(name, 6, "ReadAll");
    assert_caption(name, 3, "Rea\xe2\x80\xa6");
    assert_caption(name, 1, "");
    assert_caption("a", 1, "a");
    assert_caption("", 1, "");
}

static void a_closure_keeps_its_function(void **state)
{
    (void)state;
    assert_caption("main.run.func1.2", 5, "run.fun\xe2\x80\xa6");
    assert_caption("main.(*T).run.func1", 6, "run.func1");
}

static void brackets_are_no_paths(void **state)
{
    (void)state;
    assert_caption("slices.Sort[example.com/x.T]", 13, "Sort[example.com/x.T]");
    assert_caption("std::map<a::b, c::d>::insert(a::b const&)", 13, "insert(a::b const&amp;)");
    assert_caption("operator<", 8, "operator&lt;");
}

static void texts_are_cut_between_characters(void **state)
{
    (void)state;
    assert_caption("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe5", 3, "\xe6\x97\xa5\xe6\x9c\xac\xe2\x80\xa6");
    assert_caption("<<<<<<", 3, "&lt;&lt;&lt;\xe2\x80\xa6");
}

static void assert_package(const char *name, const char *file, const char *module, const char *expected)
{
    struct slice package = caption_package(slice_of(name), slice_of(file), slice_of(module));
    if (!slice_eq_cstr(package, expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARG(package), expected);
}

static void each_language_has_its_packages(void **state)
{
    (void)state;
    assert_package("net/http.(*conn).serve", "/usr/lib/go/net/http/server.go", "/bin/app", "net/http");
    assert_package("main.main", "", "", "main");
    assert_package("std::vector<int>::push_back(int)", "/usr/include/vector", "libc++.so", "std");
    assert_package("tokio::runtime::park", "", "", "tokio");
    assert_package("readFile", "/srv/app/io.js", "", "/srv/app/");
    assert_package("malloc", "", "/lib/libc.so.6", "libc.so.6");
    assert_package("job", "job.js", "", "job");
    assert_package("", "", "", "");
    assert_package("(anonymous)", "", "", "(anonymous)");
    assert_package("slices.Sort[example.com/x.T]", "", "", "slices");
    assert_package("runtime.memmove", "/usr/lib/go/src/runtime/memmove_amd64.s", "", "runtime");
}

/* In pictures of last year, too. */
static void shades_never_change(void **state)
{
    (void)state;
    assert_int_equal(caption_shade(SLICE("")), (2166136261U ^ 2166136261U >> 16) % CAPTION_SHADES);
    assert_int_equal(caption_shade(SLICE("a")), (0xe40c292cU ^ 0xe40c292cU >> 16) % CAPTION_SHADES);
    assert_int_equal(caption_shade(SLICE("foobar")), (0xbf9cf968U ^ 0xbf9cf968U >> 16) % CAPTION_SHADES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_shortened_from_what_says_least),
        cmocka_unit_test(a_closure_keeps_its_function),
        cmocka_unit_test(brackets_are_no_paths),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(each_language_has_its_packages),
        cmocka_unit_test(shades_never_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
