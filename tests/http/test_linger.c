#include "http/linger.h"

#include "http/listen.h"
#include "tests/support/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct linger_set set;
static int peer;

/* One lingering socket, whose first owner has let go of it. */
static int set_up(void **state)
{
    (void)state;
    int listener;
    unsigned port;
    assert_int_equal(listen_open("127.0.0.1:0", &listener, &port, NULL), OK);
    peer = wire_connect(port);
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, WIRE_TIMEOUT_MS), 1);
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    (void)close(listener);
    linger_init(&set);
    (void)shutdown(fd, SHUT_WR);
    assert_true(linger_add(&set, fd, 1000));
    (void)close(fd);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    linger_release(&set);
    (void)close(peer);
    return 0;
}

static void what_still_arrives_is_dropped(void **state)
{
    (void)state;
    static char data[1 << 14];
    for (int i = 0; i < 1000; i++) {
        assert_true(wire_send(peer, data, sizeof data));
        linger_drain(&set, 1001);
    }
    assert_int_equal(set.count, 1);
}

static void the_end_of_the_peer_is_the_end(void **state)
{
    (void)state;
    assert_true(wire_text(peer, "x"));
    wire_finish(peer);
    struct pollfd polls[LINGER_MAX];
    assert_int_equal(linger_polls(&set, polls), 1);
    polls[0].events = POLLRDHUP;
    assert_int_equal(poll(polls, 1, WIRE_TIMEOUT_MS), 1);
    linger_drain(&set, 1001);
    assert_int_equal(set.count, 0);
}

static void the_end_comes_after_its_time(void **state)
{
    (void)state;
    linger_drain(&set, 1000 + LINGER_MS - 1);
    assert_int_equal(set.count, 1);
    linger_drain(&set, 1000 + LINGER_MS);
    assert_int_equal(set.count, 0);
    struct wire_reply r = {.text = NULL};
    assert_true(wire_wait_close(peer, &r));
    wire_release(&r);
}

static void the_set_is_bounded(void **state)
{
    (void)state;
    while (set.count < LINGER_MAX)
        assert_true(linger_add(&set, peer, 1000));
    assert_false(linger_add(&set, peer, 1000));
    struct pollfd polls[LINGER_MAX];
    assert_int_equal(linger_polls(&set, polls), LINGER_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_still_arrives_is_dropped),
        TEST(the_end_of_the_peer_is_the_end),
        TEST(the_end_comes_after_its_time),
        TEST(the_set_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
