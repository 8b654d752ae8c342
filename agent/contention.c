/*
 * Sampled by nanoseconds as the heap is by bytes: a thread takes one stack for each MEAN_NS that it waited at
 * most, so what it costs is bounded by time in which the thread would have done nothing.
 */
#include "agent/contention.h"

#include "agent/capture.h"
#include "agent/ledger_profile.h"
#include "agent/poisson.h"

#include <errno.h>
#include <time.h>

enum { MEAN_NS = 1000 * 1000, NS_PER_S = 1000000000 };
/* The sums of a stack. */
enum { CONTENTIONS, DELAY, FLOWS };

static _Thread_local size_t left __attribute__((tls_model("initial-exec")));
static _Thread_local struct random random_of __attribute__((tls_model("initial-exec")));

static struct ledger ledger = LEDGER_INIT;
atomic_bool contention_is_on;

int64_t contention_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void record(double ns, const void *caller)
{
    double count = poisson_weight(ns, MEAN_NS);
    struct slot *slot = capture_stack(caller);
    ledger_lock(&ledger);
    uint32_t stack = slot ? ledger_find(&ledger, slot->frames, slot->count, slot->is_cut) : LEDGER_NONE;
    double *sums = stack == LEDGER_NONE ? ledger.lost : ledger.stacks[stack].sums;
    sums[CONTENTIONS] += count;
    sums[DELAY] += count * ns;
    ledger_unlock(&ledger);
    if (slot)
        slots_release(slot);
}

void contention_waited(int64_t since, const void *caller)
{
    int errno_before = errno;
    size_t ns = (size_t)(contention_now() - since);

    if (left == 0) {
        random_seed_system(&random_of);
        left = poisson_draw(&random_of, MEAN_NS);
    }
    if (ns < left) {
        left -= ns;
    } else if (contention_counts()) {
        own_begin();
        record((double)ns, caller);
        own_end();
        left = poisson_draw(&random_of, MEAN_NS);
    }
    errno = errno_before;
}

/* --- in the agent --- */

enum status contention_begin(struct profiling *p, struct error *err)
{
    if (!interpose_wait_is_first)
        return error_set(err, E_CONFIG,
                         "the contention profile needs libbrazier-full in place of libbrazier");
    if (!interpose_wait_is_first())
        return error_set(err, E_CONFIG,
                         "the contention profile cannot see pthread_mutex_lock(): another "
                         "library's comes before libbrazier-full");
    if (!ledger_open(&ledger) || !capture_begin(&p->modules))
        return error_set(err, E_UNAVAILABLE, "no memory for the contention profile");

    ledger_profile_begin(&ledger);
    atomic_store(&contention_is_on, true);
    return OK;
}

enum status contention_take(struct profiling *p, struct buf *out, struct error *err)
{
    struct ledger_shape shape = {.types = {{"contentions", "count"}, {"delay", "nanoseconds"}},
                                 .flows = FLOWS,
                                 .period_type = {"delay", "nanoseconds"},
                                 .period = MEAN_NS};
    return ledger_profile_take(p, &ledger, &shape, out, err);
}

void contention_end(void)
{
    atomic_store(&contention_is_on, false);
}

void contention_after_fork(void)
{
    (void)ledger_after_fork(&ledger);
}

struct ledger *contention_ledger(void)
{
    return &ledger;
}
