#include "store/memory.h"

#include "base/clock.h"
#include "tests/contract/store_contract.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int64_t moved(void *user)
{
    return *(int64_t *)user;
}

static void its_time_is_the_clock_of_the_test(void **state)
{
    (void)state;
    int64_t now = 1000000;
    struct store *s = memory_store_new();
    memory_store_set_clock(s, moved, &now);
    struct store_op op = {.verb = STORE_PUT, .key = SLICE("k"), .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &op), OK);

    now = 2000000;
    op.verb = STORE_HEAD;
    assert_int_equal(store_run(s, &op), OK);
    assert_int_equal(op.modified_ms, 1000000);
    struct store_time time;
    store_time(s, &time);
    assert_int_equal(time.now_ms, 2000000);
    assert_true(time.local_ahead_ms > 0);
    store_close(s);
}

static void it_counts_its_objects(void **state)
{
    (void)state;
    struct store *s = memory_store_new();
    struct store_op op = {.verb = STORE_PUT, .key = SLICE("k"), .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &op), OK);
    assert_int_equal(store_run(s, &op), OK);
    assert_int_equal(memory_store_count(s), 1);
    op.verb = STORE_DELETE;
    assert_int_equal(store_run(s, &op), OK);
    assert_int_equal(memory_store_count(s), 0);
    store_close(s);
}

static void an_exact_page_says_that_there_is_no_more(void **state)
{
    (void)state;
    struct store *s = memory_store_new();
    struct store_op put = {.verb = STORE_PUT, .key = SLICE("a"), .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &put), OK);
    put.key = SLICE("b");
    assert_int_equal(store_run(s, &put), OK);

    struct store_op list = {.verb = STORE_LIST, .max_keys = 2, .deadline_ms = clock_mono_ms() + 10000};
    assert_int_equal(store_run(s, &list), OK);
    assert_int_equal(list.page.count, 2);
    assert_false(list.page.more);
    store_op_release(&list);
    store_close(s);
}

int main(void)
{
    struct store *s = memory_store_new();
    int failed = store_contract_run(&(struct store_contract){.store = s, .root = "", .name = "memory"});
    store_close(s);

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_time_is_the_clock_of_the_test),
        cmocka_unit_test(it_counts_its_objects),
        cmocka_unit_test(an_exact_page_says_that_there_is_no_more),
    };
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
