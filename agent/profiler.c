/* The table, in the order in which profiles are taken, and what is done for all its rows. */
#include "agent/profiler.h"

#include "agent/capture.h"
#include "agent/ledger.h"
#include "agent/sampler.h"

/* Time that a thread waited, at its own stack, is what collectors know as Go's "block"; its "mutex" has the
 * stacks of those that were waited for. */
const struct profiler profilers[] = {
    {"cpu", "cpu", cpu_take, NULL, NULL, NULL, NULL},
    {"heap", "heap", heap_take, heap_begin, heap_end, heap_after_fork, heap_ledger},
    {"contention", "block", contention_take, contention_begin, contention_end, contention_after_fork,
     contention_ledger},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

static bool gathers(uint32_t wanted, size_t i)
{
    return (wanted & UINT32_C(1) << i) && profilers[i].begin;
}

bool profilers_gather(uint32_t wanted)
{
    for (size_t i = 0; profilers[i].name; i++)
        if (gathers(wanted, i))
            return true;
    return false;
}

enum status profilers_begin(struct profiling *p, struct error *err)
{
    for (size_t i = 0; profilers[i].name; i++) {
        enum status status = gathers(p->settings->profilers, i) ? profilers[i].begin(p, err) : OK;
        if (status == OK)
            continue;
        (void)profilers_end();
        return status;
    }
    return OK;
}

bool profilers_end(void)
{
    for (size_t i = 0; profilers[i].name; i++)
        if (profilers[i].end)
            profilers[i].end();
    return capture_end();
}

/* --- libraries that are gone --- */

static void forget_code(const struct module *module)
{
    for (size_t i = 0; profilers[i].name; i++) {
        struct ledger *ledger = profilers[i].ledger ? profilers[i].ledger() : NULL;
        if (!ledger)
            continue;
        ledger_lock(ledger);
        ledger_forget_code(ledger, module->start, module->end);
        ledger_unlock(ledger);
    }
}

void profilers_settle(struct profiling *p)
{
    if (!sampler_is_quiet() || !capture_is_quiet())
        return;
    for (const struct module *module = p->modules.list; module; module = module->next)
        if (!module->is_here)
            forget_code(module);
    modules_settle(&p->modules);
}

void profilers_after_fork(void)
{
    (void)profilers_end();
    capture_forget();
    for (size_t i = 0; profilers[i].name; i++)
        if (profilers[i].after_fork)
            profilers[i].after_fork();
}
