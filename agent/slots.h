/*
 * Where handlers leave their samples: a fixed number of slots, claimed and given back by one atomic word
 * each. Any thread's handler fills; one thread drains.
 */
#ifndef AGENT_SLOTS_H
#define AGENT_SLOTS_H

#include "agent/unwind.h"

enum { SLOT_FRAMES = 250, THREAD_NAME_BYTES = 16 };

struct slot {
    atomic_int state;
    int32_t ticks; /* of the clock that this sample stands for: more than 1 when it came late */
    bool is_cut;
    uint16_t count;
    char thread[THREAD_NAME_BYTES]; /* its name, NUL-terminated */
    uintptr_t frames[SLOT_FRAMES];
    struct stack_window window;
};

struct slots {
    size_t count;
    atomic_size_t hint;
    atomic_uint_fast64_t lost; /* ticks without a free slot */
    struct slot slot[];
};

/* Memory comes from the system as it is touched. NULL: there is none. */
struct slots *slots_new(size_t count);
void slots_free(struct slots *s);

/* Both async-signal-safe. NULL: all are in use; the ticks are counted as lost. */
struct slot *slots_claim(struct slots *s, int ticks);
void slots_fill(struct slot *slot);
/* Back again, unfilled. */
void slots_release(struct slot *slot);

/* Gives every filled slot to fn, and frees it. */
void slots_drain(struct slots *s, void (*fn)(void *user, const struct slot *slot), void *user);

#endif
