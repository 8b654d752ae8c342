/*
 * Samples on their way into stacks. Finding a sample is three reads that depend on each other (the table's
 * slot, the sample, its stack), each from a cache line that is far away. So a few samples wait here while
 * their lines are on the way. Not thread-safe.
 *
 *     uint32_t *stack = stack_queue_room(q, depth, quota);
 *     ... fill it ...
 *     stack_queue_put(q, s, depth, labels, values)
 *     stack_queue_flush(q, s)
 */
#ifndef PPROF_STACK_QUEUE_H
#define PPROF_STACK_QUEUE_H

#include "base/limits.h"
#include "pprof/stacks.h"

enum { STACK_QUEUE_LENGTH = 4 };

struct stack_waiting {
    struct column stack; /* uint32_t */
    struct stack key;
    uint64_t hash;
    uint32_t guess; /* index of the sample that it probably is, or TABLE_NONE */
    int64_t values[LIMIT_PPROF_TYPES];
};

struct stack_queue {
    unsigned put, taken; /* counts; the difference waits */
    int64_t factor;      /* for all that wait */
    struct stack_waiting ring[STACK_QUEUE_LENGTH];
};

/* Empty; values will be added times `factor`. The memory that it has it keeps. */
void stack_queue_start(struct stack_queue *q, int64_t factor);
void stack_queue_init(struct stack_queue *q);
void stack_queue_release(struct stack_queue *q, struct quota *quota);

/* Room for the locations of the next sample; NULL when the quota refuses. There is always room for one. */
uint32_t *stack_queue_room(struct stack_queue *q, size_t depth, struct quota *quota);
/* Lines it up behind the others and adds the first if there are too many. False when the quota refuses. */
bool stack_queue_put(struct stack_queue *q, struct stacks *s, struct stack key, const int64_t *values);
/* Adds all that wait. */
bool stack_queue_flush(struct stack_queue *q, struct stacks *s);

#endif
