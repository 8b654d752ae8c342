/*
 * C++'s operators new and delete, under their names in the Itanium ABI: libbrazier-full only. libstdc++'s
 * call malloc() and free(), and so come to us there; those of allocators such as jemalloc and tcmalloc do
 * not, and are counted here. Which of the two stands behind is told by where malloc() is. Operators of
 * anybody else are left alone: what they take from malloc() is counted there.
 *
 * A C program may load libstdc++ with a plugin, out of sight of dlsym(RTLD_NEXT): it is then looked for by
 * name. Exceptions pass through these functions, which hold nothing.
 */
#include "agent/heap.h"
#include "agent/loader.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

/* Next of that name; NULL: there is none, now. */
static void *look_up(const char *name)
{
    static const char *const libraries[] = {"libstdc++.so.6", "libc++.so.1"};
    void *found = dlsym(RTLD_NEXT, name);

    for (size_t i = 0; !found && i < sizeof libraries / sizeof libraries[0]; i++) {
        void *library = dlopen(libraries[i], RTLD_NOLOAD | RTLD_LAZY);
        if (library)
            found = dlsym(library, name);
    }
    return found;
}

/* Do the operators belong to the allocator? */
static bool are_allocators(void)
{
    enum { UNKNOWN, YES, NO };
    static atomic_int known;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);

    if (__builtin_expect(answer == UNKNOWN, 0)) {
        answer = loader_is_same(look_up("_Znwm"), dlsym(RTLD_NEXT, "malloc")) ? YES : NO;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == YES;
}

/* Without a C++ library nobody can throw: a program whose memory is used up ends here. */
static void *allocate(size_t alignment, size_t size, bool may_fail)
{
    void *ptr = NULL;
    if (posix_memalign(&ptr, alignment, size) != 0 && !may_fail)
        abort();
    return ptr;
}

enum { USUAL = 2 * sizeof(void *) };

/* `kept` is the function behind, of the type of `name`. */
#define KEEP(name)                                                                                           \
    static __typeof__(name) *_Atomic kept;                                                                   \
    __typeof__(name) *fn = atomic_load_explicit(&kept, memory_order_relaxed);                                \
    if (__builtin_expect(!fn, 0)) {                                                                          \
        void *found = look_up(#name);                                                                        \
        memcpy(&fn, &found, sizeof fn);                                                                      \
        atomic_store_explicit(&kept, fn, memory_order_relaxed);                                              \
    }

#define NEW(name, parameters, arguments, alignment, may_fail)                                                \
    void *name parameters;                                                                                   \
    PUBLIC void *name parameters                                                                             \
    {                                                                                                        \
        KEEP(name)                                                                                           \
        if (__builtin_expect(!fn, 0))                                                                        \
            return allocate(alignment, size, may_fail);                                                      \
        if (!are_allocators() || heap_skips(size))                                                           \
            return fn arguments;                                                                             \
        void *ptr = fn arguments;                                                                            \
        heap_allocated(ptr, size, CALLER);                                                                   \
        return ptr;                                                                                          \
    }

#define DELETE(name, parameters, arguments)                                                                  \
    void name parameters;                                                                                    \
    PUBLIC void name parameters                                                                              \
    {                                                                                                        \
        struct live_entry entry;                                                                             \
        KEEP(name)                                                                                           \
        if (live_may_have(ptr))                                                                              \
            (void)heap_freed(ptr, &entry);                                                                   \
        if (__builtin_expect(!fn, 0))                                                                        \
            free(ptr);                                                                                       \
        else                                                                                                 \
            fn arguments;                                                                                    \
    }

#define BOTH(nw, dl)                                                                                         \
    NEW(nw##m, (size_t size), (size), USUAL, false)                                                          \
    NEW(nw##mRKSt9nothrow_t, (size_t size, const void *nothrow), (size, nothrow), USUAL, true)               \
    NEW(nw##mSt11align_val_t, (size_t size, size_t alignment), (size, alignment), alignment, false)          \
    NEW(nw##mSt11align_val_tRKSt9nothrow_t, (size_t size, size_t alignment, const void *nothrow),            \
        (size, alignment, nothrow), alignment, true)                                                         \
    DELETE(dl##Pv, (void *ptr), (ptr))                                                                       \
    DELETE(dl##Pvm, (void *ptr, size_t size), (ptr, size))                                                   \
    DELETE(dl##PvRKSt9nothrow_t, (void *ptr, const void *nothrow), (ptr, nothrow))                           \
    DELETE(dl##PvSt11align_val_t, (void *ptr, size_t alignment), (ptr, alignment))                           \
    DELETE(dl##PvmSt11align_val_t, (void *ptr, size_t size, size_t alignment), (ptr, size, alignment))       \
    DELETE(dl##PvSt11align_val_tRKSt9nothrow_t, (void *ptr, size_t alignment, const void *nothrow),          \
           (ptr, alignment, nothrow))

BOTH(_Znw, _Zdl)
BOTH(_Zna, _Zda)
