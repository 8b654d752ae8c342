/* A stack is written by unwinders, which know where calls return to: the address behind the call, which may
 * belong to another line or even another function. One less is always within the call. */
#include "pprof/callers.h"

#include "pprof/lines.h"

bool callers_push(struct builder *b, struct slice stack)
{
    while (slice_trim(stack).len > 0) {
        uint64_t address;
        struct slice token = take_token(&stack);
        if (!slice_starts(token, SLICE("0x")) || !take_hex(&token, &address) || token.len > 0)
            return false;

        builder_frame(b, builder_address(b, address - 1, BUILDER_NONE));
    }
    return true;
}

const char CALLERS_ALLOCATORS[] =
    "(__libc_|tc_)?(malloc|calloc|realloc|free|cfree|memalign|valloc|pvalloc|posix_memalign)|"
    "do_memalign|__posix_memalign|"
    "tc_(new|delete)(array)?|tc_new(array)?_nothrow|tcmalloc::.*|"
    "malloc_zone_(malloc|calloc|valloc|realloc|memalign|free)|"
    "(::)?do_malloc(_no_errno|_pages)?|DoSampledAllocation|MallocedMemBlock::MallocedMemBlock|"
    "BaseArena::.*|runtime\\..*|operator new(\\[\\])?|__builtin_(vec_)?(new|delete)|"
    "_M_allocate|allocate|cpp_alloc|"
    "(__gnu_cxx::new_allocator|__malloc_alloc_template|simple_alloc)::allocate";

const char CALLERS_ALLOCATORS_KEPT[] = "runtime\\.(panic|reflectcall|call[0-9]*)";

const char CALLERS_LOCKS[] =
    "(base::)?(RecordLockProfileData|SubmitMutexProfileData|SubmitSpinLockProfileData).*|"
    "((base::)?Mutex::)?(AwaitCommon|Unlock|UnlockSlow|ReaderUnlock).*|"
    "((base::)?MutexLock::)?~MutexLock.*|"
    "(SpinLock::)?(Unlock|SlowUnlock).*|(SpinLockHolder::)?~SpinLockHolder.*";

const char CALLERS_PROFILERS[] =
    "ProfileData::(Add|prof_handler)|CpuProfiler::prof_handler|__pthread_sighandler|__restore";
