/*
 * All signals are blocked in the agent's thread: it is nobody's handler, and it does not tick itself. Memory
 * that the system refuses would end the process (base/alloc.h); here it ends the profiling only: the thread
 * stays where it is.
 */
#include "agent/agent.h"

#include "agent/capture.h"
#include "agent/delivery.h"
#include "agent/own.h"
#include "agent/pack.h"
#include "agent/profiler.h"
#include "agent/real.h"
#include "agent/sampler.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { STACK_BYTES = 1024 * 1024, LOOK_MS = 100, LATER_MS = 2000 };

struct agent {
    struct settings settings;
    struct pause pause, ended;
    pthread_t thread;
    struct profiling profiling;
    struct random random;
    bool is_failing; /* the last delivery failed, and it was said */
};

static _Thread_local bool is_agent __attribute__((tls_model("initial-exec")));

static void out_of_memory(void)
{
    while (is_agent)
        (void)pause();
}

/* One line when deliveries begin to fail, one when they succeed again; a refusal each time. */
static void report(struct agent *a, const char *type, enum status status, const struct error *err)
{
    if (status == OK) {
        if (a->is_failing)
            settings_log(&a->settings, "profiles are delivered again");
        a->is_failing = false;
    } else if (status == E_INVALID || !a->is_failing) {
        settings_log(&a->settings, "the %s profile is dropped: %s", type, err->text);
        a->is_failing = true;
    }
}

static void take_one(struct agent *a, const struct profiler *profiler)
{
    struct buf raw CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_PROFILE_BYTES);
    struct buf packed CLEANUP(buf_release) = BUF_INIT(LIMIT_AGENT_PROFILE_BYTES);
    struct error err;

    enum status status = profiler->take(&a->profiling, &raw, &err);
    profilers_settle(&a->profiling);
    if (status == OK && raw.len == 0)
        return;
    if (status == OK) {
        bool is_packed = pack(buf_slice(&raw), &packed);
        status = delivery_send(&a->settings, profiler->type, buf_slice(is_packed ? &packed : &raw), &a->pause,
                               &err);
    }
    report(a, profiler->name, status, &err);
}

static int64_t jitter_ms(struct agent *a)
{
    return (int64_t)random_below(&a->random, (uint64_t)a->settings.jitter_ms + 1);
}

/* Meanwhile those that gather follow libraries that come. False: it is stopped. */
static bool rest(struct agent *a, int64_t ms)
{
    int64_t until_ms = clock_mono_ms() + ms, left_ms;

    if (!profilers_gather(a->settings.profilers))
        return pause_wait(&a->pause, ms);
    while ((left_ms = until_ms - clock_mono_ms()) > 0) {
        if (!pause_wait(&a->pause, left_ms < LOOK_MS ? left_ms : LOOK_MS))
            return false;
        capture_look();
    }
    return !pause_is_stopped(&a->pause);
}

static void *run(void *user)
{
    struct agent *a = user;
    bool goes_on = true, is_first = true;

    is_agent = true;
    own_begin();
    (void)prctl(PR_SET_NAME, "brazier-agent");
    while (goes_on) {
        for (uint32_t i = 0; profilers[i].name && goes_on; i++) {
            if (!(a->settings.profilers & UINT32_C(1) << i))
                continue;
            /* The first begins at once: of a program that soon ends there would be nothing else. */
            goes_on = rest(a, is_first ? 0 : jitter_ms(a));
            is_first = false;
            if (goes_on)
                take_one(a, &profilers[i]);
        }
        goes_on = goes_on && rest(a, a->settings.interval_ms);
    }
    for (uint32_t i = 0; profilers[i].name; i++)
        if ((a->settings.profilers & UINT32_C(1) << i) && profilers[i].begin)
            take_one(a, &profilers[i]);
    pause_stop(&a->ended, 0);
    return NULL;
}

static void agent_free(struct agent *a)
{
    names_free(a->profiling.names);
    bool is_quiet = profilers_end();
    pause_release(&a->pause);
    pause_release(&a->ended);
    settings_release(&a->settings);
    if (!sampler_is_quiet() || !is_quiet)
        return; /* somebody still looks at the modules */
    modules_release(&a->profiling.modules);
    free(a);
}

static int start_thread(struct agent *a)
{
    pthread_attr_t attributes;
    sigset_t all, before;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = real_pthread_create(&a->thread, &attributes, run, a);
    if (failed == EINVAL) /* the program's thread-local variables do not fit */
        failed = real_pthread_create(&a->thread, NULL, run, a);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return failed;
}

enum status agent_start(struct settings *take_settings, struct agent **ret_agent, struct error *err)
{
    struct agent *a = mem_zero(1, sizeof *a);

    mem_on_refusal(out_of_memory);
    a->settings = *take_settings;
    *take_settings = (struct settings){0};
    pause_init(&a->pause);
    pause_init(&a->ended);
    random_seed_system(&a->random);
    a->profiling.settings = &a->settings;
    a->profiling.pause = &a->pause;
    a->profiling.names = names_new();
    modules_init(&a->profiling.modules);
    enum status status = profilers_begin(&a->profiling, err);
    int failed = status == OK ? start_thread(a) : 0;
    if (failed != 0)
        status = error_set_errno(err, E_UNAVAILABLE, failed, "starting the agent's thread");
    if (status != OK) {
        agent_free(a);
        return status;
    }
    *ret_agent = a;
    return OK;
}

bool agent_stop(struct agent *a, int64_t grace_ms)
{
    pause_stop(&a->pause, grace_ms);
    if (pause_wait(&a->ended, grace_ms + LATER_MS)) {
        (void)pthread_detach(a->thread);
        (void)profilers_end();
        return false;
    }
    (void)pthread_join(a->thread, NULL);
    agent_free(a);
    return true;
}

struct settings agent_forget(struct agent *a)
{
    struct settings settings = a->settings;
    a->settings = (struct settings){0};
    return settings;
}
