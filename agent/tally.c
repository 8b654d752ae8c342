/* A program has a few hundred stacks at a time, and each comes again and again: what is kept is small. */
#include "agent/tally.h"

#include "base/hash.h"
#include "base/limits.h"

void tally_init(struct tally *t)
{
    *t = (struct tally){.quota = QUOTA_INIT(LIMIT_AGENT_TALLY_BYTES, NULL),
                        .stacks = COLUMN_OF(struct tally_stack),
                        .frames = COLUMN_OF(uint64_t),
                        .names = INTERN_INIT,
                        .table = TABLE_INIT};
}

void tally_release(struct tally *t)
{
    column_release(&t->stacks, &t->quota);
    column_release(&t->frames, &t->quota);
    intern_release(&t->names, &t->quota);
    table_release(&t->table, &t->quota);
}

static bool is_same(const struct tally *t, const struct tally_stack *s, const struct slot *slot,
                    uint32_t thread)
{
    return s->frames_count == slot->count && s->thread == thread && s->is_cut == slot->is_cut &&
           memcmp(tally_frames(t, s), slot->frames, slot->count * sizeof(uint64_t)) == 0;
}

static bool has_room(struct column *c, size_t more, struct quota *q)
{
    return c->cap - c->count >= more || column_grow(c, more, q);
}

/* NULL: there is no room. */
static struct tally_stack *add_stack(struct tally *t, const struct slot *slot, uint32_t thread, uint64_t hash)
{
    uint32_t at = (uint32_t)t->frames.count, index = (uint32_t)t->stacks.count;
    if (!has_room(&t->frames, slot->count, &t->quota) || !has_room(&t->stacks, 1, &t->quota) ||
        !table_put(&t->table, hash, index, &t->quota))
        return NULL;

    memcpy(column_add(&t->frames, slot->count, &t->quota), slot->frames, slot->count * sizeof(uint64_t));
    struct tally_stack *s = column_add(&t->stacks, 1, &t->quota);
    *s = (struct tally_stack){0, at, slot->count, thread, slot->is_cut};
    return s;
}

static struct tally_stack *stack_of(struct tally *t, const struct slot *slot)
{
    uint32_t thread = intern_put(&t->names, slice_of(slot->thread), &t->quota);
    if (thread == INTERN_NONE)
        return NULL;

    struct slice bytes = slice_make(slot->frames, slot->count * sizeof(uint64_t));
    uint64_t hash = hash64_pair(hash64(bytes), thread);
    struct table_probe probe;
    for (uint32_t i = table_first(&t->table, hash, &probe); i != TABLE_NONE;
         i = table_next(&t->table, &probe)) {
        struct tally_stack *s = &COLUMN_AT(t->stacks, struct tally_stack)[i];
        if (is_same(t, s, slot, thread))
            return s;
    }
    return add_stack(t, slot, thread, hash);
}

void tally_add(struct tally *t, const struct slot *slot)
{
    struct tally_stack *s = stack_of(t, slot);
    if (!s) {
        t->lost += (uint64_t)slot->ticks;
        return;
    }
    s->ticks += (uint64_t)slot->ticks;
}
