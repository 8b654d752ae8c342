/*
 * Damage: whatever stands where the database should, or happens to it, the index works, and it never answers
 * from damaged bytes. As the collector does, "works" means: if the cursor that says `complete` is there, the
 * answers are complete; if not, the keys are added again and then they are.
 */
#include "tests/index/fixture.h"

#include "base/file.h"
#include "index/page_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 600, FILE_MAX = 8 << 20, PAGE = PAGE_VFS_PAGE_BYTES };

static struct key_parts *rows;
static struct buf whole, with_log,
    log_bytes; /* index.db closed; index.db and index.db-wal while it was open */
static struct buf expected;

static void read_whole(const char *dir, const char *name, struct buf *out)
{
    char *path = scratch_path(dir, "%s", name);
    struct error err;
    *out = BUF_INIT(FILE_MAX);
    if (file_read(path, out, &err) != OK)
        fail_msg("%s", err.text);
    free(path);
}

static void write_file(const char *dir, const char *name, struct slice bytes)
{
    char *path = scratch_path(dir, "%s", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    assert_int_equal(close(fd), 0);
    free(path);
}

static int make_original(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "damage", NULL);
    rows = mem_zero(ROWS, sizeof *rows);
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = profile_parts(0, T0 + (int64_t)i * 60000, i, i % 3 ? "api" : "web", i % 2 ? "fra" : "ams");
    assert_int_equal(add_rows(ix, rows, ROWS / 2), OK);
    index_close(ix);
    ix = open_index(dir, "damage", NULL);
    for (size_t i = ROWS / 2; i < ROWS; i += 20)
        assert_int_equal(add_rows(ix, rows + i, 20), OK);
    assert_int_equal(put_cursor(ix, "complete", "yes"), OK);
    expected = dump_of(ix);
    read_whole(dir, "index.db", &with_log);
    read_whole(dir, "index.db-wal", &log_bytes);
    index_close(ix);
    read_whole(dir, "index.db", &whole);
    assert_true(whole.len > 16 * (size_t)PAGE);
    assert_true(log_bytes.len > 8 * (size_t)PAGE);
    scratch_remove(dir);
    return 0;
}

static int drop_original(void **state)
{
    (void)state;
    free(rows);
    buf_release(&whole);
    buf_release(&with_log);
    buf_release(&log_bytes);
    buf_release(&expected);
    return 0;
}

static bool is_complete(struct index *ix)
{
    struct arena arena = ARENA_INIT(4096);
    struct slice value;
    bool complete =
        index_cursor_get(ix, "complete", &arena, &value, NULL) == OK && slice_eq_cstr(value, "yes");
    arena_release(&arena);
    return complete;
}

/* What the collector does when it cannot trust what is there. */
static void rebuild(struct index *ix)
{
    assert_int_equal(add_rows(ix, rows, ROWS), OK);
    assert_int_equal(put_cursor(ix, "complete", "yes"), OK);
}

/* Every question is asked; true if all were answered, and then the answers were right. */
static bool answers(struct index *ix)
{
    struct buf dump CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
    struct arena arena = ARENA_INIT(16 * MIB);
    struct selector sel = everything();
    struct index_question question = {&sel, 0};
    struct index_list list;
    struct index_names names;
    struct index_known known;
    struct digest digest = digest_from(7);

    sel.labels.items[0] = (struct label){SLICE("dc"), SLICE("fra")};
    sel.labels.count = 1;
    bool all = index_dump(ix, &dump, NULL) == OK && index_find(ix, &question, &arena, &list, NULL) == OK &&
               index_services(ix, 0, &arena, &names, NULL) == OK &&
               index_by_digest(ix, &digest, T0, &arena, &known, NULL) == OK && is_complete(ix);
    if (all) {
        assert_string_equal(buf_cstr(&dump), buf_cstr(&expected));
        assert_int_equal(list.count, ROWS / 2);
        assert_int_equal(list.total, ROWS / 2);
        assert_int_equal(names.count, 2);
        assert_int_equal(names.profiles[0] + names.profiles[1], ROWS);
        assert_true(known.found);
    }
    arena_release(&arena);
    return all;
}

/* It also takes what comes. */
static bool takes_more(struct index *ix)
{
    struct key_parts more = profile_parts(0, T0 + DAY_MS, 1000000, "new", NULL);
    struct selector sel = everything();
    struct index_question question = {&sel, 0};
    struct arena arena = ARENA_INIT(1 * MIB);
    struct index_list list;
    sel.limit = 1;
    bool all = add_rows(ix, &more, 1) == OK && index_find(ix, &question, &arena, &list, NULL) == OK;
    if (all)
        assert_int_equal(list.total, ROWS + 1);
    arena_release(&arena);
    return all;
}

/* True if it was right at once, without being filled again. */
static bool check_index(struct index *ix)
{
    char note[512] = "";
    bool at_once = true;
    for (int tries = 0; !answers(ix) || !takes_more(ix); tries++) {
        at_once = false;
        if (tries >= 5)
            fail_msg("it does not recover: %s", note);
        enum status flushed = index_flush(ix, clock_mono_ms() + 10000, NULL); /* lets the writer notice */
        (void)flushed;
        struct key_parts more = profile_parts(0, T0 + DAY_MS, 1000000, "new", NULL);
        (void)forget_ids(ix, &more.id, 1);
        (void)index_was_reset(ix, note);
        if (!is_complete(ix))
            rebuild(ix);
    }
    return at_once;
}

struct damage {
    struct slice file, log; /* ptr NULL: none */
};

static bool check_damage(struct damage damage)
{
    char *dir = scratch_new();
    char note[512];
    if (damage.file.ptr)
        write_file(dir, "index.db", damage.file);
    if (damage.log.ptr)
        write_file(dir, "index.db-wal", damage.log);
    struct index *ix = open_index(dir, "damage", note);
    bool at_once = check_index(ix);
    assert_int_equal(index_mode(ix), INDEX_ON_DISK);
    index_close(ix);

    ix = open_index(dir, "damage", note); /* and the next start finds nothing wrong */
    assert_string_equal(note, "");
    assert_int_equal(listed_total(ix), ROWS + 1);
    index_close(ix);
    scratch_remove(dir);
    return at_once;
}

static bool check_file(struct slice file)
{
    return check_damage((struct damage){.file = file});
}

static void what_is_whole_is_used(void **state)
{
    (void)state;
    assert_true(check_file(buf_slice(&whole)));
    assert_true(check_damage((struct damage){buf_slice(&with_log), buf_slice(&log_bytes)}));
}

static void a_file_cut_anywhere_is_begun_anew(void **state)
{
    (void)state;
    const size_t len = whole.len;
    const size_t LENGTHS[] = {0,    1,        15,   16,       99,      100,        512,    4095,
                              PAGE, PAGE + 1, 4096, 2 * PAGE, len / 2, len - PAGE, len - 1};
    for (size_t i = 0; i < ARRAY_LEN(LENGTHS); i++)
        assert_false(check_file(slice_make(whole.ptr, LENGTHS[i])));
}

static void a_flipped_bit_is_never_believed(void **state)
{
    (void)state;
    static const size_t HEADER[] = {0,  15, 16, 17, 18, 19, 20, 21, 24,  28,
                                    31, 36, 40, 47, 52, 60, 68, 96, 100, 105};
    struct random random;
    random_seed(&random, 3);
    for (size_t i = 0; i < ARRAY_LEN(HEADER) + 40; i++) {
        struct buf copy CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
        buf_append(&copy, buf_slice(&whole));
        size_t at = i < ARRAY_LEN(HEADER) ? HEADER[i] : random_below(&random, copy.len);
        copy.ptr[at] ^= (char)(1 << random_below(&random, 8));
        /* In a page that is free it may never be read; then it does no harm either. */
        (void)check_file(buf_slice(&copy));
    }
}

static void pages_of_zeros_of_noise_or_from_elsewhere_are_never_believed(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 4);
    for (size_t i = 0; i < 18; i++) {
        struct buf copy CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
        buf_append(&copy, buf_slice(&whole));
        char *page = copy.ptr + random_below(&random, copy.len / PAGE) * PAGE;
        char *other = copy.ptr + random_below(&random, copy.len / PAGE) * PAGE;
        if (i % 3 == 0)
            memset(page, 0, PAGE);
        else if (i % 3 == 1)
            random_bytes(page, PAGE);
        else
            memmove(page, other, PAGE);
        (void)check_file(buf_slice(&copy));
    }
}

static void other_files_in_its_place_are_set_aside(void **state)
{
    (void)state;
    struct buf noise CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
    (void)buf_reserve(&noise, 40000);
    random_bytes(noise.ptr, 40000);
    noise.len = 40000;
    assert_false(check_file(buf_slice(&noise)));
    assert_false(check_file(SLICE("a letter to grandmother\n")));
    assert_false(check_file(SLICE("SQLite format 3\0")));
}

static void a_damaged_log_is_recovered_as_far_as_it_is_whole(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 5);
    for (size_t i = 0; i < 30; i++) {
        struct buf copy CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
        buf_append(&copy, buf_slice(&log_bytes));
        if (i < 10)
            copy.len = copy.len * i / 10;
        else
            copy.ptr[i < 15 ? i : random_below(&random, copy.len)] ^= 0x20;
        (void)check_damage(
            (struct damage){buf_slice(&with_log), slice_make(copy.ptr ? copy.ptr : "", copy.len)});
    }
    struct buf noise CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
    (void)buf_reserve(&noise, 40000);
    random_bytes(noise.ptr, 40000);
    (void)check_damage((struct damage){buf_slice(&whole), slice_make(noise.ptr, 40000)});
    (void)check_damage((struct damage){buf_slice(&with_log), SLICE_NULL});
    (void)check_damage((struct damage){SLICE_NULL, buf_slice(&log_bytes)});
}

/* --- what is in the way is no file --- */

static void check_with(void (*put)(const char *dir), const char *word)
{
    char *dir = scratch_new();
    char note[512];
    put(dir);
    struct index *ix = open_index(dir, "damage", note);
    if (word && !strstr(note, word))
        fail_msg("%s: no '%s'", note, word);
    assert_int_equal(index_mode(ix), INDEX_ON_DISK);
    (void)check_index(ix);
    index_close(ix);
    scratch_remove(dir);
}

static void put_directory(const char *dir)
{
    char *path = scratch_path(dir, "index.db");
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(path, "letter", SLICE("dear"));
    free(path);
}

static void put_log_directory(const char *dir)
{
    char *path = scratch_path(dir, "index.db-wal");
    write_file(dir, "index.db", buf_slice(&with_log));
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static void put_shm_directory(const char *dir)
{
    char *path = scratch_path(dir, "index.db-shm");
    write_file(dir, "index.db", buf_slice(&whole));
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
}

static void put_dangling_link(const char *dir)
{
    char *path = scratch_path(dir, "index.db");
    assert_int_equal(symlink("elsewhere/nothing.db", path), 0);
    free(path);
}

static void put_unreadable(const char *dir)
{
    char *path = scratch_path(dir, "index.db");
    write_file(dir, "index.db", buf_slice(&whole));
    assert_int_equal(chmod(path, 0), 0);
    free(path);
}

static void put_noise_shm(const char *dir)
{
    char noise[32768];
    random_bytes(noise, sizeof noise);
    write_file(dir, "index.db", buf_slice(&with_log));
    write_file(dir, "index.db-wal", buf_slice(&log_bytes));
    write_file(dir, "index.db-shm", slice_make(noise, sizeof noise));
}

static void run_sql(const char *dir, const char *vfs, const char *sql)
{
    char *path = scratch_path(dir, "index.db");
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    free(path);
}

static void put_other_schema(const char *dir)
{
    index_close(open_index(dir, "damage", NULL));
    run_sql(dir, PAGE_VFS_NAME, "UPDATE meta SET value = 'brazier-index-0' WHERE name = 'schema'");
}

static void put_written_by_another_program(const char *dir)
{
    index_close(open_index(dir, "damage", NULL));
    run_sql(dir, NULL, "CREATE TABLE other (x)");
}

static void put_foreign_database(const char *dir)
{
    run_sql(dir, NULL, "CREATE TABLE letters (text); INSERT INTO letters VALUES ('dear')");
}

static void put_other_store(const char *dir)
{
    struct index *ix = open_index(dir, "another bucket", NULL);
    assert_int_equal(add_rows(ix, rows, 10), OK);
    index_close(ix);
}

static void whatever_stands_in_the_way_the_index_opens(void **state)
{
    (void)state;
    check_with(put_directory, "set aside");
    check_with(put_log_directory, NULL);
    check_with(put_shm_directory, NULL);
    check_with(put_dangling_link, "set aside");
    check_with(put_unreadable, NULL);
    check_with(put_noise_shm, NULL);
    check_with(put_other_schema, "brazier-index-0");
    check_with(put_written_by_another_program, "set aside");
    check_with(put_foreign_database, "set aside");
    check_with(put_other_store, "another bucket");
}

static void damage_while_it_runs_is_noticed_and_told_once(void **state)
{
    (void)state;
    char *dir = scratch_new();
    char *path = scratch_path(dir, "index.db");
    char note[512];
    write_file(dir, "index.db", buf_slice(&whole));
    struct index *ix = open_index(dir, "damage", note);
    assert_false(index_was_reset(ix, note));

    int fd = open(path, O_WRONLY | O_CLOEXEC);
    char noise[PAGE];
    random_bytes(noise, sizeof noise);
    for (size_t at = PAGE; at < whole.len; at += sizeof noise)
        assert_int_equal(pwrite(fd, noise, sizeof noise, (off_t)at), sizeof noise);
    assert_int_equal(close(fd), 0);

    struct buf dump CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
    /* Nothing stored is lost: the asker may come back, so it is not E_CORRUPT. */
    assert_int_equal(index_dump(ix, &dump, NULL), E_UNAVAILABLE);
    while (index_flush(ix, clock_mono_ms() + 10000, NULL) != OK)
        continue;
    /* Until it is told, a cursor would say what is not true. */
    assert_int_equal(put_cursor(ix, "complete", "yes"), E_UNAVAILABLE);
    assert_true(index_was_reset(ix, note));
    /* That it was begun anew is what the logs of this note say themselves. */
    assert_non_null(strstr(note, "the file was set aside: "));
    assert_null(strstr(note, "anew"));
    assert_false(index_was_reset(ix, note));
    assert_int_equal(put_cursor(ix, "complete", "no"), OK);
    assert_int_equal(listed_total(ix), 0);
    (void)check_index(ix);
    index_close(ix);
    free(path);
    scratch_remove(dir);
}

static void a_file_that_was_removed_while_it_runs_is_made_again(void **state)
{
    (void)state;
    char *dir = scratch_new();
    char *path = scratch_path(dir, "index.db");
    char note[512];
    write_file(dir, "index.db", buf_slice(&whole));
    struct index *ix = open_index(dir, "damage", note);
    assert_int_equal(unlink(path), 0);
    assert_false(check_index(ix));
    index_close(ix);
    ix = open_index(dir, "damage", note);
    assert_int_equal(listed_total(ix), ROWS + 1);
    index_close(ix);
    free(path);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_whole_is_used),
        cmocka_unit_test(a_file_cut_anywhere_is_begun_anew),
        cmocka_unit_test(a_flipped_bit_is_never_believed),
        cmocka_unit_test(pages_of_zeros_of_noise_or_from_elsewhere_are_never_believed),
        cmocka_unit_test(other_files_in_its_place_are_set_aside),
        cmocka_unit_test(a_damaged_log_is_recovered_as_far_as_it_is_whole),
        cmocka_unit_test(whatever_stands_in_the_way_the_index_opens),
        cmocka_unit_test(damage_while_it_runs_is_noticed_and_told_once),
        cmocka_unit_test(a_file_that_was_removed_while_it_runs_is_made_again),
    };
    return cmocka_run_group_tests(tests, make_original, drop_original);
}
