/*
 * Timers are the kernel's, by system call: the C library keeps books of its own about timers that we have no
 * use for. The value that comes with each signal says that it is ours.
 *
 * Our handler runs with all signals blocked: a handler of the program in the middle of it might fork, or jump
 * away and never come back. The program's own SIGPROF handler gets the mask that it would have had.
 *
 * The program's action for SIGPROF is kept in a ring, of which one entry is current: the handler may be
 * reading an entry while the program sets the next one, and it would take RING changes within one handler's
 * run to tear it. Changes are made under a flag and not a mutex, for sigaction() may be called in handlers.
 *
 * A child of vfork() shares our memory but has actions of its own: what it sets is none of our business,
 * which is why the owner's number is kept.
 */
#include "agent/tick.h"

#include "agent/real.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { RING = 64, TIMER_MARK = 0x62726173, KERNEL_MASK_BYTES = 8, NS_PER_S = 1000000000 };

/* Linux: the clock of a thread's CPU time, from its number (the kernel's posix-timers.h). */
enum { CLOCK_OF_THREAD = 4, CLOCK_SCHEDULED = 2 };

static struct sigaction ring[RING];
static atomic_uint current;
static tick_fn *_Atomic on_tick;
static atomic_flag is_changing = ATOMIC_FLAG_INIT;
static atomic_int owner; /* the process whose handler is ours */

/* --- the program's action --- */

static void begin_change(sigset_t *ret_before)
{
    sigset_t all;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, ret_before);
    while (atomic_flag_test_and_set_explicit(&is_changing, memory_order_acquire))
        (void)sched_yield();
}

static void end_change(const sigset_t *before)
{
    atomic_flag_clear_explicit(&is_changing, memory_order_release);
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

static struct sigaction theirs_now(void)
{
    return ring[atomic_load_explicit(&current, memory_order_acquire) % RING];
}

/* Between begin_change() and end_change(). */
static void set_theirs(const struct sigaction *action)
{
    unsigned now = atomic_load_explicit(&current, memory_order_relaxed);
    ring[(now + 1) % RING] = *action;
    atomic_store_explicit(&current, now + 1, memory_order_release);
}

/* --- the handler --- */

/* What the kernel would have blocked during their handler. */
static void take_their_mask(const struct sigaction *theirs, const ucontext_t *context)
{
    sigset_t interrupted, mask;

    /* The kernel wrote so much of it and no more. */
    (void)sigemptyset(&interrupted);
    memcpy(&interrupted, &context->uc_sigmask, KERNEL_MASK_BYTES);
    (void)sigorset(&mask, &interrupted, &theirs->sa_mask);
    if (!(theirs->sa_flags & SA_NODEFER))
        (void)sigaddset(&mask, SIGPROF);
    (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

/* A signal that is not ours, as if we were not there. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    struct sigaction theirs = theirs_now(), by_default = {.sa_handler = SIG_DFL};
    bool is_plain = !(theirs.sa_flags & SA_SIGINFO);

    if (is_plain && theirs.sa_handler == SIG_IGN)
        return;
    if (is_plain && theirs.sa_handler == SIG_DFL) {
        /* The default action ends the process: when this handler returns, it does. */
        (void)real_sigaction(number, &by_default, NULL);
        (void)raise(number);
        return;
    }
    if (theirs.sa_flags & SA_RESETHAND)
        (void)tick_sigaction(&by_default, NULL);
    take_their_mask(&theirs, context);
    if (is_plain)
        theirs.sa_handler(number);
    else
        theirs.sa_sigaction(number, info, context);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    int errno_before = errno;

    if (info->si_code == SI_TIMER && (uintptr_t)info->si_value.sival_ptr == TIMER_MARK)
        atomic_load_explicit(&on_tick, memory_order_relaxed)(1 + info->si_overrun, context);
    else
        pass_on(number, info, context);
    errno = errno_before;
}

bool tick_is_installed(void)
{
    return atomic_load_explicit(&on_tick, memory_order_acquire) != NULL;
}

static enum status install(tick_fn *fn, struct error *err)
{
    struct sigaction ours = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    struct sigaction before;

    (void)sigfillset(&ours.sa_mask);
    if (tick_is_installed() && atomic_load(&owner) == getpid())
        return OK;
    /* The program's handler is known before a signal can come to ours. */
    if (real_sigaction(SIGPROF, NULL, &before) != 0)
        return error_set_errno(err, E_UNAVAILABLE, errno, "asking for the handler of SIGPROF");
    set_theirs(&before);

    /* From here on the program's sigaction() comes to us and waits until we are done. */
    atomic_store_explicit(&on_tick, fn, memory_order_release);
    atomic_store(&owner, getpid());
    if (real_sigaction(SIGPROF, &ours, &before) != 0) {
        atomic_store_explicit(&on_tick, NULL, memory_order_release);
        return error_set_errno(err, E_UNAVAILABLE, errno, "setting the handler of SIGPROF");
    }
    if (before.sa_sigaction != on_signal)
        set_theirs(&before);
    return OK;
}

enum status tick_install(tick_fn *fn, struct error *err)
{
    sigset_t before;
    begin_change(&before);
    enum status status = install(fn, err);
    end_change(&before);
    return status;
}

void tick_after_fork(void)
{
    atomic_flag_clear(&is_changing);
    if (tick_is_installed())
        atomic_store(&owner, getpid());
}

bool tick_is_ours(void)
{
    struct sigaction now;
    return real_sigaction(SIGPROF, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
           now.sa_sigaction == on_signal;
}

bool tick_sigaction(const struct sigaction *action, struct sigaction *ret_before)
{
    if (!tick_is_installed() || atomic_load(&owner) != getpid())
        return false;

    sigset_t mask;
    begin_change(&mask);
    struct sigaction before = theirs_now();
    if (action)
        set_theirs(action);
    end_change(&mask);
    if (ret_before)
        *ret_before = before;
    return true;
}

/* --- timers --- */

bool tick_timer_start(int tid, long first_ns, long period_ns, int *ret_timer)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};
    struct itimerspec times = {.it_value = {first_ns / NS_PER_S, first_ns % NS_PER_S},
                               .it_interval = {period_ns / NS_PER_S, period_ns % NS_PER_S}};
    int clock = (int)(~(unsigned)tid << 3 | CLOCK_OF_THREAD | CLOCK_SCHEDULED), timer;

    event.sigev_value.sival_ptr =
        (void *)(uintptr_t)TIMER_MARK; /* NOLINT(performance-no-int-to-ptr): a mark */
    event._sigev_un._tid = tid;
    if (syscall(SYS_timer_create, (long)clock, &event, &timer) != 0)
        return false;
    if (syscall(SYS_timer_settime, (long)timer, 0L, &times, NULL) != 0) {
        tick_timer_stop(timer);
        return false;
    }
    *ret_timer = timer;
    return true;
}

bool tick_timer_is_alive(int timer)
{
    struct itimerspec left = {0};
    return syscall(SYS_timer_gettime, (long)timer, &left) == 0 &&
           (left.it_value.tv_sec != 0 || left.it_value.tv_nsec != 0);
}

void tick_timer_stop(int timer)
{
    (void)syscall(SYS_timer_delete, (long)timer);
}
