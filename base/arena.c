/*
 * A list of blocks, the one that is being filled in front. Blocks double from 4 KiB to 1 MiB, so a small
 * request costs one small malloc and a large one few. A piece that is bigger than the next block would be
 * gets a block of its own behind the front one, whose rest stays usable.
 */
#include "base/arena.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, BLOCK_MIN = 4096, BLOCK_MAX = 1024 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(ALIGN) char bytes[];
};

static void free_chain(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_release(struct arena *a)
{
    if (!a)
        return;

    free_chain(a->blocks);
    a->blocks = NULL;
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    a->used = 0;
    if (!a->blocks)
        return;

    free_chain(a->blocks->next);
    a->blocks->next = NULL;
    a->blocks->used = 0;
}

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = mem_alloc(sizeof *block + size);
    block->next = NULL;
    block->used = 0;
    block->size = size;
    return block;
}

/* A block with room for `bytes`; the front one of the arena unless the piece is a big one. */
static struct arena_block *block_add(struct arena *a, size_t bytes)
{
    struct arena_block *front = a->blocks;
    size_t size = front ? front->size * 2 : BLOCK_MIN;
    if (size > BLOCK_MAX)
        size = BLOCK_MAX;

    if (bytes > size && front) {
        struct arena_block *block = block_new(bytes);
        block->next = front->next;
        front->next = block;
        return block;
    }

    struct arena_block *block = block_new(bytes > size ? bytes : size);
    block->next = front;
    a->blocks = block;
    return block;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    if (bytes > SIZE_MAX - 2 * ALIGN)
        return NULL;

    /* Nothing asked for still gets a place of its own. */
    size_t round = bytes > 0 ? (bytes + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    if (a->used > a->max || round > a->max - a->used)
        return NULL;

    struct arena_block *block = a->blocks;
    if (!block || round > block->size - block->used)
        block = block_add(a, round);

    void *ptr = block->bytes + block->used;
    block->used += round;
    a->used += round;
    memset(ptr, 0, round);
    return ptr;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *ptr = s.len < SIZE_MAX ? arena_alloc(a, s.len + 1) : NULL;
    if (!ptr)
        return SLICE_NULL;

    if (s.len > 0)
        memcpy(ptr, s.ptr, s.len);
    return (struct slice){ptr, s.len};
}
