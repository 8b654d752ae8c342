/*
 * Without a host the socket is an IPv6 one that takes IPv4 as well; on a machine without IPv6 it is an IPv4
 * one. SO_REUSEADDR lets a restarted server bind while connections of the old one linger in TIME_WAIT; two
 * servers on one port are still refused.
 */
#include "http/listen.h"

#include "base/slice.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 }; /* the kernel cuts it to net.core.somaxconn */

enum status listen_parse(const char *text, char ret_host[LISTEN_HOST_MAX], char ret_port[LISTEN_PORT_MAX],
                         struct error *err)
{
    const char *colon = text ? strrchr(text, ':') : NULL;
    uint64_t port;
    if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
        (!slice_to_u64(slice_of(colon + 1), &port) || port > 65535))
        return error_set(err, E_CONFIG, "listen on '%s': the port is out of range (0..65535)", text);
    if (!colon || !slice_to_u64(slice_of(colon + 1), &port))
        return error_set(err, E_CONFIG, "listen on '%s': give HOST:PORT, [IPv6]:PORT or :PORT",
                         text ? text : "");

    struct slice host = slice_make(text, (size_t)(colon - text));
    bool bracketed = host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    if (bracketed)
        host = slice_sub(host, 1, host.len - 2);
    else if (slice_find(host, ':') < host.len)
        return error_set(err, E_CONFIG, "listen on '%s': an IPv6 address needs brackets: [%.*s]:%s", text,
                         SLICE_ARG(host), colon + 1);
    if (host.len >= LISTEN_HOST_MAX)
        return error_set(err, E_CONFIG, "listen on '%s': the host name is too long", text);

    (void)snprintf(ret_host, LISTEN_HOST_MAX, "%.*s", SLICE_ARG(host));
    (void)snprintf(ret_port, LISTEN_PORT_MAX, "%u", (unsigned)port);
    return OK;
}

/* A bound and listening socket, or -1 and errno. */
static int open_one(const struct addrinfo *a)
{
    int one = 1, zero = 0;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (a->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;

    int errnum = errno;
    (void)close(fd);
    errno = errnum;
    return -1;
}

static unsigned port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } at = {.in6 = {.sin6_family = AF_UNSPEC}};
    socklen_t len = sizeof at;
    (void)getsockname(fd, &at.any, &len);
    return ntohs(at.any.sa_family == AF_INET6 ? at.in6.sin6_port : at.in.sin_port);
}

enum status listen_open(const char *text, int *ret_fd, unsigned *ret_port, struct error *err)
{
    char host[LISTEN_HOST_MAX], port[LISTEN_PORT_MAX];
    enum status st = listen_parse(text, host, port, err);
    if (st != OK)
        return st;

    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (failed != 0)
        return error_set(err, E_CONFIG, "listen on '%s': %s", text, gai_strerror(failed));

    /* All addresses: IPv6 first, since its socket takes both. */
    int fd = -1;
    errno = EADDRNOTAVAIL;
    for (int pass = 0; pass < 2 && fd < 0; pass++) {
        for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
            bool later = !host[0] && a->ai_family != AF_INET6;
            if (later == (pass == 1))
                fd = open_one(a);
        }
    }
    int errnum = errno;
    freeaddrinfo(found);
    if (fd < 0)
        return error_set_errno(err, E_CONFIG, errnum, "listen on '%s'", text);

    *ret_fd = fd;
    *ret_port = port_of(fd);
    return OK;
}
