/* The CPU profiler: samples for its time, adds them up, writes the profile. */
#include "agent/profiler.h"
#include "agent/sampler.h"
#include "agent/stack_profile.h"
#include "agent/tally.h"
#include "agent/threads.h"
#include "base/clock.h"

#include <time.h>

enum {
    LOOK_MS = 100,
    NAMES_MS = 2000, /* of CPU time: names of a big program are found over some profiles */
    NS_PER_S = 1000000000,
};

static void add(void *user, const struct slot *slot)
{
    tally_add(user, slot);
}

static int64_t wall_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* False: another handler took our place. */
static bool watch(struct profiling *p, struct tally *tally)
{
    int64_t until_ms = clock_mono_ms() + p->settings->cpu_ms, left_ms;
    bool goes_on = true;

    while (goes_on && (left_ms = until_ms - clock_mono_ms()) > 0) {
        bool waited = pause_wait(p->pause, left_ms < LOOK_MS ? left_ms : LOOK_MS);
        goes_on = sampler_look(add, tally);
        if (!waited)
            return true;
    }
    return goes_on;
}

static void report_missed(const struct profiling *p)
{
    static bool has_said;
    if (threads_missed() == 0 || has_said)
        return;
    has_said = true;
    settings_log(p->settings,
                 "%llu threads are not profiled: there are too many, or RLIMIT_SIGPENDING is too low",
                 (unsigned long long)threads_missed());
}

static enum status sample(struct profiling *p, struct tally *tally, struct error *err)
{
    enum status status = sampler_start(&p->modules, NS_PER_S / p->settings->rate, err);
    if (status != OK)
        return status;

    bool goes_on = watch(p, tally);
    tally->lost += sampler_stop(add, tally);
    report_missed(p);
    if (!goes_on)
        return error_set(err, E_UNAVAILABLE, "another handler for SIGPROF was set past sigaction()");
    return OK;
}

/* --- as a profile --- */

struct source {
    const struct tally *tally;
    int64_t period_ns;
};

static void get(const void *user, size_t i, struct stack_view *ret_view)
{
    const struct source *source = user;
    const struct tally_stack *s = &COLUMN_AT(source->tally->stacks, struct tally_stack)[i];
    *ret_view = (struct stack_view){.frames = tally_frames(source->tally, s),
                                    .frames_count = s->frames_count,
                                    .is_cut = s->is_cut,
                                    .thread = intern_get(&source->tally->names, s->thread),
                                    .values = {(int64_t)s->ticks, (int64_t)s->ticks * source->period_ns}};
}

static enum status write_profile(struct profiling *p, const struct tally *tally,
                                 struct stack_profile *profile, struct buf *out, struct error *err)
{
    static const struct stack_type types[] = {{"samples", "count"}, {"cpu", "nanoseconds"}, {NULL, NULL}};
    struct source source = {tally, NS_PER_S / p->settings->rate};

    profile->modules = &p->modules;
    profile->names = p->names;
    profile->types = types;
    profile->count = tally->stacks.count;
    profile->get = get;
    profile->user = &source;
    profile->lost[0] = (int64_t)tally->lost;
    profile->lost[1] = (int64_t)tally->lost * source.period_ns;
    profile->period_type = types[1];
    profile->period = source.period_ns;
    names_begin(p->names, NAMES_MS);
    enum status status = stack_profile_write(profile, out, err);
    names_end(p->names);
    return status;
}

enum status cpu_take(struct profiling *p, struct buf *out, struct error *err)
{
    struct tally tally CLEANUP(tally_release);
    struct stack_profile profile = {.time_ns = wall_ns()};
    int64_t begun_us = clock_mono_us();

    tally_init(&tally);
    enum status status = sample(p, &tally, err);
    profile.duration_ns = (clock_mono_us() - begun_us) * 1000;
    if (status == OK && tally.stacks.count > 0)
        status = write_profile(p, &tally, &profile, out, err);
    return status;
}
