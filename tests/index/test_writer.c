/*
 * The queue and the writer thread: what is told committed is visible and survives a kill; a failing disk
 * never stops the index; readers beside the writer see whole batches only.
 */
#include "tests/index/fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct key_parts recent(uint64_t n)
{
    return profile_parts(0, clock_wall_ms() - (int64_t)(n % 1000), n, "api", "fra");
}

/* --- batches --- */

struct owned_batch {
    struct index_batch batch;
    struct key_parts row;
    atomic_int *done;
    atomic_int *failed;
};

static void count_done(struct index_batch *batch, const struct error *err)
{
    struct owned_batch *b = (struct owned_batch *)batch;
    atomic_fetch_add(err->code == OK ? b->done : b->failed, 1);
    free(b);
}

static struct owned_batch *batch_new(uint64_t n, atomic_int *done, atomic_int *failed)
{
    struct owned_batch *b = mem_zero(1, sizeof *b);
    b->row = recent(n);
    b->batch.rows = &b->row;
    b->batch.row_count = 1;
    b->batch.done = count_done;
    b->done = done;
    b->failed = failed;
    return b;
}

static void every_batch_is_told_once_and_a_flush_waits_for_all_before_it(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "x", NULL);
    atomic_int done = 0, failed = 0;
    for (uint64_t i = 0; i < 300; i++)
        ASSERT_OK(index_write(ix, &batch_new(i, &done, &failed)->batch, err));
    ASSERT_OK(index_flush(ix, clock_mono_ms() + 60000, err));
    assert_int_equal(atomic_load(&done), 300);
    assert_int_equal(atomic_load(&failed), 0);
    assert_int_equal(index_queued(ix), 0);
    assert_int_equal(listed_total(ix), 300);
    index_close(ix);
    scratch_remove(dir);
}

static void closing_writes_what_is_queued(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "x", NULL);
    atomic_int done = 0, failed = 0;
    for (uint64_t i = 0; i < 100; i++)
        ASSERT_OK(index_write(ix, &batch_new(i, &done, &failed)->batch, err));
    index_close(ix);
    assert_int_equal(atomic_load(&done), 100);
    ix = open_index(dir, "x", NULL);
    assert_int_equal(listed_total(ix), 100);
    index_close(ix);
    scratch_remove(dir);
}

/* A batch whose `done` holds the writer thread until it is let go. */
struct gate {
    struct index_batch batch;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool reached, open;
};

static void hold(struct index_batch *batch, const struct error *err)
{
    struct gate *g = (struct gate *)batch;
    (void)err;
    (void)pthread_mutex_lock(&g->lock);
    g->reached = true;
    (void)pthread_cond_signal(&g->moved);
    while (!g->open)
        (void)pthread_cond_wait(&g->moved, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
}

static void a_full_queue_says_so_and_a_flush_gives_up_in_time(void **state)
{
    (void)state;
    enum { QUEUE = 1024 };
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "x", NULL);
    struct gate gate = {.batch.done = hold,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .moved = PTHREAD_COND_INITIALIZER};
    atomic_int done = 0, failed = 0;
    struct error failure = {.text = ""};

    ASSERT_OK(index_write(ix, &gate.batch, err));
    (void)pthread_mutex_lock(&gate.lock);
    while (!gate.reached)
        (void)pthread_cond_wait(&gate.moved, &gate.lock);
    (void)pthread_mutex_unlock(&gate.lock);

    for (uint64_t i = 0; i < QUEUE; i++)
        ASSERT_OK(index_write(ix, &batch_new(i, &done, &failed)->batch, err));
    assert_int_equal(index_queued(ix), QUEUE);
    struct owned_batch *over = batch_new(QUEUE, &done, &failed);
    assert_int_equal(index_write(ix, &over->batch, &failure), E_BUSY);
    assert_int_equal(index_write_wait(ix, &over->batch, NULL), E_BUSY);
    free(over);
    assert_int_equal(index_flush(ix, clock_mono_ms() + 1, &failure), E_UNAVAILABLE);

    (void)pthread_mutex_lock(&gate.lock);
    gate.open = true;
    (void)pthread_cond_signal(&gate.moved);
    (void)pthread_mutex_unlock(&gate.lock);
    ASSERT_OK(index_flush(ix, clock_mono_ms() + 60000, err));
    assert_int_equal(atomic_load(&done), QUEUE);
    index_close(ix);
    scratch_remove(dir);
}

static void cursors_come_with_their_rows_and_are_found_by_prefix(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "x", NULL);
    struct arena arena = ARENA_INIT(64 * KIB);
    struct index_cursor *cursors;
    struct slice value;
    size_t count;

    assert_int_equal(put_cursor(ix, "task/0/20261123", "b"), OK);
    assert_int_equal(put_cursor(ix, "task/0/20261122", ""), OK);
    assert_int_equal(put_cursor(ix, "tail/0", "17"), OK);
    assert_int_equal(put_cursor(ix, "tail/0", "18"), OK);
    assert_int_equal(put_cursor(ix, "gone", "1"), OK);
    assert_int_equal(put_cursor(ix, "gone", NULL), OK);
    index_close(ix);

    ix = open_index(dir, "x", NULL);
    ASSERT_OK(index_cursor_get(ix, "tail/0", &arena, &value, err));
    assert_true(slice_eq_cstr(value, "18"));
    assert_int_equal(index_cursor_get(ix, "gone", &arena, &value, NULL), E_NOT_FOUND);
    assert_int_equal(index_cursor_get(ix, "tail", &arena, &value, NULL), E_NOT_FOUND);
    ASSERT_OK(index_cursors(ix, "task/", &arena, &cursors, &count, err));
    assert_int_equal(count, 2);
    assert_true(slice_eq_cstr(cursors[0].name, "task/0/20261122"));
    assert_int_equal(cursors[0].value.len, 0);
    assert_true(slice_eq_cstr(cursors[1].value, "b"));
    ASSERT_OK(index_cursors(ix, "", &arena, &cursors, &count, err));
    assert_int_equal(count, 3);
    index_close(ix);
    arena_release(&arena);
    scratch_remove(dir);
}

/* --- kill -9 --- */

/* Adds row after row, each with a cursor that counts them, and says which is committed; until it is killed.
 */
__attribute__((noreturn)) static void write_until_killed(const char *dir, int told)
{
    struct index *ix = open_index(dir, "x", NULL);
    for (uint64_t i = 1;; i++) {
        struct key_parts row = profile_parts(0, T0 + (int64_t)i, i, "api", "fra");
        char value[24];
        (void)snprintf(value, sizeof value, "%llu", (unsigned long long)i);
        struct index_batch batch = {.rows = &row,
                                    .row_count = 1,
                                    .cursor_count = 1,
                                    .cursors = {{SLICE("count"), slice_of(value)}}};
        if (index_write_wait(ix, &batch, NULL) != OK || write(told, &i, sizeof i) != sizeof i)
            _exit(1);
    }
}

static void what_was_committed_survives_a_kill_with_its_cursor(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        char *dir = scratch_new();
        char note[512];
        int ends[2];
        uint64_t told = 0, kept;
        struct arena arena = ARENA_INIT(4096);
        struct slice value;

        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0)
            write_until_killed(dir, ends[1]);
        (void)close(ends[1]);
        for (int i = 0; i < 20 + 30 * round; i++)
            assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
        assert_int_equal(kill(child, SIGKILL), 0);
        while (read(ends[0], &told, sizeof told) == sizeof told)
            continue;
        (void)close(ends[0]);
        assert_int_equal(waitpid(child, NULL, 0), child);

        struct index *ix = open_index(dir, "x", note);
        assert_string_equal(note, "");
        ASSERT_OK(index_cursor_get(ix, "count", &arena, &value, err));
        assert_true(slice_to_u64(value, &kept));
        assert_true(kept >= told);
        assert_int_equal(listed_total(ix), kept);
        index_close(ix);
        arena_release(&arena);
        scratch_remove(dir);
    }
}

/* --- a failing disk --- */

/* No file may grow beyond `bytes`; 0: any. Writing beyond fails as it does on a failing disk. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Opens and adds `count` rows one by one while files may grow to `bytes` only. True if all of it was on disk.
 */
static bool fill_limited(const char *dir, rlim_t bytes, uint64_t count)
{
    char note[512] = "", later[512] = "";
    bool reset = false;
    limit_files(bytes);
    struct index *ix = open_index(dir, "x", note);
    for (uint64_t i = 0; i < count; i++) {
        struct key_parts row = recent(i);
        enum status status = add_rows(ix, &row, 1);
        if (index_was_reset(ix, later)) { /* the caller begins again, and nothing was lost but the index */
            assert_false(reset);
            assert_non_null(strstr(later, "in memory"));
            assert_int_equal(index_mode(ix), INDEX_IN_MEMORY);
            reset = true;
            i = UINT64_MAX; /* the next is 0 */
        } else {
            assert_int_equal(status, OK);
        }
    }
    assert_int_equal(listed_total(ix), count);
    bool on_disk = index_mode(ix) == INDEX_ON_DISK;
    if (!on_disk)
        assert_true(reset || strstr(note, "in memory"));
    index_close(ix);
    limit_files(0);
    return on_disk;
}

static void a_disk_that_fails_at_any_moment_never_stops_the_index(void **state)
{
    (void)state;
    bool on_disk = false, in_memory = false;
    (void)signal(SIGXFSZ, SIG_IGN);
    for (rlim_t bytes = 4096; bytes <= 4096 * 6000 && !on_disk;
         bytes += bytes < 4096 * 40 ? 4096 * 3 : bytes / 2) {
        char *dir = scratch_new();
        on_disk = fill_limited(dir, bytes, 60);
        in_memory |= !on_disk;
        /* When the disk is well again, so is the next start. */
        struct index *ix = open_index(dir, "x", NULL);
        assert_int_equal(index_mode(ix), INDEX_ON_DISK);
        struct key_parts row = recent(5000);
        assert_int_equal(add_rows(ix, &row, 1), OK);
        index_close(ix);
        scratch_remove(dir);
    }
    assert_true(in_memory);
    assert_true(on_disk);
}

/* --- in memory --- */

static void in_memory_the_last_hour_is_kept(void **state)
{
    (void)state;
    char note[512];
    struct index *ix = open_index(NULL, "x", note);
    struct key_parts rows[4];
    int64_t now_ms = clock_wall_ms();
    rows[0] = profile_parts(0, now_ms - 2 * TIME_HOUR_MS, 1, "api", NULL);
    rows[1] = profile_parts(0, now_ms - TIME_HOUR_MS / 2, 2, "api", NULL);
    rows[2] = profile_parts(0, now_ms, 3, "api", NULL);
    rows[3] = profile_parts(0, now_ms - TIME_HOUR_MS / 2 + 5, 2, "api", NULL); /* an alias of rows[1] */
    assert_int_equal(index_mode(ix), INDEX_IN_MEMORY);
    assert_int_equal(add_rows(ix, rows, 4), OK);
    assert_int_equal(listed_total(ix), 2);
    assert_int_equal(put_cursor(ix, "a", "b"), OK);
    index_close(ix);

    ix = open_index(NULL, "x", note); /* another one */
    assert_int_equal(listed_total(ix), 0);
    index_close(ix);
}

/* --- readers beside the writer --- */

enum { PAIRS = 150, READERS = 4 };

struct reader {
    struct index *ix;
    atomic_int *committed; /* pairs */
    atomic_bool *stop;
    int rounds;
};

static bool count_one(void *user, const struct profile_meta *meta)
{
    size_t *count = user;
    assert_true(slice_eq_cstr(meta->type, "cpu"));
    ++*count;
    return true;
}

/* Rows come in pairs, one batch each, so an odd number was never true. */
static void *read_along(void *arg)
{
    struct reader *r = arg;
    struct selector sel = everything();
    struct index_question question = {&sel, 0};
    uint64_t last = 0;
    sel.service = SLICE("api");
    do {
        struct arena arena = ARENA_INIT(4 * MIB);
        struct index_list list;
        struct index_names names;
        size_t walked = 0;
        uint64_t before = 2 * (uint64_t)atomic_load(r->committed);
        assert_int_equal(index_find(r->ix, &question, &arena, &list, NULL), OK);
        assert_int_equal(list.total % 2, 0);
        assert_int_equal(list.count, list.total);
        assert_true(list.total >= before && list.total >= last);
        last = list.total;
        assert_int_equal(index_each(r->ix, &sel, 0, count_one, &walked, NULL), OK);
        assert_true(walked >= last && walked % 2 == 0);
        assert_int_equal(index_services(r->ix, 0, &arena, &names, NULL), OK);
        assert_true(names.count == 0 || names.profiles[0] >= walked);
        arena_release(&arena);
        r->rounds++;
    } while (!atomic_load(r->stop));
    return NULL;
}

static void read_and_write(struct index *ix)
{
    atomic_int committed = 0;
    atomic_bool stop = false;
    pthread_t threads[READERS];
    struct reader readers[READERS];
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 0; i < READERS; i++) {
        readers[i] = (struct reader){ix, &committed, &stop, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, read_along, &readers[i]), 0);
    }
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct key_parts pair[2] = {profile_parts(0, now_ms + (int64_t)i, 2 * i, "api", "fra"),
                                    profile_parts(1, now_ms + (int64_t)i, 2 * i + 1, "api", "ams")};
        assert_int_equal(add_rows(ix, pair, 2), OK);
        atomic_fetch_add(&committed, 1);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(readers[i].rounds > 0);
    }
    assert_int_equal(listed_total(ix), 2 * PAIRS);
}

static void readers_see_whole_batches_and_all_that_was_committed(void **state)
{
    (void)state;
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "x", NULL);
    read_and_write(ix);
    index_close(ix);
    scratch_remove(dir);

    ix = open_index(NULL, "x", NULL);
    read_and_write(ix);
    index_close(ix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_batch_is_told_once_and_a_flush_waits_for_all_before_it),
        cmocka_unit_test(closing_writes_what_is_queued),
        cmocka_unit_test(a_full_queue_says_so_and_a_flush_gives_up_in_time),
        cmocka_unit_test(cursors_come_with_their_rows_and_are_found_by_prefix),
        cmocka_unit_test(what_was_committed_survives_a_kill_with_its_cursor),
        cmocka_unit_test(a_disk_that_fails_at_any_moment_never_stops_the_index),
        cmocka_unit_test(in_memory_the_last_hour_is_kept),
        cmocka_unit_test(readers_see_whole_batches_and_all_that_was_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
