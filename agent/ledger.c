/* The lock is the only thing that a child has to look at after fork(): its memory is as all threads left it,
 * so if the lock is free, the last one to have it was done.
 *
 * A stack whose frames were replaced by LEDGER_GONE is not found any more by its hash, which is as it should
 * be: its addresses may be other code by now. */
#include "agent/ledger.h"

#include "agent/own.h"
#include "base/hash.h"
#include "base/limits.h"

#include <string.h>
#include <sys/mman.h>

enum { INDEX_SLOTS = 2 * LIMIT_AGENT_STACKS };

static void *map_zero(size_t bytes)
{
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

bool ledger_open(struct ledger *l)
{
    const size_t stacks = LIMIT_AGENT_STACKS * sizeof *l->stacks, index = INDEX_SLOTS * sizeof *l->index;
    char *memory = l->stacks ? NULL : map_zero(stacks + index + LIMIT_AGENT_FRAMES * sizeof *l->frames);
    if (!memory)
        return l->stacks != NULL;

    l->index = (uint32_t *)(void *)(memory + stacks);
    l->frames = (uintptr_t *)(void *)(memory + stacks + index);
    l->stacks = (struct ledger_stack *)(void *)memory;
    return true;
}

void ledger_lock(struct ledger *l)
{
    own_begin();
    (void)pthread_mutex_lock(&l->lock);
}

void ledger_unlock(struct ledger *l)
{
    (void)pthread_mutex_unlock(&l->lock);
    own_end();
}

bool ledger_after_fork(struct ledger *l)
{
    if (pthread_mutex_trylock(&l->lock) == 0) {
        (void)pthread_mutex_unlock(&l->lock);
        return true;
    }
    (void)pthread_mutex_init(&l->lock, NULL);
    if (!l->stacks)
        return true;
    memset(l->index, 0, INDEX_SLOTS * sizeof *l->index);
    memset(l->lost, 0, sizeof l->lost);
    l->count = l->frames_count = 0;
    l->numbering++;
    return false;
}

static uint32_t hash_of(const uintptr_t *frames, size_t count, bool is_cut)
{
    return (uint32_t)(hash64(slice_make(frames, count * sizeof *frames)) >> 32) ^ is_cut;
}

static void put_in_index(struct ledger *l, uint32_t number)
{
    size_t at = l->stacks[number].hash % INDEX_SLOTS;
    while (l->index[at] != 0)
        at = (at + 1) % INDEX_SLOTS;
    l->index[at] = number + 1;
}

static uint32_t add(struct ledger *l, const uintptr_t *frames, size_t count, bool is_cut, uint32_t hash)
{
    if (l->count == LIMIT_AGENT_STACKS || LIMIT_AGENT_FRAMES - l->frames_count < count)
        return LEDGER_NONE;

    uint32_t number = (uint32_t)l->count;
    memcpy(&l->frames[l->frames_count], frames, count * sizeof *frames);
    l->stacks[number] = (struct ledger_stack){.frames_at = (uint32_t)l->frames_count,
                                              .frames_count = (uint32_t)count,
                                              .hash = hash,
                                              .is_cut = is_cut};
    l->frames_count += count;
    l->count++;
    put_in_index(l, number);
    return number;
}

uint32_t ledger_find(struct ledger *l, const uintptr_t *frames, size_t count, bool is_cut)
{
    uint32_t hash = hash_of(frames, count, is_cut);

    for (size_t at = hash % INDEX_SLOTS; l->index[at] != 0; at = (at + 1) % INDEX_SLOTS) {
        const struct ledger_stack *s = &l->stacks[l->index[at] - 1];
        if (s->hash == hash && s->frames_count == count && s->is_cut == is_cut &&
            memcmp(&l->frames[s->frames_at], frames, count * sizeof *frames) == 0)
            return l->index[at] - 1;
    }
    return add(l, frames, count, is_cut, hash);
}

bool ledger_is_crowded(const struct ledger *l)
{
    return l->count > LIMIT_AGENT_STACKS / 2 || l->frames_count > LIMIT_AGENT_FRAMES / 2;
}

static bool is_needed(const struct ledger_stack *s)
{
    for (size_t i = 0; i < LEDGER_SUMS; i++)
        if (s->sums[i] != 0)
            return true;
    return s->holders > 0;
}

void ledger_compact(struct ledger *l, uint32_t *ret_numbers)
{
    size_t count = l->count;

    l->numbering++;
    l->count = l->frames_count = 0;
    memset(l->index, 0, INDEX_SLOTS * sizeof *l->index);
    for (size_t i = 0; i < count; i++) {
        struct ledger_stack s = l->stacks[i];
        ret_numbers[i] = LEDGER_NONE;
        if (!is_needed(&s))
            continue;

        memmove(&l->frames[l->frames_count], &l->frames[s.frames_at], s.frames_count * sizeof *l->frames);
        s.frames_at = (uint32_t)l->frames_count;
        l->frames_count += s.frames_count;
        ret_numbers[i] = (uint32_t)l->count;
        l->stacks[l->count] = s;
        put_in_index(l, (uint32_t)l->count++);
    }
}

void ledger_forget_code(struct ledger *l, uintptr_t start, uintptr_t end)
{
    for (size_t i = 0; i < l->frames_count; i++)
        if (l->frames[i] >= start && l->frames[i] < end)
            l->frames[i] = LEDGER_GONE;
}
