/*
 * What a connection does and since when is one atomic number, so both sides change it by compare-and-swap:
 * the watcher shuts a connection only if it still does what was judged late, and an event loop that comes too
 * late learns it from connection_enter(). Shutting is shutdown(2): the event loop sees the end of the stream
 * and closes the descriptor itself, and as long as the connection is in the list its descriptor is open, so
 * it can never be another one's by then.
 *
 * The library does not tell when the first byte of a further request arrives on an idle connection. So the
 * watcher asks the kernel now and then how many bytes the socket received; once the number moves while the
 * connection is still idle, a head has been begun and its deadline counts from the last look at which it had
 * not. Whoever sends one byte and then nothing is closed for being idle.
 *
 * The same question finds peers that are gone. The library waits for edges, and misses the end of a stream
 * that came together with the last bytes before it; such a connection would stay until its deadline.
 *
 * Bytes in hand are time in hand, so that a steady client may pause; but only for six graces, in each of
 * which its share has to come. Otherwise a client that vanished behind 16 MB, or one that reads no further in
 * an answer of that size, would hold them, and with them the budget of all requests, for hours. How much of
 * an answer has arrived is asked of the kernel.
 */
#include "http/connections.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* TCP_CLOSE_WAIT, which linux/tcp.h does not name. */
enum { PEER_FINISHED = 8 };

/* In graces. */
enum { PACE_WINDOW = 6 };

enum { PHASE_BITS = 3, PHASE_MASK = (1 << PHASE_BITS) - 1 };

static int_fast64_t pack(enum phase phase, int64_t since_ms)
{
    return since_ms * (1 << PHASE_BITS) + phase;
}

static enum phase phase_of(int_fast64_t state)
{
    return (enum phase)(state & PHASE_MASK);
}

static int64_t since_of(int_fast64_t state)
{
    return state >> PHASE_BITS;
}

void connections_init(struct connections *all, const struct connection_rules *rules)
{
    *all = (struct connections){.rules = *rules};
    (void)pthread_mutex_init(&all->lock, NULL);
    atomic_init(&all->count, 0);
}

void connections_release(struct connections *all)
{
    (void)pthread_mutex_destroy(&all->lock);
}

/* IPv4 that came through an IPv6 socket is shown as IPv4. */
static void describe(const struct sockaddr *peer, char *out, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (peer && peer->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)peer;
        (void)inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        (void)snprintf(out, size, "%s:%u", host, ntohs(in->sin_port));
    } else if (peer && peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)peer;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
        (void)inet_ntop(mapped ? AF_INET : AF_INET6, in6->sin6_addr.s6_addr + (mapped ? 12 : 0), host,
                        sizeof host);
        (void)snprintf(out, size, mapped ? "%s:%u" : "[%s]:%u", host, ntohs(in6->sin6_port));
    } else {
        (void)snprintf(out, size, "?");
    }
}

struct connection *connection_open(struct connections *all, int fd, const struct sockaddr *peer,
                                   int64_t now_ms)
{
    struct connection *c = mem_zero(1, sizeof *c);
    c->fd = fd;
    atomic_init(&c->state, pack(PHASE_HEAD, now_ms));
    atomic_init(&c->bytes, 0);
    describe(peer, c->remote, sizeof c->remote);

    (void)pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next)
        c->next->prev = c;
    all->first = c;
    (void)pthread_mutex_unlock(&all->lock);
    atomic_fetch_add(&all->count, 1);
    return c;
}

void connection_close(struct connections *all, struct connection *c)
{
    (void)pthread_mutex_lock(&all->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        all->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    (void)pthread_mutex_unlock(&all->lock);
    atomic_fetch_sub(&all->count, 1);
    free(c);
}

bool connection_enter(struct connection *c, enum phase phase, int64_t now_ms)
{
    int_fast64_t state = atomic_load(&c->state);
    do {
        if (phase_of(state) == PHASE_SHUT)
            return false;
    } while (!atomic_compare_exchange_weak(&c->state, &state, pack(phase, now_ms)));
    return true;
}

enum phase connection_phase(const struct connection *c)
{
    return phase_of(atomic_load(&c->state));
}

/* With the list locked. */
static void shut(struct connection *c, int_fast64_t state, int64_t now_ms)
{
    static const char late[] =
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    if (!atomic_compare_exchange_strong(&c->state, &state, pack(PHASE_SHUT, now_ms)))
        return;
    /* Nothing is being sent in these two phases, so this cannot land inside an answer. */
    if (phase_of(state) == PHASE_HEAD || phase_of(state) == PHASE_BODY)
        (void)!send(c->fd, late, sizeof late - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(c->fd, SHUT_RDWR);
}

/* The peer has finished and all that it sent has been read. */
static bool is_over(const struct connection *c, const struct tcp_info *info)
{
    int unread = 0;
    return info->tcpi_state == PEER_FINISHED && ioctl(c->fd, FIONREAD, &unread) == 0 && unread == 0;
}

/* Waiting for more of a request, or for one. At the first look nothing is decided: the event loop may be at
 * it. */
static void probe(struct connection *c, int_fast64_t state, int64_t now_ms, int64_t every_ms)
{
    bool first = c->probe_since_ms != since_of(state);
    if (!first && now_ms - c->probe_ms < every_ms)
        return;

    struct tcp_info info = {.tcpi_state = 0};
    socklen_t len = sizeof info;
    if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return;

    if (!first && is_over(c, &info))
        shut(c, state, now_ms);
    else if (!first && phase_of(state) == PHASE_IDLE && info.tcpi_bytes_received != c->probe_bytes)
        (void)atomic_compare_exchange_strong(&c->state, &state, pack(PHASE_HEAD, c->probe_ms));
    c->probe_since_ms = since_of(state);
    c->probe_ms = now_ms;
    c->probe_bytes = info.tcpi_bytes_received;
}

static int64_t due_ms(const struct connection *c, int_fast64_t state, const struct connection_rules *r)
{
    int64_t since = since_of(state);
    switch (phase_of(state)) {
    case PHASE_HEAD: return since + r->head_ms;
    case PHASE_IDLE: return since + r->idle_ms;
    case PHASE_BODY:
    case PHASE_REPLY:
        if (r->rate_bytes == 0)
            return INT64_MAX;
        return since + r->grace_ms + (int64_t)(atomic_load(&c->bytes) * 1000 / r->rate_bytes);
    case PHASE_BUSY:
    case PHASE_SHUT: break;
    }
    return INT64_MAX;
}

/* Of a body received, of an answer acknowledged. */
static uint64_t progress(const struct connection *c, int_fast64_t state)
{
    if (phase_of(state) == PHASE_BODY)
        return atomic_load(&c->bytes);

    struct tcp_info info = {.tcpi_state = 0};
    socklen_t len = sizeof info;
    return getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 ? info.tcpi_bytes_acked : 0;
}

/* Whether less has moved in a whole window than the rate asks for. The first window of a phase begins with
 * the first look at it. */
static bool is_stuck(struct connection *c, int_fast64_t state, int64_t now_ms,
                     const struct connection_rules *r)
{
    bool paced = phase_of(state) == PHASE_BODY || phase_of(state) == PHASE_REPLY;
    int64_t window_ms = PACE_WINDOW * r->grace_ms;
    bool first = c->pace_state != state;
    if (!paced || r->rate_bytes == 0 || (!first && now_ms - c->pace_ms < window_ms))
        return false;

    uint64_t bytes = progress(c, state);
    bool stuck = !first && bytes - c->pace_bytes < (uint64_t)window_ms * r->rate_bytes / 1000;
    c->pace_state = state;
    c->pace_ms = now_ms;
    c->pace_bytes = bytes;
    return stuck;
}

static bool waits_for_peer(enum phase phase)
{
    return phase == PHASE_HEAD || phase == PHASE_BODY || phase == PHASE_IDLE;
}

void connections_watch(struct connections *all, int64_t now_ms, bool all_idle)
{
    (void)pthread_mutex_lock(&all->lock);
    for (struct connection *c = all->first; c; c = c->next) {
        int_fast64_t state = atomic_load(&c->state);
        if (now_ms >= due_ms(c, state, &all->rules) || is_stuck(c, state, now_ms, &all->rules) ||
            (all_idle && phase_of(state) == PHASE_IDLE))
            shut(c, state, now_ms);
        else if (waits_for_peer(phase_of(state)))
            probe(c, state, now_ms, all->rules.head_ms / 4);
    }
    (void)pthread_mutex_unlock(&all->lock);
}

bool connections_shut_oldest_idle(struct connections *all)
{
    struct connection *oldest = NULL;
    int_fast64_t oldest_state = 0;
    (void)pthread_mutex_lock(&all->lock);
    for (struct connection *c = all->first; c; c = c->next) {
        int_fast64_t state = atomic_load(&c->state);
        if (phase_of(state) == PHASE_IDLE && (!oldest || since_of(state) < since_of(oldest_state))) {
            oldest = c;
            oldest_state = state;
        }
    }
    if (oldest)
        shut(oldest, oldest_state, since_of(oldest_state));
    (void)pthread_mutex_unlock(&all->lock);
    return oldest != NULL;
}

int connections_watch_interval_ms(const struct connections *all)
{
    const struct connection_rules *r = &all->rules;
    int64_t shortest = r->head_ms < r->idle_ms ? r->head_ms : r->idle_ms;
    if (r->grace_ms < shortest)
        shortest = r->grace_ms;
    int64_t interval = shortest / 8;
    return interval < 10 ? 10 : interval > 500 ? 500 : (int)interval;
}
