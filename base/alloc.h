/*
 * Memory from the heap. Sizes that come from outside have been compared with a limit before they get here, so
 * running out means a machine in trouble: these functions print one line and abort; they never return NULL.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

void *mem_alloc(size_t bytes);                 /* not initialised; bytes may be 0 */
void *mem_zero(size_t count, size_t bytes);    /* all zero; count * bytes must not overflow */
void *mem_resize(void *ptr, size_t bytes);     /* like realloc */
void *mem_copy(const void *ptr, size_t bytes); /* a copy of the bytes */
char *mem_cstr(const char *ptr, size_t bytes); /* a copy of the bytes and a NUL */

/* fn is called before the process ends for lack of memory; it need not come back. For a library that must not
 * end its host: its own thread stays in fn. Once, before any other thread calls these functions. */
void mem_on_refusal(void (*fn)(void));

/* For CLEANUP: frees the pointer that `pointer_to_pointer` points to. */
void mem_freep(void *pointer_to_pointer);

#endif
