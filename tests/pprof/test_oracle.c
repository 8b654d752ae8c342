/*
 * google/pprof as the judge, sample for sample: on real profiles, random subsets of them, random profiles of
 * every kind, and damaged ones. tests/oracle/ holds a small Go program with its Parse and Merge.
 */
#include "pprof/scan.h"

#include "tests/pprof/judging.h"
#include "tests/pprof/merging.h"

static int set_up(void **state)
{
    (void)state;
    return oracle_build(".");
}

/* --- cases ---------------------------------------------------------------- */

/* What they make of these is what we make of these. */
static void case_merge(struct cases *c, const struct slice *bodies, size_t count)
{
    struct buf ours CLEANUP(buf_release) = merged_of(bodies, count);
    buf_append_cstr(&c->lines, "merge");
    case_file(c, buf_slice(&ours));
    for (size_t i = 0; i < count; i++)
        case_file(c, bodies[i]);
    case_end(c);
}

/* The first `sources` of them, compared with the others. */
static void case_diff(struct cases *c, const struct slice *bodies, size_t count, size_t sources,
                      bool normalise)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    for (size_t i = 0; i < count; i++)
        assert_int_equal(merge_add(m, bodies[i], i < sources ? MERGE_SOURCE : MERGE_BASE, NULL), OK);
    if (normalise)
        assert_int_equal(merge_normalise(m, NULL), OK);
    struct buf ours CLEANUP(buf_release) = written(m);
    buf_printf(&c->lines, "diff %d", normalise);
    case_file(c, buf_slice(&ours));
    buf_printf(&c->lines, " %zu", sources);
    for (size_t i = 0; i < count; i++)
        case_file(c, bodies[i]);
    case_end(c);
}

/* They accept what we accept, and refuse what we refuse. */
static void case_valid(struct cases *c, struct slice body)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct scan_result result;
    struct error err;
    enum status status = pprof_scan(body, &SCAN_LIMITS_DEFAULT, &arena, &result, &err);
    /* Ours alone: the limits, and a mapping that does not exist. */
    if (status == E_TOO_LARGE || (status != OK && strstr(err.text, "refers to mapping")))
        return;

    buf_printf(&c->lines, "valid %d", status == OK);
    case_file(c, body);
    case_end(c);
}

/* --- tests ---------------------------------------------------------------- */

static const char *const cpu[] = {"go/cpu-000.pb.gz",   "go/cpu-009.pb.gz",   "go/cpu-empty.pb.gz",
                                  "go/compile-1.pb.gz", "go/compile-2.pb.gz", "go/compile-3.pb.gz",
                                  "go/compile-4.pb.gz", "go/compile-5.pb.gz"};
static const char *const others[] = {"go/heap-000.pb.gz",          "go/mutex-005.pb.gz",
                                     "go/block-005.pb.gz",         "go/goroutine-005.pb.gz",
                                     "go/threadcreate-005.pb.gz",  "node/time_0.pb.gz",
                                     "legacy/go-heap-debug1.txt",  "legacy/go-goroutine-debug1.txt",
                                     "legacy/go-block-debug1.txt", "legacy/go-mutex-debug1.txt",
                                     "gperftools/cpu.prof",        "gperftools/heap.txt",
                                     "gperftools/heap-sample.txt", "gperftools/heap-growth.txt"};

static void real_profiles_and_random_subsets_merge_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    struct buf bodies[ARRAY_LEN(cpu)];
    for (size_t i = 0; i < ARRAY_LEN(cpu); i++)
        bodies[i] = read_data(cpu[i]);
    struct random random;
    random_seed(&random, 1);
    for (int round = 0; round < 25; round++) {
        struct slice some[ARRAY_LEN(cpu)];
        size_t count = 1 + random_below(&random, ARRAY_LEN(some));
        for (size_t i = 0; i < count; i++)
            some[i] = buf_slice(&bodies[random_below(&random, ARRAY_LEN(cpu))]);
        case_merge(&c, some, count);
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct buf b CLEANUP(buf_release) = read_data(others[i]);
        case_merge(&c, (struct slice[]){buf_slice(&b), buf_slice(&b)}, 1 + i % 2);
    }
    judge(&c);
    for (size_t i = 0; i < ARRAY_LEN(cpu); i++)
        buf_release(&bodies[i]);
}

static void random_profiles_merge_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    enum { MANY = 4 };
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 1000; seed < 1150; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build builds[MANY];
        struct slice bodies[MANY];
        for (size_t i = 0; i < MANY; i++) {
            builds[i] = BUILD_INIT;
            /* google/pprof forgets the columns of all but the last line when it compares locations. */
            builds[i].no_inner_columns = true;
            bodies[i] = random_profile(&builds[i], &random);
        }
        case_merge(&c, bodies, 1 + seed % MANY);
        for (size_t i = 0; i < MANY; i++)
            build_release(&builds[i]);
    }
    judge(&c);
}

static void differences_are_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    enum { MANY = 5 };
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 2000; seed < 2150; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build builds[MANY];
        struct slice bodies[MANY];
        size_t count = 2 + random_below(&random, MANY - 1);
        for (size_t i = 0; i < count; i++) {
            builds[i] = BUILD_INIT;
            builds[i].no_inner_columns = true;
            bodies[i] = random_profile(&builds[i], &random);
        }
        case_diff(&c, bodies, count, 1 + random_below(&random, count - 1), seed % 3 > 0);
        for (size_t i = 0; i < count; i++)
            build_release(&builds[i]);
    }
    struct buf bodies[ARRAY_LEN(cpu)];
    struct slice slices[ARRAY_LEN(cpu)];
    for (size_t i = 0; i < ARRAY_LEN(cpu); i++) {
        bodies[i] = read_data(cpu[i]);
        slices[i] = buf_slice(&bodies[i]);
    }
    for (size_t sources = 1; sources < ARRAY_LEN(cpu); sources++)
        case_diff(&c, slices, ARRAY_LEN(cpu), sources, sources % 2 == 0);
    judge(&c);
    for (size_t i = 0; i < ARRAY_LEN(cpu); i++)
        buf_release(&bodies[i]);
}

static void damaged_profiles_are_accepted_and_refused_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    struct buf mutex CLEANUP(buf_release) = read_data("go/mutex-005.pb.gz");
    struct buf inflated CLEANUP(buf_release) = BUF_INIT(ROOMY);
    assert_int_equal(gzip_inflate(buf_slice(&mutex), ROOMY, 200, &inflated, NULL), OK);
    for (uint64_t seed = 0; seed < 1500; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build b CLEANUP(build_release) = BUILD_INIT;
        struct slice body = seed % 3 == 0 ? buf_slice(&inflated) : random_profile(&b, &random);
        char *damaged = mem_copy(body.ptr, body.len);
        for (uint64_t i = random_below(&random, 3); i < 3; i++)
            damaged[random_below(&random, body.len)] = (char)random_below(&random, 256);
        case_valid(&c, slice_make(damaged, body.len - (seed % 7 == 0 ? random_below(&random, body.len) : 0)));
        free(damaged);
    }
    assert_true(c.count > 1000);
    judge(&c);
}

/* --- old forms --- */

/* The code of some files side by side, at their offsets or with a first part missing, and what else a map
 * has. */
static void random_map(struct buf *out, struct random *r)
{
    static const char *const files[] = {"/bin/app", "/lib/libc.so.6", "/lib/libm-2.31.so", "[vdso]",
                                        "/anon_hugepage"};
    static const char *const rights[] = {"r-xp", "r-xp", "r--p", "rwxp"};
    uint64_t at = 0x400000 + random_below(r, 2) * 0x1000;
    for (uint64_t i = random_below(r, 7); i > 0; i--) {
        uint64_t size = (1 + random_below(r, 3)) * 0x1000, offset = random_below(r, 3) * 0x1000;
        const char *file = files[random_below(r, ARRAY_LEN(files))];
        if (random_below(r, 4) > 0)
            buf_printf(out, "%08lx-%08lx %s %08lx fe:00 %lu    %s%s\n", at, at + size,
                       rights[random_below(r, ARRAY_LEN(rights))], offset, random_below(r, 99), file,
                       random_below(r, 5) ? "" : " (deleted)");
        else
            buf_printf(out, "  0x%lx-0x%lx: %s (@%lx) abc123\n", at, at + size,
                       random_below(r, 3) ? file : "$build", offset);
        if (random_below(r, 6) == 0)
            buf_append_cstr(out, "build=/bin/built\nnot a mapping at all\n");
        at += size + random_below(r, 2) * random_below(r, 3) * 0x1000;
    }
}

static uint64_t random_address(struct random *r)
{
    return random_below(r, 12) == 0 ? random_below(r, 2) : 0x400000 + random_below(r, 20) * 0x800;
}

static void random_stack(struct buf *out, struct random *r)
{
    for (uint64_t depth = 1 + random_below(r, 4); depth > 0; depth--)
        buf_printf(out, " 0x%lx", random_address(r));
    buf_append_cstr(out, "\n");
}

static void random_cpu(struct buf *out, struct random *r)
{
    bool has_handler = random_below(r, 2), has_two = random_below(r, 2), is_doubled = random_below(r, 2);
    struct buf words CLEANUP(buf_release) = BUF_INIT(ROOMY);
    uint64_t header[] = {0, 3, 0, 10000, 0}, end[] = {0, 1, 0};
    buf_append(&words, slice_make(header, sizeof header));
    for (uint64_t i = random_below(r, 80); i > 0; i--) {
        uint64_t sample[12] = {1 + random_below(r, 3)}, depth = 0,
                 handler = random_below(r, 50) ? 0x400999 : 0x400777;
        sample[2 + depth++] = random_address(r);
        if (has_handler)
            sample[2 + depth++] = handler;
        if (has_two)
            sample[2 + depth++] = 0x400555;
        if (is_doubled && random_below(r, 2))
            sample[2 + depth++] = sample[2];
        for (uint64_t k = random_below(r, 4); k > 0; k--)
            sample[2 + depth++] = random_address(r);
        sample[1] = depth;
        buf_append(&words, slice_make(sample, (2 + depth) * sizeof sample[0]));
    }
    buf_append(&words, slice_make(end, sizeof end));
    buf_append(out, buf_slice(&words));
    random_map(out, r);
}

static void random_heap(struct buf *out, struct random *r)
{
    static const char *const kinds[] = {"heapprofile", "heap/1024", "heap_v2/512",
                                        "heapz_v2/1",  "growth",    "fragmentation"};
    uint64_t with_alloc = random_below(r, 2);
    buf_printf(out, "heap profile: 5: 50 [%lu: 50] @ %s\n", 5 + with_alloc,
               kinds[random_below(r, ARRAY_LEN(kinds))]);
    for (uint64_t i = random_below(r, 20); i > 0; i--) {
        uint64_t count = random_below(r, 4), size = 1 + random_below(r, 2000);
        buf_printf(out, " %lu: %lu [ %lu: %lu] @", count, count * size, count * 2, count * 2 * size);
        random_stack(out, r);
    }
    buf_append_cstr(out, "\nMAPPED_LIBRARIES:\n");
    random_map(out, r);
}

static void random_count(struct buf *out, struct random *r)
{
    buf_append_cstr(out, "goroutine profile: total 7\n");
    for (uint64_t i = 1 + random_below(r, 9); i > 0; i--) {
        buf_printf(out, "%lu @", random_below(r, 5));
        random_stack(out, r);
    }
    buf_append_cstr(out, "--- Memory map: ---\n");
    random_map(out, r);
}

static void random_contention(struct buf *out, struct random *r)
{
    static const char *const heads[] = {"--- contentionz 1 ---", "--- mutex:", "--- contention:"};
    buf_printf(out, "%s\n", heads[random_below(r, ARRAY_LEN(heads))]);
    if (random_below(r, 2))
        buf_append_cstr(out, "cycles/second = 2300000000\n");
    if (random_below(r, 2))
        buf_append_cstr(out, "sampling period = 7\nms since reset = 1500\ndiscarded samples = 3\n");
    for (uint64_t i = 1 + random_below(r, 9); i > 0; i--) {
        buf_printf(out, "%lu %lu @", random_below(r, 50000), random_below(r, 5));
        random_stack(out, r);
    }
    buf_append_cstr(out, "--- Memory map: ---\n");
    random_map(out, r);
}

static void old_forms_convert_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    static void (*const makers[])(struct buf *, struct random *) = {random_cpu, random_heap, random_count,
                                                                    random_contention};
    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct buf body CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct random random;
        random_seed(&random, seed);
        makers[seed % ARRAY_LEN(makers)](&body, &random);
        case_merge(&c, (struct slice[]){buf_slice(&body)}, 1);
    }
    judge(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_and_random_subsets_merge_alike),
        cmocka_unit_test(random_profiles_merge_alike),
        cmocka_unit_test(differences_are_alike),
        cmocka_unit_test(damaged_profiles_are_accepted_and_refused_alike),
        cmocka_unit_test(old_forms_convert_alike),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
