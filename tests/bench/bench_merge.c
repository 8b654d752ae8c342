/*
 * bench_merge [-n COUNT] [-j THREADS] [-l LEVEL] [-o OUT] FILE...: merges COUNT profiles (the files, over and
 * over; default: each once) and prints CPU time and memory, beside the floor: inflating the same bytes and
 * nothing else. With -j: partial merges on so many threads (0: one a processor), joined, and the time that
 * passed; nothing beside it.
 */
#include "base/alloc.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "pprof/merge.h"
#include "pprof/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct options {
    size_t count;
    long threads; /* -1: no -j */
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

/* --- several threads ------------------------------------------------------- */

struct team {
    char **files;
    size_t files_count, count;
    atomic_size_t next;
};

struct member {
    pthread_t thread;
    struct team *team;
    struct merge *merge;
};

static void *take_part(void *arg)
{
    struct member *m = arg;
    struct buf body CLEANUP(buf_release) = BUF_INIT(LIMIT_BODY_BYTES);
    struct error err;
    for (size_t i; (i = atomic_fetch_add(&m->team->next, 1)) < m->team->count;) {
        const char *file = m->team->files[i % m->team->files_count];
        read_file(file, &body);
        if (merge_add(m->merge, buf_slice(&body), MERGE_SOURCE, &err) != OK)
            die(file, err.text);
    }
    return NULL;
}

/* The first input alone, because the others are judged by its types. */
static void merge_together(char **files, size_t files_count, const struct options *o)
{
    size_t threads = (size_t)(o->threads > 0 ? o->threads : sysconf(_SC_NPROCESSORS_ONLN));
    struct team team = {.files = files, .files_count = files_count, .count = 1};
    struct member *all = mem_zero(threads, sizeof *all);
    struct buf out CLEANUP(buf_release) = BUF_INIT(LIMIT_MERGE_BYTES);
    struct error err;
    struct timespec begun, ended;
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    all[0] =
        (struct member){.team = &team, .merge = merge_new(&(struct merge_options){.gzip_level = o->level})};
    (void)take_part(&all[0]);
    team.count = o->count;
    atomic_store(&team.next, 1);
    for (size_t i = 1; i < threads; i++) {
        all[i] = (struct member){.team = &team, .merge = merge_new_partial(all[0].merge)};
        if (pthread_create(&all[i].thread, NULL, take_part, &all[i]) != 0)
            die("thread", "cannot be started");
    }
    (void)take_part(&all[0]);
    for (size_t i = 1; i < threads; i++) {
        (void)pthread_join(all[i].thread, NULL);
        if (merge_join(all[0].merge, all[i].merge, &err) != OK)
            die("joining", err.text);
        merge_free(all[i].merge);
    }
    if (merge_write(all[0].merge, &out, &err) != OK)
        die("writing", err.text);
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    (void)printf("merge   %8.3f s  by the clock on %zu threads, %zu bytes out, %.1f MiB peak RSS\n",
                 (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9,
                 threads, out.len, peak_mib());
    merge_free(all[0].merge);
    mem_freep(&all);
}

int main(int argc, char **argv)
{
    struct options o = {.threads = -1};
    for (int c; (c = getopt(argc, argv, "n:j:l:o:")) != -1;) {
        if (c == 'n')
            o.count = strtoul(optarg, NULL, 10);
        else if (c == 'j')
            o.threads = strtol(optarg, NULL, 10);
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
        die("usage", "bench_merge [-n COUNT] [-j THREADS] [-l LEVEL] [-o OUT] FILE...");
    if (o.count == 0)
        o.count = files_count;
    if (o.threads >= 0) {
        merge_together(files, files_count, &o);
        return 0;
    }

    merge_all(files, files_count, &o);
    size_t in, out;
    double inflating = inflate_all(files, files_count, o.count, &in, &out);
    (void)printf("inflate %8.3f s  %zu profiles, %.1f MiB to %.1f MiB\n", inflating, o.count,
                 (double)in / MIB, (double)out / MIB);
    (void)printf("scan    %8.3f s\n", scan_all(files, files_count, o.count));
    return 0;
}
