/*
 * A handler announces itself, then looks whether there are slots; whoever wants to free them takes them away,
 * then waits until no handler is left. If one does not come back in time (its thread is stopped by a
 * debugger, say), the memory is left to it.
 *
 * A thread that has SIGPROF blocked gets all its ticks at once when it lets it through. They are not what it
 * did then, so they count as lost.
 */
#include "agent/sampler.h"

#include "agent/threads.h"
#include "agent/tick.h"
#include "base/clock.h"

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    SLOTS_PER_CPU = 64, /* a processor fills ten in 100 ms */
    SLOTS_MIN = 256,
    SLOTS_MAX = 8192,
    SCAN_MS = 200,
    SCAN_SHARE =
        100,        /* of the time; so many threads that a look at them takes long are looked at less often */
    LATE_MS = 50,   /* the kernel looks at CPU clocks on its own tick: so late is usual */
    MAPS_MS = 1000, /* at most so often when only an unknown address asks for it */
    LEAVE_MS = 1000,
};

static _Atomic(struct slots *) slots;
static atomic_uint handlers;
static atomic_bool strange;
static struct modules *_Atomic modules;
static atomic_int late; /* ticks that may come at once */
static int64_t scan_at_ms, mapped_ms;

static void take_sample(struct slots *s, int ticks, const ucontext_t *context)
{
    struct slot *slot = slots_claim(s, ticks);
    if (!slot)
        return;

    const struct modules *m = atomic_load_explicit(&modules, memory_order_acquire);
    struct walk walk = {.map = atomic_load_explicit(&m->map, memory_order_acquire),
                        .window = &slot->window,
                        .frames = slot->frames,
                        .max = SLOT_FRAMES};
    registers_of(context, &walk.registers);
    unwind_walk(&walk);
    slot->count = (uint16_t)walk.count;
    slot->is_cut = walk.is_cut;
    if (walk.is_strange)
        atomic_store_explicit(&strange, true, memory_order_relaxed);
    if (prctl(PR_GET_NAME, slot->thread) != 0)
        slot->thread[0] = '\0';
    slots_fill(slot);
}

static void on_tick(int ticks, const ucontext_t *context)
{
    threads_ticked(ticks);
    atomic_fetch_add(&handlers, 1);
    struct slots *s = atomic_load(&slots);
    if (s) {
        bool is_late = ticks > atomic_load_explicit(&late, memory_order_relaxed);
        if (is_late)
            atomic_fetch_add_explicit(&s->lost, (uint64_t)ticks - 1, memory_order_relaxed);
        take_sample(s, is_late ? 1 : ticks, context);
    }
    atomic_fetch_sub(&handlers, 1);
}

/* A thread that was too short to be met at work: all that is known is what it ran. */
static void on_rest(int ticks, uintptr_t begin)
{
    struct slots *s = atomic_load(&slots);
    struct slot *slot = s ? slots_claim(s, ticks) : NULL;
    if (!slot)
        return;

    slot->frames[0] = begin;
    slot->count = 1;
    slot->is_cut = false;
    if (prctl(PR_GET_NAME, slot->thread) != 0)
        slot->thread[0] = '\0';
    slots_fill(slot);
}

static size_t slots_wanted(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    long wanted = cpus > 0 ? cpus * SLOTS_PER_CPU : SLOTS_MIN;
    return wanted < SLOTS_MIN ? SLOTS_MIN : wanted > SLOTS_MAX ? SLOTS_MAX : (size_t)wanted;
}

enum status sampler_start(struct modules *m, long period_ns, struct error *err)
{
    struct slots *fresh = slots_new(slots_wanted());
    if (!fresh)
        return error_set(err, E_UNAVAILABLE, "no memory for samples");

    modules_refresh(m, true);
    modules_want(m, (uintptr_t)sysconf); /* every stack ends in the C library */
    modules_load_rules(m);
    atomic_store(&modules, m);
    enum status status = tick_install(on_tick, err);
    if (status != OK) {
        slots_free(fresh);
        return status;
    }
    /* Whoever is there in our place would get our signals; if it is nobody, they would end the process. */
    if (!tick_is_ours()) {
        slots_free(fresh);
        return error_set(err, E_UNAVAILABLE, "another handler for SIGPROF was set past sigaction()");
    }
    atomic_store(&slots, fresh);
    atomic_store(&late, (int)(LATE_MS * 1000000L / period_ns) + 2);
    mapped_ms = clock_mono_ms();
    threads_begin(period_ns, on_rest);
    scan_at_ms = mapped_ms + SCAN_MS;
    return OK;
}

bool sampler_look(void (*fn)(void *user, const struct slot *slot), void *user)
{
    int64_t now_ms = clock_mono_ms();
    struct modules *m = atomic_load(&modules);

    slots_drain(atomic_load(&slots), fn, user);
    bool anyway = now_ms - mapped_ms >= MAPS_MS && atomic_exchange(&strange, false);
    if (anyway)
        mapped_ms = now_ms;
    modules_refresh(m, anyway);
    modules_load_rules(m);
    if (now_ms >= scan_at_ms) {
        int64_t begun_ms = clock_mono_ms();
        threads_scan();
        now_ms = clock_mono_ms();
        scan_at_ms = now_ms + SCAN_MS + (now_ms - begun_ms) * SCAN_SHARE;
    }
    return tick_is_ours();
}

uint64_t sampler_stop(void (*fn)(void *user, const struct slot *slot), void *user)
{
    struct slots *s = atomic_load(&slots);
    int64_t until_ms = clock_mono_ms() + LEAVE_MS;

    threads_end();
    atomic_store(&slots, NULL);
    while (atomic_load(&handlers) > 0 && clock_mono_ms() < until_ms)
        (void)sched_yield();
    slots_drain(s, fn, user);
    uint64_t lost = atomic_load(&s->lost);
    if (sampler_is_quiet())
        slots_free(s);
    return lost;
}

bool sampler_is_quiet(void)
{
    return atomic_load(&handlers) == 0;
}

void sampler_forget(void)
{
    struct slots *s = atomic_exchange(&slots, NULL);
    atomic_store(&handlers, 0);
    slots_free(s);
}
