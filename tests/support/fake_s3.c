/*
 * All connections are looked at together, so that it does not matter whether the client keeps one or opens
 * another. A connection that ends between requests is no fault: clients may drop what they do not trust.
 */
#include "tests/support/fake_s3.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 16, REQUEST_MAX = 4 * 1024 * 1024, FAULT_MAX = 16 * 1024 };

struct connection {
    int fd; /* -1: free */
    unsigned serial;
    char *bytes;
    size_t len;
    int continued; /* "100 Continue" was sent for the request that is being read */
};

struct fake_s3 {
    pthread_t thread;
    int listener, port;
    int stop_pipe[2];
    const struct fake_step *steps;
    size_t count, at;
    struct connection connections[CONNECTIONS];
    unsigned serials, last_serial;
    const struct fake_step *held; /* not answered yet, on this connection */
    struct connection *holder;
    char *fault;
};

static void fault(struct fake_s3 *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fault(struct fake_s3 *f, const char *fmt, ...)
{
    if (f->fault)
        return;

    va_list args;
    va_start(args, fmt);
    f->fault = malloc(FAULT_MAX);
    if (!f->fault)
        abort();
    (void)vsnprintf(f->fault, FAULT_MAX, fmt, args);
    va_end(args);
}

static void drop(struct connection *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    free(c->bytes);
    *c = (struct connection){.fd = -1};
}

/* --- reading --- */

/* The value of a header, or NULL; *ret_len is its length. */
static const char *header(const char *head, size_t head_len, const char *name, size_t *ret_len)
{
    size_t name_len = strlen(name);
    const char *end = head + head_len, *line = head;
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t len = next ? (size_t)(next - line) : (size_t)(end - line);
        if (len > name_len && line[name_len] == ':' && strncasecmp(line, name, name_len) == 0) {
            const char *value = line + name_len + 1;
            size_t value_len = len - name_len - 1;
            while (value_len > 0 && *value == ' ') {
                value++;
                value_len--;
            }
            while (value_len > 0 && (value[value_len - 1] == '\r' || value[value_len - 1] == ' '))
                value_len--;
            *ret_len = value_len;
            return value;
        }
        line += len + 1;
    }
    return NULL;
}

static int matches(const char *want, const char *got, size_t got_len)
{
    size_t len = strlen(want);
    if (len > 0 && want[len - 1] == '*')
        return got_len >= len - 1 && strncmp(want, got, len - 1) == 0;

    return got_len == len && strncmp(want, got, len) == 0;
}

static int has_header(const char *want, const char *head, size_t head_len)
{
    size_t len = 0;
    if (want[0] == '!')
        return header(head, head_len, want + 1, &len) == NULL;

    char name[64];
    size_t name_len = strcspn(want, ":");
    if (name_len >= sizeof name)
        abort();
    memcpy(name, want, name_len);
    name[name_len] = '\0';
    const char *value = header(head, head_len, name, &len);
    return value && matches(want + name_len + 2, value, len);
}

static size_t body_length(const char *head, size_t head_len)
{
    size_t len = 0;
    const char *value = header(head, head_len, "content-length", &len);
    return value ? strtoul(value, NULL, 10) : 0;
}

/* --- answering --- */

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* Until the client closes, or the test ends. */
static void trickle(struct fake_s3 *f, int fd, const char *bytes, size_t len)
{
    struct pollfd watched[2] = {{.fd = fd, .events = POLLIN}, {.fd = f->stop_pipe[0], .events = POLLIN}};
    for (size_t i = 0; i < len; i++) {
        send_all(fd, bytes + i, 1);
        if (poll(watched, 2, 5) != 0)
            return;
    }
    (void)poll(watched, 2, -1);
}

static size_t make_answer(const struct fake_step *step, char **ret_bytes)
{
    size_t body_len = step->answer_bytes ? step->answer_bytes : step->answer ? strlen(step->answer) : 0;
    const char *head = step->head ? step->head : "";
    size_t room = body_len + strlen(step->status) + strlen(head) + 256;
    char *bytes = malloc(room);
    if (!bytes)
        abort();

    char date[64] = "";
    time_t now = time(NULL);
    struct tm fields;
    if (strncmp(head, "Date:", 5) != 0)
        (void)strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&now, &fields));
    int chunked = strstr(head, "Transfer-Encoding") != NULL || strstr(head, "Content-Length") != NULL;
    int len = snprintf(bytes, room, "HTTP/1.1 %s\r\n%s%s", step->status, date, head);
    if (!chunked)
        len += snprintf(bytes + len, room - (size_t)len, "Content-Length: %zu\r\n", body_len);
    len += snprintf(bytes + len, room - (size_t)len, "\r\n");
    if (body_len > 0)
        memcpy(bytes + len, step->answer, body_len);
    *ret_bytes = bytes;
    return (size_t)len + body_len;
}

static void answer(struct fake_s3 *f, struct connection *c, const struct fake_step *step)
{
    char *made = NULL;
    const char *bytes = step->raw;
    size_t len = step->raw ? strlen(step->raw) : 0;
    if (step->status) {
        len = make_answer(step, &made);
        bytes = made;
    }
    if (step->then == FAKE_TRICKLE)
        trickle(f, c->fd, bytes, len);
    else if (len > 0)
        send_all(c->fd, bytes, len);
    free(made);

    if (step->then == FAKE_RESET) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    if (step->then == FAKE_RESET || step->then == FAKE_CLOSE)
        drop(c);
}

/* --- the conversation --- */

static void check(struct fake_s3 *f, const struct fake_step *step, const struct connection *c,
                  size_t head_len)
{
    const char *first_end = strstr(c->bytes, "\r\n");
    if (step->request && !matches(step->request, c->bytes, (size_t)(first_end - c->bytes)))
        fault(f, "step %zu wants '%s', the request is:\n%.*s", f->at + 1, step->request, (int)head_len,
              c->bytes);
    for (size_t i = 0; i < FAKE_HEADERS && step->headers[i]; i++)
        if (!has_header(step->headers[i], c->bytes, head_len))
            fault(f, "step %zu wants the header '%s', the request is:\n%.*s", f->at + 1, step->headers[i],
                  (int)head_len, c->bytes);

    size_t body_len = body_length(c->bytes, head_len);
    const char *body = c->bytes + head_len;
    if (step->body && !step->refuse_early &&
        (strlen(step->body) != body_len || memcmp(step->body, body, body_len) != 0))
        fault(f, "step %zu wants the body '%s', it is '%.*s'", f->at + 1, step->body, (int)body_len, body);

    int same = c->serial == f->last_serial;
    if (f->at > 0 &&
        ((step->on == FAKE_NEW_CONNECTION && same) || (step->on == FAKE_SAME_CONNECTION && !same)))
        fault(f, "step %zu came on %s connection", f->at + 1, same ? "the same" : "another");
}

/* A whole request stands at the front of the connection's bytes. */
static void serve(struct fake_s3 *f, struct connection *c, size_t head_len, size_t total)
{
    if (f->at >= f->count) {
        fault(f, "all %zu steps are done, and there came:\n%.*s", f->count, (int)head_len, c->bytes);
        drop(c);
        return;
    }

    const struct fake_step *step = &f->steps[f->at];
    check(f, step, c, head_len);
    f->at++;
    f->last_serial = c->serial;
    memmove(c->bytes, c->bytes + total, c->len - total);
    c->len -= total;
    c->continued = 0;
    const struct fake_step *held = f->held;
    f->held = NULL;
    if (held && f->holder->fd >= 0)
        answer(f, f->holder, held);
    if (step->after_next) {
        f->held = step;
        f->holder = c;
    } else {
        answer(f, c, step);
    }
}

static void read_request(struct fake_s3 *f, struct connection *c)
{
    c->bytes = realloc(c->bytes, c->len + 64 * 1024 + 1);
    if (!c->bytes || c->len > REQUEST_MAX)
        abort();
    ssize_t got = recv(c->fd, c->bytes + c->len, 64 * 1024, 0);
    if (got <= 0) {
        drop(c);
        return;
    }
    c->len += (size_t)got;
    c->bytes[c->len] = '\0';

    const char *end = strstr(c->bytes, "\r\n\r\n");
    if (!end)
        return;
    size_t head_len = (size_t)(end - c->bytes) + 4, total = head_len + body_length(c->bytes, head_len);
    size_t ignored = 0;
    int expects = header(c->bytes, head_len, "expect", &ignored) != NULL;
    if (expects && f->at < f->count && f->steps[f->at].refuse_early) {
        serve(f, c, head_len, c->len);
        return;
    }
    if (expects && !c->continued) {
        static const char go_on[] = "HTTP/1.1 100 CONTINUE\r\n\r\n";
        send_all(c->fd, go_on, sizeof go_on - 1);
        c->continued = 1;
    }
    if (c->len >= total)
        serve(f, c, head_len, total);
}

static void accept_one(struct fake_s3 *f)
{
    int fd = accept(f->listener, NULL, NULL), on = 1;
    if (fd < 0)
        return;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (f->connections[i].fd < 0) {
            f->connections[i] = (struct connection){.fd = fd, .serial = ++f->serials};
            return;
        }
    }
    fault(f, "more than %d connections at once", (int)CONNECTIONS);
    (void)close(fd);
}

static void *run(void *arg)
{
    struct fake_s3 *f = arg;
    for (;;) {
        struct pollfd watched[CONNECTIONS + 2] = {{.fd = f->stop_pipe[0], .events = POLLIN},
                                                  {.fd = f->listener, .events = POLLIN}};
        for (size_t i = 0; i < CONNECTIONS; i++)
            watched[i + 2] = (struct pollfd){.fd = f->connections[i].fd, .events = POLLIN};
        if (poll(watched, CONNECTIONS + 2, -1) < 0 && errno != EINTR)
            abort();
        if (watched[0].revents)
            return NULL;
        for (size_t i = 0; i < CONNECTIONS; i++)
            if (watched[i + 2].revents && f->connections[i].fd >= 0)
                read_request(f, &f->connections[i]);
        if (watched[1].revents)
            accept_one(f);
    }
}

struct fake_s3 *fake_s3_start(const struct fake_step *steps, size_t count)
{
    struct fake_s3 *f = calloc(1, sizeof *f);
    if (!f)
        abort();

    f->steps = steps;
    f->count = count;
    for (size_t i = 0; i < CONNECTIONS; i++)
        f->connections[i].fd = -1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (f->listener < 0 || bind(f->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(f->listener, 64) != 0 || getsockname(f->listener, (struct sockaddr *)&address, &len) != 0 ||
        pipe(f->stop_pipe) != 0)
        abort();
    f->port = ntohs(address.sin_port);
    if (pthread_create(&f->thread, NULL, run, f) != 0)
        abort();
    return f;
}

int fake_s3_port(const struct fake_s3 *f)
{
    return f->port;
}

char *fake_s3_end(struct fake_s3 *f)
{
    (void)!write(f->stop_pipe[1], "", 1);
    (void)pthread_join(f->thread, NULL);
    if (f->at < f->count)
        fault(f, "step %zu was not asked for: %s", f->at + 1,
              f->steps[f->at].request ? f->steps[f->at].request : "any");
    for (size_t i = 0; i < CONNECTIONS; i++)
        drop(&f->connections[i]);
    (void)close(f->listener);
    (void)close(f->stop_pipe[0]);
    (void)close(f->stop_pipe[1]);
    char *text = f->fault;
    free(f);
    return text;
}
