/* Threads of our own making: their name and what they are deaf to. */
#include "base/thread.h"

#include <semaphore.h>
#include <signal.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct look {
    sem_t named; /* the name is set by the maker, which may be later than the thread's first step */
    char name[16];
    sigset_t blocked;
};

static void *look_around(void *arg)
{
    struct look *l = arg;
    while (sem_wait(&l->named) != 0)
        ;
    (void)pthread_getname_np(pthread_self(), l->name, sizeof l->name);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &l->blocked);
    return l;
}

static void a_thread_runs_under_its_name(void **state)
{
    (void)state;
    struct look l = {.name = ""};
    assert_int_equal(sem_init(&l.named, 0, 0), 0);
    pthread_t thread = thread_start("a name of more than 15", look_around, &l);
    assert_int_equal(sem_post(&l.named), 0);
    void *result = NULL;
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &l);
    assert_string_equal(l.name, "a name of more ");
    (void)sem_destroy(&l.named);
}

static void signals_stay_with_the_main_thread(void **state)
{
    (void)state;
    sigset_t before, after;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    struct look l = {.name = ""};
    assert_int_equal(sem_init(&l.named, 0, 1), 0);
    pthread_t thread = thread_start("t", look_around, &l);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);

    static const int deaf_to[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE, SIGCHLD};
    for (size_t i = 0; i < sizeof deaf_to / sizeof deaf_to[0]; i++) {
        assert_int_equal(sigismember(&l.blocked, deaf_to[i]), 1);
        assert_int_equal(sigismember(&after, deaf_to[i]), sigismember(&before, deaf_to[i]));
    }
    assert_int_equal(sigismember(&l.blocked, SIGPROF), 0);
    assert_int_equal(sigismember(&l.blocked, SIGSEGV), 0);
    (void)sem_destroy(&l.named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_runs_under_its_name),
        cmocka_unit_test(signals_stay_with_the_main_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
