/*
 * The samples of a merge: for each key (locations, labels) the sums of its values. Sums are exact: what does
 * not fit in 64 bits is carried aside, so that the result does not depend on the order of adding. Not
 * thread-safe.
 */
#ifndef PPROF_STACKS_H
#define PPROF_STACKS_H

#include "pprof/column.h"
#include "pprof/table.h"

#define STACKS_NONE UINT32_MAX

/* No padding: its bytes are its key. */
struct stack_label {
    int64_t number;
    uint32_t key;  /* string */
    uint32_t text; /* string; 0: a number */
    uint32_t unit; /* string; of a number */
    uint32_t zero;
};

struct stack_labels {
    uint32_t at; /* first in stacks.labels */
    uint32_t count;
};

struct stack {
    uint32_t at; /* first in stacks.locations */
    uint32_t depth;
    uint32_t labels; /* index in stacks.sets */
};

struct stack_carry {
    uint64_t value; /* index in stacks.values */
    int64_t carry;  /* times 2^64 */
};

struct stacks {
    struct quota *quota;
    uint32_t types;          /* values of one sample */
    struct column locations; /* uint32_t: all stacks, one behind the other, leaf first */
    struct column samples;   /* struct stack */
    struct column values;    /* int64_t: `types` for each sample, modulo 2^64 */
    struct column labels;    /* struct stack_label */
    struct column sets;      /* struct stack_labels; the first is empty */
    struct column carries;   /* struct stack_carry: values that left 64 bits */
    struct table sample_table, set_table, carry_table;
};

/* quota must outlive it. */
void stacks_init(struct stacks *s, uint32_t types, struct quota *quota);
void stacks_release(struct stacks *s);
/* Empty again, for samples of `types` values; keeps the memory. */
void stacks_reset(struct stacks *s, uint32_t types);

/* The index of these labels, in this order; STACKS_NONE when the quota refuses. Padding must be zero. */
uint32_t stacks_labels(struct stacks *s, const struct stack_label *labels, uint32_t count);

/* Adds values, each times factor, to the sample with this key. False when the quota refuses. */
bool stacks_add(struct stacks *s, struct stack key, const uint32_t *locations, const int64_t *values,
                int64_t factor);
/* In two steps, for those who do something else in between: what stacks_add() hashes, and the rest. */
uint64_t stacks_hash(struct stack key, const uint32_t *locations);
bool stacks_add_hashed(struct stacks *s, struct stack key, const uint32_t *locations, const int64_t *values,
                       int64_t factor, uint64_t hash);

/* Adds what `sample` of another has, exactly, to the sample with this key. Both have as many types. */
bool stacks_add_sum(struct stacks *s, struct stack key, const uint32_t *locations, const struct stacks *from,
                    uint32_t sample);
/* The sum before it is made to fit in 64 bits, and putting another in its place. */
__int128 stacks_exact(const struct stacks *s, uint32_t sample, uint32_t type);
bool stacks_set(struct stacks *s, uint32_t sample, uint32_t type, __int128 sum);

/* True if the set has the label with this text. Numbers of strings; none is INTERN_NONE or 0. */
bool stacks_set_has(const struct stacks *s, uint32_t set, uint32_t key, uint32_t text);

/* True if every sum of the sample is zero. */
bool stacks_is_zero(const struct stacks *s, uint32_t sample);
/* What does not fit in 64 bits is the end of the range. */
static inline int64_t stacks_clamp(__int128 sum)
{
    return sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : (int64_t)sum;
}
/* The clamped sum of one sample and type; *saturated is set if it did not fit, else left. */
int64_t stacks_sum(const struct stacks *s, uint32_t sample, uint32_t type, bool *saturated);

#endif
