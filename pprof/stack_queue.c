/*
 * Each sample that is put moves those before it by one step:
 *
 *     just put           the slot of its hash is asked for
 *     one after it       the slot is read: the sample and its values are asked for
 *     two after it       the sample is read: its stack is asked for
 *     three after it     it is compared and added, all in the cache
 *
 * What is asked for is a hint. If the tables move or grow in between, it is a useless one, and no harm done.
 */
#include "pprof/stack_queue.h"

void stack_queue_init(struct stack_queue *q)
{
    *q = (struct stack_queue){.factor = 1};
    for (size_t i = 0; i < STACK_QUEUE_LENGTH; i++)
        q->ring[i].stack = COLUMN_OF(uint32_t);
}

void stack_queue_release(struct stack_queue *q, struct quota *quota)
{
    for (size_t i = 0; i < STACK_QUEUE_LENGTH; i++)
        column_release(&q->ring[i].stack, quota);
}

void stack_queue_start(struct stack_queue *q, int64_t factor)
{
    q->put = q->taken = 0;
    q->factor = factor;
}

/* The one that was put `before` puts ago. */
static struct stack_waiting *waiting(struct stack_queue *q, unsigned before)
{
    return &q->ring[(q->put - before) % STACK_QUEUE_LENGTH];
}

uint32_t *stack_queue_room(struct stack_queue *q, size_t depth, struct quota *quota)
{
    struct column *stack = &waiting(q, 0)->stack;
    column_reset(stack);
    /* One more, so that an empty stack has an address too. */
    return column_add(stack, depth + 1, quota);
}

static bool take(struct stack_queue *q, struct stacks *s)
{
    const struct stack_waiting *w = &q->ring[q->taken++ % STACK_QUEUE_LENGTH];
    return stacks_add_hashed(s, w->key, COLUMN_AT(w->stack, uint32_t), w->values, q->factor, w->hash);
}

static void ask_for_sample(const struct stacks *s, struct stack_waiting *w)
{
    struct table_probe probe;
    w->guess = table_first(&s->sample_table, w->hash, &probe);
    if (w->guess == TABLE_NONE)
        return;

    __builtin_prefetch(&COLUMN_AT(s->samples, struct stack)[w->guess]);
    __builtin_prefetch(&COLUMN_AT(s->values, int64_t)[(size_t)w->guess * s->types], 1);
}

static void ask_for_stack(const struct stacks *s, const struct stack_waiting *w)
{
    if (w->guess == TABLE_NONE)
        return;

    const struct stack *sample = &COLUMN_AT(s->samples, struct stack)[w->guess];
    if (sample->depth == 0)
        return;
    const char *stack = (const char *)(COLUMN_AT(s->locations, uint32_t) + sample->at);
    __builtin_prefetch(stack);
    __builtin_prefetch(stack + 64);
}

bool stack_queue_put(struct stack_queue *q, struct stacks *s, struct stack key, const int64_t *values)
{
    struct stack_waiting *w = waiting(q, 0);
    w->key = key;
    w->hash = stacks_hash(key, COLUMN_AT(w->stack, uint32_t));
    memcpy(w->values, values, s->types * sizeof *values);
    table_ask(&s->sample_table, w->hash);
    q->put++;
    if (q->put - q->taken >= 2)
        ask_for_sample(s, waiting(q, 2));
    if (q->put - q->taken >= 3)
        ask_for_stack(s, waiting(q, 3));
    return q->put - q->taken < STACK_QUEUE_LENGTH || take(q, s);
}

bool stack_queue_flush(struct stack_queue *q, struct stacks *s)
{
    while (q->taken != q->put)
        if (!take(q, s))
            return false;

    return true;
}
