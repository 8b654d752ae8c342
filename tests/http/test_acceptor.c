#include "http/acceptor.h"

#include "http/listen.h"
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENTUALLY(condition)                                                                                \
    do {                                                                                                     \
        int rounds_ = 0;                                                                                     \
        while (!(condition) && rounds_++ < WIRE_TIMEOUT_MS)                                                  \
            (void)poll(NULL, 0, 1);                                                                          \
        assert_true(condition);                                                                              \
    } while (0)

static struct acceptor acceptor;
static struct connections all;
static struct linger_set lingering;
static unsigned port;
static atomic_int accepted;
static struct connection *opened[16];

static void on_accepted(void *arg, int fd, const struct sockaddr *peer, socklen_t peer_len)
{
    (void)arg;
    (void)peer_len;
    struct connection *c = connection_open(&all, fd, peer, 0);
    (void)connection_enter(c, PHASE_BUSY, 0);
    opened[atomic_load(&accepted)] = c;
    atomic_fetch_add(&accepted, 1);
}

static int set_up(void **state)
{
    (void)state;
    int fd;
    struct connection_rules rules = {.head_ms = 100, .idle_ms = 1000000, .grace_ms = 1000000};
    atomic_store(&accepted, 0);
    connections_init(&all, &rules);
    linger_init(&lingering);
    assert_int_equal(listen_open("127.0.0.1:0", &fd, &port, NULL), OK);
    acceptor = (struct acceptor){.listen_fd = fd,
                                 .connections = &all,
                                 .linger = &lingering,
                                 .max_connections = 2,
                                 .accepted = on_accepted};
    return acceptor_start(&acceptor) ? 0 : -1;
}

static void close_one(int i)
{
    int fd = opened[i]->fd;
    connection_close(&all, opened[i]);
    (void)close(fd);
    acceptor_room(&acceptor);
}

static int tear_down(void **state)
{
    (void)state;
    acceptor_stop(&acceptor);
    while (all.first) {
        int fd = all.first->fd;
        connection_close(&all, all.first);
        (void)close(fd);
    }
    acceptor_release(&acceptor);
    linger_release(&lingering);
    connections_release(&all);
    return 0;
}

static void at_the_bound_others_wait_until_one_closes(void **state)
{
    (void)state;
    int clients[3];
    for (int i = 0; i < 3; i++)
        clients[i] = wire_connect(port);
    EVENTUALLY(atomic_load(&acceptor.full));
    assert_int_equal(atomic_load(&accepted), 2);
    close_one(0);
    EVENTUALLY(atomic_load(&accepted) == 3);
    for (int i = 0; i < 3; i++)
        (void)close(clients[i]);
}

static void at_the_bound_an_idle_one_is_asked_to_leave(void **state)
{
    (void)state;
    int clients[3];
    for (int i = 0; i < 2; i++)
        clients[i] = wire_connect(port);
    EVENTUALLY(atomic_load(&accepted) == 2);
    assert_true(connection_enter(opened[1], PHASE_IDLE, 1));
    clients[2] = wire_connect(port);
    EVENTUALLY(connection_phase(opened[1]) == PHASE_SHUT);
    assert_int_equal(connection_phase(opened[0]), PHASE_BUSY);
    close_one(1);
    EVENTUALLY(atomic_load(&accepted) == 3);
    for (int i = 0; i < 3; i++)
        (void)close(clients[i]);
}

static void without_descriptors_it_waits_for_some(void **state)
{
    (void)state;
    struct rlimit before, few;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int next = dup(client);
    (void)close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(connect(client, (const struct sockaddr *)&to, sizeof to), 0);
    EVENTUALLY(atomic_load(&acceptor.full));
    assert_int_equal(atomic_load(&accepted), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    EVENTUALLY(atomic_load(&accepted) == 1);
    (void)close(client);
}

static void quiescing_takes_who_has_connected_and_then_nobody(void **state)
{
    (void)state;
    acceptor_stop(&acceptor);
    acceptor_release(&acceptor);
    int fd;
    assert_int_equal(listen_open("127.0.0.1:0", &fd, &port, NULL), OK);
    int clients[8];
    for (int i = 0; i < 8; i++)
        clients[i] = wire_connect(port);
    acceptor.listen_fd = fd;
    acceptor.max_connections = 100;
    assert_true(acceptor_start(&acceptor));
    acceptor_quiesce(&acceptor);
    EVENTUALLY(atomic_load(&accepted) == 8);
    EVENTUALLY(wire_connect(port) < 0);
    for (int i = 0; i < 8; i++)
        (void)close(clients[i]);
}

static void late_connections_are_found_without_being_asked(void **state)
{
    (void)state;
    int client = wire_connect(port);
    EVENTUALLY(atomic_load(&accepted) == 1);
    assert_true(connection_enter(opened[0], PHASE_HEAD, 0));
    struct wire_reply r = {.text = NULL};
    acceptor_wake(&acceptor);
    assert_true(wire_wait_close(client, &r));
    assert_int_equal(r.status, 408);
    wire_release(&r);
    (void)close(client);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_the_bound_others_wait_until_one_closes),
        TEST(at_the_bound_an_idle_one_is_asked_to_leave),
        TEST(without_descriptors_it_waits_for_some),
        TEST(quiescing_takes_who_has_connected_and_then_nobody),
        TEST(late_connections_are_found_without_being_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
