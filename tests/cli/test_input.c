/* Files and directories into a merge; what is skipped and what is refused. */
#include "cli/input.h"

#include "cli/output.h"
#include "tests/support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char SAMPLES[] = "main;run 5\n";

struct stage {
    char *dir;
    struct query_options options;
    struct progress progress;
    struct remote remote;
    struct input in;
    struct error err;
};

static struct stage *begin(void)
{
    static struct stage s;
    s = (struct stage){.dir = scratch_new()};
    progress_begin(&s.progress);
    s.remote = REMOTE_INIT(&s.options, &s.progress);
    s.in = (struct input){.options = &s.options,
                          .remote = &s.remote,
                          .progress = &s.progress,
                          .merge = input_merge_new(&s.options)};
    return &s;
}

static void end(struct stage *s)
{
    merge_free(s->in.merge);
    remote_release(&s->remote);
    scratch_remove(s->dir);
}

static void put(const struct stage *s, const char *name, struct slice bytes)
{
    char *path = scratch_path(s->dir, "%s", name);
    assert_int_equal(output_write(path, bytes, NULL), OK);
    free(path);
}

/* A profile that comes with the sources, into the stage. */
static void copy(const struct stage *s, const char *from, const char *name)
{
    char bytes[65536];
    FILE *file = fopen(from, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    assert_true(n > 0 && n < sizeof bytes);
    put(s, name, slice_make(bytes, n));
}

static enum status add(struct stage *s, const char *name)
{
    char *path = scratch_path(s->dir, "%s", name);
    enum status status = input_add_word(&s->in, path, &s->err);
    free(path);
    return status;
}

static void files_and_all_beneath_directories_are_merged(void **state)
{
    (void)state;
    struct stage *s = begin();
    char *below = scratch_path(s->dir, "a");
    assert_int_equal(mkdir(below, 0700), 0);
    put(s, "one.folded", slice_of(SAMPLES));
    put(s, "a/two.folded", slice_of(SAMPLES));
    put(s, "a/.hidden", slice_of(SAMPLES));
    assert_int_equal(add(s, "."), OK);
    assert_int_equal(s->in.files, 2);
    assert_int_equal(add(s, "one.folded"), OK);
    assert_int_equal(s->in.files, 3);
    assert_int_equal(merge_stats(s->in.merge).inputs, 3);
    assert_int_equal(merge_stats(s->in.merge).samples, 1);
    free(below);
    end(s);
}

static void what_is_no_profile_is_skipped_beneath_directories_only(void **state)
{
    (void)state;
    struct stage *s = begin();
    put(s, "a.folded", slice_of(SAMPLES));
    put(s, "b.txt", SLICE("Nothing to see here.\n"));
    put(s, "c.pb.gz", SLICE("\x1f\x8b broken"));
    put(s, "d", SLICE(""));
    assert_int_equal(add(s, ""), OK);
    assert_int_equal(s->in.files, 1);
    assert_int_equal(s->in.skipped, 3);
    assert_int_equal(add(s, "b.txt"), E_INVALID);
    assert_non_null(strstr(s->err.text, "b.txt"));
    assert_int_equal(add(s, "nosuch"), E_INVALID);
    assert_non_null(strstr(s->err.text, "nosuch"));
    assert_int_equal(s->in.files, 1);
    end(s);
}

static void profiles_of_several_types_are_not_mixed_nor_left_out(void **state)
{
    (void)state;
    struct stage *s = begin();
    copy(s, "tests/data/go/goroutine-005.pb.gz", "1.pb.gz");
    copy(s, "tests/data/go/compile-1.pb.gz", "2.pb.gz");
    assert_int_equal(add(s, ""), E_INVALID);
    assert_non_null(strstr(s->err.text, "2.pb.gz"));
    assert_non_null(strstr(s->err.text, "--type"));
    end(s);

    s = begin();
    copy(s, "tests/data/go/goroutine-005.pb.gz", "1.pb.gz");
    copy(s, "tests/data/go/compile-1.pb.gz", "2.pb.gz");
    assert_int_equal(profile_type_parse(SLICE("cpu"), &s->in.type, NULL), OK);
    assert_int_equal(add(s, ""), OK);
    assert_int_equal(s->in.files, 1);
    assert_int_equal(s->in.skipped, 0);
    assert_int_equal(s->in.others, 1);
    assert_int_equal(merge_stats(s->in.merge).inputs, 1);
    end(s);
}

/* What input_end() says on stderr. */
static void says_in_the_end(const struct stage *s, const char *expected)
{
    char text[200] = "", *path = scratch_path(s->dir, ".stderr");
    int kept = dup(STDERR_FILENO);
    assert_non_null(freopen(path, "w", stderr));
    input_end(&s->in);
    (void)fflush(stderr);
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    (void)close(kept);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    (void)!fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    free(path);
    assert_string_equal(text, expected);
}

static void all_that_were_looked_at_are_counted(void **state)
{
    (void)state;
    struct stage *s = begin();
    copy(s, "tests/data/go/goroutine-005.pb.gz", "1.pb.gz");
    copy(s, "tests/data/go/compile-1.pb.gz", "2.pb.gz");
    put(s, "3.txt", SLICE("Nothing to see here.\n"));
    assert_int_equal(profile_type_parse(SLICE("cpu"), &s->in.type, NULL), OK);
    assert_int_equal(add(s, ""), OK);
    says_in_the_end(s, "brazier: 1 of 3 files are no profiles\n");
    end(s);
}

static void links_to_directories_are_not_followed(void **state)
{
    (void)state;
    struct stage *s = begin();
    char *ring = scratch_path(s->dir, "ring"), *alias = scratch_path(s->dir, "b.folded"),
         *nowhere = scratch_path(s->dir, "c.folded");
    put(s, "a.folded", slice_of(SAMPLES));
    assert_int_equal(symlink(".", ring), 0);
    assert_int_equal(symlink("a.folded", alias), 0);
    assert_int_equal(symlink("nosuch", nowhere), 0);
    assert_int_equal(add(s, ""), OK);
    assert_int_equal(s->in.files, 2);
    free(ring);
    free(alias);
    free(nowhere);
    end(s);
}

static void a_selection_needs_a_collector_a_service_and_a_type(void **state)
{
    (void)state;
    struct stage *s = begin();
    assert_int_equal(input_add_selection(&s->in, &(struct selection){.service = "s"}, &s->err), E_INVALID);
    assert_non_null(strstr(s->err.text, "BRAZIER_COLLECTOR"));
    s->remote.url = "http://127.0.0.1:1";
    assert_int_equal(input_add_selection(&s->in, &(struct selection){.service = "s"}, &s->err), E_INVALID);
    assert_non_null(strstr(s->err.text, "--type"));
    struct selection odd = {.ids = {{"../x"}, 1}};
    assert_int_equal(input_add_selection(&s->in, &odd, &s->err), E_INVALID);
    assert_non_null(strstr(s->err.text, "../x"));
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_all_beneath_directories_are_merged),
        cmocka_unit_test(what_is_no_profile_is_skipped_beneath_directories_only),
        cmocka_unit_test(profiles_of_several_types_are_not_mixed_nor_left_out),
        cmocka_unit_test(all_that_were_looked_at_are_counted),
        cmocka_unit_test(links_to_directories_are_not_followed),
        cmocka_unit_test(a_selection_needs_a_collector_a_service_and_a_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
