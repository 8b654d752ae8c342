/*
 * The heap, with one way to fail: a line on stderr and abort(). Passing "no memory" upwards would put a
 * branch that no test reaches behind every call, and Linux overcommits anyway; what outsiders can ask for is
 * bounded by limits.h before it comes here.
 */
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*on_refusal)(void);

void mem_on_refusal(void (*fn)(void))
{
    on_refusal = fn;
}

/* write() and a fixed buffer: stdio might want memory itself. */
__attribute__((noreturn, cold)) static void die(size_t bytes)
{
    if (on_refusal)
        on_refusal();

    char line[96];
    int len = snprintf(line, sizeof line, "out of memory: the system refused %zu bytes\n", bytes);
    ssize_t written = write(STDERR_FILENO, line, (size_t)len);
    (void)written;
    abort();
}

/* The C library may answer NULL to a request for nothing; nobody above should have to know. */
static size_t at_least_one(size_t bytes)
{
    return bytes > 0 ? bytes : 1;
}

void *mem_alloc(size_t bytes)
{
    void *ptr = malloc(at_least_one(bytes));
    if (!ptr)
        die(bytes);

    return ptr;
}

void *mem_zero(size_t count, size_t bytes)
{
    void *ptr = calloc(at_least_one(count), at_least_one(bytes));
    if (!ptr)
        die(bytes > 0 && count > SIZE_MAX / bytes ? SIZE_MAX : count * bytes);

    return ptr;
}

void *mem_resize(void *ptr, size_t bytes)
{
    void *moved = realloc(ptr, at_least_one(bytes));
    if (!moved)
        die(bytes);

    return moved;
}

void *mem_copy(const void *ptr, size_t bytes)
{
    void *copy = mem_alloc(bytes);
    if (bytes > 0)
        memcpy(copy, ptr, bytes);
    return copy;
}

char *mem_cstr(const char *ptr, size_t bytes)
{
    if (bytes == SIZE_MAX)
        die(bytes);

    char *copy = mem_alloc(bytes + 1);
    if (bytes > 0)
        memcpy(copy, ptr, bytes);
    copy[bytes] = '\0';
    return copy;
}

/* memcpy, because the pointer may be of any type and may not be read as a void pointer in place. */
void mem_freep(void *pointer_to_pointer)
{
    void *ptr;
    memcpy(&ptr, pointer_to_pointer, sizeof ptr);
    free(ptr);
}
