/*
 * Whatever a scan accepts, a merge must accept, and the other way round; and what the merge writes must be
 * valid again, with the same totals and as a fixed point: merging it gives the same bytes.
 */
#include "pprof/merge.h"
#include "pprof/scan.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static enum status scan(struct slice body, struct arena *arena, struct scan_result *r)
{
    const struct scan_limits limits = {MAX_BYTES, 100, MAX_BYTES};
    return pprof_scan(body, &limits, arena, r, NULL);
}

static struct merge *merge_of(struct slice body, enum status *ret_status)
{
    struct merge *m = merge_new(&(struct merge_options){.max_bytes = 8UL * MAX_BYTES,
                                                        .inflated_bytes = MAX_BYTES,
                                                        .inflate_ratio = 100});
    *ret_status = merge_add(m, body, MERGE_SOURCE, NULL);
    return m;
}

static void insist_same_totals(const struct scan_result *a, const struct scan_result *b)
{
    insist(a->types_count == b->types_count);
    insist(a->type_default == b->type_default);
    for (size_t i = 0; i < a->types_kept; i++) {
        insist(slice_eq(a->types[i].name, b->types[i].name));
        insist(slice_eq(a->types[i].unit, b->types[i].unit));
        insist(a->types[i].overflow || a->types[i].total == b->types[i].total);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MAX_BYTES);
    struct slice body = slice_make(data, size);
    struct scan_result before, after;
    enum status scanned = scan(body, &arena, &before);
    enum status merged;
    struct merge *m CLEANUP(merge_freep) = merge_of(body, &merged);
    if (scanned != OK || !format_merges(before.format)) {
        insist(merged != OK);
        return 0;
    }
    if (merged == E_TOO_LARGE)
        return 0;
    insist(merged == OK);

    struct buf out CLEANUP(buf_release) = BUF_INIT(4UL * MAX_BYTES);
    insist(merge_write_raw(m, &out, NULL) == OK);
    insist(scan(buf_slice(&out), &arena, &after) == OK);
    bool saturated = merge_stats(m).saturated;
    if (!saturated)
        insist_same_totals(&before, &after);

    struct merge *again CLEANUP(merge_freep) = merge_of(buf_slice(&out), &merged);
    struct buf twice CLEANUP(buf_release) = BUF_INIT(4UL * MAX_BYTES);
    insist(merged == OK);
    insist(merge_write_raw(again, &twice, NULL) == OK);
    insist(saturated || slice_eq(buf_slice(&out), buf_slice(&twice)));
    return 0;
}
