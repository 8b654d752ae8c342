/* Waits for a mutex and for both sides of a read-write lock 20 times, for a condition variable once, and takes a lock
 * often that is always free. Says for how many nanoseconds it waited where, by its own clock. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 20, HOLD_MS = 10, FREE_ROUNDS = 1000 * 1000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, own = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t held;

static long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0)
        continue;
}

#define WAIT(name, lock, unlock, subject)                                                                    \
    static long name##_ns;                                                                                   \
    __attribute__((noinline)) static void name(void)                                                         \
    {                                                                                                        \
        pthread_barrier_wait(&held);                                                                         \
        long begun = now_ns();                                                                               \
        lock(&subject);                                                                                      \
        name##_ns += now_ns() - begun;                                                                       \
        unlock(&subject);                                                                                    \
        pthread_barrier_wait(&held);                                                                         \
    }
WAIT(waits_for_mutex, pthread_mutex_lock, pthread_mutex_unlock, mutex)
WAIT(waits_to_read, pthread_rwlock_rdlock, pthread_rwlock_unlock, shared)
WAIT(waits_to_write, pthread_rwlock_wrlock, pthread_rwlock_unlock, shared)

static void *waiter(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        waits_for_mutex();
        waits_to_read();
        waits_to_write();
    }
    return unused;
}

#define HOLD(lock, unlock, subject)                                                                          \
    do {                                                                                                     \
        lock(&subject);                                                                                      \
        pthread_barrier_wait(&held);                                                                         \
        sleep_ms(HOLD_MS);                                                                                   \
        unlock(&subject);                                                                                    \
        pthread_barrier_wait(&held);                                                                         \
    } while (0)

static long waits_for_signal_ns;
__attribute__((noinline)) static void waits_for_signal(void)
{
    long begun = now_ns();
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 300 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&own);
    while (pthread_cond_timedwait(&never, &own, &until) == 0)
        continue;
    pthread_mutex_unlock(&own);
    waits_for_signal_ns = now_ns() - begun;
}

__attribute__((noinline)) static void never_waits(void)
{
    for (int i = 0; i < FREE_ROUNDS; i++) {
        pthread_mutex_lock(&own);
        pthread_mutex_unlock(&own);
    }
}

int main(void)
{
    pthread_t thread;
    pthread_barrier_init(&held, NULL, 2);
    if (pthread_create(&thread, NULL, waiter, NULL) != 0)
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        HOLD(pthread_mutex_lock, pthread_mutex_unlock, mutex);
        HOLD(pthread_rwlock_wrlock, pthread_rwlock_unlock, shared);
        HOLD(pthread_rwlock_rdlock, pthread_rwlock_unlock, shared);
    }
    pthread_join(thread, NULL);
    waits_for_signal();
    never_waits();
    printf("waits_for_mutex %ld\nwaits_to_read %ld\nwaits_to_write %ld\nwaits_for_signal %ld\n", waits_for_mutex_ns,
           waits_to_read_ns, waits_to_write_ns, waits_for_signal_ns);
    return 0;
}
