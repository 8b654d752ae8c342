/*
 * A table from thread numbers to timers under a mutex, which is held with signals blocked. Open addressing;
 * an entry that leaves makes those behind it move up, so there are no tombstones, however many threads come
 * and go.
 *
 * The first tick of a thread comes at a random moment of its first period: a thread that lives for half a
 * period is seen half of the times, which is its share. The kernel looks at CPU clocks on its own tick only,
 * so a thread that is gone before that takes its ticks with it: those are made up for when it leaves.
 */
#include "agent/threads.h"

#include "agent/quiet.h"
#include "agent/tick.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "base/random.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TABLE_SLOTS = 2 * LIMIT_AGENT_THREADS }; /* a power of two, never more than half full */

struct entry {
    int32_t tid; /* 0: free */
    int32_t timer;
    uint32_t seen; /* the scan that saw it last; UINT32_MAX: it tells itself */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    struct entry *entries; /* NULL: nobody ticks */
    size_t count;
    long period_ns;
    uint32_t scan;
    int32_t own_tid;
    uint64_t missed;
    uint32_t round; /* of threads_begin() */
    threads_rest_fn *on_rest;
    struct random random;
} set;
/* What a thread that told of itself knows, for its end. */
static _Thread_local struct {
    uint32_t round;
    int64_t first_ns; /* on its CPU clock: when its first tick was due */
    uintptr_t begin;
    uint64_t ticks;
} own __attribute__((tls_model("initial-exec")));
/* So that threads which come and go between profiles take no lock. */
static atomic_bool is_ticking;

static int32_t own_tid(void)
{
    return (int32_t)syscall(SYS_gettid);
}

static size_t home_of(int32_t tid)
{
    return (uint32_t)tid * UINT32_C(2654435769) % TABLE_SLOTS;
}

/* Its entry, or the free one where it would be. */
static struct entry *place_of(int32_t tid)
{
    size_t at = home_of(tid);
    while (set.entries[at].tid != 0 && set.entries[at].tid != tid)
        at = (at + 1) % TABLE_SLOTS;
    return &set.entries[at];
}

static void take_out(struct entry *e)
{
    size_t hole = (size_t)(e - set.entries), at = hole;

    set.count--;
    for (;;) {
        at = (at + 1) % TABLE_SLOTS;
        if (set.entries[at].tid == 0)
            break;
        /* May it move to the hole? Not if its home lies behind the hole. */
        size_t home = home_of(set.entries[at].tid);
        if ((at + TABLE_SLOTS - home) % TABLE_SLOTS >= (at + TABLE_SLOTS - hole) % TABLE_SLOTS) {
            set.entries[hole] = set.entries[at];
            hole = at;
        }
    }
    set.entries[hole] = (struct entry){0};
}

/* In how many nanoseconds its first tick comes; 0: it does not tick. */
static long put_in(struct entry *e, int32_t tid, uint32_t seen)
{
    int timer;
    long first_ns = 1 + (long)random_below(&set.random, (uint64_t)set.period_ns);

    if (set.count == LIMIT_AGENT_THREADS) {
        set.missed++;
        return 0;
    }
    if (!tick_timer_start(tid, first_ns, set.period_ns, &timer)) {
        if (errno == EAGAIN)
            set.missed++;
        return 0; /* else it has ended meanwhile */
    }
    *e = (struct entry){tid, timer, seen};
    set.count++;
    return first_ns;
}

void threads_begin(long period_ns, threads_rest_fn *on_rest)
{
    struct entry *entries = mem_zero(TABLE_SLOTS, sizeof *entries);

    (void)pthread_mutex_lock(&lock);
    set.entries = entries;
    set.count = 0;
    set.period_ns = period_ns;
    set.on_rest = on_rest;
    set.round++;
    set.own_tid = own_tid();
    random_seed_system(&set.random);
    atomic_store(&is_ticking, true);
    (void)pthread_mutex_unlock(&lock);
    threads_scan();
}

/* A timer outlives its thread, and a later thread may have the same number. */
static void saw(int32_t tid)
{
    struct entry *e = place_of(tid);

    if (e->tid != 0 && e->seen != UINT32_MAX) {
        e->seen = set.scan;
        if (tick_timer_is_alive(e->timer))
            return;
        tick_timer_stop(e->timer);
        take_out(e);
        e = place_of(tid);
    }
    if (e->tid == 0)
        (void)put_in(e, tid, set.scan);
}

static void forget_unseen(void)
{
    for (size_t i = 0; i < TABLE_SLOTS;) {
        struct entry *e = &set.entries[i];
        if (e->tid == 0 || e->seen == set.scan || e->seen == UINT32_MAX) {
            i++;
            continue;
        }
        tick_timer_stop(e->timer);
        take_out(e); /* another may have moved here: look again */
    }
}

void threads_scan(void)
{
    DIR *dir = opendir("/proc/self/task");
    struct dirent *entry;

    if (!dir)
        return;
    (void)pthread_mutex_lock(&lock);
    set.scan = set.scan + 1 == UINT32_MAX ? 1 : set.scan + 1;
    set.missed = 0;
    (void)pthread_mutex_unlock(&lock);
    while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): a stream of our own */
        int32_t tid = (int32_t)strtol(entry->d_name, NULL, 10);
        if (tid <= 0 || tid == set.own_tid)
            continue;
        (void)pthread_mutex_lock(&lock);
        saw(tid);
        (void)pthread_mutex_unlock(&lock);
    }
    (void)closedir(dir);

    (void)pthread_mutex_lock(&lock);
    forget_unseen();
    (void)pthread_mutex_unlock(&lock);
}

void threads_end(void)
{
    (void)pthread_mutex_lock(&lock);
    atomic_store(&is_ticking, false);
    for (size_t i = 0; set.entries && i < TABLE_SLOTS; i++)
        if (set.entries[i].tid != 0)
            tick_timer_stop(set.entries[i].timer);
    free(set.entries);
    set.entries = NULL;
    (void)pthread_mutex_unlock(&lock);
}

uint64_t threads_missed(void)
{
    return set.missed;
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0 ? (int64_t)now.tv_sec * 1000000000 + now.tv_nsec
                                                             : 0;
}

void threads_enter(uintptr_t begin)
{
    if (!atomic_load_explicit(&is_ticking, memory_order_relaxed))
        return;

    int32_t tid = own_tid();
    sigset_t mask;
    quiet_lock(&lock, &mask);
    if (set.entries && tid != set.own_tid) {
        struct entry *e = place_of(tid);
        if (e->tid != 0) { /* found by a scan meanwhile, or left behind by one with the same number */
            tick_timer_stop(e->timer);
            take_out(e);
            e = place_of(tid);
        }
        long first_ns = put_in(e, tid, UINT32_MAX);
        own.round = first_ns > 0 ? set.round : 0;
        own.first_ns = cpu_ns() + first_ns;
        own.begin = begin;
        own.ticks = 0;
    }
    quiet_unlock(&lock, &mask);
}

void threads_ticked(int ticks)
{
    own.ticks += (uint64_t)ticks;
}

/* Its timer is gone. Ticks that were due and did not come are given to on_rest. */
static void make_up(void)
{
    int64_t over_ns = cpu_ns() - own.first_ns;
    if (own.round != set.round || over_ns < 0)
        return;

    uint64_t due = 1 + (uint64_t)over_ns / (uint64_t)set.period_ns;
    if (due > own.ticks)
        set.on_rest((int)(due - own.ticks), own.begin);
}

void threads_leave(void)
{
    if (!atomic_load_explicit(&is_ticking, memory_order_relaxed))
        return;

    sigset_t mask;
    quiet_lock(&lock, &mask);
    struct entry *e = set.entries ? place_of(own_tid()) : NULL;
    if (e && e->tid != 0) {
        tick_timer_stop(e->timer);
        take_out(e);
        make_up();
    }
    own.round = 0;
    quiet_unlock(&lock, &mask);
}

void threads_before_fork(void)
{
    (void)pthread_mutex_lock(&lock);
}

void threads_after_fork(int is_child)
{
    if (is_child) {
        atomic_store(&is_ticking, false);
        free(set.entries);
        set.entries = NULL;
    }
    (void)pthread_mutex_unlock(&lock);
}
