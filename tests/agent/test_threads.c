/* Every thread ticks: those that tell, those that are found, and those that are too short to be met. */
#include "agent/real.h"
#include "agent/threads.h"
#include "agent/tick.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PERIOD_NS = 1000000, BEGIN = 4711, MANY = 300 };

static atomic_int rest, rest_wrong, ticks, is_over;

static void on_tick(int more, const ucontext_t *context)
{
    (void)context;
    threads_ticked(more);
    atomic_fetch_add(&ticks, more);
}

static void on_rest(int more, uintptr_t begin)
{
    atomic_fetch_add(&rest, more);
    if (begin != BEGIN)
        atomic_store(&rest_wrong, 1);
}

static int install(void **state)
{
    (void)state;
    struct error err;
    return tick_install(on_tick, &err) == OK ? 0 : -1;
}

static void burn(int64_t ns)
{
    struct timespec now;
    int64_t until = 0;
    do {
        (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        if (until == 0)
            until = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + ns;
    } while ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec < until);
}

/* SIGPROF is blocked, as if the kernel had never looked. */
static void *unseen(void *user)
{
    sigset_t prof;
    (void)sigemptyset(&prof);
    (void)sigaddset(&prof, SIGPROF);
    (void)pthread_sigmask(SIG_BLOCK, &prof, NULL);
    threads_enter(BEGIN);
    burn(5 * PERIOD_NS);
    threads_leave();
    return user;
}

static void run(void *(*fn)(void *))
{
    pthread_t thread;
    assert_int_equal(real_pthread_create(&thread, NULL, fn, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_thread_that_was_not_met_gets_what_it_was_due(void **state)
{
    (void)state;
    atomic_store(&rest, 0);
    threads_begin(PERIOD_NS, on_rest);
    run(unseen);
    threads_end();
    assert_in_range(atomic_load(&rest), 4, 50); /* the scheduler may add to it */
    assert_int_equal(atomic_load(&rest_wrong), 0);
}

static void *brief(void *user)
{
    threads_enter(BEGIN);
    threads_leave();
    return user;
}

static void threads_without_work_get_next_to_nothing(void **state)
{
    (void)state;
    atomic_store(&rest, 0);
    threads_begin(500 * (long)PERIOD_NS, on_rest);
    for (int i = 0; i < MANY; i++)
        run(brief);
    threads_end();
    assert_in_range(atomic_load(&rest), 0, 20);
    assert_int_equal(threads_missed(), 0);
}

static void *silent(void *user)
{
    while (!atomic_load(&is_over))
        burn(PERIOD_NS);
    return user;
}

static void a_thread_that_does_not_tell_is_found(void **state)
{
    (void)state;
    pthread_t thread;
    threads_begin(PERIOD_NS, on_rest);
    assert_int_equal(real_pthread_create(&thread, NULL, silent, NULL), 0);
    atomic_store(&ticks, 0);
    while (atomic_load(&ticks) < 3) {
        threads_scan();
        (void)sched_yield();
    }
    assert_true(atomic_load(&ticks) >= 3);
    atomic_store(&is_over, 1);
    (void)pthread_join(thread, NULL);
    threads_scan(); /* forgets it */
    threads_end();
}

static void outside_of_profiles_nothing_is_counted(void **state)
{
    (void)state;
    atomic_store(&rest, 0);
    run(unseen);
    assert_int_equal(atomic_load(&rest), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_that_was_not_met_gets_what_it_was_due),
        cmocka_unit_test(threads_without_work_get_next_to_nothing),
        cmocka_unit_test(a_thread_that_does_not_tell_is_found),
        cmocka_unit_test(outside_of_profiles_nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, install, NULL);
}
