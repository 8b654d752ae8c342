/*
 * bench_agent THREADS ROUNDS: the same work each time on so many threads; prints what it cost. `make bench
 * BENCH=agent` runs it with and without the agent, in turns.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { THREADS_MAX = 64, DEPTH = 12 };

static _Atomic uint64_t sum;
static unsigned long rounds;

/* A stack of some depth, as programs have. */
__attribute__((noinline)) static uint64_t descend(unsigned depth, uint64_t x)
{
    if (depth > 0)
        return descend(depth - 1, x + depth) + 1;
    for (int i = 0; i < 2000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static void *work(void *user)
{
    for (unsigned long i = 0; i < rounds; i++)
        sum += descend(DEPTH, i + 1);
    return user;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    unsigned long threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    pthread_t ids[THREADS_MAX];
    struct timespec begin, end;
    struct rusage used;

    rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
    if (threads < 1 || threads > THREADS_MAX)
        return 2;
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned long i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, work, NULL) != 0)
            return 1;
    for (unsigned long i = 0; i < threads; i++)
        (void)pthread_join(ids[i], NULL);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    (void)getrusage(RUSAGE_SELF, &used);
    printf("%.4f %.4f\n", seconds(used.ru_utime) + seconds(used.ru_stime),
           (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    return 0;
}
