#include "http/listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/wire.h"

static void addresses_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *port;
    } rows[] = {
        {"127.0.0.1:10100", "127.0.0.1", "10100"}, {"[::1]:80", "::1", "80"}, {":0", "", "0"},
        {"localhost:65535", "localhost", "65535"}, {"[]:1", "", "1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char host[LISTEN_HOST_MAX], port[LISTEN_PORT_MAX];
        assert_int_equal(listen_parse(rows[i].text, host, port, NULL), OK);
        assert_string_equal(host, rows[i].host);
        assert_string_equal(port, rows[i].port);
    }
}

static void what_is_no_address_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "10100", "x:", "x:65536", "x:a", "::1:10100", "x:-1", "x:+1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char host[LISTEN_HOST_MAX], port[LISTEN_PORT_MAX];
        struct error err;
        assert_int_equal(listen_parse(bad[i], host, port, &err), E_CONFIG);
        assert_non_null(strstr(err.text, bad[i]));
    }
    char host[LISTEN_HOST_MAX], port[LISTEN_PORT_MAX];
    assert_int_equal(listen_parse(NULL, host, port, NULL), E_CONFIG);
}

static void a_port_that_cannot_be_is_told_from_no_port(void **state)
{
    (void)state;
    static const char *const bad[] = {"127.0.0.1:99999", ":65536", "[::1]:99999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char host[LISTEN_HOST_MAX], port[LISTEN_PORT_MAX];
        struct error err;
        assert_int_equal(listen_parse(bad[i], host, port, &err), E_CONFIG);
        assert_non_null(strstr(err.text, "out of range (0..65535)"));
    }
}

static void port_0_picks_one(void **state)
{
    (void)state;
    static const char *const texts[] = {"127.0.0.1:0", ":0", "localhost:0"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        int fd;
        unsigned port;
        assert_int_equal(listen_open(texts[i], &fd, &port, NULL), OK);
        assert_true(port > 0);
        int client = wire_connect(port);
        assert_true(client >= 0);
        (void)close(client);
        (void)close(fd);
    }
}

static void a_taken_port_is_refused_by_name(void **state)
{
    (void)state;
    int fd, other;
    unsigned port, other_port;
    char text[64];
    struct error err;
    assert_int_equal(listen_open("127.0.0.1:0", &fd, &port, NULL), OK);
    (void)snprintf(text, sizeof text, "127.0.0.1:%u", port);
    assert_int_equal(listen_open(text, &other, &other_port, &err), E_CONFIG);
    assert_non_null(strstr(err.text, text));
    assert_non_null(strstr(err.text, "in use"));
    (void)close(fd);
}

static void a_host_that_is_not_ours_is_refused(void **state)
{
    (void)state;
    int fd;
    unsigned port;
    struct error err;
    assert_int_equal(listen_open("192.0.2.1:0", &fd, &port, &err), E_CONFIG);
    assert_non_null(strstr(err.text, "192.0.2.1:0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(what_is_no_address_is_refused_by_name),
        cmocka_unit_test(a_port_that_cannot_be_is_told_from_no_port),
        cmocka_unit_test(port_0_picks_one),
        cmocka_unit_test(a_taken_port_is_refused_by_name),
        cmocka_unit_test(a_host_that_is_not_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
