/*
 * malloc() and its family, in the program and all its libraries: libbrazier-full only. The allocator behind
 * is whatever comes next in the program's list of libraries, the C library's or another.
 *
 * The first call finds it with dlsym(), which may itself allocate; what it wants meanwhile comes out of a
 * small static arena and is never given back. The bytes of live.h for the arena's pages are set, so free()
 * meets it on the path on which it meets sampled pointers, and the usual path has no test for it.
 *
 * Before it is known who stands behind, the table points to functions here that find out; so the usual path
 * has no test for that either. Threads that find out at once find the same.
 */
#include "agent/heap.h"
#include "agent/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))
#define RARE   __attribute__((noinline, cold))
#define CALLER __builtin_return_address(0)

enum { ARENA_BYTES = 32 * 1024, ARENA_ALIGN = 16 };

typedef void *malloc_fn(size_t);
typedef void *calloc_fn(size_t, size_t);
typedef void *realloc_fn(void *, size_t);
typedef void free_fn(void *);
typedef int posix_memalign_fn(void **, size_t, size_t);
typedef void *memalign_fn(size_t, size_t);

static malloc_fn first_malloc;
static calloc_fn first_calloc;
static realloc_fn first_realloc;
static free_fn first_free;
static posix_memalign_fn first_posix_memalign;
static memalign_fn first_aligned_alloc, first_memalign;

static struct {
    malloc_fn *_Atomic malloc;
    calloc_fn *_Atomic calloc;
    realloc_fn *_Atomic realloc;
    free_fn *_Atomic free;
    posix_memalign_fn *_Atomic posix_memalign;
    memalign_fn *_Atomic aligned_alloc;
    memalign_fn *_Atomic memalign;
} next = {first_malloc,         first_calloc,        first_realloc, first_free,
          first_posix_memalign, first_aligned_alloc, first_memalign};

#define NEXT(name) atomic_load_explicit(&next.name, memory_order_relaxed)

static _Thread_local bool is_looking __attribute__((tls_model("initial-exec")));

/* --- the arena --- */

static _Alignas(ARENA_ALIGN) unsigned char arena[ARENA_BYTES];
static atomic_size_t arena_used;

static bool is_in_arena(const void *ptr)
{
    return (uintptr_t)ptr - (uintptr_t)arena < sizeof arena;
}

/* Zeroed; the size stands in front. */
static void *arena_take(size_t size)
{
    if (size > ARENA_BYTES - ARENA_ALIGN)
        return NULL;
    size_t room = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN + ARENA_ALIGN;
    size_t at = atomic_fetch_add(&arena_used, room);
    if (at > ARENA_BYTES - room)
        return NULL;

    live_mark(arena, sizeof arena);
    memcpy(&arena[at], &size, sizeof size);
    return &arena[at + ARENA_ALIGN];
}

static size_t arena_size(const void *ptr)
{
    size_t size;
    memcpy(&size, (const char *)ptr - ARENA_ALIGN, sizeof size);
    return size;
}

/* --- finding out --- */

#define LOOK_UP(name)                                                                                        \
    do {                                                                                                     \
        void *found = dlsym(RTLD_NEXT, #name);                                                               \
        __typeof__(atomic_load(&next.name)) fn;                                                              \
        memcpy(&fn, &found, sizeof fn);                                                                      \
        if (!found)                                                                                          \
            abort();                                                                                         \
        atomic_store_explicit(&next.name, fn, memory_order_relaxed);                                         \
    } while (0)

/* False: this thread is at it already. Without an allocator there is no program, and glibc has them all. */
static bool look(void)
{
    if (is_looking)
        return false;

    is_looking = true;
    LOOK_UP(malloc);
    LOOK_UP(calloc);
    LOOK_UP(realloc);
    LOOK_UP(free);
    LOOK_UP(posix_memalign);
    LOOK_UP(aligned_alloc);
    LOOK_UP(memalign);
    is_looking = false;
    return true;
}

static void *first_malloc(size_t size)
{
    return look() ? NEXT(malloc)(size) : arena_take(size);
}

static void *first_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (look())
        return NEXT(calloc)(count, size);
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_take(bytes);
}

static void *first_realloc(void *ptr, size_t size)
{
    if (look())
        return NEXT(realloc)(ptr, size);

    void *fresh = arena_take(size);
    if (fresh && ptr)
        memcpy(fresh, ptr, arena_size(ptr) < size ? arena_size(ptr) : size);
    return fresh;
}

static void first_free(void *ptr)
{
    if (look())
        NEXT(free)(ptr);
}

static int first_posix_memalign(void **ret_ptr, size_t alignment, size_t size)
{
    return look() ? NEXT(posix_memalign)(ret_ptr, alignment, size) : ENOMEM;
}

static void *first_aligned_alloc(size_t alignment, size_t size)
{
    return look() ? NEXT(aligned_alloc)(alignment, size) : NULL;
}

static void *first_memalign(size_t alignment, size_t size)
{
    return look() ? NEXT(memalign)(alignment, size) : NULL;
}

/* --- the functions --- */

bool interpose_malloc_is_first(void)
{
    return loader_is_same(dlsym(RTLD_DEFAULT, "malloc"), &next);
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are reserved names */

RARE static void *malloc_counted(size_t size, const void *caller)
{
    void *ptr = NEXT(malloc)(size);
    heap_allocated(ptr, size, caller);
    return ptr;
}

PUBLIC void *malloc(size_t size)
{
    return heap_skips(size) ? NEXT(malloc)(size) : malloc_counted(size, CALLER);
}

PUBLIC void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || heap_skips(bytes))
        return NEXT(calloc)(count, size);

    void *ptr = NEXT(calloc)(count, size);
    heap_allocated(ptr, bytes, CALLER);
    return ptr;
}

RARE static void free_counted(void *ptr)
{
    struct live_entry entry;
    if (is_in_arena(ptr))
        return;
    (void)heap_freed(ptr, &entry);
    NEXT(free)(ptr);
}

PUBLIC void free(void *ptr)
{
    if (live_may_have(ptr))
        free_counted(ptr);
    else
        NEXT(free)(ptr);
}

/* Out of the arena into the heap. */
static void *realloc_arena(void *ptr, size_t size)
{
    void *fresh = NEXT(malloc)(size);
    if (fresh)
        memcpy(fresh, ptr, arena_size(ptr) < size ? arena_size(ptr) : size);
    return fresh;
}

/* What is moved is freed, and allocated anew. */
RARE static void *realloc_counted(void *ptr, size_t size, const void *caller)
{
    struct live_entry entry;
    bool was_sampled = false;
    void *fresh;

    if (is_in_arena(ptr)) {
        fresh = realloc_arena(ptr, size);
    } else {
        was_sampled = ptr && live_may_have(ptr) && heap_freed(ptr, &entry);
        fresh = NEXT(realloc)(ptr, size);
    }
    if (!fresh && size > 0 && was_sampled)
        heap_put_back(ptr, &entry);
    if (!heap_skips(size))
        heap_allocated(fresh, size, caller);
    return fresh;
}

PUBLIC void *realloc(void *ptr, size_t size)
{
    if (live_may_have(ptr) || size >= heap_left)
        return realloc_counted(ptr, size, CALLER);
    heap_left -= size;
    return NEXT(realloc)(ptr, size);
}

PUBLIC void *reallocarray(void *ptr, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc_counted(ptr, bytes, CALLER);
}

PUBLIC int posix_memalign(void **ret_ptr, size_t alignment, size_t size)
{
    int failed = NEXT(posix_memalign)(ret_ptr, alignment, size);
    if (!heap_skips(size))
        heap_allocated(failed == 0 ? *ret_ptr : NULL, size, CALLER);
    return failed;
}

PUBLIC void *aligned_alloc(size_t alignment, size_t size)
{
    void *ptr = NEXT(aligned_alloc)(alignment, size);
    if (!heap_skips(size))
        heap_allocated(ptr, size, CALLER);
    return ptr;
}

PUBLIC void *memalign(size_t alignment, size_t size)
{
    void *ptr = NEXT(memalign)(alignment, size);
    if (!heap_skips(size))
        heap_allocated(ptr, size, CALLER);
    return ptr;
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

PUBLIC void *valloc(size_t size)
{
    void *ptr = NEXT(memalign)(page_bytes(), size);
    if (!heap_skips(size))
        heap_allocated(ptr, size, CALLER);
    return ptr;
}

PUBLIC void *pvalloc(size_t size)
{
    size_t page = page_bytes();
    if (size > SIZE_MAX - page) {
        errno = ENOMEM;
        return NULL;
    }
    size = (size + page - 1) / page * page;
    void *ptr = NEXT(memalign)(page, size);
    if (!heap_skips(size))
        heap_allocated(ptr, size, CALLER);
    return ptr;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
