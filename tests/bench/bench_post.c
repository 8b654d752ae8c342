/*
 * What taking a profile in costs the server: posts one file over and over on many keep-alive connections and
 * prints a row: rate, latency, the server's CPU per profile and its memory.
 *
 *     bench_post PORT PID FILE CONNECTIONS COUNT [TARGET]
 *
 * Each POST carries an Idempotency-Key of its own, so that each is a profile of its own. CPU and memory of
 * PID are read from /proc. TARGET is path and query; a GET is made of it if it begins with "GET ".
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 1024, EVENTS = 256 };

struct conn {
    int fd;
    struct buf out; /* the request under way */
    size_t sent;
    char in[65536];
    size_t got;
    int64_t begun_us;
    bool busy;
};

struct bench {
    unsigned port;
    long pid;
    const char *target;
    struct buf body;
    size_t connections, count, asked, answered, failed;
    uint64_t run; /* makes keys of this run its own */
    double *latency_ms;
    int epoll;
};

static int number_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* CPU seconds of the process, user and system. */
static double cpu_of(long pid)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(4096);
    char path[64];
    struct slice rest, word = SLICE_NULL;
    uint64_t ticks = 0, n;

    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    if (file_read(path, &text, NULL) != OK)
        return 0;
    rest = buf_slice(&text);
    rest = slice_from(rest, slice_find(rest, ')'));
    for (int i = 2; i <= 15 && slice_split(&rest, ' ', &word); i++)
        if (i >= 14 && slice_to_u64(word, &n))
            ticks += n;
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* VmRSS or VmHWM in MB. */
static double memory_of(long pid, const char *name)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(16384);
    char path[64];
    const char *at;

    snprintf(path, sizeof(path), "/proc/%ld/status", pid);
    if (file_read(path, &text, NULL) != OK || !(at = strstr(buf_cstr(&text), name)))
        return 0;
    return (double)strtol(at + strlen(name) + 1, NULL, 10) / 1024;
}

static void ask(struct bench *b, struct conn *c)
{
    buf_reset(&c->out);
    if (strncmp(b->target, "GET ", 4) == 0)
        buf_printf(&c->out, "%s HTTP/1.1\r\nHost: bench\r\n\r\n", b->target);
    else
        buf_printf(&c->out,
                   "POST %s HTTP/1.1\r\nHost: bench\r\nIdempotency-Key: %" PRIx64
                   "-%zu\r\nContent-Length: %zu\r\n\r\n",
                   b->target, b->run, b->asked, b->body.len);
    if (c->out.ptr[0] == 'P')
        buf_append(&c->out, buf_slice(&b->body));
    c->sent = 0;
    c->got = 0;
    c->busy = true;
    c->begun_us = clock_mono_us();
    b->asked++;
}

static void push(struct conn *c)
{
    while (c->sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.ptr + c->sent, c->out.len - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n <= 0)
            return;
        c->sent += (size_t)n;
    }
}

/* The whole answer is there: its status, else 0. Bodies longer than the buffer are counted, not kept. */
static int status_of(const struct conn *c)
{
    const char *end = memmem(c->in, c->got, "\r\n\r\n", 4);
    const char *length = end ? memmem(c->in, (size_t)(end - c->in), "Content-Length: ", 16) : NULL;

    if (!end || !length)
        return 0;
    size_t need = (size_t)(end - c->in) + 4 + strtoul(length + 16, NULL, 10);
    return c->got >= need ? (int)strtol(c->in + 9, NULL, 10) : 0;
}

static bool pull(struct bench *b, struct conn *c)
{
    ssize_t n;
    int status;

    while ((n = recv(c->fd, c->in + c->got, sizeof(c->in) - c->got, MSG_DONTWAIT)) > 0)
        c->got += (size_t)n;
    if (n == 0 || (n < 0 && errno != EAGAIN))
        return false;
    status = status_of(c);
    if (status == 0)
        return true;
    b->failed += status != 200;
    if (status != 200 && b->failed == 1)
        fprintf(stderr, "bench_post: %.*s\n", (int)c->got, c->in);
    b->latency_ms[b->answered++] = (double)(clock_mono_us() - c->begun_us) / 1e3;
    c->busy = false;
    return true;
}

static void open_conn(struct bench *b, struct conn *c)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)b->port)};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("bench_post: connect");
        exit(1);
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    epoll_ctl(b->epoll, EPOLL_CTL_ADD, c->fd, &event);
    c->out = BUF_INIT(LIMIT_BODY_BYTES + HEAD_MAX);
}

static void run(struct bench *b, struct conn *conns)
{
    struct epoll_event events[EVENTS];

    for (size_t i = 0; i < b->connections && b->asked < b->count; i++) {
        ask(b, &conns[i]);
        push(&conns[i]);
    }
    while (b->answered < b->count) {
        int n = epoll_wait(b->epoll, events, EVENTS, 30000);

        if (n <= 0) {
            fprintf(stderr, "bench_post: nothing for 30 s after %zu answers\n", b->answered);
            exit(1);
        }
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;

            push(c);
            if (!pull(b, c)) {
                fprintf(stderr, "bench_post: connection closed after %zu answers\n", b->answered);
                exit(1);
            }
            if (!c->busy && b->asked < b->count) {
                ask(b, c);
                push(c);
            }
        }
    }
}

static void report(struct bench *b, double wall_s, double cpu_s)
{
    qsort(b->latency_ms, b->count, sizeof(double), number_cmp);
    printf("%5zu connections  %7zu requests  %8.0f /s   p50 %7.2f ms  p99 %7.2f ms   %6.3f ms CPU each   RSS "
           "%6.1f MB "
           "(peak %.1f)   %zu failed\n",
           b->connections, b->count, (double)b->count / wall_s, b->latency_ms[b->count / 2],
           b->latency_ms[b->count * 99 / 100], cpu_s * 1e3 / (double)b->count, memory_of(b->pid, "VmRSS:"),
           memory_of(b->pid, "VmHWM:"), b->failed);
}

int main(int argc, char **argv)
{
    struct bench b = {.body = BUF_INIT(LIMIT_BODY_BYTES),
                      .target = "/api/0/profiles?service=bench&type=cpu&labels=dc%3Dfra,host%3Da"};
    struct conn *conns;
    struct error err;
    double cpu_s, wall_s;

    if (argc < 6) {
        fprintf(stderr, "usage: bench_post PORT PID FILE CONNECTIONS COUNT [TARGET]\n");
        return 2;
    }
    b.port = (unsigned)strtoul(argv[1], NULL, 10);
    b.pid = strtol(argv[2], NULL, 10);
    b.connections = strtoul(argv[4], NULL, 10);
    b.count = strtoul(argv[5], NULL, 10);
    if (argc > 6)
        b.target = argv[6];
    if (file_read(argv[3], &b.body, &err) != OK) {
        fprintf(stderr, "bench_post: %s\n", err.text);
        return 1;
    }
    random_bytes(&b.run, sizeof(b.run));
    b.latency_ms = mem_zero(b.count, sizeof(double));
    b.epoll = epoll_create1(EPOLL_CLOEXEC);
    conns = mem_zero(b.connections, sizeof(*conns));
    for (size_t i = 0; i < b.connections; i++)
        open_conn(&b, &conns[i]);

    cpu_s = cpu_of(b.pid);
    wall_s = (double)clock_mono_us() / 1e6;
    run(&b, conns);
    wall_s = (double)clock_mono_us() / 1e6 - wall_s;
    report(&b, wall_s, cpu_of(b.pid) - cpu_s);
    return b.failed > 0;
}
