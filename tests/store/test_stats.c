#include "store/stats.h"

#include "base/clock.h"
#include "base/timer.h"
#include "store/memory.h"
#include "store/retry.h"
#include "tests/contract/batch.h"
#include "tests/contract/fault_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 500 };

static enum status run(struct store *s, enum store_verb verb, const char *key)
{
    struct store_op op = {.verb = verb,
                          .key = slice_of(key),
                          .body = SLICE("12345"),
                          .max_bytes = 100,
                          .deadline_ms = clock_mono_ms() + 10000};
    enum status status = store_run(s, &op);
    store_op_release(&op);
    return status;
}

static uint64_t sum(const uint64_t *numbers, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += numbers[i];
    return total;
}

static void it_counts_by_verb_and_answer(void **state)
{
    (void)state;
    struct store *s = stats_store_new(memory_store_new());
    assert_int_equal(run(s, STORE_PUT, "a"), OK);
    assert_int_equal(run(s, STORE_PUT, "b"), OK);
    assert_int_equal(run(s, STORE_GET, "a"), OK);
    assert_int_equal(run(s, STORE_GET, "c"), E_NOT_FOUND);
    assert_int_equal(run(s, STORE_HEAD, "a"), OK);
    assert_int_equal(run(s, STORE_LIST, ""), OK);
    assert_int_equal(run(s, STORE_DELETE, "a"), OK);

    struct stats stats;
    stats_snapshot(s, &stats);
    assert_int_equal(stats.verb[STORE_PUT].requests, 2);
    assert_int_equal(stats.verb[STORE_PUT].answers[OK], 2);
    assert_int_equal(stats.verb[STORE_PUT].bytes_out, 10);
    assert_int_equal(stats.verb[STORE_PUT].bytes_in, 0);
    assert_int_equal(stats.verb[STORE_GET].requests, 2);
    assert_int_equal(stats.verb[STORE_GET].answers[OK], 1);
    assert_int_equal(stats.verb[STORE_GET].answers[E_NOT_FOUND], 1);
    assert_int_equal(stats.verb[STORE_GET].bytes_in, 5);
    assert_int_equal(stats.verb[STORE_LIST].keys, 2);
    assert_int_equal(stats.verb[STORE_DELETE].answers[OK], 1);
    for (size_t v = 0; v < STORE_VERBS; v++) {
        assert_int_equal(stats.verb[v].in_flight, 0);
        assert_int_equal(sum(stats.verb[v].latency, STATS_BUCKETS + 1), stats.verb[v].requests);
    }
    store_close(s);
}

static void ignore(struct store_op *op)
{
    (void)op;
}

static void what_is_under_way_is_in_flight(void **state)
{
    (void)state;
    struct store *fault = fault_store_new(memory_store_new());
    struct store *s = stats_store_new(fault);
    fault_store_set(fault, (struct fault){.verbs = FAULT_VERB(STORE_HEAD),
                                          .times = 2,
                                          .how = FAULT_HOLD,
                                          .status = E_UNAVAILABLE});
    struct store_op ops[2];
    for (int i = 0; i < 2; i++) {
        ops[i] = (struct store_op){.verb = STORE_HEAD, .key = SLICE("k"), .done = ignore};
        ops[i].deadline_ms = clock_mono_ms() + 10000;
        store_submit(s, &ops[i]);
    }
    struct stats stats;
    stats_snapshot(s, &stats);
    assert_int_equal(stats.verb[STORE_HEAD].requests, 2);
    assert_int_equal(stats.verb[STORE_HEAD].in_flight, 2);
    fault_store_let_go(fault);
    stats_snapshot(s, &stats);
    assert_int_equal(stats.verb[STORE_HEAD].in_flight, 0);
    assert_int_equal(stats.verb[STORE_HEAD].answers[E_UNAVAILABLE], 2);
    store_close(s);
}

static void below_a_retry_store_it_counts_attempts(void **state)
{
    (void)state;
    struct timer *timer = timer_new();
    struct store *fault = fault_store_new(memory_store_new());
    struct store *attempts = stats_store_new(fault);
    struct store *ops = stats_store_new(retry_store_new(attempts, timer));
    fault_store_set(fault, (struct fault){.verbs = FAULT_ALL_VERBS, .times = 2, .status = E_BUSY});
    assert_int_equal(run(ops, STORE_PUT, "k"), OK);

    struct stats above, below;
    stats_snapshot(ops, &above);
    stats_snapshot(attempts, &below);
    assert_int_equal(above.verb[STORE_PUT].requests, 1);
    assert_int_equal(below.verb[STORE_PUT].requests, 3);
    assert_int_equal(below.verb[STORE_PUT].answers[E_BUSY], 2);
    store_close(ops);
    timer_free(timer);
}

static void buckets_grow_from_1_ms_to_30_s(void **state)
{
    (void)state;
    assert_int_equal(STATS_BUCKET_MS[0], 1);
    assert_int_equal(STATS_BUCKET_MS[STATS_BUCKETS - 1], 30000);
    for (size_t i = 1; i < STATS_BUCKETS; i++)
        assert_true(STATS_BUCKET_MS[i] > STATS_BUCKET_MS[i - 1]);
}

static void nothing_is_lost_when_many_are_counted_at_once(void **state)
{
    (void)state;
    struct timer *timer = timer_new();
    struct store *fault = fault_store_new(memory_store_new());
    struct store *s = stats_store_new(retry_store_new(fault, timer));
    fault_store_set(
        fault, (struct fault){.verbs = FAULT_ALL_VERBS, .after = 100, .times = 50, .status = E_UNAVAILABLE});
    static struct store_op ops[MANY];
    for (int i = 0; i < MANY; i++)
        ops[i] = (struct store_op){.verb = STORE_PUT, .key = SLICE("k"), .body = SLICE("12345")};
    batch_run(s, ops, MANY);

    struct stats stats;
    stats_snapshot(s, &stats);
    assert_int_equal(stats.verb[STORE_PUT].requests, MANY);
    assert_int_equal(stats.verb[STORE_PUT].answers[OK], MANY);
    assert_int_equal(stats.verb[STORE_PUT].bytes_out, MANY * 5);
    store_close(s);
    timer_free(timer);
}

static void it_is_transparent(void **state)
{
    (void)state;
    struct store *s = stats_store_new(memory_store_new());
    struct store_time time;
    store_time(s, &time);
    assert_true(time.known);
    assert_string_equal(store_describe(s), "memory");
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_by_verb_and_answer),
        cmocka_unit_test(what_is_under_way_is_in_flight),
        cmocka_unit_test(below_a_retry_store_it_counts_attempts),
        cmocka_unit_test(buckets_grow_from_1_ms_to_30_s),
        cmocka_unit_test(nothing_is_lost_when_many_are_counted_at_once),
        cmocka_unit_test(it_is_transparent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
