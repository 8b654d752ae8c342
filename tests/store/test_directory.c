#include "store/directory.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "tests/contract/batch.h"
#include "tests/contract/store_contract.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { REPLICAS = 3, EACH = 60, ACKS_BEFORE_KILL = 40, OBJECT_BYTES = 50000 };

static struct store *open_store(const char *path)
{
    struct error err;
    struct store *s = NULL;
    if (directory_store_open(path, true, &s, &err) != OK)
        fail_msg("%s", err.text);
    return s;
}

static int set_up(void **state)
{
    *state = scratch_new();
    return 0;
}

static int tear_down(void **state)
{
    scratch_remove(*state);
    return 0;
}

/* A PUT of under/a/b. */
static struct store_op put_op(char name[64], const char *under, int a, int b, struct slice body)
{
    (void)snprintf(name, 64, "%s/%d/%05d", under, a, b);
    return (struct store_op){.verb = STORE_PUT, .key = slice_of(name), .body = body};
}

static void it_makes_its_directory_and_tells_the_absolute_path(void **state)
{
    char *path CLEANUP(mem_freep) = scratch_path(*state, "new/./data");
    char *want CLEANUP(mem_freep) = scratch_path(*state, "new/data");
    struct store *s = open_store(path);
    assert_true(slice_eq_cstr(slice_from(slice_of(store_describe(s)), 5), want));
    assert_true(slice_starts(slice_of(store_describe(s)), SLICE("file:/")));
    store_close(s);
}

static void a_file_in_its_place_is_an_error_that_names_it(void **state)
{
    char *path CLEANUP(mem_freep) = scratch_path(*state, "file");
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    (void)close(fd);

    struct error err;
    struct store *s = NULL;
    assert_int_equal(directory_store_open(path, true, &s, &err), E_INVALID);
    assert_non_null(strstr(err.text, path));
    assert_null(s);
}

static void its_time_is_the_local_clock(void **state)
{
    struct store *s = open_store(*state);
    int64_t before = clock_wall_ms();
    struct store_time time;
    store_time(s, &time);
    assert_true(time.known);
    assert_int_equal(time.local_ahead_ms, 0);
    assert_in_range(time.now_ms, before, clock_wall_ms());
    store_close(s);
}

static void an_error_names_verb_and_key(void **state)
{
    struct store *s = open_store(*state);
    struct store_op op = {.verb = STORE_GET, .key = SLICE("no/such"), .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &op), E_NOT_FOUND);
    assert_string_equal(op.error.text, "get 'no/such': no such object");
    store_close(s);
}

static void a_key_that_others_chose_leads_nowhere(void **state)
{
    struct store *s = open_store(*state);
    struct store_op op = {.verb = STORE_GET,
                          .key = SLICE("../x,y"),
                          .is_foreign = true,
                          .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &op), E_INVALID);
    assert_string_equal(op.error.text, "get '../x,y': no path in a directory");
    store_close(s);
}

static void replicas_that_share_a_directory_see_each_other(void **state)
{
    struct store *stores[REPLICAS];
    static struct store_op ops[REPLICAS][EACH];
    static char names[REPLICAS][EACH][64];
    for (int r = 0; r < REPLICAS; r++)
        stores[r] = open_store(*state);
    for (int r = 0; r < REPLICAS; r++) {
        for (int i = 0; i < EACH; i++)
            ops[r][i] = put_op(names[r][i], "pf1/0", i % 7, i + r * EACH, SLICE("x"));
        batch_run(stores[r], ops[r], EACH);
    }
    for (int r = 0; r < REPLICAS; r++) {
        struct store_op list = {.verb = STORE_LIST, .deadline_ms = clock_mono_ms() + 10000};
        assert_int_equal(store_run(stores[r], &list), OK);
        assert_int_equal(list.page.count, REPLICAS * EACH);
        store_op_release(&list);
    }
    for (int r = 0; r < REPLICAS; r++)
        store_close(stores[r]);
}

/* Each process puts and deletes in the same directories; what it has put last must be there. */
static void work_beside_others(const char *path, int self)
{
    struct store *s = open_store(path);
    static struct store_op ops[EACH];
    static char names[EACH][64];
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < EACH; i++) {
            ops[i] = put_op(names[i], "shared", i % 5, i * REPLICAS + self, SLICE("x"));
            ops[i].verb = round % 2 == 0 ? STORE_PUT : STORE_DELETE;
        }
        batch_run(s, ops, round == 3 ? EACH / 2 : EACH);
        for (int i = 0; i < EACH; i++) {
            if (ops[i].error.code != OK)
                _exit(1);
        }
    }
    store_close(s);
    _exit(0);
}

static void processes_that_share_a_directory_do_not_disturb_each_other(void **state)
{
    pid_t children[REPLICAS];
    for (int r = 0; r < REPLICAS; r++) {
        children[r] = fork();
        assert_true(children[r] >= 0);
        if (children[r] == 0)
            work_beside_others(*state, r);
    }
    for (int r = 0; r < REPLICAS; r++) {
        int status = -1;
        assert_int_equal(waitpid(children[r], &status, 0), children[r]);
        assert_int_equal(status, 0);
    }

    struct store *s = open_store(*state);
    struct store_op list = {.verb = STORE_LIST, .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &list), OK);
    assert_int_equal(list.page.count, REPLICAS * (EACH - EACH / 2));
    store_op_release(&list);
    store_close(s);
}

/* Puts until it is killed; writes a byte for each OK. */
static void put_for_ever(const char *path, int acks)
{
    struct store *s = open_store(path);
    static char body[OBJECT_BYTES];
    for (int i = 0;; i++) {
        char name[64];
        struct store_op op = put_op(name, "kill", i / 10, i, slice_make(body, sizeof body));
        op.deadline_ms = clock_mono_ms() + 10000;
        if (store_run(s, &op) != OK || write(acks, "+", 1) != 1)
            _exit(1);
    }
}

static void what_was_acknowledged_before_a_kill_is_there_and_whole(void **state)
{
    int acks[2];
    assert_int_equal(pipe(acks), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        put_for_ever(*state, acks[1]);

    (void)close(acks[1]);
    char byte;
    size_t acked = 0;
    while (acked < ACKS_BEFORE_KILL && read(acks[0], &byte, 1) == 1)
        acked++;
    assert_int_equal(kill(child, SIGKILL), 0);
    while (read(acks[0], &byte, 1) == 1)
        acked++;
    (void)close(acks[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);

    struct store *s = open_store(*state);
    struct store_op list = {.verb = STORE_LIST,
                            .key = SLICE("kill/"),
                            .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &list), OK);
    assert_in_range(list.page.count, acked, acked + 1);
    for (size_t i = 0; i < list.page.count; i++)
        assert_int_equal(list.page.entries[i].bytes, OBJECT_BYTES);
    store_op_release(&list);
    store_close(s);
}

static atomic_int succeeded, closed;

static void count_answer(struct store_op *op)
{
    if (op->error.code == OK)
        atomic_fetch_add(&succeeded, 1);
    if (op->error.code == E_UNAVAILABLE)
        atomic_fetch_add(&closed, 1);
}

static void closing_answers_everything_under_way(void **state)
{
    static struct store_op ops[EACH];
    static char names[EACH][64];
    static char body[OBJECT_BYTES];
    struct store *s = open_store(*state);
    for (int i = 0; i < EACH; i++) {
        ops[i] = put_op(names[i], "close", i % 3, i, slice_make(body, sizeof body));
        ops[i].deadline_ms = clock_mono_ms() + 10000;
        ops[i].done = count_answer;
        store_submit(s, &ops[i]);
    }
    store_close(s);
    assert_int_equal(atomic_load(&succeeded) + atomic_load(&closed), EACH);

    s = open_store(*state);
    struct store_op list = {.verb = STORE_LIST, .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &list), OK);
    assert_true(list.page.count >= (size_t)atomic_load(&succeeded));
    store_op_release(&list);
    store_close(s);
}

static int contract(void)
{
    char *path = scratch_new();
    struct store *s = open_store(path);
    int failed = store_contract_run(
        &(struct store_contract){.store = s, .root = "some/root/", .name = "directory", .page_keys = 1050});
    store_close(s);
    scratch_remove(path);
    return failed;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* Those that fork first: no other threads are about yet. */
        TEST(processes_that_share_a_directory_do_not_disturb_each_other),
        TEST(what_was_acknowledged_before_a_kill_is_there_and_whole),
        TEST(it_makes_its_directory_and_tells_the_absolute_path),
        TEST(a_file_in_its_place_is_an_error_that_names_it),
        TEST(its_time_is_the_local_clock),
        TEST(an_error_names_verb_and_key),
        TEST(a_key_that_others_chose_leads_nowhere),
        TEST(replicas_that_share_a_directory_see_each_other),
        TEST(closing_answers_everything_under_way),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + contract();
}
