/* Whatever the quick reader of a scan accepts, the exact one accepts with the same result, in little memory
 * too. */
#include "pprof/quick.h"
#include "tests/pprof/readers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice proto = slice_make(data, size);
    if (readers_compare(proto, LIMIT_PPROF_SCRATCH_BYTES) == READERS_DIFFER ||
        readers_compare(proto, 64 * KIB) == READERS_DIFFER)
        abort();
    return 0;
}
