/*
 * Each pointer has two buckets of one cache line, and stands in either. Without chains nothing ever has to be
 * moved or cleaned up, so whoever looks without the lock is safe: it asks about a pointer that nobody else
 * may free or be given meanwhile, whose slot neither comes nor goes. Half full at most, a pointer that finds
 * no place is as good as impossible; it is then as if the set were full.
 *
 * A byte of live_pages that reaches its maximum stays there: it says "maybe" too often, never too rarely.
 */
#include "agent/live.h"

#include "base/limits.h"

#include <sys/mman.h>

enum { SLOTS = 2 * LIMIT_AGENT_LIVE, BUCKET = 8, SATURATED = UINT8_MAX };
#define NONE UINT32_MAX

static struct {
    _Atomic(uintptr_t) keys[SLOTS]; /* 0: free */
    uint32_t entry_of[SLOTS];
    struct live_entry entries[LIMIT_AGENT_LIVE];
    uint32_t spare[LIMIT_AGENT_LIVE]; /* numbers of entries that are free again */
    size_t spare_count, entries_count;
} * _Atomic set;
_Atomic(uint8_t) live_pages[LIVE_PAGES];

bool live_open(void)
{
    if (atomic_load(&set))
        return true;

    void *memory =
        mmap(NULL, sizeof *set, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED)
        atomic_store(&set, memory);
    return memory != MAP_FAILED;
}

/* --- pages --- */

static void count_page(const void *ptr, int change)
{
    _Atomic(uint8_t) *page = &live_pages[(uintptr_t)ptr >> LIVE_PAGE_SHIFT & (LIVE_PAGES - 1)];
    uint8_t count = atomic_load_explicit(page, memory_order_relaxed);
    if (count != SATURATED)
        atomic_store_explicit(page, (uint8_t)(count + change), memory_order_relaxed);
}

void live_mark(const void *from, size_t bytes)
{
    uintptr_t last = ((uintptr_t)from + bytes - 1) >> LIVE_PAGE_SHIFT;
    for (uintptr_t page = (uintptr_t)from >> LIVE_PAGE_SHIFT; page <= last; page++)
        atomic_store_explicit(&live_pages[page & (LIVE_PAGES - 1)], SATURATED, memory_order_relaxed);
}

/* --- slots --- */

static uintptr_t key_at(size_t at)
{
    return atomic_load_explicit(&set->keys[at], memory_order_acquire);
}

/* The slot that has this key in the buckets of the pointer; SLOTS: none. */
static size_t find(const void *ptr, uintptr_t key)
{
    uint64_t hash = ((uintptr_t)ptr >> 3) * UINT64_C(0x9e3779b97f4a7c15);

    for (int i = 0; i < 2; i++, hash <<= 20) {
        size_t bucket = (size_t)(hash >> 44) % (SLOTS / BUCKET) * BUCKET;
        for (size_t at = bucket; at < bucket + BUCKET; at++)
            if (key_at(at) == key)
                return at;
    }
    return SLOTS;
}

bool live_has(const void *ptr)
{
    /* NULL is the key of free slots. */
    return ptr && atomic_load_explicit(&set, memory_order_acquire) && find(ptr, (uintptr_t)ptr) != SLOTS;
}

static uint32_t take_spare(void)
{
    if (set->spare_count > 0)
        return set->spare[--set->spare_count];
    return set->entries_count < LIMIT_AGENT_LIVE ? (uint32_t)set->entries_count++ : NONE;
}

enum live_put live_put(const void *ptr, const struct live_entry *entry, struct live_entry *ret_replaced)
{
    size_t at = find(ptr, (uintptr_t)ptr);

    if (at != SLOTS) {
        *ret_replaced = set->entries[set->entry_of[at]];
        set->entries[set->entry_of[at]] = *entry;
        return LIVE_REPLACED;
    }
    at = find(ptr, 0);
    uint32_t number = at == SLOTS ? NONE : take_spare();
    if (number == NONE)
        return LIVE_FULL;

    set->entries[number] = *entry;
    set->entry_of[at] = number;
    atomic_store_explicit(&set->keys[at], (uintptr_t)ptr, memory_order_release);
    count_page(ptr, 1);
    return LIVE_NEW;
}

bool live_take(const void *ptr, struct live_entry *ret_entry)
{
    size_t at = find(ptr, (uintptr_t)ptr);
    if (at == SLOTS)
        return false;

    uint32_t number = set->entry_of[at];
    *ret_entry = set->entries[number];
    set->spare[set->spare_count++] = number;
    atomic_store_explicit(&set->keys[at], 0, memory_order_release);
    count_page(ptr, -1);
    return true;
}

void live_renumber(const uint32_t *numbers)
{
    for (size_t at = 0; at < SLOTS; at++)
        if (key_at(at) != 0) {
            struct live_entry *entry = &set->entries[set->entry_of[at]];
            entry->stack = numbers[entry->stack];
        }
}

void live_clear(void)
{
    for (size_t at = 0; at < SLOTS; at++)
        atomic_store_explicit(&set->keys[at], 0, memory_order_relaxed);
    for (size_t page = 0; page < LIVE_PAGES; page++)
        if (atomic_load_explicit(&live_pages[page], memory_order_relaxed) != SATURATED)
            atomic_store_explicit(&live_pages[page], 0, memory_order_relaxed);
    set->spare_count = set->entries_count = 0;
}
