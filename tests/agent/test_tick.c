/* SIGPROF is shared: ticks are ours, everything else is the program's, as if we were not there. */
#include "agent/tick.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static atomic_int ticks, handled;
static sigset_t mask_in_handler;

static void count(int more, const ucontext_t *context)
{
    (void)context;
    atomic_fetch_add(&ticks, more);
}

static void on_prof(int number)
{
    (void)number;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask_in_handler);
    atomic_fetch_add(&handled, 1);
}

static int install(void **state)
{
    (void)state;
    struct error err;
    return tick_install(count, &err) == OK ? 0 : -1;
}

static void set_theirs(void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaddset(&action.sa_mask, SIGUSR2);
    assert_true(tick_sigaction(&action, NULL));
}

static void a_timer_ticks_while_its_thread_computes(void **state)
{
    (void)state;
    int timer;
    assert_true(tick_timer_start((int)syscall(SYS_gettid), 1, 1000000, &timer));
    assert_true(tick_timer_is_alive(timer));
    for (volatile unsigned i = 0; atomic_load(&ticks) < 3; i++)
        continue;
    tick_timer_stop(timer);
    assert_false(tick_timer_is_alive(timer));
}

static void a_period_may_be_a_second(void **state)
{
    (void)state;
    int timer;
    assert_true(tick_timer_start((int)syscall(SYS_gettid), 1000000000, 1000000000, &timer));
    tick_timer_stop(timer);
}

static void the_program_gets_what_is_not_ours_with_its_own_mask(void **state)
{
    (void)state;
    set_theirs(on_prof, 0);
    atomic_store(&handled, 0);
    assert_int_equal(raise(SIGPROF), 0);
    assert_int_equal(atomic_load(&handled), 1);
    assert_true(sigismember(&mask_in_handler, SIGPROF));
    assert_true(sigismember(&mask_in_handler, SIGUSR2));
    assert_false(sigismember(&mask_in_handler, SIGUSR1));
    set_theirs(on_prof, SA_NODEFER);
    assert_int_equal(raise(SIGPROF), 0);
    assert_false(sigismember(&mask_in_handler, SIGPROF));
}

static void a_handler_for_once_is_called_once(void **state)
{
    (void)state;
    struct sigaction now;
    set_theirs(on_prof, (int)SA_RESETHAND);
    assert_int_equal(raise(SIGPROF), 0);
    assert_true(tick_sigaction(NULL, &now));
    assert_true(now.sa_handler == SIG_DFL);
}

static void ignored_is_ignored_and_the_default_ends_the_process(void **state)
{
    (void)state;
    int status;
    set_theirs(SIG_IGN, 0);
    assert_int_equal(raise(SIGPROF), 0);
    pid_t child = fork();
    if (child == 0) {
        tick_after_fork();
        set_theirs(SIG_DFL, 0);
        (void)raise(SIGPROF);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF);
}

static void a_child_that_nobody_told_us_of_is_left_alone(void **state)
{
    (void)state;
    int status;
    set_theirs(on_prof, 0);
    pid_t child = fork(); /* as of vfork(): no tick_after_fork() */
    if (child == 0)
        _exit(tick_sigaction(NULL, NULL) ? 1 : 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_handler_set_past_us_is_noticed(void **state)
{
    (void)state;
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask;
    } ignore = {SIG_IGN, 0, NULL, 0}, before;

    assert_true(tick_is_ours());
    assert_int_equal(syscall(SYS_rt_sigaction, SIGPROF, &ignore, &before, 8), 0);
    assert_false(tick_is_ours());
    assert_int_equal(syscall(SYS_rt_sigaction, SIGPROF, &before, NULL, 8), 0);
    assert_true(tick_is_ours());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_ticks_while_its_thread_computes),
        cmocka_unit_test(a_period_may_be_a_second),
        cmocka_unit_test(the_program_gets_what_is_not_ours_with_its_own_mask),
        cmocka_unit_test(a_handler_for_once_is_called_once),
        cmocka_unit_test(ignored_is_ignored_and_the_default_ends_the_process),
        cmocka_unit_test(a_child_that_nobody_told_us_of_is_left_alone),
        cmocka_unit_test(a_handler_set_past_us_is_noticed),
    };
    return cmocka_run_group_tests(tests, install, NULL);
}
