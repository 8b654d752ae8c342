/* How names are shortened in boxes, and escaped. */
#include "view/dot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct name_case {
    const char *name, *shorter;
};

static void assert_shortened(const struct name_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
        dot_shorten(slice_of(cases[i].name), &out);
        assert_string_equal(buf_cstr(&out), cases[i].shorter);
    }
}

static void paths_of_go_packages_go(void **state)
{
    (void)state;
    static const struct name_case cases[] = {
        {"main.main", "main.main"},
        {"runtime/pprof.(*Profile).WriteTo", "pprof.(*Profile).WriteTo"},
        {"example.com/web/server.(*Conn).serve.func1", "server.(*Conn).serve.func1"},
        {"example.com/web/v2/server.Run", "server.Run"},
        {"example.com/web/v2.Run", "web.Run"},
        {"example.com/web/v12.Run", "web.Run"},
        {"example.com/web/v1.Run", "v1.Run"},
        {"example.com/web/v02.Run", "v02.Run"},
        {"example.com/web/v2x.Run", "v2x.Run"},
        {"example.com/a/v2/b/v3.Run", "v3.Run"},
        {"example.com/web.Sort[example.com/list.Item]", "web.Sort[example.com/list.Item]"},
        {"example.com/with-dash/x_y.F", "x_y.F"},
        {"with space/pkg.F", "with space/pkg.F"},
        {"a/b/.hidden", "b/.hidden"},
        {"/abs/pkg.F", "/abs/pkg.F"},
        {"a//pkg.F", "/pkg.F"},
        {"a/b/nodot", "a/b/nodot"},
        {"a/b.", "a/b."},
        {"a/b.c\nd", "b.c"},
        {"a/v2/b.c\nd", "b.c"},
        {"", ""},
    };
    assert_shortened(cases, ARRAY_LEN(cases));
}

/* Looking for a dot behind each slash anew would take the square of its length: minutes. */
static void a_name_of_nothing_but_slashes_is_looked_through_once(void **state)
{
    (void)state;
    enum { BYTES = 8 * 1024 * 1024 };
    struct buf name CLEANUP(buf_release) = BUF_INIT(BYTES), out CLEANUP(buf_release) = BUF_INIT(BYTES);
    for (int i = 0; i < BYTES / 2; i++)
        buf_append(&name, SLICE("a/"));
    dot_shorten(buf_slice(&name), &out);
    assert_int_equal(out.len, BYTES);
}

static void packages_and_arguments_of_java_go(void **state)
{
    (void)state;
    static const struct name_case cases[] = {
        {"com.example.web.Server.run", "Server.run"},
        {"com.example.web.Server.run(int, java.lang.String)", "Server.run"},
        {"com.example.Server$Inner.lambda$run$1", "Server$Inner.lambda$run$1"},
        {"com.example.Server.<init>", "Server.<init>"},
        {"com.example.Server.<init>(int)", "Server.<init>"},
        {"Server.run", "Server.run"},
        {"com.example.Server.Run", "com.example.Server.Run"},
        {"com.example.Server.run more", "com.example.Server.run more"},
        {"com.example.server.run", "com.example.server.run"},
        {"com.9.Server.run", "com.9.Server.run"},
        {"Server", "Server"},
        {"Server.", "Server."},
    };
    assert_shortened(cases, ARRAY_LEN(cases));
}

static void namespaces_of_cpp_go(void **state)
{
    (void)state;
    static const struct name_case cases[] = {
        {"web::Server::run", "Server::run"},
        {"web::net::Server::Run(int)", "Server::Run"},
        {"web::Server::~Server()", "Server::~Server"},
        {"web::Server::get<std::string>(int) const", "Server::get<std::string>"},
        {"web::__Server::run", "__Server::run"},
        {"web::Outer::Inner::run", "Inner::run"},
        {"web::server::run", "web::server::run"},
        {"Server::run", "Server::run"},
        {"std::vector<Item>::push_back", "std::vector<Item>::push_back"},
        {"(anonymous namespace)::run", "run"},
        {"(anonymous namespace)::web::Server::run", "Server::run"},
        {"web::Server::operator()", "Server::operator"},
        {"web::Server::9", "web::Server::9"},
        {"web::Server::", "web::Server::"},
        {"web::Server::get<", "Server::get"},
    };
    assert_shortened(cases, ARRAY_LEN(cases));
}

static void escaped_text_cannot_leave_its_quotes(void **state)
{
    (void)state;
    static const struct {
        struct slice text;
        const char *escaped;
    } cases[] = {
        {{"plain", 5}, "plain"},
        {{"a\"b", 3}, "a\\\"b"},
        {{"a\\", 2}, "a\\\\"},
        {{"a\\\"]", 4}, "a\\\\\\\"]"},
        {{"a\nb", 3}, "a\\lb"},
        {{"a\0b", 3}, "a b"},
        {{"<b>&& &x; &", 11}, "<b>&& &amp;x; &"},
        {{"\xc3\xa9\xff", 3}, "\xc3\xa9\xef\xbf\xbd"},
        {{"&#27;\x1b\x7f\r&#;", 11}, "&amp;#27;   &#;"},
        {{"\xc2\x9b\xe2\x80\xae", 5}, "\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
        dot_escape(cases[i].text, &out);
        assert_string_equal(buf_cstr(&out), cases[i].escaped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_go_packages_go),
        cmocka_unit_test(a_name_of_nothing_but_slashes_is_looked_through_once),
        cmocka_unit_test(packages_and_arguments_of_java_go),
        cmocka_unit_test(namespaces_of_cpp_go),
        cmocka_unit_test(escaped_text_cannot_leave_its_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
