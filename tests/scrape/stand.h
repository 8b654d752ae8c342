/*
 * A server that stands for both sides: programs that serve profiles (GET; those whose path begins with /hang
 * never answer, /bad answers with something else, /500 and /404 with that status), and a collector (POST)
 * that answers as it is told and remembers what it took. A thread for each connection; loopback, libc only.
 */
#ifndef SCRAPE_STAND_H
#define SCRAPE_STAND_H

#include "base/buf.h"

#include <pthread.h>
#include <stdatomic.h>

enum { STAND_CONNECTIONS_MAX = 512 };

struct stand {
    int listener;
    int port;
    struct slice profile;           /* what is served */
    atomic_int refuse;              /* the collector's status; 0: 200 */
    atomic_int asked;               /* GETs that came */
    atomic_int asking, most_asking; /* under way now, and at most */
    atomic_bool is_over;
    pthread_t thread;
    pthread_t connections[STAND_CONNECTIONS_MAX];
    int sockets[STAND_CONNECTIONS_MAX];
    size_t connection_count;
    pthread_mutex_t lock; /* for what follows */
    size_t taken;
    struct buf paths; /* of what the collector took, a line each */
};

void stand_begin(struct stand *s, struct slice profile);
void stand_end(struct stand *s);
/* Waits until it holds; the test fails after 20 s. */
void stand_until(bool (*holds)(void *user), void *user);
/* Waits until the collector has taken so many, or until targets were asked so often. */
void stand_wait_taken(struct stand *s, size_t taken);
void stand_wait_asked(struct stand *s, int asked);
size_t stand_taken(struct stand *s);

#endif
