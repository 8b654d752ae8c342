/*
 * The heap profiler: samples of allocations, by the stack that made them, and which of them are in use. It is
 * told by the functions that stand in for malloc() and its family (interpose_malloc.c), in the program's
 * threads.
 *
 * An allocation that is not sampled costs a comparison and a subtraction of heap_left; one that is freed, the
 * look at one byte that live.h describes.
 */
#ifndef AGENT_HEAP_H
#define AGENT_HEAP_H

#include "agent/live.h"

/* Bytes that this thread may allocate until heap_allocated() must be called. */
extern _Thread_local size_t heap_left __attribute__((tls_model("initial-exec")));

/* True: the allocation of so many bytes need not be told. */
static inline bool heap_skips(size_t size)
{
    if (__builtin_expect(size >= heap_left, 0))
        return false;
    heap_left -= size;
    return true;
}

/* An allocation that heap_skips() did not want to skip; `caller` is where the program goes on. ptr NULL: it
 * failed. errno stays. */
void heap_allocated(void *ptr, size_t size, const void *caller);

/* Before a pointer that live_may_have() is freed. True: it was sampled, and would be told again by
 * heap_put_back() if it turns out to stay. */
bool heap_freed(void *ptr, struct live_entry *ret_entry);
void heap_put_back(void *ptr, const struct live_entry *entry);

/* Does malloc() of the whole program come to us? Present only where interpose_malloc.c is linked. */
extern bool interpose_malloc_is_first(void) __attribute__((weak, visibility("hidden")));

#endif
