/* Stacks with values as a pprof profile, with names. */
#ifndef AGENT_STACK_PROFILE_H
#define AGENT_STACK_PROFILE_H

#include "agent/modules.h"
#include "agent/names.h"
#include "base/buf.h"

enum { STACK_VALUES = 4 };

/* An address of code that is no longer there. */
#define STACK_GONE ((uint64_t)1)

struct stack_view {
    const uint64_t *frames; /* the leaf first */
    size_t frames_count;
    bool is_cut;
    struct slice thread; /* its name; empty: it is of no interest */
    int64_t values[STACK_VALUES];
};

struct stack_type {
    const char *name, *unit; /* NULL: the end */
};

struct stack_profile {
    struct modules *modules;
    struct names *names;            /* between names_begin() and names_end() */
    const struct stack_type *types; /* at most STACK_VALUES */
    size_t count;                   /* of stacks */
    void (*get)(const void *user, size_t i, struct stack_view *ret_view);
    const void *user;
    int64_t lost[STACK_VALUES]; /* what stands for no stack */
    int64_t time_ns;            /* when it began, unix time */
    int64_t duration_ns;
    struct stack_type period_type;
    int64_t period;
};

/* Appends it. E_TOO_LARGE: over LIMIT_AGENT_PROFILE_BYTES. */
NODISCARD enum status stack_profile_write(const struct stack_profile *profile, struct buf *out,
                                          struct error *err);

#endif
