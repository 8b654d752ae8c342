/*
 * Samples added up: each different stack of each thread name once, with its ticks. Bounded; what does not fit
 * is counted as lost. Not thread-safe.
 */
#ifndef AGENT_TALLY_H
#define AGENT_TALLY_H

#include "agent/slots.h"
#include "pprof/column.h"
#include "pprof/intern.h"

struct tally_stack {
    uint64_t ticks;
    uint32_t frames_at;
    uint32_t frames_count;
    uint32_t thread; /* its name, in names */
    bool is_cut;
};

struct tally {
    struct quota quota;
    struct column stacks; /* struct tally_stack */
    struct column frames; /* uint64_t, the leaf first */
    struct intern names;
    struct table table;
    uint64_t lost;
};

void tally_init(struct tally *t);
void tally_release(struct tally *t);

void tally_add(struct tally *t, const struct slot *slot);

static inline const uint64_t *tally_frames(const struct tally *t, const struct tally_stack *s)
{
    return COLUMN_AT(t->frames, uint64_t) + s->frames_at;
}

#endif
