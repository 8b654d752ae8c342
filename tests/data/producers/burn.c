/*
 * Burns CPU, keeps and drops memory, in functions whose names and shares are known: what the
 * profilers of C say about it is the data of tests/data/{gperftools,jemalloc,perf}. make.sh runs it.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOINLINE __attribute__((noinline, noclone))

static volatile uint64_t sink;
static void *kept[4096];
static size_t kept_count;

static inline __attribute__((always_inline)) uint64_t mix(uint64_t x)
{
    for (int i = 0; i < 16; i++)
        x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
    return x;
}

NOINLINE void hash_some(uint64_t rounds)
{
    uint64_t x = rounds;
    for (uint64_t i = 0; i < rounds; i++)
        x = mix(x);
    sink += x;
}

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

NOINLINE void sort_some(int rounds)
{
    static int numbers[2000];
    for (int k = 0; k < rounds; k++) {
        for (int i = 0; i < 2000; i++)
            numbers[i] = (int)((unsigned)i * 2654435761u >> 3);
        qsort(numbers, 2000, sizeof numbers[0], compare);
    }
    sink += (uint64_t)numbers[7];
}

NOINLINE uint64_t descend(int depth, uint64_t rounds)
{
    if (depth == 0)
        hash_some(rounds);
    else
        sink += descend(depth - 1, rounds);
    return sink;
}

NOINLINE void keep(size_t bytes)
{
    void *block = malloc(bytes);
    if (!block || kept_count == sizeof kept / sizeof kept[0])
        abort();
    memset(block, 1, bytes);
    kept[kept_count++] = block;
}

NOINLINE void keep_small(int count)
{
    for (int i = 0; i < count; i++)
        keep(3000);
}

NOINLINE void keep_large(int count)
{
    for (int i = 0; i < count; i++)
        keep(500000);
}

NOINLINE void churn(int count)
{
    for (int i = 0; i < count; i++) {
        char *block = calloc(1, 2000 + (size_t)i % 7 * 1000);
        sink += (uint64_t)(uintptr_t)block;
        free(block);
    }
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 10;
    keep_small(1500);
    keep_large(40);
    churn(20000);
    for (long i = 0; i < rounds; i++) {
        hash_some(300000);
        sort_some(20);
        (void)descend(12, 100000);
    }
    (void)printf("%d\n", (int)sink & 1);
    return 0;
}
