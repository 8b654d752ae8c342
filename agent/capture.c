/*
 * Our own frames are on top, however many the compiler made of them: what counts begins with the frame that
 * the function which we stand in for returns to. If the walk does not come by there, that one address is the
 * stack.
 */
#include "agent/capture.h"

#include "base/clock.h"

#include <sched.h>
#include <stdint.h>
#include <string.h>

enum { SLOTS = 256, QUIET_MS = 100 };

static struct slots *slots;
static struct modules *_Atomic modules;
static atomic_uint readers;

bool capture_begin(struct modules *m)
{
    if (!slots)
        slots = slots_new(SLOTS);
    if (!slots)
        return false;

    modules_refresh(m, true);
    for (struct module *module = m->list; module; module = module->next)
        atomic_store_explicit(&module->wanted, true, memory_order_relaxed);
    modules_load_rules(m);
    atomic_store(&modules, m);
    return true;
}

void capture_look(void)
{
    struct modules *m = atomic_load(&modules);
    if (!m)
        return;
    modules_refresh(m, false);
    modules_load_rules(m);
}

bool capture_is_quiet(void)
{
    int64_t until_ms = clock_mono_ms() + QUIET_MS;
    while (atomic_load(&readers) > 0) {
        if (clock_mono_ms() > until_ms)
            return false;
        (void)sched_yield();
    }
    return true;
}

bool capture_end(void)
{
    atomic_store(&modules, NULL);
    return capture_is_quiet();
}

void capture_forget(void)
{
    atomic_store(&modules, NULL);
    atomic_store(&readers, 0);
}

static void walk(const struct modules *m, struct slot *slot)
{
    struct walk walk = {.map = atomic_load_explicit(&m->map, memory_order_acquire),
                        .window = &slot->window,
                        .frames = slot->frames,
                        .max = SLOT_FRAMES};
    registers_here(&walk.registers);
    unwind_walk(&walk);
    slot->count = (uint16_t)walk.count;
    slot->is_cut = walk.is_cut;
}

static void begin_with(struct slot *slot, uintptr_t address)
{
    size_t top = 0;
    while (top < slot->count && slot->frames[top] != address)
        top++;
    if (top == slot->count) {
        slot->frames[0] = address;
        slot->count = 1;
        slot->is_cut = true;
        return;
    }
    slot->count = (uint16_t)(slot->count - top);
    memmove(slot->frames, &slot->frames[top], slot->count * sizeof slot->frames[0]);
}

struct slot *capture_stack(const void *caller)
{
    struct slot *slot = slots_claim(slots, 1);
    if (!slot)
        return NULL;

    atomic_fetch_add(&readers, 1);
    const struct modules *m = atomic_load(&modules);
    slot->count = 0;
    if (m)
        walk(m, slot);
    atomic_fetch_sub(&readers, 1);
    begin_with(slot, registers_strip((uintptr_t)caller) - 1);
    return slot;
}
