/*
 * The connections that are open, and how long each may stay in what it is doing. The event-loop threads say
 * what a connection does, one other thread looks at all of them now and then and shuts the late ones.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum phase {
    PHASE_HEAD,  /* waiting for the end of a head: the head's deadline */
    PHASE_BODY,  /* reading a body: the rate, of what arrived */
    PHASE_BUSY,  /* a handler has the request: no deadline */
    PHASE_REPLY, /* sending an answer: the rate, of its whole length */
    PHASE_IDLE,  /* between requests: the idle time */
    PHASE_SHUT,  /* the watcher has shut it: nothing more may be done with it */
};

struct connection {
    struct connection *prev, *next;
    int fd;
    atomic_int_fast64_t state;  /* when it began, in ms, times 8, plus the phase */
    atomic_uint_fast64_t bytes; /* received of a body, or to be sent */
    char remote[64];            /* "192.0.2.1:1234", "[2001:db8::1]:1234" */
    bool linger;                /* the event loop's: its last request was not read to the end */
    int64_t probe_since_ms;     /* the watcher's, see connections.c */
    int64_t probe_ms;
    uint64_t probe_bytes;
    int_fast64_t pace_state; /* the same: a window over what moves */
    int64_t pace_ms;
    uint64_t pace_bytes;
};

struct connection_rules {
    int64_t head_ms, idle_ms, grace_ms;
    size_t rate_bytes; /* a second, on the whole and in any six graces; 0: no such rule */
};

struct connections {
    pthread_mutex_t lock; /* guards the list; a connection in it has an open fd */
    struct connection *first;
    atomic_uint count;
    struct connection_rules rules;
};

void connections_init(struct connections *all, const struct connection_rules *rules);
/* None may be open. */
void connections_release(struct connections *all);

/* Any thread. The fd stays the caller's and must stay open until connection_close(), which frees. */
struct connection *connection_open(struct connections *all, int fd, const struct sockaddr *peer,
                                   int64_t now_ms);
void connection_close(struct connections *all, struct connection *c);

/* Says what it does from now on, on its event loop. False: it has been shut, give up the request. */
bool connection_enter(struct connection *c, enum phase phase, int64_t now_ms);
enum phase connection_phase(const struct connection *c);

/* Shuts what is late, with a bare 408 where a request was begun; with `all_idle` also every idle one. */
void connections_watch(struct connections *all, int64_t now_ms, bool all_idle);
/* Shuts the one that has been idle longest, to make room; false if none is idle. */
bool connections_shut_oldest_idle(struct connections *all);
/* How often connections_watch() should be called for its deadlines to be kept closely, in ms. */
int connections_watch_interval_ms(const struct connections *all);

#endif
