/*
 * The input is cut into profiles (two bytes of length before each). In any order, and joined from parts, they
 * must give the same bytes. Compared with themselves they must give a valid profile whose totals are zero,
 * scaled or not. What is refused must not be noticed.
 */
#include "pprof/merge.h"
#include "pprof/scan.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 24, PROFILES_MAX = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static size_t cut(const uint8_t *data, size_t size, struct slice profiles[PROFILES_MAX])
{
    size_t count = 0;
    while (count < PROFILES_MAX && size >= 2) {
        size_t len = (size_t)data[0] | (size_t)data[1] << 8;
        data += 2;
        size -= 2;
        if (len > size)
            len = size;
        profiles[count++] = slice_make(data, len);
        data += len;
        size -= len;
    }
    return count;
}

static struct merge *merge_small(void)
{
    return merge_new(&(struct merge_options){.max_bytes = 16UL * MAX_BYTES,
                                             .inflated_bytes = MAX_BYTES,
                                             .inflate_ratio = 100});
}

/* The profiles that fit to the first one that is valid, in the order given by `step` (1 or -1). */
static struct buf merge_in_order(const struct slice *profiles, size_t count, int step)
{
    struct buf out = BUF_INIT(8UL * MAX_BYTES);
    struct merge *m CLEANUP(merge_freep) = merge_small();
    for (size_t i = 0; i < count; i++)
        insist(merge_add(m, profiles[step > 0 ? i : count - 1 - i], MERGE_SOURCE, NULL) == OK);
    insist(merge_write_raw(m, &out, NULL) == OK);
    return out;
}

/* Every second one in a part of its own, which is joined. */
static struct buf merge_in_parts(const struct slice *profiles, size_t count)
{
    struct buf out = BUF_INIT(8UL * MAX_BYTES);
    struct merge *m CLEANUP(merge_freep) = merge_small();
    struct merge *part CLEANUP(merge_freep) = NULL;
    for (size_t i = 0; i < count; i++) {
        insist(merge_add(i % 2 ? part : m, profiles[i], MERGE_SOURCE, NULL) == OK);
        if (!part)
            part = merge_new_partial(m);
    }
    insist(merge_join(m, part, NULL) == OK);
    insist(merge_write_raw(m, &out, NULL) == OK);
    return out;
}

static void compare_with_itself(const struct slice *profiles, size_t count, bool normalise)
{
    struct merge *m CLEANUP(merge_freep) = merge_small();
    for (size_t i = 0; i < count; i++) {
        insist(merge_add(m, profiles[i], MERGE_BASE, NULL) == OK);
        insist(merge_add(m, profiles[i], MERGE_SOURCE, NULL) == OK);
    }
    if (normalise)
        insist(merge_normalise(m, NULL) == OK);

    struct buf out CLEANUP(buf_release) = BUF_INIT(8UL * MAX_BYTES);
    insist(merge_write_raw(m, &out, NULL) == OK);
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(MAX_BYTES);
    const struct scan_limits limits = {8UL * MAX_BYTES, 100, 8UL * MAX_BYTES};
    struct scan_result r;
    insist(pprof_scan(buf_slice(&out), &limits, &arena, &r, NULL) == OK);
    for (size_t i = 0; i < r.types_kept; i++)
        insist(merge_stats(m).saturated || r.types[i].total == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice profiles[PROFILES_MAX], valid[PROFILES_MAX];
    size_t count = cut(data, size, profiles), valid_count = 0;
    struct merge *m CLEANUP(merge_freep) = merge_small();
    for (size_t i = 0; i < count; i++)
        if (merge_add(m, profiles[i], MERGE_SOURCE, NULL) == OK)
            valid[valid_count++] = profiles[i];
    if (valid_count == 0)
        return 0;

    struct buf mixed CLEANUP(buf_release) = BUF_INIT(8UL * MAX_BYTES);
    insist(merge_write_raw(m, &mixed, NULL) == OK);
    struct buf forth CLEANUP(buf_release) = merge_in_order(valid, valid_count, 1);
    struct buf back CLEANUP(buf_release) = merge_in_order(valid, valid_count, -1);
    struct buf joined CLEANUP(buf_release) = merge_in_parts(valid, valid_count);
    insist(slice_eq(buf_slice(&forth), buf_slice(&back)));
    insist(slice_eq(buf_slice(&forth), buf_slice(&mixed)));
    insist(slice_eq(buf_slice(&forth), buf_slice(&joined)));
    compare_with_itself(valid, valid_count, false);
    compare_with_itself(valid, valid_count, true);
    return 0;
}
