/*
 * Accepting is done here and not by the library, for three reasons. Its own way to stop accepting races with
 * its event loops and can abort the process. At its limit it leaves new clients waiting behind connections
 * that do nothing; here the longest idle one makes room. And out of descriptors it spins; here accepting
 * pauses until the next round.
 *
 * The thread sleeps in poll() on the listening socket, on an eventfd with which others wake it, and on
 * lingering sockets. While connections are open it wakes up now and then to look for late ones.
 */
#include "http/acceptor.h"

#include "base/attribute.h"
#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ACCEPT_BATCH = 64, ROOM_MS = 20, LINGER_POLL_MS = 100 };

void acceptor_wake(struct acceptor *a)
{
    uint64_t one = 1;
    (void)!write(a->wake_fd, &one, sizeof one);
}

/* False when there is nothing to accept now, or nothing to accept it with. */
static bool accept_one(struct acceptor *a, bool *ret_starved)
{
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof peer;
    int fd = accept4(a->listen_fd, (void *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        a->accepted(a->arg, fd, (void *)&peer, len);
        return true;
    }
    *ret_starved = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return errno != EAGAIN && !*ret_starved;
}

/* True when new connections must wait for room; then the longest idle one is asked to leave. */
static bool accept_some(struct acceptor *a)
{
    bool starved = false;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        if (atomic_load(&a->connections->count) >= a->max_connections)
            starved = true;
        if (starved || !accept_one(a, &starved))
            break;
    }
    if (starved)
        (void)connections_shut_oldest_idle(a->connections);
    return starved;
}

static void close_door(struct acceptor *a)
{
    bool starved = false;
    for (int i = 0; i < ACCEPT_BATCH * 64 && accept_one(a, &starved); i++)
        ;
    (void)close(a->listen_fd);
    a->listen_fd = -1;
}

static int timeout_ms(const struct acceptor *a, bool starved, int lingering)
{
    int interval = atomic_load(&a->connections->count) ? connections_watch_interval_ms(a->connections) : -1;
    if (lingering && (interval < 0 || interval > LINGER_POLL_MS))
        interval = LINGER_POLL_MS;
    if (starved && (interval < 0 || interval > ROOM_MS))
        interval = ROOM_MS;
    return interval;
}

static void *run(void *arg)
{
    struct acceptor *a = arg;
    struct pollfd polls[LINGER_MAX + 2];
    int64_t watch_due_ms = 0;
    bool starved = false;
    while (!atomic_load(&a->stopped)) {
        bool open = a->listen_fd >= 0 && !starved;
        polls[0] = (struct pollfd){.fd = a->wake_fd, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = open ? a->listen_fd : -1, .events = POLLIN};
        int lingering = linger_polls(a->linger, polls + 2);
        (void)poll(polls, 2 + (nfds_t)lingering, timeout_ms(a, starved, lingering));

        uint64_t wakes;
        (void)!read(a->wake_fd, &wakes, sizeof wakes);
        int64_t now = clock_mono_ms();
        bool quiesced = atomic_load(&a->quiesced);
        if (quiesced && a->listen_fd >= 0)
            close_door(a);
        if (a->listen_fd >= 0 && (starved || polls[1].revents)) {
            starved = accept_some(a);
            atomic_store(&a->full, starved);
        } else if (a->listen_fd < 0) {
            starved = false;
        }
        linger_drain(a->linger, now);
        if (now >= watch_due_ms || quiesced) {
            connections_watch(a->connections, now, quiesced);
            watch_due_ms = now + connections_watch_interval_ms(a->connections);
        }
    }
    return NULL;
}

bool acceptor_start(struct acceptor *a)
{
    a->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (a->wake_fd < 0)
        return false;

    atomic_init(&a->quiesced, false);
    atomic_init(&a->stopped, false);
    atomic_init(&a->full, false);
    a->thread = thread_start("http-accept", run, a);
    return true;
}

void acceptor_quiesce(struct acceptor *a)
{
    atomic_store(&a->quiesced, true);
    acceptor_wake(a);
}

void acceptor_room(struct acceptor *a)
{
    if (atomic_load(&a->full))
        acceptor_wake(a);
}

void acceptor_stop(struct acceptor *a)
{
    atomic_store(&a->stopped, true);
    acceptor_wake(a);
    (void)pthread_join(a->thread, NULL);
    if (a->listen_fd >= 0)
        (void)close(a->listen_fd);
    a->listen_fd = -1;
}

void acceptor_release(struct acceptor *a)
{
    (void)close(a->wake_fd);
}
