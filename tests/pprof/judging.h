/*
 * google/pprof as the judge. tests/oracle/ holds small Go programs that read cases from standard input, one a
 * line, and print a line for each disagreement, then "done N". The one that a test needs is built when it
 * begins; without a Go toolchain, or a way to fetch the modules, `oracle` is NULL and its tests are skipped.
 */
#ifndef TESTS_PPROF_JUDGING_H
#define TESTS_PPROF_JUDGING_H

#include "tests/pprof/fixture.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *scratch;
static char *oracle;

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
        if (argv[0] && setenv("TZ", "UTC", 1) == 0 && chdir(directory) == 0 && dup2(from, 0) == 0 &&
            dup2(to, 1) == 1) {
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

/* package: a folder of tests/oracle, "./filter". */
static int oracle_build(const char *package)
{
    scratch = scratch_new();
    oracle = scratch_path(scratch, "oracle");
    const char *const argv[] = {"timeout", "200", "go", "build", "-o", oracle, package, NULL};
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

/* A file for the oracle to read; its path, which has `kind` in it, is the caller's. */
static char *keep(struct cases *c, const char *kind, struct slice bytes)
{
    char *path = scratch_path(scratch, "%s-%zu", kind, c->files++);
    write_file(path, bytes);
    return path;
}

/* Keeps a file and appends its path to the line at hand. */
UNUSED static void case_file(struct cases *c, struct slice bytes)
{
    char *path = keep(c, "file", bytes);
    buf_printf(&c->lines, " %s", path);
    free(path);
}

/* The end of a line. */
static void case_end(struct cases *c)
{
    buf_append_byte(&c->lines, '\n');
    c->count++;
}

static void judge(const struct cases *c)
{
    char *in = scratch_path(scratch, "cases"), *out = scratch_path(scratch, "verdict"), expected[32];
    write_file(in, buf_slice(&c->lines));
    assert_int_equal(run((const char *const[]){oracle, NULL}, ".", in, out), 0);

    char verdict[16384] = "";
    FILE *f = fopen(out, "rb");
    assert_non_null(f);
    verdict[fread(verdict, 1, sizeof verdict - 1, f)] = '\0';
    assert_int_equal(fclose(f), 0);
    (void)snprintf(expected, sizeof expected, "done %zu\n", c->count);
    assert_string_equal(verdict, expected);
    free(in);
    free(out);
}

#endif
