/*
 * The thread at the door: accepts connections and hands them over, watches those that are open for lateness,
 * and drains the lingering ones.
 */
#ifndef HTTP_ACCEPTOR_H
#define HTTP_ACCEPTOR_H

#include "http/connections.h"
#include "http/linger.h"

struct acceptor {
    int listen_fd; /* owned; closed by the thread when it stops accepting */
    struct connections *connections;
    struct linger_set *linger;
    unsigned max_connections;
    /* Called for each new connection, on the thread; takes the fd. */
    void (*accepted)(void *arg, int fd, const struct sockaddr *peer, socklen_t peer_len);
    void *arg;

    /* The acceptor's own. */
    pthread_t thread;
    int wake_fd;
    atomic_bool quiesced, stopped;
    atomic_bool full; /* a connection that closes should wake it */
};

/* The fields above are filled in. False, with errno, if the system gives no event descriptor. */
bool acceptor_start(struct acceptor *a);
/* Any thread. Takes what has connected so far, then no more, and shuts idle connections from now on. */
void acceptor_quiesce(struct acceptor *a);
/* A connection has closed: there may be room again. Any thread, until acceptor_release(). */
void acceptor_room(struct acceptor *a);
/* There is a new lingering socket to look after. Any thread, until acceptor_release(). */
void acceptor_wake(struct acceptor *a);
/* Joins the thread. */
void acceptor_stop(struct acceptor *a);
/* After acceptor_stop(), when nobody can wake it any more. */
void acceptor_release(struct acceptor *a);

#endif
