// Allocates what it is told to, by every way there is, in functions that have names of their own. "leak": so many
// megabytes each, kept to the end. "churn": the same, freed. "threads N": N threads at once that allocate, pass on and
// free each other's, for a moment, while children come and go. LINKED: it starts the agent itself.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#ifdef LINKED
#include <brazier.h>
#endif

#define NOINLINE __attribute__((noinline))

static const size_t MIB = 1024 * 1024;
static std::vector<void *> kept;

static void *touch(void *p)
{
    *static_cast<volatile char *>(p) = 1;
    return p;
}

NOINLINE static void by_malloc()
{
    for (size_t i = 0; i < 24 * MIB; i += 1024)
        kept.push_back(touch(malloc(1024)));
}

NOINLINE static void by_calloc()
{
    for (size_t i = 0; i < 16 * MIB; i += 16 * 100)
        kept.push_back(touch(calloc(16, 100)));
}

NOINLINE static void by_new()
{
    for (size_t i = 0; i < 12 * MIB; i += 600)
        kept.push_back(touch(new char[600]));
}

NOINLINE static void by_aligned()
{
    for (size_t i = 0; i < 2 * MIB; i += 2048) {
        void *p = nullptr;
        if (posix_memalign(&p, 64, 2048) != 0)
            abort();
        kept.push_back(touch(p));
        kept.push_back(touch(aligned_alloc(256, 2048)));
        kept.push_back(touch(memalign(512, 2048)));
        kept.push_back(touch(reallocarray(nullptr, 2, 1024)));
    }
}

NOINLINE static void by_realloc()
{
    for (size_t i = 0; i < 8 * MIB; i += 4096) {
        void *p = touch(malloc(16));
        p = realloc(p, 512);
        kept.push_back(touch(realloc(p, 4096)));
    }
}

static void free_all(bool deletes)
{
    for (void *p : kept)
        if (deletes)
            delete[] static_cast<char *>(p);
        else
            free(p);
    kept.clear();
}

NOINLINE static void freed_again()
{
    by_malloc();
    by_calloc();
    by_aligned();
    by_realloc();
    free_all(false);
    by_new();
    free_all(true);
}

// --- threads ---

static std::atomic<void *> passed[1024];
static std::atomic<bool> over;
static std::atomic<long> done;

NOINLINE static void passes_on(unsigned seed)
{
    long mine = 0;
    for (; !over; mine++) {
        seed = seed * 1103515245 + 12345;
        size_t size = (seed >> 8) % 4000 + 1;
        char *p = static_cast<char *>(seed & 0x100 ? malloc(size) : seed & 0x80 ? calloc(1, size) : realloc(nullptr, size));
        memset(p, 7, size);
        if (seed & 0x40)
            p = static_cast<char *>(realloc(p, size * 2));
        free(passed[(seed >> 20) % 1024].exchange(p));
    }
    done += mine;
}

static void threads(int count)
{
    std::vector<std::thread> all;
    for (int i = 0; i < count; i++)
        all.emplace_back(passes_on, i + 1);
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        if (child == 0) {
            for (int k = 0; k < 2000; k++)
                free(touch(malloc(2000)));
            _exit(0);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            printf("a child ended badly\n");
        usleep(20000);
    }
    over = true;
    for (auto &t : all)
        t.join();
    for (auto &p : passed)
        free(p.exchange(nullptr));
    printf("done %d\n", done > 100);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
#ifdef LINKED
    if (brazier_start(nullptr) != 0)
        puts(brazier_error());
#endif
    kept.reserve(200000);
    if (strcmp(what, "threads") == 0) {
        threads(argc > 2 ? static_cast<int>(strtol(argv[2], nullptr, 10)) : 4);
    } else if (strcmp(what, "churn") == 0) {
        freed_again();
    } else {
        by_malloc();
        by_calloc();
        by_new();
        by_aligned();
        by_realloc();
    }
    return 0;
}
