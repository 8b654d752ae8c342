/*
 * The set is small, so it is an array behind a lock. MSG_TRUNC on a TCP socket makes the kernel throw bytes
 * away without copying them. The event loop's own descriptor is closed by the library; the duplicate keeps
 * the connection itself alive.
 */
#include "http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DRAIN_BYTES = 1 << 20, DRAIN_READS = 16 };

void linger_init(struct linger_set *set)
{
    *set = (struct linger_set){.count = 0};
    (void)pthread_mutex_init(&set->lock, NULL);
}

void linger_release(struct linger_set *set)
{
    for (int i = 0; i < set->count; i++)
        (void)close(set->fds[i]);
    set->count = 0;
    (void)pthread_mutex_destroy(&set->lock);
}

bool linger_add(struct linger_set *set, int fd, int64_t now_ms)
{
    (void)pthread_mutex_lock(&set->lock);
    int copy = set->count == LINGER_MAX ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) {
        set->fds[set->count] = copy;
        set->until_ms[set->count] = now_ms + LINGER_MS;
        set->count++;
    }
    (void)pthread_mutex_unlock(&set->lock);
    return copy >= 0;
}

int linger_polls(struct linger_set *set, struct pollfd *polls)
{
    (void)pthread_mutex_lock(&set->lock);
    int count = set->count;
    for (int i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = set->fds[i], .events = POLLIN};
    (void)pthread_mutex_unlock(&set->lock);
    return count;
}

/* True when there is nothing more to wait for. */
static bool drained(int fd)
{
    for (int i = 0; i < DRAIN_READS; i++) {
        ssize_t n = recv(fd, NULL, DRAIN_BYTES, MSG_TRUNC | MSG_DONTWAIT);
        if (n == 0)
            return true;
        if (n < 0)
            return errno != EAGAIN && errno != EINTR;
    }
    return false;
}

void linger_drain(struct linger_set *set, int64_t now_ms)
{
    (void)pthread_mutex_lock(&set->lock);
    for (int i = 0; i < set->count;) {
        if (now_ms < set->until_ms[i] && !drained(set->fds[i])) {
            i++;
            continue;
        }
        (void)close(set->fds[i]);
        set->count--;
        set->fds[i] = set->fds[set->count];
        set->until_ms[i] = set->until_ms[set->count];
    }
    (void)pthread_mutex_unlock(&set->lock);
}
