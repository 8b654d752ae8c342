/* Told of allocations as the functions that stand in for malloc() do, the profile says what was allocated and
 * what is in use, within what so many samples allow. Addresses are made up: that is how this runs under
 * sanitizers, whose malloc() leaves no room for another's. */
#include "agent/heap.h"

#include "tests/agent/gathering.h"

#include <errno.h>
#include <pthread.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { RATE = 4096, THREADS = 4 };
enum { ALLOC_OBJECTS, ALLOC_SPACE, INUSE_OBJECTS, INUSE_SPACE };

bool interpose_malloc_is_first(void)
{
    return true;
}

static struct gathering *g;

static void *address(size_t base, size_t i, size_t size)
{
    return (void *)((base << 32) + i * (size + 16)); /* NOLINT(performance-no-int-to-ptr): never read */
}

__attribute__((noinline)) static void allocate(size_t base, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (!heap_skips(size))
            heap_allocated(address(base, i, size), size, __builtin_return_address(0));
}

static void release(size_t base, size_t count, size_t size)
{
    struct live_entry entry;
    for (size_t i = 0; i < count; i++)
        if (live_may_have(address(base, i, size)))
            (void)heap_freed(address(base, i, size), &entry);
}

static void assert_near(int64_t got, double expected)
{
    assert_float_equal((double)got / expected, 1, 0.05);
}

static void a_leak_of_known_size_is_found(void **state)
{
    (void)state;
    int64_t t[4];
    allocate(1, 40000, 1000);
    allocate(2, 300, 100000); /* each is sampled */
    assert_true(gathering_take(g, "heap", t));
    assert_near(t[INUSE_OBJECTS], 40300);
    assert_near(t[INUSE_SPACE], 40e6 + 30e6);
    assert_near(t[ALLOC_OBJECTS], 40300);
    assert_near(t[ALLOC_SPACE], 70e6);

    release(1, 40000, 1000);
    assert_true(gathering_take(g, "heap", t));
    assert_int_equal(t[ALLOC_SPACE], 0); /* of the time since the last one */
    assert_near(t[INUSE_SPACE], 30e6);

    release(2, 300, 100000);
    (void)gathering_take(g, "heap", t);
    assert_int_equal(t[INUSE_OBJECTS], 0);
    assert_int_equal(t[INUSE_SPACE], 0);
}

static void what_was_freed_and_stays_is_in_use(void **state)
{
    (void)state;
    struct live_entry entry;
    int64_t t[4];
    void *ptr = address(3, 0, 1 << 20);

    allocate(3, 1, 1 << 20);
    assert_true(heap_freed(ptr, &entry));
    assert_false(heap_freed(ptr, &entry));
    heap_put_back(ptr, &entry);
    (void)gathering_take(g, "heap", t);
    assert_near(t[INUSE_SPACE], 1 << 20);
    assert_true(heap_freed(ptr, &entry));
    (void)gathering_take(g, "heap", t);
    assert_int_equal(t[INUSE_SPACE], 0);
}

static void an_address_that_comes_again_counts_once(void **state)
{
    (void)state;
    int64_t t[4];
    for (int i = 0; i < 5; i++)
        allocate(4, 1, 1 << 20);
    (void)gathering_take(g, "heap", t);
    assert_near(t[ALLOC_SPACE], 5 << 20);
    assert_near(t[INUSE_SPACE], 1 << 20);
    release(4, 1, 1 << 20);
}

static void errno_stays_and_failures_do_not_count(void **state)
{
    (void)state;
    int64_t t[4];
    (void)gathering_take(g, "heap", t);
    heap_left = 0;
    errno = ENOMEM;
    heap_allocated(NULL, 1 << 30, __builtin_return_address(0));
    assert_int_equal(errno, ENOMEM);
    (void)gathering_take(g, "heap", t);
    assert_int_equal(t[ALLOC_SPACE], 0);
}

static void *allocate_and_release(void *user)
{
    size_t base = *(size_t *)user;
    for (int i = 0; i < 5; i++) {
        allocate(base, 2000, 500);
        release(base, 2000, 500);
    }
    allocate(base, 2000, 500);
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    size_t base[THREADS];
    int64_t t[4], sum = 0;

    for (size_t i = 0; i < THREADS; i++) {
        base[i] = 10 + i;
        assert_int_equal(pthread_create(&threads[i], NULL, allocate_and_release, &base[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        (void)gathering_take(g, "heap", t);
        sum += t[ALLOC_SPACE];
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    (void)gathering_take(g, "heap", t);
    assert_float_equal((double)(sum + t[ALLOC_SPACE]) / (THREADS * 6 * 1e6), 1, 0.1);
    assert_float_equal((double)t[INUSE_SPACE] / (THREADS * 1e6), 1, 0.2);
    for (size_t i = 0; i < THREADS; i++)
        release(base[i], 2000, 500);
    (void)gathering_take(g, "heap", t);
    assert_int_equal(t[INUSE_SPACE], 0);
}

static int begin(void **state)
{
    (void)state;
    g = gathering_new("heap", RATE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gathering_free(g);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_of_known_size_is_found),
        cmocka_unit_test(what_was_freed_and_stays_is_in_use),
        cmocka_unit_test(an_address_that_comes_again_counts_once),
        cmocka_unit_test(errno_stays_and_failures_do_not_count),
        cmocka_unit_test(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
