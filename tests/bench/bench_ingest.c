/*
 * What merging does to taking profiles in: posts a file at a steady rate, by turns on a machine that does
 * nothing else, beside loops of the lowest priority that keep every processor busy (the floor: what any other
 * work costs), and beside clients that ask for merges without a pause. Prints the latencies of the three.
 *
 *     bench_ingest PORT CPU-FILE ROUNDS SECONDS [MERGERS [RATE]]
 *
 * First 400 profiles of the service "merged" are posted, which every merger (default 4) asks for. Posts go
 * out at their time (RATE a second, default 200, over eight connections) whether or not the ones before were
 * answered: their latency counts from then on, so a stall is counted for all that it delays.
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { POSTERS = 8, MERGERS_MAX = 64, SEEDS = 400, SAMPLES_MAX = 1 << 20, HEAD_MAX = 8192 };

static struct {
    unsigned port;
    struct buf body;
    uint64_t run;      /* makes keys of this run its own */
    atomic_ulong post; /* number of the next one */
    int64_t begun_us, end_us;
    double rate;
    atomic_bool merging;
    atomic_ulong merges;
    double *latency_ms;
    atomic_size_t samples;
} bench;

__attribute__((noreturn)) static void die(const char *why)
{
    perror(why);
    exit(1);
}

static int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)bench.port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        die("bench_ingest: connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

static void send_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

        if (n <= 0)
            die("bench_ingest: send");
        bytes = slice_from(bytes, (size_t)n);
    }
}

/* Reads an answer and drops it; it must be a 200. */
static void take_answer(int fd)
{
    static _Thread_local char in[65536];
    size_t got = 0, left = 0;
    const char *end = NULL;

    while (!end) {
        ssize_t n = recv(fd, in + got, HEAD_MAX - got, 0);

        if (n <= 0)
            die("bench_ingest: recv");
        got += (size_t)n;
        end = memmem(in, got, "\r\n\r\n", 4);
    }
    const char *length = memmem(in, (size_t)(end - in), "Content-Length: ", 16);
    if (strncmp(in, "HTTP/1.1 200", 12) != 0 || !length) {
        fprintf(stderr, "bench_ingest: %.*s\n", (int)got, in);
        exit(1);
    }
    left = strtoul(length + 16, NULL, 10) - (got - (size_t)(end + 4 - in));
    while (left > 0) {
        ssize_t n = recv(fd, in, left < sizeof(in) ? left : sizeof(in), 0);

        if (n <= 0)
            die("bench_ingest: recv");
        left -= (size_t)n;
    }
}

static void post(int fd, const char *service)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES + HEAD_MAX);

    buf_printf(&out,
               "POST /api/0/profiles?service=%s&type=cpu HTTP/1.1\r\nHost: bench\r\n"
               "Idempotency-Key: %" PRIx64 "-%lu\r\nContent-Length: %zu\r\n\r\n",
               service, bench.run, atomic_fetch_add(&bench.post, 1), bench.body.len);
    buf_append(&out, buf_slice(&bench.body));
    send_all(fd, buf_slice(&out));
    take_answer(fd);
}

static void wait_until(int64_t us)
{
    int64_t left = us - clock_mono_us();
    struct timespec t = {left / 1000000, left % 1000000 * 1000};

    if (left > 0)
        nanosleep(&t, NULL);
}

/* Every POSTERS-th of the phase's posts. */
static void *poster(void *arg)
{
    const size_t first = (size_t)(uintptr_t)arg;
    int fd = dial();

    for (size_t i = first;; i += POSTERS) {
        int64_t due = bench.begun_us + (int64_t)((double)i * 1e6 / bench.rate);

        if (due >= bench.end_us)
            break;
        wait_until(due);
        post(fd, "ingested");
        size_t at = atomic_fetch_add(&bench.samples, 1);
        if (at < SAMPLES_MAX)
            bench.latency_ms[at] = (double)(clock_mono_us() - due) / 1e3;
    }
    close(fd);
    return NULL;
}

static void *merger(void *arg)
{
    int fd = dial();

    (void)arg;
    while (atomic_load(&bench.merging)) {
        send_all(fd,
                 SLICE(
                     "GET /api/0/profiles/merge?service=merged&type=cpu&from=2000-01-01T00:00:00 HTTP/1.1\r\n"
                     "Host: bench\r\n\r\n"));
        take_answer(fd);
        atomic_fetch_add(&bench.merges, 1);
    }
    close(fd);
    return NULL;
}

static void *loop(void *arg)
{
    (void)arg;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), 19);
    while (atomic_load(&bench.merging))
        ;
    return NULL;
}

static void phase(double seconds, void *(*beside)(void *), size_t count, double *latency_ms, size_t *samples)
{
    pthread_t posting[POSTERS], merging[MERGERS_MAX];

    bench.latency_ms = latency_ms;
    atomic_store(&bench.samples, *samples);
    atomic_store(&bench.merging, true);
    for (size_t i = 0; i < count; i++)
        pthread_create(&merging[i], NULL, beside, NULL);
    bench.begun_us = clock_mono_us() + 100000; /* those beside have begun */
    bench.end_us = bench.begun_us + (int64_t)(seconds * 1e6);
    for (size_t i = 0; i < POSTERS; i++)
        pthread_create(&posting[i], NULL, poster, (void *)i);
    for (size_t i = 0; i < POSTERS; i++)
        pthread_join(posting[i], NULL);
    atomic_store(&bench.merging, false);
    for (size_t i = 0; i < count; i++)
        pthread_join(merging[i], NULL);
    *samples = atomic_load(&bench.samples) < SAMPLES_MAX ? atomic_load(&bench.samples) : SAMPLES_MAX;
}

static int number_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double report(const char *what, double *latency_ms, size_t samples)
{
    qsort(latency_ms, samples, sizeof(double), number_cmp);
    printf("%-24s %6zu posts  p50 %6.2f ms  p90 %6.2f ms  p99 %6.2f ms  max %6.2f ms\n", what, samples,
           latency_ms[samples / 2], latency_ms[samples * 9 / 10], latency_ms[samples * 99 / 100],
           latency_ms[samples - 1]);
    return latency_ms[samples * 99 / 100];
}

int main(int argc, char **argv)
{
    struct error err;
    size_t rounds, mergers = 4, samples[3] = {0};
    size_t processors = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    double *latency_ms[3], seconds, p99[3];
    char what[64];

    if (argc < 5) {
        fprintf(stderr, "usage: bench_ingest PORT CPU-FILE ROUNDS SECONDS [MERGERS [RATE]]\n");
        return 2;
    }
    bench.port = (unsigned)strtoul(argv[1], NULL, 10);
    bench.body = BUF_INIT(LIMIT_BODY_BYTES);
    if (file_read(argv[2], &bench.body, &err) != OK) {
        fprintf(stderr, "bench_ingest: %s\n", err.text);
        return 1;
    }
    rounds = strtoul(argv[3], NULL, 10);
    seconds = strtod(argv[4], NULL);
    if (argc > 5)
        mergers = strtoul(argv[5], NULL, 10);
    mergers = mergers < MERGERS_MAX ? mergers : MERGERS_MAX;
    processors = processors < MERGERS_MAX ? processors : MERGERS_MAX;
    bench.rate = argc > 6 ? strtod(argv[6], NULL) : 200;
    random_bytes(&bench.run, sizeof(bench.run));
    for (int i = 0; i < 3; i++)
        latency_ms[i] = mem_zero(SAMPLES_MAX, sizeof(double));

    int fd = dial();
    for (int i = 0; i < SEEDS; i++)
        post(fd, "merged");
    close(fd);
    for (size_t i = 0; i < rounds; i++) {
        phase(seconds, NULL, 0, latency_ms[0], &samples[0]);
        phase(seconds, loop, processors, latency_ms[1], &samples[1]);
        phase(seconds, merger, mergers, latency_ms[2], &samples[2]);
    }
    p99[0] = report("alone", latency_ms[0], samples[0]);
    p99[1] = report("beside idle loops", latency_ms[1], samples[1]);
    snprintf(what, sizeof(what), "beside %zu merges", mergers);
    p99[2] = report(what, latency_ms[2], samples[2]);
    printf("p99 beside merges: %.2f times that alone, %.2f times that beside idle loops; %lu merges of %d "
           "profiles meanwhile\n",
           p99[2] / p99[0], p99[2] / p99[1], atomic_load(&bench.merges), SEEDS);
    for (int i = 0; i < 3; i++)
        mem_freep(&latency_ms[i]);
    buf_release(&bench.body);
    return 0;
}
