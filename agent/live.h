/*
 * The sampled allocations that are not freed yet, by their address. free() must know for each pointer in a
 * nanosecond that it is none of them: live_may_have() looks at one byte, chosen by the pointer's KiB, that
 * counts how many of them are there. A program that works in one part of its heap meets few such bytes.
 *
 * One set for the process. live_may_have() and live_has(): any thread, without a lock, about a pointer that
 * is the caller's own; the others under one lock.
 */
#ifndef AGENT_LIVE_H
#define AGENT_LIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_PAGE_SHIFT = 10, LIVE_PAGES = 1 << 18 };

struct live_entry {
    double objects; /* how many allocations like it this one stands for */
    size_t size;
    uint32_t stack;     /* its number in the ledger ... */
    uint32_t numbering; /* ... while that has this one; set when the entry is taken out */
};

extern _Atomic(uint8_t) live_pages[LIVE_PAGES];

/* False: certainly not. */
static inline bool live_may_have(const void *ptr)
{
    size_t page = (uintptr_t)ptr >> LIVE_PAGE_SHIFT & (LIVE_PAGES - 1);
    return __builtin_expect(atomic_load_explicit(&live_pages[page], memory_order_relaxed) != 0, 0);
}

bool live_has(const void *ptr);

/* Once, before the others. False: no memory. */
bool live_open(void);
/* *ret_replaced is an entry that stood there before: its pointer was freed behind our back. LIVE_FULL: it is
 * not in the set. */
enum live_put { LIVE_NEW, LIVE_REPLACED, LIVE_FULL };
enum live_put live_put(const void *ptr, const struct live_entry *entry, struct live_entry *ret_replaced);
/* Takes it out. False: it is not in the set. */
bool live_take(const void *ptr, struct live_entry *ret_entry);
/* Stacks have new numbers. */
void live_renumber(const uint32_t *numbers);
/* Nobody else may be there. */
void live_clear(void);
/* From now on live_may_have() is true for all of these bytes, for ever. */
void live_mark(const void *from, size_t bytes);

#endif
