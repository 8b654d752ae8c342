#include "store/retry.h"

#include "base/clock.h"
#include "store/memory.h"
#include "store/retry_policy.h"
#include "store/stats.h"
#include "tests/contract/batch.h"
#include "tests/contract/fault_store.h"
#include "tests/contract/store_contract.h"

#include <limits.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 64 };

struct fixture {
    struct timer *timer;
    struct store *fault; /* in the middle, owned by retry */
    struct store *retry;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->timer = timer_new();
    f->fault = fault_store_new(memory_store_new());
    f->retry = retry_store_new(f->fault, f->timer);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    store_close(f->retry);
    timer_free(f->timer);
    free(f);
    return 0;
}

static struct store_op put_op(const char *key)
{
    return (struct store_op){.verb = STORE_PUT,
                             .key = slice_of(key),
                             .body = SLICE("body"),
                             .deadline_ms = clock_mono_ms() + 10000};
}

static void a_passing_failure_is_tried_again(void **state)
{
    struct fixture *f = *state;
    static const enum status PASSING[] = {E_BUSY, E_UNAVAILABLE, E_CORRUPT};
    for (size_t i = 0; i < ARRAY_LEN(PASSING); i++) {
        fault_store_set(f->fault, (struct fault){.verbs = FAULT_ALL_VERBS, .times = 2, .status = PASSING[i]});
        struct store_op op = put_op("k");
        int64_t deadline_ms = op.deadline_ms;
        assert_int_equal(store_run(f->retry, &op), OK);
        assert_string_equal(op.error.text, "");
        assert_int_equal(op.deadline_ms, deadline_ms); /* it was lent to the attempts, which have less time */
        assert_int_equal(fault_store_failed(f->fault), 2 * (i + 1));
    }
}

static void an_answer_that_was_lost_is_asked_for_again(void **state)
{
    struct fixture *f = *state;
    struct store_op op = put_op("k");
    assert_int_equal(store_run(f->retry, &op), OK);

    fault_store_set(f->fault, (struct fault){.verbs = FAULT_ALL_VERBS,
                                             .times = 2,
                                             .how = FAULT_LOSE_ANSWER,
                                             .status = E_UNAVAILABLE});
    op.verb = STORE_GET;
    op.max_bytes = 10;
    assert_int_equal(store_run(f->retry, &op), OK);
    assert_string_equal(buf_cstr(&op.object), "body");
    store_op_release(&op);
}

static void any_other_failure_is_an_answer(void **state)
{
    struct fixture *f = *state;
    static const enum status FINAL[] = {E_INVALID, E_TOO_LARGE, E_DENIED, E_NOT_FOUND, E_CONFIG, E_INTERNAL};
    for (size_t i = 0; i < ARRAY_LEN(FINAL); i++) {
        fault_store_set(f->fault,
                        (struct fault){.verbs = FAULT_ALL_VERBS, .times = UINT_MAX, .status = FINAL[i]});
        struct store_op op = put_op("k");
        assert_int_equal(store_run(f->retry, &op), FINAL[i]);
        assert_string_equal(op.error.text, "put 'k': a fault was asked for");
        assert_int_equal(fault_store_failed(f->fault), i + 1);
    }
}

static void the_last_error_is_told_with_the_number_of_attempts(void **state)
{
    struct fixture *f = *state;
    fault_store_set(f->fault, (struct fault){.verbs = FAULT_ALL_VERBS, .times = UINT_MAX, .status = E_BUSY});
    struct store_op op = put_op("k");
    op.deadline_ms = clock_mono_ms() + 200;
    int64_t deadline_ms = op.deadline_ms;
    assert_int_equal(store_run(f->retry, &op), E_BUSY);
    assert_int_equal(op.deadline_ms, deadline_ms);

    char *end;
    unsigned long attempts = strtoul(op.error.text, &end, 10);
    assert_string_equal(end, " attempts: put 'k': a fault was asked for");
    assert_int_equal(attempts, fault_store_failed(f->fault));
    assert_true(attempts >= 2);
}

static void a_store_that_asks_for_more_time_than_there_is_gets_no_other_attempt(void **state)
{
    struct fixture *f = *state;
    fault_store_set(f->fault, (struct fault){.verbs = FAULT_ALL_VERBS,
                                             .times = UINT_MAX,
                                             .status = E_BUSY,
                                             .retry_after_ms = 60000});
    struct store_op op = put_op("k");
    assert_int_equal(store_run(f->retry, &op), E_BUSY);
    assert_int_equal(op.retry_after_ms, 60000);
    assert_string_equal(op.error.text, "put 'k': a fault was asked for");
}

static void every_number_of_failures_ends_in_success(void **state)
{
    struct fixture *f = *state;
    for (unsigned times = 0; times < 4; times++) {
        fault_store_set(f->fault, (struct fault){.verbs = FAULT_VERB(STORE_LIST),
                                                 .times = times,
                                                 .how = FAULT_LOSE_ANSWER,
                                                 .status = E_CORRUPT});
        struct store_op op = {.verb = STORE_LIST, .deadline_ms = clock_mono_ms() + 10000};
        assert_int_equal(store_run(f->retry, &op), OK);
        store_op_release(&op);
    }
}

/* --- closing --- */

static atomic_int answered, unavailable;

static void count(struct store_op *op)
{
    atomic_fetch_add(&answered, 1);
    if (op->error.code == E_UNAVAILABLE)
        atomic_fetch_add(&unavailable, 1);
}

/* Submits MANY ops, closes, expects all answers. */
static void close_under_way(struct fixture *f, enum fault_how how, enum status status, int64_t retry_after_ms)
{
    static struct store_op ops[MANY];
    atomic_store(&answered, 0);
    atomic_store(&unavailable, 0);
    fault_store_set(f->fault, (struct fault){.verbs = FAULT_ALL_VERBS,
                                             .times = UINT_MAX,
                                             .how = how,
                                             .status = status,
                                             .retry_after_ms = retry_after_ms});
    for (int i = 0; i < MANY; i++) {
        ops[i] = put_op("k");
        ops[i].done = count;
        store_submit(f->retry, &ops[i]);
    }
    store_close(f->retry);
    assert_int_equal(atomic_load(&answered), MANY);
    assert_int_equal(atomic_load(&unavailable), MANY);
    f->retry = NULL;
}

static void closing_answers_those_that_wait(void **state)
{
    close_under_way(*state, FAULT_REFUSE, E_BUSY, 5000);
}

static void closing_answers_those_that_are_about_to_start(void **state)
{
    close_under_way(*state, FAULT_REFUSE, E_UNAVAILABLE, 0);
}

static void closing_answers_those_that_are_with_the_inner_store(void **state)
{
    close_under_way(*state, FAULT_HOLD, E_UNAVAILABLE, 0);
}

static void once_stopped_nothing_is_tried_again(void **state)
{
    struct fixture *f = *state;
    static struct store_op ops[MANY];
    atomic_store(&answered, 0);
    fault_store_set(f->fault, (struct fault){.verbs = FAULT_ALL_VERBS,
                                             .times = UINT_MAX,
                                             .status = E_BUSY,
                                             .retry_after_ms = 5000});
    for (int i = 0; i < MANY; i++) {
        ops[i] = put_op("k");
        ops[i].done = count;
        store_submit(f->retry, &ops[i]);
    }
    retry_store_stop(f->retry);
    assert_int_equal(atomic_load(&answered), MANY);

    struct store_op op = put_op("k");
    assert_int_equal(store_run(f->retry, &op), E_BUSY);
    assert_int_equal(fault_store_failed(f->fault), MANY + 1);
    fault_store_set(f->fault, (struct fault){0});
    assert_int_equal(store_run(f->retry, &op), OK);
}

/* --- the budget --- */

static void post(struct store_op *op)
{
    (void)sem_post(op->user);
}

static void without_budget_an_op_waits_instead_of_adding_load(void **state)
{
    struct fixture *f = *state;
    fault_store_set(f->fault,
                    (struct fault){.verbs = FAULT_ALL_VERBS, .times = UINT_MAX, .status = E_UNAVAILABLE});
    static struct store_op ops[MANY * 8];
    sem_t answers;
    assert_int_equal(sem_init(&answers, 0, 0), 0);
    int64_t began_ms = clock_mono_ms();
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        ops[i] = put_op("k");
        ops[i].deadline_ms = began_ms + 300;
        ops[i].done = post;
        ops[i].user = &answers;
        store_submit(f->retry, &ops[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        while (sem_wait(&answers) != 0)
            ;
    }
    (void)sem_destroy(&answers);

    /* Each op made one attempt; the others had to be earned, were saved, or came with the time. */
    int64_t retries = (int64_t)fault_store_failed(f->fault) - (int64_t)ARRAY_LEN(ops);
    int64_t by_time = (clock_mono_ms() - began_ms) / 500 + 1;
    assert_true(retries > 0);
    assert_true(retries <= RETRY_BURST + (int64_t)ARRAY_LEN(ops) / 10 + by_time);
}

static int contract(void)
{
    struct timer *timer = timer_new();
    struct store *s = retry_store_new(stats_store_new(memory_store_new()), timer);
    int failed = store_contract_run(&(struct store_contract){.store = s, .root = "", .name = "retry"});
    store_close(s);
    timer_free(timer);
    return failed;
}

/* The promises hold above a store that loses each fiftieth answer. */
static int contract_with_faults(void)
{
    struct timer *timer = timer_new();
    struct store *fault = fault_store_new(memory_store_new());
    struct store *s = retry_store_new(fault, timer);
    fault_store_set(fault, (struct fault){.verbs = FAULT_ALL_VERBS,
                                          .times = UINT_MAX,
                                          .every = 50,
                                          .how = FAULT_LOSE_ANSWER,
                                          .status = E_UNAVAILABLE});
    int failed = store_contract_run(
        &(struct store_contract){.store = s, .root = "", .name = "retry-faults", .page_keys = 1050});
    store_close(s);
    timer_free(timer);
    return failed;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_passing_failure_is_tried_again),
        TEST(an_answer_that_was_lost_is_asked_for_again),
        TEST(any_other_failure_is_an_answer),
        TEST(the_last_error_is_told_with_the_number_of_attempts),
        TEST(a_store_that_asks_for_more_time_than_there_is_gets_no_other_attempt),
        TEST(every_number_of_failures_ends_in_success),
        TEST(closing_answers_those_that_wait),
        TEST(closing_answers_those_that_are_about_to_start),
        TEST(closing_answers_those_that_are_with_the_inner_store),
        TEST(once_stopped_nothing_is_tried_again),
        TEST(without_budget_an_op_waits_instead_of_adding_load),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + contract() + contract_with_faults();
}
