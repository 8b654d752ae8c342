/* A pointer that is in the set is found by its owner, whatever others do at the same time; the pages say
 * "maybe" as long as it is and no longer. */
#include "agent/live.h"
#include "base/limits.h"

#include <pthread.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 300, EACH = 100 };

static void *at(size_t address)
{
    return (void *)address; /* NOLINT(performance-no-int-to-ptr): never read */
}

static void what_is_put_in_comes_out_once(void **state)
{
    (void)state;
    struct live_entry entry = {3.5, 100, 7, 0}, other = {1, 200, 8, 0}, got;
    assert_false(live_may_have(at(0x70001230)));
    assert_int_equal(live_put(at(0x70001230), &entry, &got), LIVE_NEW);
    assert_true(live_may_have(at(0x70001230)) && live_has(at(0x70001230)));
    assert_true(live_may_have(at(0x70001240)) && !live_has(at(0x70001240))); /* the same page */
    assert_int_equal(live_put(at(0x70001230), &other, &got), LIVE_REPLACED);
    assert_true(got.size == 100 && got.stack == 7);
    assert_true(live_take(at(0x70001230), &got));
    assert_true(got.size == 200 && got.objects == 1);
    assert_false(live_take(at(0x70001230), &got));
    assert_false(live_may_have(at(0x70001230)));
}

/* Its key is that of a free slot, and its page is shared with pointers that are in the set. */
static void no_pointer_is_in_no_set(void **state)
{
    (void)state;
    void *beside = at((size_t)LIVE_PAGES << LIVE_PAGE_SHIFT | 64);
    struct live_entry entry = {1, 100, 7, 0}, got;
    assert_int_equal(live_put(beside, &entry, &got), LIVE_NEW);
    assert_true(live_may_have(NULL));
    assert_false(live_has(NULL));
    assert_true(live_take(beside, &got));
}

static void a_full_set_says_so_and_is_empty_again(void **state)
{
    (void)state;
    struct live_entry entry = {1, 1, 1, 0}, got;
    size_t put = 0, taken = 0, more = LIMIT_AGENT_LIVE + 1000;

    for (size_t i = 1; i <= more; i++)
        put += live_put(at(0x100000000 + i * 524288), &entry, &got) == LIVE_NEW;
    assert_true(put <= LIMIT_AGENT_LIVE && put > LIMIT_AGENT_LIVE - LIMIT_AGENT_LIVE / 50);
    for (size_t i = 1; i <= more; i++)
        taken += live_take(at(0x100000000 + i * 524288), &got);
    assert_int_equal(taken, put);
    assert_int_equal(live_put(at(0x100000000), &entry, &got), LIVE_NEW);
    assert_true(live_take(at(0x100000000), &got));
}

static void numbers_follow_those_of_the_stacks(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 5, 9};
    struct live_entry entry = {1, 1, 2, 0}, got;
    (void)live_put(at(0x5000), &entry, &got);
    live_renumber(numbers);
    assert_true(live_take(at(0x5000), &got));
    assert_int_equal(got.stack, 9);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Pointers of all threads lie in the same pages. */
static void *put_look_take(void *user)
{
    size_t own = *(size_t *)user, faults = 0;
    struct live_entry entry = {1, own, 0, 0}, got;

    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < EACH; i++) {
            (void)pthread_mutex_lock(&lock);
            (void)live_put(at(0x40000000 + (i * THREADS + own) * 64), &entry, &got);
            (void)pthread_mutex_unlock(&lock);
        }
        for (size_t i = 0; i < EACH; i++) {
            void *ptr = at(0x40000000 + (i * THREADS + own) * 64);
            faults += !live_may_have(ptr) || !live_has(ptr);
            (void)pthread_mutex_lock(&lock);
            faults += !live_take(ptr, &got) || got.size != own;
            (void)pthread_mutex_unlock(&lock);
            faults += live_has(ptr);
        }
    }
    *(size_t *)user = faults;
    return NULL;
}

static void owners_find_their_pointers_while_others_come_and_go(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    size_t own[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        own[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, put_look_take, &own[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(own[i], 0);
    }
}

/* Last: it is for ever. */
static void what_is_marked_stays_so(void **state)
{
    (void)state;
    assert_false(live_may_have(at(0x12345678)));
    live_mark(at(0x12345000), 8192);
    assert_true(live_may_have(at(0x12345678)) && live_may_have(at(0x12346fff)));
    assert_false(live_may_have(at(0x12347000)));
}

static int open_set(void **state)
{
    (void)state;
    return live_open() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_in_comes_out_once),
        cmocka_unit_test(no_pointer_is_in_no_set),
        cmocka_unit_test(numbers_follow_those_of_the_stacks),
        cmocka_unit_test(owners_find_their_pointers_while_others_come_and_go),
        cmocka_unit_test(a_full_set_says_so_and_is_empty_again),
        cmocka_unit_test(what_is_marked_stays_so),
    };
    return cmocka_run_group_tests(tests, open_set, NULL);
}
