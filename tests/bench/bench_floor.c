/*
 * The floors under taking one profile in, on one core: what inflating, hashing and validating the same bytes
 * cost alone.
 *
 *     bench_floor FILE [ROUNDS]
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/limits.h"
#include "pprof/scan.h"

#include <stdio.h>
#include <stdlib.h>

struct floors {
    struct slice body;
    struct buf inflated;
    struct arena arena;
};

static enum status inflate_once(struct floors *f, struct error *err)
{
    buf_reset(&f->inflated);
    return gzip_inflate(f->body, LIMIT_INFLATED_BYTES, LIMIT_INFLATE_RATIO, &f->inflated, err);
}

static enum status hash_once(struct floors *f, struct error *err)
{
    static volatile uint8_t sink;

    (void)err;
    sink = sha256_of(f->body).bytes[0];
    (void)sink;
    return OK;
}

static enum status scan_once(struct floors *f, struct error *err)
{
    const struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result result;

    arena_reset(&f->arena);
    return pprof_scan(f->body, &limits, &f->arena, &result, err);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        enum status (*run)(struct floors *f, struct error *err);
    } rows[] = {{"inflate", inflate_once},
                {"SHA-256", hash_once},
                {"validate (inflate and walk)", scan_once}};
    struct buf file CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    struct floors f = {.inflated = BUF_INIT(LIMIT_INFLATED_BYTES), .arena = ARENA_INIT(MIB)};
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 500;
    struct error err;

    if (argc < 2 || file_read(argv[1], &file, &err) != OK) {
        fprintf(stderr, "usage: bench_floor FILE [ROUNDS]\n");
        return 2;
    }
    f.body = buf_slice(&file);
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        int64_t begun_us;

        for (int i = -rounds / 10; i <= 0; i++)
            if (rows[r].run(&f, &err) != OK) {
                fprintf(stderr, "bench_floor: %s\n", err.text);
                return 1;
            }
        begun_us = clock_mono_us();
        for (int i = 0; i < rounds; i++)
            if (rows[r].run(&f, &err) != OK)
                return 1;
        printf("%-30s %8.3f ms\n", rows[r].name, (double)(clock_mono_us() - begun_us) / 1e3 / rounds);
    }
    buf_release(&f.inflated);
    arena_release(&f.arena);
    return 0;
}
