/*
 * Sockets that have been answered but whose peer is still sending. Closing one at once would make the kernel
 * answer the peer's bytes with a reset, which may destroy the answer on its way (RFC 9112 section 9.6). They
 * are read and dropped for a moment instead. Few, and for a short time.
 */
#ifndef HTTP_LINGER_H
#define HTTP_LINGER_H

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { LINGER_MAX = 128, LINGER_MS = 2000 };

struct linger_set {
    pthread_mutex_t lock;
    int fds[LINGER_MAX];
    int64_t until_ms[LINGER_MAX];
    int count;
};

void linger_init(struct linger_set *set);
/* Closes all. */
void linger_release(struct linger_set *set);
/* Any thread. Keeps a duplicate of fd, whose sending side has been shut; false, and nothing kept, when full.
 */
bool linger_add(struct linger_set *set, int fd, int64_t now_ms);
/* Appends what to poll for, at most LINGER_MAX; returns the number. One thread. */
int linger_polls(struct linger_set *set, struct pollfd *polls);
/* Reads and drops what is there; closes those at their end or over their time. The same thread. */
void linger_drain(struct linger_set *set, int64_t now_ms);

#endif
