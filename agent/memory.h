/*
 * Reads of our own address space that cannot fault, whatever the address: the kernel copies, and says how far
 * it got. Async-signal-safe; errno is changed.
 */
#ifndef AGENT_MEMORY_H
#define AGENT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies what is readable of `len` bytes from `from` on; how many bytes that were. */
size_t memory_read(uintptr_t from, void *to, size_t len);

/* All of it or false. */
static inline bool memory_get(uintptr_t from, void *to, size_t len)
{
    return memory_read(from, to, len) == len;
}

#endif
