#include "http/connections.h"

#include "http/listen.h"
#include "tests/support/wire.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Both ends of a connection on loopback; time is a number that the tests move. */
static struct connections all;
static int client, server, listener;
static struct connection *conn;

static const struct connection_rules rules = {.head_ms = 1000,
                                              .idle_ms = 5000,
                                              .grace_ms = 2000,
                                              .rate_bytes = 100};

static int set_up(void **state)
{
    (void)state;
    unsigned port;
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    assert_int_equal(listen_open("127.0.0.1:0", &listener, &port, NULL), OK);
    client = wire_connect(port);
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, WIRE_TIMEOUT_MS), 1);
    server = accept4(listener, (void *)&peer, &len, SOCK_CLOEXEC);
    assert_true(server >= 0);
    connections_init(&all, &rules);
    conn = connection_open(&all, server, (void *)&peer, 1000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    connection_close(&all, conn);
    connections_release(&all);
    (void)close(client);
    (void)close(server);
    (void)close(listener);
    return 0;
}

/* What the client gets, when it was shut; NULL if it was not. */
static const char *shut_with(struct wire_reply *r)
{
    if (connection_phase(conn) != PHASE_SHUT)
        return NULL;
    assert_true(wire_wait_close(client, r));
    return r->len ? r->text : "";
}

static void a_head_has_a_deadline_however_it_trickles(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    connections_watch(&all, 1999, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 2000, false);
    assert_non_null(strstr(shut_with(&r), "HTTP/1.1 408 "));
    wire_release(&r);
}

static void a_body_must_keep_a_rate_after_its_grace(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_true(connection_enter(conn, PHASE_BODY, 1500));
    connections_watch(&all, 3499, false);
    assert_null(shut_with(&r));
    atomic_store(&conn->bytes, 100);
    connections_watch(&all, 4499, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 4500, false);
    assert_non_null(strstr(shut_with(&r), "HTTP/1.1 408 "));
    wire_release(&r);
}

static void an_answer_has_the_time_that_its_length_takes(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    atomic_store(&conn->bytes, 1000);
    assert_true(connection_enter(conn, PHASE_REPLY, 1000));
    connections_watch(&all, 12999, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 13000, false);
    assert_string_equal(shut_with(&r), "");
    wire_release(&r);
}

static void a_body_that_came_fast_and_then_stops_does_not_live_on_that(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_true(connection_enter(conn, PHASE_BODY, 1000));
    atomic_store(&conn->bytes, 1000000);
    connections_watch(&all, 2000, false);
    connections_watch(&all, 13999, false);
    assert_null(shut_with(&r));
    /* Just enough for the next six graces. */
    atomic_store(&conn->bytes, 1001200);
    connections_watch(&all, 14000, false);
    assert_null(shut_with(&r));
    atomic_store(&conn->bytes, 1002399);
    connections_watch(&all, 25999, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 26000, false);
    assert_non_null(strstr(shut_with(&r), "HTTP/1.1 408 "));
    wire_release(&r);
}

static uint64_t acknowledged(void)
{
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t len = sizeof info;
    assert_int_equal(getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return info.tcpi_bytes_acked;
}

static void an_answer_that_nobody_takes_does_not_have_the_time_of_its_length(void **state)
{
    (void)state;
    static const char part[1200];
    struct wire_reply r = {.text = NULL};
    atomic_store(&conn->bytes, 1000000);
    assert_true(connection_enter(conn, PHASE_REPLY, 1000));
    connections_watch(&all, 2000, false);
    uint64_t before = acknowledged();
    assert_true(wire_send(server, part, sizeof part));
    for (int i = 0; i < WIRE_TIMEOUT_MS && acknowledged() < before + sizeof part; i++)
        (void)poll(NULL, 0, 1);
    connections_watch(&all, 14000, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 25999, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 26000, false);
    assert_int_equal(connection_phase(conn), PHASE_SHUT);
}

static void a_busy_one_has_no_deadline(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_true(connection_enter(conn, PHASE_BUSY, 1000));
    connections_watch(&all, INT64_MAX / 16, true);
    assert_null(shut_with(&r));
}

static void an_idle_one_is_shut_without_a_word(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_true(connection_enter(conn, PHASE_IDLE, 1000));
    connections_watch(&all, 5999, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 6000, false);
    assert_string_equal(shut_with(&r), "");
    wire_release(&r);
}

static void all_idle_ones_can_be_shut_at_once(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    connections_watch(&all, 1000, true);
    assert_null(shut_with(&r));
    assert_true(connection_enter(conn, PHASE_IDLE, 1000));
    connections_watch(&all, 1000, true);
    assert_string_equal(shut_with(&r), "");
    wire_release(&r);
}

static void bytes_on_an_idle_one_begin_a_head(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_true(connection_enter(conn, PHASE_IDLE, 1000));
    connections_watch(&all, 1500, false);
    assert_true(wire_text(client, "GET"));
    struct pollfd arrived = {.fd = server, .events = POLLIN};
    assert_int_equal(poll(&arrived, 1, WIRE_TIMEOUT_MS), 1);
    connections_watch(&all, 1800, false);
    assert_int_equal(connection_phase(conn), PHASE_HEAD);
    connections_watch(&all, 2499, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 2500, false);
    assert_int_equal(connection_phase(conn), PHASE_SHUT);
}

static void an_idle_one_whose_peer_has_finished_is_shut(void **state)
{
    (void)state;
    struct wire_reply r = {.text = NULL};
    assert_true(connection_enter(conn, PHASE_IDLE, 1000));
    wire_finish(client);
    struct pollfd finished = {.fd = server, .events = POLLRDHUP};
    assert_int_equal(poll(&finished, 1, WIRE_TIMEOUT_MS), 1);
    connections_watch(&all, 1000, false);
    assert_null(shut_with(&r));
    connections_watch(&all, 1300, false);
    assert_string_equal(shut_with(&r), "");
    wire_release(&r);
}

static void a_body_whose_peer_has_finished_is_shut_once_all_is_read(void **state)
{
    (void)state;
    char byte;
    assert_true(connection_enter(conn, PHASE_BODY, 1000));
    assert_true(wire_text(client, "x"));
    wire_finish(client);
    struct pollfd finished = {.fd = server, .events = POLLRDHUP};
    assert_int_equal(poll(&finished, 1, WIRE_TIMEOUT_MS), 1);
    connections_watch(&all, 1100, false);
    connections_watch(&all, 1400, false);
    assert_int_equal(connection_phase(conn), PHASE_BODY);
    assert_int_equal(recv(server, &byte, 1, 0), 1);
    connections_watch(&all, 1700, false);
    assert_int_equal(connection_phase(conn), PHASE_SHUT);
}

static void what_was_shut_cannot_go_on(void **state)
{
    (void)state;
    connections_watch(&all, 9000, false);
    assert_false(connection_enter(conn, PHASE_BODY, 9000));
    assert_int_equal(connection_phase(conn), PHASE_SHUT);
}

static void the_one_that_is_idle_longest_makes_room(void **state)
{
    (void)state;
    struct connection *other = connection_open(&all, dup(server), NULL, 1000);
    assert_false(connections_shut_oldest_idle(&all));
    assert_true(connection_enter(conn, PHASE_IDLE, 1500));
    assert_true(connection_enter(other, PHASE_IDLE, 1400));
    assert_true(connections_shut_oldest_idle(&all));
    assert_int_equal(connection_phase(conn), PHASE_IDLE);
    assert_int_equal(connection_phase(other), PHASE_SHUT);
    assert_int_equal(atomic_load(&all.count), 2);
    (void)close(other->fd);
    connection_close(&all, other);
    assert_int_equal(atomic_load(&all.count), 1);
}

static void peers_are_shown_with_their_address(void **state)
{
    (void)state;
    assert_true(strncmp(conn->remote, "127.0.0.1:", 10) == 0);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_port = htons(99),
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct connection *c = connection_open(&all, -1, (void *)&six, 0);
    assert_string_equal(c->remote, "[::1]:99");
    connection_close(&all, c);
    six.sin6_addr = (struct in6_addr){.s6_addr = {[10] = 0xff, 0xff, 192, 0, 2, 7}};
    c = connection_open(&all, -1, (void *)&six, 0);
    assert_string_equal(c->remote, "192.0.2.7:99");
    connection_close(&all, c);
}

static void the_watch_is_as_close_as_the_shortest_deadline_needs(void **state)
{
    (void)state;
    assert_int_equal(connections_watch_interval_ms(&all), 125);
    struct connections other = {.rules = {.head_ms = 10, .idle_ms = 99999, .grace_ms = 99999}};
    assert_int_equal(connections_watch_interval_ms(&other), 10);
    other.rules.head_ms = 99999;
    assert_int_equal(connections_watch_interval_ms(&other), 500);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_head_has_a_deadline_however_it_trickles),
        TEST(a_body_must_keep_a_rate_after_its_grace),
        TEST(a_body_that_came_fast_and_then_stops_does_not_live_on_that),
        TEST(an_answer_that_nobody_takes_does_not_have_the_time_of_its_length),
        TEST(an_answer_has_the_time_that_its_length_takes),
        TEST(a_busy_one_has_no_deadline),
        TEST(an_idle_one_is_shut_without_a_word),
        TEST(all_idle_ones_can_be_shut_at_once),
        TEST(bytes_on_an_idle_one_begin_a_head),
        TEST(an_idle_one_whose_peer_has_finished_is_shut),
        TEST(a_body_whose_peer_has_finished_is_shut_once_all_is_read),
        TEST(what_was_shut_cannot_go_on),
        TEST(the_one_that_is_idle_longest_makes_room),
        TEST(peers_are_shown_with_their_address),
        TEST(the_watch_is_as_close_as_the_shortest_deadline_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
