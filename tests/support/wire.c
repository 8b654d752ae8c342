/*
 * Blocking where the test has nothing else to do, with a long timeout so that a hanging server is a failure
 * and not a hanging test.
 */
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

int wire_connect(unsigned port)
{
    int one = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

bool wire_send(int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

bool wire_text(int fd, const char *text)
{
    return wire_send(fd, text, strlen(text));
}

void wire_finish(int fd)
{
    (void)shutdown(fd, SHUT_WR);
}

/* Reads what is there, waiting for it; false when nothing more comes. */
static bool read_more(int fd, struct wire_reply *r)
{
    if (r->closed)
        return false;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, WIRE_TIMEOUT_MS) <= 0)
        return false;
    if (r->cap - r->len < 65536) {
        r->cap = r->cap * 2 + 65536 + 1;
        r->text = realloc(r->text, r->cap);
        if (!r->text)
            abort();
        r->text[r->len] = '\0';
    }
    ssize_t n = recv(fd, r->text + r->len, r->cap - r->len - 1, 0);
    if (n <= 0) {
        r->closed = true;
        r->reset = n < 0;
        return false;
    }
    r->len += (size_t)n;
    r->text[r->len] = '\0';
    return true;
}

static bool parse_head(struct wire_reply *r)
{
    const char *end = r->len ? memmem(r->text, r->len, "\r\n\r\n", 4) : NULL;
    if (!end)
        return false;
    r->head_len = (size_t)(end - r->text) + 4;
    r->status = strncmp(r->text, "HTTP/1.1 ", 9) == 0 ? (unsigned)strtoul(r->text + 9, NULL, 10) : 0;
    const char *length = wire_header(r, "Content-Length");
    r->content_length = length ? strtol(length, NULL, 10) : -1;
    return true;
}

static size_t answer_len(const struct wire_reply *r, bool no_body)
{
    return r->head_len + (no_body || r->content_length < 0 ? 0 : (size_t)r->content_length);
}

bool wire_read(int fd, struct wire_reply *r, bool no_body)
{
    while (!parse_head(r) || r->len < answer_len(r, no_body)) {
        if (!read_more(fd, r))
            return false;
    }
    return true;
}

void wire_next(struct wire_reply *r, bool no_body)
{
    size_t used = answer_len(r, no_body);
    memmove(r->text, r->text + used, r->len - used + 1);
    r->len -= used;
    r->head_len = 0;
    r->status = 0;
}

bool wire_wait_close(int fd, struct wire_reply *r)
{
    while (read_more(fd, r))
        ;
    if (r->len)
        (void)parse_head(r);
    return r->closed;
}

const char *wire_header(const struct wire_reply *r, const char *name)
{
    static _Thread_local char value[1024];
    size_t name_len = strlen(name);
    const char *line = r->text, *end = r->text + r->head_len;
    while (line < end) {
        const char *eol = memmem(line, (size_t)(end - line), "\r\n", 2);
        if (!eol)
            break;
        if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
            const char *from = line + name_len + 1;
            while (*from == ' ')
                from++;
            (void)snprintf(value, sizeof value, "%.*s", (int)(eol - from), from);
            return value;
        }
        line = eol + 2;
    }
    return NULL;
}

const char *wire_body(const struct wire_reply *r)
{
    return r->text ? r->text + r->head_len : "";
}

void wire_release(struct wire_reply *r)
{
    free(r->text);
    *r = (struct wire_reply){.text = NULL};
}
