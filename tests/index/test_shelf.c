/* The directory of an index: made, locked, and tidied up. */
#include "index/shelf.h"

#include "tests/index/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int count_files(const char *dir, const char *with)
{
    DIR *d = opendir(dir);
    int count = 0;
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        count += strstr(e->d_name, with) != NULL;
    (void)closedir(d);
    return count;
}

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

static void a_missing_directory_is_made_for_its_owner_only(void **state)
{
    (void)state;
    char *dir = scratch_new();
    char *deep = scratch_path(dir, "a/b/index");
    struct shelf s;
    struct stat st;
    ASSERT_OK(shelf_open(deep, &s, err));
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_false(shelf_has_file(&s));
    shelf_close(&s);
    shelf_close(&s);
    free(deep);
    scratch_remove(dir);
}

static void two_indexes_cannot_share_a_directory(void **state)
{
    (void)state;
    char *dir = scratch_new();
    char note[512], pid[24];
    struct error failure = {.text = ""};
    struct index_options options = {.dir = dir, .identity = "x", .readers = 1};
    struct index *ix = open_index(dir, "x", NULL), *second = NULL;
    assert_int_equal(index_open(&options, &second, note, &failure), E_CONFIG);
    assert_null(second);
    assert_non_null(strstr(failure.text, dir));
    assert_non_null(strstr(failure.text, "another process"));
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    assert_non_null(strstr(failure.text, pid));
    index_close(ix);

    ASSERT_OK(index_open(&options, &second, note, err));
    index_close(second);
    scratch_remove(dir);
}

static void a_directory_that_cannot_be_is_the_operators_to_change(void **state)
{
    (void)state;
    char *dir = scratch_new();
    char *file = scratch_path(dir, "file"), *below = scratch_path(dir, "file/index");
    const char *const BAD[] = {file, below, "", "/proc/no-such-place/index"};
    char note[512];
    touch(file);
    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        struct index_options options = {.dir = BAD[i], .identity = "x", .readers = 1};
        struct index *ix;
        struct error failure = {.text = ""};
        assert_int_equal(index_open(&options, &ix, note, &failure), E_CONFIG);
        assert_non_null(strstr(failure.text, "index directory"));
    }
    free(file);
    free(below);
    scratch_remove(dir);
}

static void at_most_two_files_are_kept_aside(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct shelf s;
    ASSERT_OK(shelf_open(dir, &s, err));
    for (int i = 0; i < 5; i++) {
        char *log = scratch_path(dir, "index.db-wal"), *shm = scratch_path(dir, "index.db-shm");
        touch(s.path);
        touch(log);
        touch(shm);
        ASSERT_OK(shelf_set_aside(&s, err));
        assert_false(shelf_has_file(&s));
        assert_int_equal(access(log, F_OK), -1);
        assert_int_equal(access(shm, F_OK), -1);
        free(log);
        free(shm);
        assert_int_equal(count_files(dir, ".aside-"), i < 2 ? 2 * (i + 1) : 4); /* with their logs */
    }
    char *newest = scratch_path(dir, "index.db.aside-5"), *before = scratch_path(dir, "index.db.aside-4");
    assert_int_equal(access(newest, F_OK), 0);
    assert_int_equal(access(before, F_OK), 0);
    free(newest);
    free(before);
    shelf_close(&s);
    scratch_remove(dir);
}

static void a_directory_set_aside_with_something_in_it_is_left_alone(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct shelf s;
    ASSERT_OK(shelf_open(dir, &s, err));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(mkdir(s.path, 0700), 0);
        char *letter = scratch_path(s.path, "letter");
        if (i == 0)
            touch(letter);
        free(letter);
        ASSERT_OK(shelf_set_aside(&s, err));
    }
    char *kept = scratch_path(dir, "index.db.aside-1/letter");
    assert_int_equal(access(kept, F_OK), 0);
    assert_int_equal(count_files(dir, ".aside-"), 3);
    free(kept);
    shelf_close(&s);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_directory_is_made_for_its_owner_only),
        cmocka_unit_test(two_indexes_cannot_share_a_directory),
        cmocka_unit_test(a_directory_that_cannot_be_is_the_operators_to_change),
        cmocka_unit_test(at_most_two_files_are_kept_aside),
        cmocka_unit_test(a_directory_set_aside_with_something_in_it_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
