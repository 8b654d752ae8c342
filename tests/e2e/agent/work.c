/*
 * work MODE [SECONDS]: what the agent is tried on. LINKED: it starts the agent itself, with the environment's
 * settings. Loops that are meant to take known shares are the same loop, run so many times; rounds of
 * them differ in length, for one as long as the kernel's tick would be met at the same place each time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef LINKED
#include <brazier.h>
#endif

enum { UNIT = 2000, THREADS = 3 };

static double seconds = 1;
static _Atomic uint64_t sink;
static atomic_int ticks_of_its_own;

static inline __attribute__((always_inline)) uint64_t spin(uint64_t rounds)
{
    uint64_t x = 88172645463325252U;
    for (uint64_t i = 0; i < rounds * UNIT; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static __attribute__((noinline)) void takes_seventy(unsigned rounds)
{
    sink += spin(7 * rounds);
}

static __attribute__((noinline)) void takes_twenty(unsigned rounds)
{
    sink += spin(2 * rounds);
}

static __attribute__((noinline)) void takes_ten(unsigned rounds)
{
    sink += spin(1 * rounds);
}

static double cpu_of(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *share(void *user)
{
    unsigned drawn = (unsigned)syscall(SYS_gettid);
    while (cpu_of(CLOCK_THREAD_CPUTIME_ID) < seconds) {
        unsigned rounds = 1 + (unsigned)rand_r(&drawn) % 20;
        takes_seventy(rounds);
        takes_twenty(rounds);
        takes_ten(rounds);
    }
    return user;
}

static void shares(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        (void)pthread_create(&threads[i], NULL, share, NULL);
    for (int i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
}

/* --- threads that come and go --- */

static __attribute__((noinline)) void *short_life(void *user)
{
    sink += spin(80);
    return user;
}

static void many(void)
{
    enum { AT_ONCE = 8 };
    pthread_t threads[AT_ONCE];
    int made = 0;

    while (cpu_of(CLOCK_PROCESS_CPUTIME_ID) < seconds || made < 3000) {
        for (int i = 0; i < AT_ONCE; i++)
            made += pthread_create(&threads[i], NULL, short_life, NULL) == 0;
        for (int i = 0; i < AT_ONCE; i++)
            (void)pthread_join(threads[i], NULL);
    }
    printf("made %d\n", made);
}

/* --- processes --- */

static void spend(double more)
{
    double until = cpu_of(CLOCK_PROCESS_CPUTIME_ID) + more;
    while (cpu_of(CLOCK_PROCESS_CPUTIME_ID) < until)
        takes_ten(10);
}

/* Children while profiles are taken: each works, looks that SIGPROF is at peace, and ends as it can. */
static void forks(void)
{
    int bad = 0;
    double until = cpu_of(CLOCK_MONOTONIC) + seconds;

    for (int i = 0; cpu_of(CLOCK_MONOTONIC) < until; i++) {
        pid_t child = fork();
        int status = 1;
        if (child == 0) {
            spend(0.02);
            if (i % 3 == 0)
                exit(0);
            if (i % 3 == 1)
                (void)execl("/bin/true", "true", (char *)NULL);
            _exit(0);
        }
        spend(0.02);
        (void)waitpid(child, &status, 0);
        bad += status != 0;
    }
    printf("bad %d, cpu %.2f\n", bad, cpu_of(CLOCK_PROCESS_CPUTIME_ID));
}

/* A child that works for long, and whose parent waits: only BRAZIER_FORK=on shows it. */
static void child(void)
{
    if (fork() == 0) {
        share(NULL);
        exit(0);
    }
    (void)wait(NULL);
}

/* --- libraries --- */

static void libraries(const char *path)
{
    double until = cpu_of(CLOCK_MONOTONIC) + seconds;
    while (cpu_of(CLOCK_MONOTONIC) < until) {
        void *library = dlopen(path, RTLD_NOW);
        void *found = library ? dlsym(library, "in_the_library") : NULL;
        unsigned long (*work)(unsigned long);
        if (!found) {
            printf("no library: %s\n", dlerror());
            return;
        }
        memcpy(&work, &found, sizeof work);
        for (int i = 0; i < 40; i++)
            sink += work(200 * UNIT);
        (void)dlclose(library);
    }
}

/* --- signals --- */

static void on_prof(int number)
{
    (void)number;
    ticks_of_its_own++;
}

static void own_profiler(void)
{
    struct sigaction action = {.sa_handler = on_prof}, before, now;
    struct itimerval every = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};

    (void)sigaction(SIGPROF, &action, &before);
    (void)setitimer(ITIMER_PROF, &every, NULL);
    share(NULL);
    (void)setitimer(ITIMER_PROF, &never, NULL);
    (void)sigaction(SIGPROF, NULL, &now);
    printf("own %d, kept %d, before %d\n", (int)ticks_of_its_own, now.sa_handler == on_prof,
           before.sa_handler == SIG_DFL);
}

static int broken_calls;

static void *reader(void *user)
{
    char byte;
    int *ends = user;
    while (read(ends[0], &byte, 1) != 0)
        broken_calls += errno == EINTR;
    return NULL;
}

static void *sleeper(void *user)
{
    struct timespec a_moment = {0, 3000000};
    double until = cpu_of(CLOCK_MONOTONIC) + seconds;
    while (cpu_of(CLOCK_MONOTONIC) < until) {
        sink += spin(20); /* so that it has ticks, some of them on its way into the call */
        broken_calls += nanosleep(&a_moment, NULL) != 0;
        broken_calls += poll(NULL, 0, 2) < 0;
    }
    return user;
}

static void blocked_calls(void)
{
    pthread_t one, two, three;
    int ends[2];

    if (pipe(ends) != 0)
        return;
    (void)pthread_create(&one, NULL, reader, ends);
    (void)pthread_create(&two, NULL, sleeper, NULL);
    (void)pthread_create(&three, NULL, share, NULL);
    (void)pthread_join(three, NULL);
    (void)pthread_join(two, NULL);
    (void)close(ends[1]);
    (void)pthread_join(one, NULL);
    printf("broken %d\n", broken_calls);
}

/* The default action for SIGPROF, set behind the C library's back: ticks would end us. */
static void reset_past_us(void)
{
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask;
    } by_default = {SIG_DFL, 0, NULL, 0};

    share(NULL);
    sigset_t prof;
    (void)sigemptyset(&prof);
    (void)sigaddset(&prof, SIGPROF);
    (void)pthread_sigmask(SIG_BLOCK, &prof, NULL);
    (void)syscall(SYS_rt_sigaction, SIGPROF, &by_default, NULL, 8);
    double until = cpu_of(CLOCK_MONOTONIC) + 0.5; /* the profile under way notices */
    while (cpu_of(CLOCK_MONOTONIC) < until)
        (void)usleep(10000);
    struct timespec none = {0, 0};
    (void)sigtimedwait(&prof, NULL, &none);
    (void)pthread_sigmask(SIG_UNBLOCK, &prof, NULL);
    spend(seconds);
    printf("alive\n");
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "shares";
    if (argc > 2)
        seconds = strtod(argv[2], NULL);
#ifdef LINKED
    if (brazier_start(NULL) != 0) {
        fprintf(stderr, "brazier: %s\n", brazier_error());
        return 1;
    }
#endif
    if (strcmp(mode, "shares") == 0)
        shares();
    else if (strcmp(mode, "many") == 0)
        many();
    else if (strcmp(mode, "forks") == 0)
        forks();
    else if (strcmp(mode, "child") == 0)
        child();
    else if (strcmp(mode, "libraries") == 0)
        libraries(argv[3]);
    else if (strcmp(mode, "own") == 0)
        own_profiler();
    else if (strcmp(mode, "blocked") == 0)
        blocked_calls();
    else if (strcmp(mode, "reset") == 0)
        reset_past_us();
    else
        return 2;
    return 0;
}
