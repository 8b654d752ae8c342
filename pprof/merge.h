/*
 * Merging any number of profiles into one. Inputs are read one at a time and dropped: memory is one inflated
 * profile plus the result, however many inputs there are. The result is what google/pprof's Merge gives,
 * sample for sample, and its bytes do not depend on the order of the inputs.
 *
 *     struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
 *     for each input
 *         merge_add(m, body, 1, err);
 *     merge_write(m, &out, err);
 *
 * Rules (docs: the pprof page). Sample types and period type must be equal. Values add per sample key
 * (locations, string labels by key, numeric labels with units); a sum that does not fit stays at the end of
 * the range and is declared by merge_stats.saturated and by a comment in the result. Samples whose values are
 * all zero vanish, and only what the others reach is written. "First" in the header rules (first mapping,
 * default sample type, doc url, drop and keep frames) means: of the input with the earliest time_nanos that
 * has one (no time counts as latest); among equals the bytewise smallest. Where mappings of the same file at
 * different addresses fold into one, the lowest address stays. A string label with an empty value is no
 * label.
 *
 * One thread at a time.
 */
#ifndef PPROF_MERGE_H
#define PPROF_MERGE_H

#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"

struct merge;

struct merge_options {
    size_t max_bytes;      /* memory of this merge, all in all; 0: LIMIT_MERGE_BYTES */
    size_t inflated_bytes; /* one input after inflating; 0: LIMIT_INFLATED_BYTES */
    size_t inflate_ratio;  /* 0: LIMIT_INFLATE_RATIO */
    int gzip_level;        /* of the result, 1..12; 0: a good choice */
    struct budget *budget; /* shared by all merges, may be NULL; memory is also taken from it */
};

struct merge_stats {
    uint64_t inputs;
    uint64_t samples_in; /* read */
    uint64_t samples;    /* distinct, with those that add up to zero */
    uint64_t locations, functions, mappings, strings;
    size_t bytes; /* memory held now */
    size_t bytes_peak;
    bool saturated; /* some sum did not fit in 64 bits */
};

struct merge *merge_new(const struct merge_options *options);
void merge_free(struct merge *m); /* NULL is fine */
void merge_freep(struct merge **m);

/*
 * Adds one profile, as stored (gzip or raw pprof, or a Go text form), each value times `factor` (1, or -1 for
 * the base of a difference). The body is not needed afterwards.
 *
 * E_INVALID   the profile is damaged, or its sample types or period type differ (both are named), or its
 * format cannot be merged. The merge is as before: the caller puts the id in front and gives up, or declares
 * it. E_TOO_LARGE the merge would need more than its memory (says how to narrow the question), or the input
 * alone, or its comments with those of the others, are over a limit. After the former the merge is of no
 * further use: every call answers the same. E_BUSY the shared budget is used up now; the merge is of no
 * further use.
 */
NODISCARD enum status merge_add(struct merge *m, struct slice body, int64_t factor, struct error *err);

/*
 * Appends the merged profile to out, as gzip. Equal sets of inputs give equal bytes. More may be added and
 * written again afterwards. E_INVALID when nothing was added; E_TOO_LARGE over out's bound or the merge's
 * memory.
 */
NODISCARD enum status merge_write(struct merge *m, struct buf *out, struct error *err);

/* The same without gzip. */
NODISCARD enum status merge_write_raw(struct merge *m, struct buf *out, struct error *err);

struct merge_stats merge_stats(const struct merge *m);

#endif
