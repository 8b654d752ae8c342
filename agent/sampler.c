/*
 * A handler announces itself, then looks whether there are slots; whoever wants to free them takes them away,
 * then waits until no handler is left. If one does not come back in time (its thread is stopped by a
 * debugger, say), the memory is left to it.
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
    MAPS_MS = 1000, /* at most so often when only an unknown address asks for it */
    LEAVE_MS = 1000,
};

static _Atomic(struct slots *) slots;
static atomic_uint handlers;
static atomic_bool strange;
static struct modules *_Atomic modules;
static int64_t scanned_ms, mapped_ms;

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
    atomic_fetch_add(&handlers, 1);
    struct slots *s = atomic_load(&slots);
    if (s)
        take_sample(s, ticks, context);
    atomic_fetch_sub(&handlers, 1);
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
    atomic_store(&modules, m);
    enum status status = tick_install(on_tick, err);
    if (status != OK) {
        slots_free(fresh);
        return status;
    }
    atomic_store(&slots, fresh);
    scanned_ms = mapped_ms = clock_mono_ms();
    threads_begin(period_ns);
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
    if (now_ms - scanned_ms >= SCAN_MS) {
        scanned_ms = now_ms;
        threads_scan();
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
    uint64_t lost = atomic_load(&s->lost) + threads_missed();
    if (atomic_load(&handlers) == 0)
        slots_free(s);
    return lost;
}

void sampler_forget(void)
{
    struct slots *s = atomic_exchange(&slots, NULL);
    atomic_store(&handlers, 0);
    slots_free(s);
}
