/* bench_heap PAIRS: nanoseconds for each malloc() and free(), of one size over and over ("same": what the
 * allocator does fastest) and of 16 to 1,040 bytes among 10,000 that live ("mixed"). tests/bench/run runs it
 * with and without the agent in turn. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LIVE = 10000, SAME_BYTES = 64 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void same(long pairs)
{
    for (long i = 0; i < pairs; i++) {
        char *volatile p = malloc(SAME_BYTES);
        free(p);
    }
}

static void mixed(long pairs)
{
    static char *live[LIVE];
    uint32_t seed = 1;

    for (long i = 0; i < pairs; i++) {
        seed = seed * 1103515245 + 12345;
        char **at = &live[(seed >> 8) % LIVE];
        free(*at);
        *at = malloc(16 + (seed >> 22));
        if (*at)
            **at = 1;
    }
    for (size_t i = 0; i < LIVE; i++)
        free(live[i]);
}

int main(int argc, char **argv)
{
    long pairs = argc > 1 ? strtol(argv[1], NULL, 10) : 10000000;
    same(pairs / 10);
    double begun = now_ns();
    same(pairs);
    double middle = now_ns();
    mixed(pairs);
    printf("%.2f %.2f\n", (middle - begun) / (double)pairs, (now_ns() - middle) / (double)pairs);
    return 0;
}
