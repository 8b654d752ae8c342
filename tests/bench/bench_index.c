/*
 * What the index costs: rows a second from keys that are already decoded, bytes a row on disk, and how long
 * lists take while it is that full. One table on stdout.
 *
 *     bench_index [ROWS] [SERIES]     default 1,000,000 rows of 2,000 series over 10 days; 10000000 for the
 * large one
 *     bench_index timeline [ROWS]     timelines of one service of 300 instances that sends four types for 30
 * days; default 2,592,000 rows, a tenth of what it sends at two profiles a minute and instance
 *
 * Series: services x types x places x versions x instances. Labels: dc (1 in 4), version (1 in 5), instance
 * (alone in its service). Lists are asked 200 times each with times drawn at random; p50 and p99 are of
 * these.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/random.h"
#include "index/inner.h"
#include "index/scan.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH_ROWS = 1000, BURST = 64, ONE_BY_ONE = 1000, ASKED = 200, TYPES = 4, PLACES = 4, VERSIONS = 5 };

#define FIRST_MS INT64_C(1795400000000)

static const char *const TYPE[TYPES] = {"cpu", "heap", "goroutine", "mutex"};
static const char *const PLACE[PLACES] = {"fra", "ams", "dub", "lon"};

struct maker {
    struct random random;
    int64_t rows, made, span_ms;
    unsigned services, instances;
};

static void die_on(enum status status, const struct error *err)
{
    if (status == OK)
        return;
    (void)fprintf(stderr, "bench_index: %s\n", err->text);
    exit(1);
}

static struct slice text_in(struct arena *arena, const char *name, unsigned n)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%s-%u", name, n);
    return arena_copy(arena, slice_make(text, (size_t)len));
}

static void make_row(struct maker *m, struct arena *arena, struct key_parts *p)
{
    unsigned instance = (unsigned)random_below(&m->random, m->instances);
    unsigned type = (unsigned)random_below(&m->random, TYPES);
    int64_t mint_ms = FIRST_MS + (int64_t)((double)m->span_ms / (double)m->rows * (double)m->made++);
    struct digest digest = {{0}};
    for (size_t i = 0; i < 16; i += 8) {
        uint64_t bits = random_u64(&m->random);
        memcpy(digest.bits + i, &bits, sizeof bits);
    }
    p->kind = KEY_PROFILE;
    p->id = p->meta.id = id_make(0, mint_ms, &digest);
    p->meta.service = text_in(arena, "service", instance % m->services);
    p->meta.type = slice_of(TYPE[type]);
    p->meta.labels.count = 3;
    p->meta.labels.items[0] = (struct label){SLICE("dc"), slice_of(PLACE[instance % PLACES])};
    p->meta.labels.items[1] = (struct label){SLICE("instance"), text_in(arena, "pod", instance)};
    p->meta.labels.items[2] = (struct label){SLICE("version"), text_in(arena, "v", instance % VERSIONS)};
    p->meta.created_at_ms = mint_ms - 10000 - (int64_t)random_below(&m->random, 500);
    p->meta.facts.present = true;
    p->meta.facts.duration_ms = type == 0 ? 10000 : 0;
    p->meta.facts.count = 2;
    p->meta.facts.default_index = 1;
    p->meta.facts.items[0] =
        (struct fact){SLICE("samples"), SLICE("count"), (int64_t)random_below(&m->random, 1000)};
    p->meta.facts.items[1] =
        (struct fact){SLICE("cpu"), SLICE("nanoseconds"), (int64_t)random_below(&m->random, 10000000000)};
}

struct page {
    struct index_batch batch;
    struct key_parts *rows;
};

static void page_done(struct index_batch *batch, const struct error *err)
{
    (void)batch; /* freed by who made it: that time is not the index's */
    die_on(err->code, err);
}

static struct page *make_page(struct maker *m)
{
    struct page *page = mem_zero(1, sizeof *page);
    size_t count = m->rows - m->made < BATCH_ROWS ? (size_t)(m->rows - m->made) : BATCH_ROWS;
    page->rows = mem_zero(count, sizeof *page->rows);
    page->batch = (struct index_batch){.arena = ARENA_INIT(4 * MIB),
                                       .rows = page->rows,
                                       .row_count = count,
                                       .done = page_done};
    for (size_t i = 0; i < count; i++)
        make_row(m, &page->batch.arena, &page->rows[i]);
    return page;
}

/* Processor time of the writer thread is what a rebuild can reach; making the rows is not counted. */
static double thread_cpu_s(pthread_t thread)
{
    clockid_t clock;
    struct timespec ts = {0};
    if (pthread_getcpuclockid(thread, &clock) == 0)
        (void)clock_gettime(clock, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* One burst at a time: as many batches as one transaction takes. Only the index's time counts; *us gets it.
 */
static void fill(struct index *ix, struct maker *m, int64_t *us)
{
    struct page *pages[BURST];
    struct error err = {.text = ""};
    while (m->made < m->rows) {
        size_t count = 0;
        while (count < BURST && m->made < m->rows)
            pages[count++] = make_page(m);

        int64_t start = clock_mono_us();
        for (size_t i = 0; i < count; i++)
            die_on(index_write(ix, &pages[i]->batch, &err), &err);
        die_on(index_flush(ix, clock_mono_ms() + 600000, &err), &err);
        *us += clock_mono_us() - start;
        for (size_t i = 0; i < count; i++) {
            arena_release(&pages[i]->batch.arena);
            free(pages[i]->rows);
            free(pages[i]);
        }
    }
}

static void fill_and_report(struct index *ix, struct maker *m)
{
    int64_t us = 0;
    double cpu = thread_cpu_s(ix->thread);
    fill(ix, m, &us);
    cpu = thread_cpu_s(ix->thread) - cpu;
    printf("%-58s %12.0f\n", "insert, rows a second", (double)m->rows * 1e6 / (double)us);
    printf("%-58s %12.0f\n", "insert, rows a second of the writer's processor time", (double)m->rows / cpu);
}

static void report_size(struct index *ix, const char *dir, int64_t rows)
{
    struct index_counts counts;
    struct error err;
    struct rusage usage;
    struct stat st = {0};
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/index.db", dir);
    die_on(index_counts(ix, &counts, &err), &err);
    (void)stat(path, &st);
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("%-58s %12" PRIu64 "\n", "profiles", counts.profiles);
    printf("%-58s %12" PRIu64 "\n", "series", counts.series);
    printf("%-58s %12.1f\n", "bytes a row", (double)counts.file_bytes / (double)rows);
    printf("%-58s %12.1f\n", "largest resident set, MiB (with the rows being made)",
           (double)usage.ru_maxrss / 1024);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report_times(const char *what, int64_t *us, size_t count)
{
    size_t half = count / 2, rare = count - 1 - count / 100;
    qsort(us, count, sizeof *us, by_value);
    printf("%-58s %9.2f ms %9.2f ms\n", what, (double)us[half] / 1000, (double)us[rare] / 1000);
}

struct question {
    const char *what;
    bool service, type, place, instance; /* asked for */
    int64_t span_ms;                     /* 0: all time */
    size_t limit;
};

static void make_selector(struct maker *m, const struct question *q, struct arena *arena,
                          struct selector *sel)
{
    unsigned instance = (unsigned)random_below(&m->random, m->instances);
    *sel = (struct selector){.from_ms = 0, .to_ms = FIRST_MS + m->span_ms, .limit = q->limit};
    if (q->span_ms > 0) {
        sel->from_ms = FIRST_MS + (int64_t)random_below(&m->random, (uint64_t)(m->span_ms - q->span_ms));
        sel->to_ms = sel->from_ms + q->span_ms;
    }
    if (q->service)
        sel->service = text_in(arena, "service", instance % m->services);
    if (q->type)
        sel->type = SLICE("cpu");
    if (q->place)
        sel->labels.items[sel->labels.count++] =
            (struct label){SLICE("dc"), slice_of(PLACE[instance % PLACES])};
    if (q->instance)
        sel->labels.items[sel->labels.count++] =
            (struct label){SLICE("instance"), text_in(arena, "pod", instance)};
}

static void ask(struct index *ix, struct maker *m, const struct question *q)
{
    int64_t us[ASKED];
    for (size_t i = 0; i < ASKED; i++) {
        struct arena arena = ARENA_INIT(64 * MIB);
        struct selector sel;
        struct index_question question = {&sel, 0};
        struct index_list list;
        struct error err;
        make_selector(m, q, &arena, &sel);
        int64_t start = clock_mono_us();
        die_on(index_find(ix, &question, &arena, &list, &err), &err);
        us[i] = clock_mono_us() - start;
        arena_release(&arena);
    }
    report_times(q->what, us, ASKED);
}

/* The same question, answered in each way: is the choice right? */
static void compare_ways(struct index *ix, struct maker *m, const struct question *q)
{
    static const char *const WAY[] = {"chosen", "by series", "by time"};
    for (int way = SCAN_BY_ESTIMATE; way <= SCAN_BY_TIME; way++) {
        int64_t us[ASKED];
        char what[128];
        random_seed(&m->random, 5);
        for (size_t i = 0; i < ASKED / 4; i++) {
            struct arena arena = ARENA_INIT(1 * MIB);
            struct selector sel;
            struct error err;
            make_selector(m, q, &arena, &sel);
            int64_t start = clock_mono_us();
            struct reading r = {0};
            struct selection selection = {0};
            die_on(reading_begin(ix, &r, &err), &err);
            die_on(selection_load(r.conn, &sel, &selection, &err), &err);
            struct scan scan = {.conn = r.conn,
                                .selection = &selection,
                                .bounds = {sel.from_ms, sel.to_ms, 0},
                                .limit = sel.limit,
                                .max = SIZE_MAX,
                                .way = (enum scan_way)way};
            die_on(scan_run(&scan, &err), &err);
            us[i] = clock_mono_us() - start;
            scan_release(&scan);
            selection_release(&selection);
            reading_end(&r);
            arena_release(&arena);
        }
        (void)snprintf(what, sizeof what, "  scan %s: %s", WAY[way], q->what);
        report_times(what, us, ASKED / 4);
    }
}

static void ask_all(struct index *ix, struct maker *m)
{
    static const struct question QUESTIONS[] = {
        {"newest 100: service, type, dc; all time", true, true, true, false, 0, 100},
        {"newest 100: dc; all time", false, false, true, false, 0, 100},
        {"newest 100: service, dc; all time", true, false, true, false, 0, 100},
        {"newest 100: service, instance; all time", true, false, false, true, 0, 100},
        {"newest 100: service; an hour in the past", true, false, false, false, TIME_HOUR_MS, 100},
        {"newest 100: dc; an hour in the past", false, false, true, false, TIME_HOUR_MS, 100},
        {"newest 100: service, type; a day in the past", true, true, false, false, TIME_DAY_MS, 100},
        {"newest 100: dc; five days in the past", false, false, true, false, 5 * TIME_DAY_MS, 100},
        {"newest 100: nothing; an hour in the past", false, false, false, false, TIME_HOUR_MS, 100},
        {"newest 10,000: service; all time", true, false, false, false, 0, 10000},
    };
    printf("%-58s %12s %12s\n", "", "p50", "p99");
    for (size_t i = 0; i < ARRAY_LEN(QUESTIONS); i++)
        ask(ix, m, &QUESTIONS[i]);
    for (size_t i = 0; i < ARRAY_LEN(QUESTIONS); i++) {
        if (i < 2 || QUESTIONS[i].limit > 100 || QUESTIONS[i].span_ms == TIME_HOUR_MS)
            compare_ways(ix, m, &QUESTIONS[i]);
    }
}

static void name_all(struct index *ix, struct maker *m)
{
    int64_t us[2][ASKED];
    for (size_t i = 0; i < ASKED; i++) {
        struct arena arena = ARENA_INIT(64 * MIB);
        struct index_names names;
        struct index_scope scope = {.mint_min_ms = FIRST_MS};
        struct error err;
        int64_t start = clock_mono_us();
        die_on(index_services(ix, FIRST_MS, &arena, &names, &err), &err);
        us[0][i] = clock_mono_us() - start;
        scope.service = text_in(&arena, "service", (unsigned)random_below(&m->random, m->services));
        start = clock_mono_us();
        die_on(index_label_values(ix, &scope, SLICE("version"), &arena, &names, &err), &err);
        us[1][i] = clock_mono_us() - start;
        arena_release(&arena);
    }
    report_times("services", us[0], ASKED);
    report_times("values of a label of one service", us[1], ASKED);
}

/* What a POST costs the index: one row, and waiting for the commit. */
static void write_one_by_one(struct index *ix, struct maker *m)
{
    int64_t us[ONE_BY_ONE];
    double cpu = thread_cpu_s(ix->thread);
    for (size_t i = 0; i < ARRAY_LEN(us); i++) {
        struct key_parts row = {0};
        struct index_batch batch = {.arena = ARENA_INIT(4096), .rows = &row, .row_count = 1};
        struct error err;
        make_row(m, &batch.arena, &row);
        int64_t start = clock_mono_us();
        die_on(index_write_wait(ix, &batch, &err), &err);
        us[i] = clock_mono_us() - start;
        arena_release(&batch.arena);
    }
    report_times("one row, committed", us, ARRAY_LEN(us));
    printf("%-58s %12.1f\n", "  of that, microseconds of the writer's processor time",
           (thread_cpu_s(ix->thread) - cpu) * 1e6 / ONE_BY_ONE);
}

static void remove_files(const char *dir)
{
    static const char *const NAMES[] = {"index.db", "index.db-wal", "index.db-shm", "lock"};
    char path[4096];
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, NAMES[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

/* --- timelines --- */

struct timeline_question {
    const char *what;
    int64_t span_ms, step_ms; /* span 0: all */
    const char *group_by;
    bool place; /* asked for */
};

static void ask_timeline(struct index *ix, struct maker *m, const struct timeline_question *q)
{
    int64_t us[ASKED];
    for (size_t i = 0; i < ASKED; i++) {
        struct arena arena = ARENA_INIT(64 * MIB);
        struct question question = {.service = true, .type = true, .place = q->place, .span_ms = q->span_ms};
        struct selector sel;
        struct index_timeline got;
        struct error err;
        make_selector(m, &question, &arena, &sel);
        if (q->span_ms == 0) /* from somewhere in the first hours to somewhere in the last */
            sel.from_ms = FIRST_MS + (int64_t)random_below(&m->random, 10 * TIME_HOUR_MS);
        struct index_timeline_question ask = {.selector = &sel,
                                              .step_ms = q->step_ms,
                                              .group_by = slice_of(q->group_by),
                                              .groups_max = 100,
                                              .cells_max = 200000,
                                              .rows_max = 10000000};
        int64_t start = clock_mono_us();
        die_on(index_timeline(ix, &ask, &arena, &got, &err), &err);
        us[i] = clock_mono_us() - start;
        arena_release(&arena);
    }
    report_times(q->what, us, ASKED);
}

static void ask_timelines(struct index *ix, struct maker *m)
{
    static const struct timeline_question QUESTIONS[] = {
        {"30 days by 6 hours", 0, 6 * TIME_HOUR_MS, "", false},
        {"30 days by the hour", 0, TIME_HOUR_MS, "", false},
        {"30 days by 6 hours, of one dc", 0, 6 * TIME_HOUR_MS, "", true},
        {"30 days by 6 hours, grouped by dc", 0, 6 * TIME_HOUR_MS, "dc", false},
        {"30 days by 6 hours, grouped by instance (100 shown)", 0, 6 * TIME_HOUR_MS, "instance", false},
        {"7 days by the hour", 7 * TIME_DAY_MS, TIME_HOUR_MS, "", false},
        {"a day by the hour", TIME_DAY_MS, TIME_HOUR_MS, "", false},
        {"a day by 10 minutes (row by row)", TIME_DAY_MS, 10 * TIME_MINUTE_MS, "", false},
        {"an hour by 30 seconds (row by row)", TIME_HOUR_MS, 30 * TIME_SECOND_MS, "", false},
    };
    printf("%-58s %12s %12s\n", "", "p50", "p99");
    for (size_t i = 0; i < ARRAY_LEN(QUESTIONS); i++)
        ask_timeline(ix, m, &QUESTIONS[i]);
}

static void ask_everything(struct index *ix, struct maker *m)
{
    ask_all(ix, m);
    name_all(ix, m);
    write_one_by_one(ix, m);
}

static struct maker maker_of(int argc, char **argv, bool timelines)
{
    struct maker m = {.rows = timelines ? 2592000 : 1000000, .span_ms = 10 * TIME_DAY_MS};
    long series = argc > 2 && !timelines ? strtol(argv[2], NULL, 10) : 2000;

    if (argc > 1 + timelines)
        m.rows = strtoll(argv[1 + timelines], NULL, 10);
    m.instances = (unsigned)(series < TYPES * 20 ? 20 : series / TYPES);
    m.services = m.instances / 20 > 100 ? 100 : m.instances / 20;
    if (timelines) {
        m.instances = 300;
        m.services = 1;
        m.span_ms = 30 * TIME_DAY_MS;
    }
    random_seed(&m.random, 1);
    return m;
}

int main(int argc, char **argv)
{
    const char *tmp = getenv("TMPDIR");
    char dir[1024], note[512];
    struct index *ix;
    struct error err;
    bool timelines = argc > 1 && strcmp(argv[1], "timeline") == 0;
    struct maker m = maker_of(argc, argv, timelines);

    (void)snprintf(dir, sizeof dir, "%s/bench-index-XXXXXX", tmp ? tmp : "/tmp");
    if (m.rows < 1 || !mkdtemp(dir)) {
        (void)fprintf(stderr, "usage: bench_index [ROWS] [SERIES]\n       bench_index timeline [ROWS]\n");
        return 2;
    }
    struct index_options options = {.dir = dir, .identity = "bench", .readers = 2};
    die_on(index_open(&options, &ix, note, &err), &err);
    fill_and_report(ix, &m);
    report_size(ix, dir, m.rows);
    (timelines ? ask_timelines : ask_everything)(ix, &m);

    int64_t start = clock_mono_us();
    index_close(ix);
    printf("%-58s %9.2f ms\n", "close", (double)(clock_mono_us() - start) / 1000);
    start = clock_mono_us();
    die_on(index_open(&options, &ix, note, &err), &err);
    printf("%-58s %9.2f ms\n", "open", (double)(clock_mono_us() - start) / 1000);
    index_close(ix);
    remove_files(dir);
    return 0;
}
