/* The sums are copied under the lock, which a thread of the program may be waiting for, and written without
 * it: frames stay where they are until the same thread compacts them here. */
#include "agent/ledger_profile.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

_Static_assert(STACK_GONE == LEDGER_GONE && (int)STACK_VALUES == (int)LEDGER_SUMS,
               "stacks go from one to the other as they are");

enum { NAMES_MS = 2000, NS_PER_S = 1000000000 };

struct copy {
    const struct ledger *ledger;
    struct ledger_stack *stacks;
    size_t count;
};

static void copy_release(struct copy *c)
{
    free(c->stacks);
}

static void begin_window(struct ledger *l)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    l->begun_ns = (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
    l->begun_us = clock_mono_us();
}

void ledger_profile_begin(struct ledger *l)
{
    ledger_lock(l);
    begin_window(l);
    ledger_unlock(l);
}

static int64_t rounded(double sum)
{
    return sum > 0 ? (int64_t)(sum + 0.5) : 0;
}

/* Those that come between the two are in the next profile. */
static void take_sums(struct ledger *l, const struct ledger_shape *shape, struct copy *c,
                      struct stack_profile *profile)
{
    ledger_lock(l);
    size_t count = l->count;
    ledger_unlock(l);
    c->stacks = mem_alloc(count * sizeof *c->stacks);
    c->count = count;

    ledger_lock(l);
    memcpy(c->stacks, l->stacks, count * sizeof *c->stacks);
    for (size_t i = 0; i < count; i++)
        memset(l->stacks[i].sums, 0, shape->flows * sizeof(double));
    for (size_t i = 0; i < LEDGER_SUMS; i++) {
        profile->lost[i] = rounded(l->lost[i]);
        l->lost[i] = 0;
    }
    profile->time_ns = l->begun_ns;
    profile->duration_ns = (clock_mono_us() - l->begun_us) * 1000;
    begin_window(l);
    ledger_unlock(l);
}

static void get(const void *user, size_t i, struct stack_view *ret_view)
{
    const struct copy *c = user;
    const struct ledger_stack *s = &c->stacks[i];
    *ret_view = (struct stack_view){.frames = &c->ledger->frames[s->frames_at],
                                    .frames_count = s->frames_count,
                                    .is_cut = s->is_cut};
    for (size_t v = 0; v < LEDGER_SUMS; v++)
        ret_view->values[v] = rounded(s->sums[v]);
}

static void compact(struct ledger *l, const struct ledger_shape *shape)
{
    uint32_t *numbers = mem_alloc(LIMIT_AGENT_STACKS * sizeof *numbers);

    ledger_lock(l);
    if (ledger_is_crowded(l)) {
        ledger_compact(l, numbers);
        if (shape->renumber)
            shape->renumber(numbers);
    }
    ledger_unlock(l);
    free(numbers);
}

enum status ledger_profile_take(struct profiling *p, struct ledger *l, const struct ledger_shape *shape,
                                struct buf *out, struct error *err)
{
    struct copy copy CLEANUP(copy_release) = {.ledger = l};
    struct stack_profile profile = {.modules = &p->modules,
                                    .names = p->names,
                                    .types = shape->types,
                                    .get = get,
                                    .user = &copy,
                                    .period_type = shape->period_type,
                                    .period = shape->period};
    enum status status = OK;

    modules_refresh(&p->modules, false);
    take_sums(l, shape, &copy, &profile);
    profile.count = copy.count;
    if (copy.count > 0) {
        names_begin(p->names, NAMES_MS);
        status = stack_profile_write(&profile, out, err);
        names_end(p->names);
    }
    compact(l, shape);
    return status;
}
