/*
 * bench_merge [-n COUNT] [-l LEVEL] [-o OUT] FILE...: merges COUNT profiles (the files, over and over;
 * default: each once) and prints time and memory, beside the floor: inflating the same bytes and nothing
 * else.
 */
#include "base/alloc.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "pprof/merge.h"
#include "pprof/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct options {
    size_t count;
    int level;
    const char *out;
};

static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double peak_mib(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

__attribute__((noreturn)) static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_merge: %s: %s\n", what, why);
    exit(1);
}

/* Each file is read when its turn comes, as from a store: memory must not grow with their number. */
static void read_file(const char *path, struct buf *b)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path, "cannot be opened");

    buf_reset(b);
    while (buf_reserve(b, 64 * KIB)) {
        size_t got = fread(b->ptr + b->len, 1, 64 * KIB, f);
        b->len += got;
        if (got == 0)
            break;
    }
    (void)fclose(f);
}

static double inflate_all(char **files, size_t files_count, size_t count, size_t *ret_in, size_t *ret_out)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_INFLATED_BYTES);
    struct error err;
    *ret_in = *ret_out = 0;
    double before = cpu_seconds();
    for (size_t i = 0; i < count; i++) {
        read_file(files[i % files_count], &body);
        *ret_in += body.len;
        buf_reset(&out);
        if (gzip_looks(buf_slice(&body)) &&
            gzip_inflate(buf_slice(&body), LIMIT_INFLATED_BYTES, LIMIT_INFLATE_RATIO, &out, &err) != OK)
            die(files[i % files_count], err.text);
        *ret_out += out.len > 0 ? out.len : body.len;
    }
    return cpu_seconds() - before;
}

static double scan_all(char **files, size_t files_count, size_t count)
{
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_limits limits = SCAN_LIMITS_DEFAULT;
    struct scan_result result;
    struct error err;
    double before = cpu_seconds();
    for (size_t i = 0; i < count; i++) {
        read_file(files[i % files_count], &body);
        arena_reset(&arena);
        if (pprof_scan(buf_slice(&body), &limits, &arena, &result, &err) != OK)
            die(files[i % files_count], err.text);
    }
    return cpu_seconds() - before;
}

static void merge_all(char **files, size_t files_count, const struct options *o)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){.gzip_level = o->level});
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_MERGE_BYTES);
    struct error err;
    double before = cpu_seconds();
    for (size_t i = 0; i < o->count; i++) {
        read_file(files[i % files_count], &body);
        if (merge_add(m, buf_slice(&body), MERGE_SOURCE, &err) != OK)
            die(files[i % files_count], err.text);
    }
    double added = cpu_seconds();
    if (merge_write(m, &out, &err) != OK)
        die("writing", err.text);

    double written = cpu_seconds();
    struct merge_stats stats = merge_stats(m);
    (void)printf(
        "merge   %8.3f s  (add %.3f, write %.3f), %zu bytes out, %.1f MiB in tables, %.1f MiB peak RSS\n",
        written - before, added - before, written - added, out.len, (double)stats.bytes_peak / MIB,
        peak_mib());
    (void)printf("        %lu samples in, %lu distinct, %lu locations, %lu functions\n", stats.samples_in,
                 stats.samples, stats.locations, stats.functions);
    FILE *f = o->out ? fopen(o->out, "wb") : NULL;
    if (f) {
        (void)fwrite(out.ptr, 1, out.len, f);
        (void)fclose(f);
    }
}

int main(int argc, char **argv)
{
    struct options o = {0};
    for (int c; (c = getopt(argc, argv, "n:l:o:")) != -1;) {
        if (c == 'n')
            o.count = strtoul(optarg, NULL, 10);
        else if (c == 'l')
            o.level = (int)strtol(optarg, NULL, 10);
        else if (c == 'o')
            o.out = optarg;
        else
            return 2;
    }
    char **files = argv + optind;
    size_t files_count = (size_t)(argc - optind);
    if (files_count == 0)
        die("usage", "bench_merge [-n COUNT] [-l LEVEL] [-o OUT] FILE...");
    if (o.count == 0)
        o.count = files_count;

    merge_all(files, files_count, &o);
    size_t in, out;
    double inflating = inflate_all(files, files_count, o.count, &in, &out);
    (void)printf("inflate %8.3f s  %zu profiles, %.1f MiB to %.1f MiB\n", inflating, o.count,
                 (double)in / MIB, (double)out / MIB);
    (void)printf("scan    %8.3f s\n", scan_all(files, files_count, o.count));
    return 0;
}
