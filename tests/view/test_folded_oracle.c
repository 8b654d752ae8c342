/*
 * google/pprof as the judge of folded stacks: every stack and every sum, on real profiles, differences of
 * them and random ones. tests/oracle/folded/ holds the Go program that reads and compares. Without a Go
 * toolchain, or a way to fetch the module, these tests say so and are skipped.
 */
#include "tests/support/scratch.h"
#include "tests/view/growing.h"

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
    const char *const argv[] = {"timeout", seconds, "go", "build", "-o", oracle, "./folded", NULL};
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

static void write_file(const char *path, struct slice bytes)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

/* Writes a file and appends its path to the line at hand. */
static void case_file(struct cases *c, struct slice bytes)
{
    char *path = scratch_path(scratch, "%zu", c->files++);
    write_file(path, bytes);
    buf_printf(&c->lines, " %s", path);
    free(path);
}

/* One sample type of a profile, or of a difference if there is a base. */
static void add_case(struct cases *c, struct slice source, struct slice base, unsigned type)
{
    struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
    char words[32];
    (void)snprintf(words, sizeof words, "sample_index=%u", type);
    add(m, source);
    if (base.len > 0)
        assert_int_equal(merge_add(m, base, MERGE_BASE, NULL), OK);
    struct buf ours CLEANUP(buf_release) = rendered(m, words, folded_render);
    case_file(c, buf_slice(&ours));
    buf_printf(&c->lines, " %u", type);
    case_file(c, source);
    if (base.len > 0)
        case_file(c, base);
    buf_append_byte(&c->lines, '\n');
    c->count++;
}

static void judge(const struct cases *c)
{
    char *in = scratch_path(scratch, "cases"), *out = scratch_path(scratch, "verdict"), expected[32];
    char verdict[8192] = "";
    write_file(in, buf_slice(&c->lines));
    assert_int_equal(run((const char *const[]){oracle, NULL}, ".", in, out), 0);
    FILE *f = fopen(out, "rb");
    assert_non_null(f);
    verdict[fread(verdict, 1, sizeof verdict - 1, f)] = '\0';
    assert_int_equal(fclose(f), 0);
    (void)snprintf(expected, sizeof expected, "done %zu\n", c->count);
    assert_string_equal(verdict, expected);
    free(in);
    free(out);
}

/* --- tests ---------------------------------------------------------------- */

static void real_profiles_fold_alike(void **state)
{
    (void)state;
    static const struct {
        const char *source, *base;
        unsigned types;
    } files[] = {{"go/cpu-000.pb.gz", NULL, 2},          {"go/cpu-000.pb.gz", "go/cpu-009.pb.gz", 2},
                 {"go/heap-000.pb.gz", NULL, 4},         {"go/mutex-005.pb.gz", "go/block-005.pb.gz", 2},
                 {"go/goroutine-005.pb.gz", NULL, 1},    {"node/time_0.pb.gz", NULL, 2},
                 {"go/threadcreate-005.pb.gz", NULL, 1}, {"go/cpu-empty.pb.gz", "go/cpu-009.pb.gz", 2}};
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf source CLEANUP(buf_release) = read_data(files[i].source);
        struct buf base CLEANUP(buf_release) = BUF_INIT(ROOMY);
        if (files[i].base)
            base = read_data(files[i].base);
        for (unsigned type = 0; type < files[i].types; type++)
            add_case(&c, buf_slice(&source), buf_slice(&base), type);
    }
    judge(&c);
}

static void random_profiles_fold_alike(void **state)
{
    (void)state;
    if (!oracle)
        skip();

    struct cases c CLEANUP(cases_release) = CASES_INIT;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct random random;
        random_seed(&random, seed);
        struct build b CLEANUP(build_release) = BUILD_INIT, d CLEANUP(build_release) = BUILD_INIT;
        struct slice source = random_profile(&b, &random), base = random_profile(&d, &random);
        add_case(&c, source, seed % 2 ? base : SLICE_NULL, (unsigned)(seed / 2 % 2));
    }
    judge(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_profiles_fold_alike),
        cmocka_unit_test(random_profiles_fold_alike),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
