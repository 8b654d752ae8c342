/* What waits: its order, its bounds, and what of it outlives the process. */
#include "scrape/spool.h"

#include "tests/scrape/fixture.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH "/api/0/profiles?n="

static struct parcel *parcel(int n, size_t bytes)
{
    char path[64];
    struct buf body = BUF_INIT(ROOMY);

    (void)snprintf(path, sizeof path, PATH "%d", n);
    for (size_t i = 0; i < bytes; i++)
        buf_append_byte(&body, (char)n);
    return parcel_new(slice_of(path), &body);
}

static struct spool *opened(const char *dir, size_t max_bytes, size_t memory_bytes)
{
    struct spool *s;
    struct error err = {0};

    if (spool_new(&(struct spool_options){dir, max_bytes, memory_bytes}, &s, &err) != OK)
        fail_msg("%s", err.text);
    return s;
}

/* Takes the oldest, which has to be that one, and is over with it. */
static void finish_next(struct spool *s, int n)
{
    char path[64];
    struct parcel *p = spool_take(s);

    (void)snprintf(path, sizeof path, PATH "%d", n);
    assert_non_null(p);
    assert_string_equal(p->path, path);
    if (p->body.len > 0)
        assert_int_equal(p->body.ptr[p->body.len - 1], n);
    spool_finish(s, p);
}

static void files_in(const char *dir, size_t expected)
{
    DIR *d = opendir(dir);
    size_t count = 0;

    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        count += strstr(e->d_name, ".profile") != NULL;
    (void)closedir(d);
    assert_int_equal(count, expected);
}

static void the_oldest_comes_first_and_what_is_returned_keeps_its_place(void **state)
{
    struct spool *s = opened(NULL, ROOMY, ROOMY);

    (void)state;
    for (int n = 1; n <= 3; n++)
        spool_put(s, parcel(n, 10));
    struct parcel *first = spool_take(s), *second = spool_take(s);
    spool_return(s, second);
    spool_return(s, first);
    assert_false(spool_drained(s, 0));
    for (int n = 1; n <= 3; n++)
        finish_next(s, n);
    assert_true(spool_drained(s, 0));
    assert_int_equal(spool_stats(s).bytes, 0);
    spool_free(s);
}

static void a_full_spool_drops_the_oldest_and_counts_it(void **state)
{
    struct spool *s = opened(NULL, 350, 350);

    (void)state;
    for (int n = 1; n <= 5; n++)
        spool_put(s, parcel(n, 100 - sizeof PATH));
    assert_int_equal(spool_stats(s).dropped, 2);
    assert_int_equal(spool_stats(s).waiting, 3);
    for (int n = 3; n <= 5; n++)
        finish_next(s, n);
    spool_free(s);
}

static void files_outlive_the_process_in_their_order(void **state)
{
    char *dir = scratch_new();
    struct spool *s = opened(dir, ROOMY, ROOMY);
    struct spool *other;
    struct error err = {0};

    (void)state;
    for (int n = 1; n <= 3; n++)
        spool_put(s, parcel(n, 1000));
    files_in(dir, 3);
    assert_int_equal(spool_new(&(struct spool_options){dir, ROOMY, ROOMY}, &other, &err), E_CONFIG);
    says(&err, "in use by another process");
    struct parcel *taken = spool_take(s); /* under way when the process ends */
    finish_next(s, 2);
    parcel_free(taken);
    spool_free(s);

    s = opened(dir, ROOMY, ROOMY);
    assert_int_equal(spool_stats(s).waiting, 2);
    spool_put(s, parcel(4, 0));
    finish_next(s, 1);
    finish_next(s, 3);
    finish_next(s, 4);
    files_in(dir, 0);
    spool_free(s);
    scratch_remove(dir);
}

static void a_directory_over_its_bound_loses_the_oldest(void **state)
{
    char *dir = scratch_new();
    struct spool *s = opened(dir, ROOMY, ROOMY);

    (void)state;
    for (int n = 1; n <= 4; n++)
        spool_put(s, parcel(n, 1000));
    spool_free(s);
    s = opened(dir, 2500, ROOMY);
    files_in(dir, 2);
    finish_next(s, 3);
    finish_next(s, 4);
    spool_free(s);
    scratch_remove(dir);
}

static void damaged_files_are_dropped_and_the_rest_is_had(void **state)
{
    char *dir = scratch_new();
    struct spool *s = opened(dir, ROOMY, ROOMY);

    (void)state;
    for (int n = 1; n <= 3; n++)
        spool_put(s, parcel(n, 1000));
    char *cut = scratch_path(dir, "%016x.profile", 0), *empty = scratch_path(dir, "%016x.profile", 1);
    assert_int_equal(truncate(cut, 100), 0);
    assert_int_equal(truncate(empty, 0), 0);
    finish_next(s, 3);
    assert_int_equal(spool_stats(s).disk_failures, 2);
    assert_int_equal(spool_stats(s).dropped, 2);
    assert_true(spool_drained(s, 0));
    free(cut);
    free(empty);
    spool_free(s);
    scratch_remove(dir);
}

static void what_was_half_written_is_removed(void **state)
{
    char *dir = scratch_new(), *part = scratch_path(dir, "%016x.profile.part", 7);

    (void)state;
    int file = open(part, O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    (void)close(file);
    struct spool *s = opened(dir, ROOMY, ROOMY);
    files_in(dir, 0);
    spool_free(s);
    free(part);
    scratch_remove(dir);
}

static void without_a_disk_it_waits_in_memory(void **state)
{
    char *dir = scratch_new();
    struct spool *s = opened(dir, ROOMY, ROOMY);

    (void)state;
    char *blocked = scratch_path(dir, "%016x.profile.part", 0);
    assert_int_equal(mkdir(blocked, 0700), 0); /* where the file would be written */
    spool_put(s, parcel(1, 10));
    assert_int_equal(spool_stats(s).disk_failures, 1);
    finish_next(s, 1);
    free(blocked);
    spool_free(s);
    scratch_remove(dir);
}

struct crowd {
    struct spool *spool;
    pthread_mutex_t lock;
    int finished;
};

static void *send_some(void *arg)
{
    struct crowd *c = arg;

    for (struct parcel *p = spool_take(c->spool); p; p = spool_take(c->spool)) {
        pthread_mutex_lock(&c->lock);
        bool is_first = c->finished++ % 7 == 3;
        pthread_mutex_unlock(&c->lock);
        if (is_first)
            spool_return(c->spool, p);
        else
            spool_finish(c->spool, p);
    }
    return NULL;
}

static void several_threads_put_and_take(void **state)
{
    enum { PARCELS = 300, TAKERS = 3, PATIENCE_MS = 20000 };
    char *dir = scratch_new();
    struct crowd c = {.spool = opened(dir, ROOMY, ROOMY), .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t takers[TAKERS];

    (void)state;
    for (int i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&takers[i], NULL, send_some, &c), 0);
    for (int n = 0; n < PARCELS; n++)
        spool_put(c.spool, parcel(n % 100, 20));
    assert_true(spool_drained(c.spool, PATIENCE_MS));
    spool_close(c.spool);
    for (int i = 0; i < TAKERS; i++)
        pthread_join(takers[i], NULL);
    assert_int_equal(spool_stats(c.spool).put, PARCELS);
    assert_int_equal(spool_stats(c.spool).dropped, 0);
    spool_free(c.spool);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_comes_first_and_what_is_returned_keeps_its_place),
        cmocka_unit_test(a_full_spool_drops_the_oldest_and_counts_it),
        cmocka_unit_test(files_outlive_the_process_in_their_order),
        cmocka_unit_test(a_directory_over_its_bound_loses_the_oldest),
        cmocka_unit_test(damaged_files_are_dropped_and_the_rest_is_had),
        cmocka_unit_test(what_was_half_written_is_removed),
        cmocka_unit_test(without_a_disk_it_waits_in_memory),
        cmocka_unit_test(several_threads_put_and_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
