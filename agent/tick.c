/*
 * Timers are the kernel's, by system call: the C library keeps books of its own about timers that we have no
 * use for. The value that comes with each signal says that it is ours.
 *
 * The program's action for SIGPROF is kept in a ring, of which one entry is current: the handler may be
 * reading an entry while the program sets the next one, and it would take RING changes within one handler's
 * run to tear it.
 */
#include "agent/tick.h"

#include "agent/real.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { RING = 64, TIMER_MARK = 0x62726173 };

/* Linux: the clock of a thread's CPU time, from its number (the kernel's posix-timers.h). */
enum { CLOCK_OF_THREAD = 4, CLOCK_SCHEDULED = 2 };

static struct sigaction ring[RING];
static atomic_uint current;
static tick_fn *_Atomic on_tick;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A signal that is not ours, as if we were not there. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction *theirs = &ring[atomic_load_explicit(&current, memory_order_acquire) % RING];

    if (theirs->sa_flags & SA_SIGINFO) {
        theirs->sa_sigaction(number, info, context);
    } else if (theirs->sa_handler == SIG_DFL) {
        /* The default action ends the process: when this handler returns, it does. */
        struct sigaction default_action = {.sa_handler = SIG_DFL};
        (void)real_sigaction(number, &default_action, NULL);
        (void)raise(number);
    } else if (theirs->sa_handler != SIG_IGN) {
        theirs->sa_handler(number);
    }
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

    (void)sigemptyset(&ours.sa_mask);
    if (tick_is_installed())
        return OK;
    /* The program's handler is known before a signal can come to ours. */
    if (real_sigaction(SIGPROF, NULL, &ring[0]) != 0)
        return error_set_errno(err, E_UNAVAILABLE, errno, "asking for the handler of SIGPROF");

    atomic_store_explicit(&on_tick, fn, memory_order_release);
    if (real_sigaction(SIGPROF, &ours, NULL) != 0) {
        atomic_store_explicit(&on_tick, NULL, memory_order_release);
        return error_set_errno(err, E_UNAVAILABLE, errno, "setting the handler of SIGPROF");
    }
    return OK;
}

enum status tick_install(tick_fn *fn, struct error *err)
{
    (void)pthread_mutex_lock(&lock);
    enum status status = install(fn, err);
    (void)pthread_mutex_unlock(&lock);
    return status;
}

bool tick_is_ours(void)
{
    struct sigaction now;
    return real_sigaction(SIGPROF, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
           now.sa_sigaction == on_signal;
}

bool tick_sigaction(const struct sigaction *action, struct sigaction *ret_before)
{
    if (!tick_is_installed())
        return false;

    (void)pthread_mutex_lock(&lock);
    unsigned now = atomic_load_explicit(&current, memory_order_relaxed);
    struct sigaction before = ring[now % RING];
    if (action) {
        ring[(now + 1) % RING] = *action;
        atomic_store_explicit(&current, now + 1, memory_order_release);
    }
    (void)pthread_mutex_unlock(&lock);
    if (ret_before)
        *ret_before = before;
    return true;
}

/* --- timers --- */

bool tick_timer_start(int tid, long first_ns, long period_ns, int *ret_timer)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};
    struct itimerspec times = {.it_value.tv_nsec = first_ns, .it_interval.tv_nsec = period_ns};
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
