/*
 * Targets and header values as bytes from anywhere. What is accepted must hold what query.h promises, and
 * parsing the normalised path again must not change it.
 */
#include "base/limits.h"
#include "http/head.h"
#include "http/negotiate.h"
#include "http/query.h"
#include "http/range.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_target(struct slice target)
{
    struct arena a CLEANUP(arena_release) = ARENA_INIT(MIB);
    struct query q, again;
    struct error err;
    if (query_parse(target, &a, &q, &err) != OK)
        return;

    must(q.param_count <= LIMIT_QUERY_PARAMS);
    must(q.path.len >= 1 && q.path.len <= target.len + 1);
    must(memmem(q.path.ptr, q.path.len, "//", 2) == NULL);
    must(q.path.len == 1 || q.path.ptr[q.path.len - 1] != '/');
    must(query_parse(q.path, &a, &again, &err) == OK);
    must(slice_eq(q.path, again.path));
    for (size_t i = 0; i < q.param_count; i++)
        must(q.params[i].name.ptr && q.params[i].value.ptr);
}

static void try_header(struct slice value)
{
    struct head h = {.status = 0};
    uint64_t from, len, size = value.len * 37;
    head_see(&h, SLICE("Content-Length"), value);
    head_see(&h, value, SLICE("x"));
    head_finish(&h, false);
    must(h.status != 0);
    if (range_parse(value, size, &from, &len) == RANGE_PART)
        must(len > 0 && from < size && len <= size - from);
    (void)negotiate_gzip(value);
    (void)negotiate_same(value, SLICE("\"a\""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    try_target(input);
    try_header(input);
    return 0;
}
