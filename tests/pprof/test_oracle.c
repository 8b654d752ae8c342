/*
 * google/pprof as the judge, sample for sample: on real profiles, random subsets of them, random profiles of
 * every kind, and damaged ones. tests/oracle/ holds a small Go program with its Parse and Merge; it is built
 * here. Without a Go toolchain, or a way to fetch the module, these tests say so and are skipped.
 */
#include "pprof/scan.h"

#include "tests/pprof/merging.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUILD_SECONDS = 200 };

static char *scratch;
static char *oracle; /* the program, NULL: not to be had */

/* Runs a program in `directory` with stdin from and stdout to files (NULL: none); its exit code. */
static int run(const char *const words[], const char *directory, const char *in, const char *out)
{
    char *argv[10] = {NULL};
    for (size_t i = 0; words[i]; i++)
        memcpy(&argv[i], &words[i], sizeof argv[i]); /* exec writes to none of them */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int from = open(in ? in : "/dev/null", O_RDONLY | O_CLOEXEC);
        int to = open(out ? out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (argv[0] && chdir(directory) == 0 && dup2(from, 0) == 0 && dup2(to, 1) == 1) {
            if (!out)
                (void)dup2(to, 2);
            (void)execvp(argv[0], argv);
        }
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int set_up(void **state)
{
    (void)state;
    char seconds[16];
    scratch = scratch_new();
    oracle = scratch_path(scratch, "oracle");
    (void)snprintf(seconds, sizeof seconds, "%d", BUILD_SECONDS);
    const char *const argv[] = {"timeout", seconds, "go", "build", "-o", oracle, ".", NULL};
    if (run(argv, "tests/oracle", NULL, NULL) != 0) {
        print_message("no oracle: Go is missing, or github.com/google/pprof cannot be fetched\n");
        free(oracle);
        oracle = NULL;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(oracle);
    scratch_remove(scratch);
    return 0;
}

/* --- cases ---------------------------------------------------------------- */

struct cases {
    struct buf lines;
    size_t count;
    size_t files;
};

#define CASES_INIT ((struct cases){.lines = BUF_INIT(ROOMY)})

static void cases_release(struct cases *c)
{
    buf_release(&c->lines);
}

/* Writes a file and appends its path to the line at hand. */
static void case_file(struct cases *c, struct slice bytes)
{
    char *path = scratch_path(scratch, "%zu", c->files++);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
    buf_printf(&c->lines, " %s", path);
    free(path);
}

static void case_end(struct cases *c)
{
    buf_append_byte(&c->lines, '\n');
    c->count++;
}

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

static void judge(const struct cases *c)
{
    char *in = scratch_path(scratch, "cases"), *out = scratch_path(scratch, "verdict"), expected[32];
    FILE *f = fopen(in, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(c->lines.ptr, 1, c->lines.len, f), c->lines.len);
    assert_int_equal(fclose(f), 0);
    const char *const argv[] = {oracle, NULL};
    assert_int_equal(run(argv, ".", in, out), 0);

    char verdict[8192] = "";
    f = fopen(out, "rb");
    assert_non_null(f);
    verdict[fread(verdict, 1, sizeof verdict - 1, f)] = '\0';
    assert_int_equal(fclose(f), 0);
    (void)snprintf(expected, sizeof expected, "done %zu\n", c->count);
    assert_string_equal(verdict, expected);
    free(in);
    free(out);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_and_random_subsets_merge_alike),
        cmocka_unit_test(random_profiles_merge_alike),
        cmocka_unit_test(differences_are_alike),
        cmocka_unit_test(damaged_profiles_are_accepted_and_refused_alike),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
