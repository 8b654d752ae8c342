// Allocates with tcmalloc and prints what its C++ interface alone gives: "growth" where the address space grew, else
// the sampled heap, "heap_v2" (TCMALLOC_SAMPLE_PARAMETER says how often). make.sh runs it.
#include <gperftools/malloc_extension.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

static std::vector<std::vector<char>> kept;

__attribute__((noinline)) void keep_blocks(size_t bytes, int count)
{
    for (int i = 0; i < count; i++)
        kept.emplace_back(bytes);
}

int main(int argc, char **argv)
{
    std::string profile;
    keep_blocks(700, 3000);
    keep_blocks(300000, 60);
    if (argc > 1 && strcmp(argv[1], "growth") == 0)
        MallocExtension::instance()->GetHeapGrowthStacks(&profile);
    else
        MallocExtension::instance()->GetHeapSample(&profile);
    fputs(profile.c_str(), stdout);
}
