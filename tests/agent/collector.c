/* One thread; it looks twenty times a second whether it is told to stop. */
#include "tests/agent/collector.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_BYTES = 16 * 1024, LOOK_MS = 50 };

struct collector {
    const char *const *answers;
    size_t answers_count;
    int fd;
    unsigned port;
    pthread_t thread;
    atomic_bool is_stopped;
    atomic_size_t count;
    char requests[COLLECTOR_REQUESTS][REQUEST_BYTES];
};

static bool is_whole(const char *text, size_t len)
{
    const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "Content-Length: ");
    return end && (!length || len - (size_t)(end + 4 - text) >= strtoul(length + 16, NULL, 10));
}

static void read_request(int fd, char *text)
{
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len + 1 < REQUEST_BYTES && !is_whole(text, len)) {
        got = recv(fd, text + len, REQUEST_BYTES - 1 - len, 0);
        if (got > 0)
            len += (size_t)got;
    }
}

static void serve(struct collector *c, int fd)
{
    size_t i = atomic_load(&c->count);
    if (i < COLLECTOR_REQUESTS) {
        read_request(fd, c->requests[i]);
        atomic_store(&c->count, i + 1);
    }
    const char *answer = c->answers[i < c->answers_count ? i : c->answers_count - 1];
    struct pollfd gone = {.fd = fd, .events = POLLIN};
    while (!answer && !atomic_load(&c->is_stopped) && poll(&gone, 1, LOOK_MS) == 0)
        continue;
    if (answer)
        (void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
    close(fd);
}

static void *run(void *user)
{
    struct collector *c = user;
    struct pollfd come = {.fd = c->fd, .events = POLLIN};
    while (!atomic_load(&c->is_stopped))
        if (poll(&come, 1, LOOK_MS) > 0)
            serve(c, accept(c->fd, NULL, NULL));
    return NULL;
}

struct collector *collector_new(const char *const *answers, size_t count)
{
    struct collector *c = calloc(1, sizeof *c);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    if (!c)
        abort();
    c->answers = answers;
    c->answers_count = count;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(c->fd, (struct sockaddr *)&address, len) != 0 || listen(c->fd, 16) != 0 ||
        getsockname(c->fd, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&c->thread, NULL, run, c) != 0)
        abort();
    c->port = ntohs(address.sin_port);
    return c;
}

unsigned collector_port(const struct collector *c)
{
    return c->port;
}

void collector_stop(struct collector *c)
{
    if (!atomic_exchange(&c->is_stopped, true))
        (void)pthread_join(c->thread, NULL);
}

size_t collector_count(const struct collector *c)
{
    return atomic_load(&c->count);
}

void collector_wait(struct collector *c, size_t count)
{
    while (collector_count(c) < count)
        (void)poll(NULL, 0, LOOK_MS);
}

const char *collector_request(const struct collector *c, size_t i)
{
    return c->requests[i];
}

void collector_free(struct collector *c)
{
    collector_stop(c);
    close(c->fd);
    free(c);
}
