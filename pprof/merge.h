/*
 * Merging any number of profiles into one. Inputs are read one at a time and dropped: memory is one inflated
 * profile plus the result, however many inputs there are. The result is what google/pprof's Merge gives,
 * sample for sample, and its bytes do not depend on the order of the inputs, nor on how they are grouped into
 * partial merges that are joined.
 *
 *     struct merge *m CLEANUP(merge_freep) = merge_new(&(struct merge_options){0});
 *     for each input
 *         merge_add(m, body, MERGE_SOURCE, err);
 *     merge_write(m, &out, err);
 *
 * A difference is a merge too: what it is compared with is added as MERGE_BASE. Its samples have their values
 * times -1 and the label `pprof::base`=`true` (in place of any such text label of their own), as those of
 * `go tool pprof -diff_base`. So they never fold with those of the source, and a reader can tell them apart.
 *
 * Rules (docs: the pprof page). Sample types and period type must be equal. Values add per sample key
 * (locations, string labels by key, numeric labels with units); a sum that does not fit stays at the end of
 * the range and is declared by merge_stats.saturated and by a comment in the result. Samples whose values are
 * all zero vanish, and only what the others reach is written. "First" in the header rules (first mapping,
 * default sample type, doc url, drop and keep frames) means: of the input with the earliest time_nanos that
 * has one (no time counts as latest); among equals the bytewise smallest; sources come before bases. Where
 * mappings of the same file at different addresses fold into one, the lowest address stays. A string label
 * with an empty value is no label.
 *
 * One thread at a time.
 */
#ifndef PPROF_MERGE_H
#define PPROF_MERGE_H

#include "base/budget.h"
#include "base/buf.h"
#include "base/error.h"

struct merge;
struct merged; /* pprof/merged.h */

#define MERGE_BASE_KEY  "pprof::base"
#define MERGE_BASE_TEXT "true"

enum merge_side {
    MERGE_SOURCE = 0,
    MERGE_BASE,
};

struct merge_options {
    size_t max_bytes;      /* memory of this merge, all in all; 0: LIMIT_MERGE_BYTES */
    size_t inflated_bytes; /* one input after inflating; 0: LIMIT_INFLATED_BYTES */
    size_t inflate_ratio;  /* 0: LIMIT_INFLATE_RATIO */
    int gzip_level;        /* of the result, 1..12; 0: a good choice */
    struct budget *budget; /* shared by all merges, may be NULL; memory is also taken from it */
};

struct merge_stats {
    uint64_t inputs;     /* of both sides */
    uint64_t samples_in; /* read */
    uint64_t samples;    /* distinct, with those that add up to zero */
    uint64_t locations, functions;
    size_t bytes; /* memory held now */
    size_t bytes_peak;
    size_t bytes_max; /* that it may hold */
    bool saturated;   /* some sum did not fit in 64 bits */
    bool has_base;    /* something came as MERGE_BASE, be it empty */
};

struct merge *merge_new(const struct merge_options *options);
void merge_free(struct merge *m); /* NULL is fine */
void merge_freep(struct merge **m);

/*
 * Adds one profile, as stored (gzip or raw pprof, or a form that is converted to it). The body is not needed
 * afterwards.
 *
 * E_INVALID   the profile is damaged, or its sample types or period type differ (both are named), or its
 * format cannot be merged. The merge is as before: the caller puts the id in front and gives up, or declares
 * it. E_TOO_LARGE the merge would need more than its memory (says how to narrow the question), or the input
 * alone, or its comments with those of the others, are over a limit. After the former the merge is of no
 * further use: every call answers the same. E_BUSY the shared budget is used up now; the merge is of no
 * further use.
 */
NODISCARD enum status merge_add(struct merge *m, struct slice body, enum merge_side side, struct error *err);

/*
 * A second merge for another thread, to be joined into `m` when both have read their share: it takes its
 * memory from that of m and judges inputs by the types of the first one in m, so that which inputs are
 * refused does not depend on who reads them. At least one input is in m. m must outlive it.
 */
struct merge *merge_new_partial(struct merge *m);

/*
 * Takes over all that is in `other`, which is empty of inputs afterwards and only to be freed. The bytes that
 * m gives are those of one merge of all their inputs. No other thread may use either. E_INVALID when types
 * differ and E_TOO_LARGE for too many comments, as merge_add(), and nothing is changed; E_TOO_LARGE or E_BUSY
 * from the memory, and both are of no further use.
 */
NODISCARD enum status merge_join(struct merge *m, struct merge *other, struct error *err);

/*
 * Scales the source, each sample type for itself, so that its totals are those of the base: what
 * `go tool pprof -normalize` does, rounding included (half away from zero; a total of zero gives zeros; a
 * sample is dropped whose scaled values are all zero, even if a type that needs no scaling has a value). To
 * be called once, when all is added. E_INVALID when there is no base.
 */
NODISCARD enum status merge_normalise(struct merge *m, struct error *err);

/*
 * What has been merged so far, to be read by those that show it: until the next call for m, which may move
 * it. Samples that add up to zero are still there (stacks_is_zero()), and so is what only they reach; values
 * through stacks_sum(). Things stand in the order in which they came: whoever shows them sorts. More may be
 * added afterwards.
 */
const struct merged *merge_result(const struct merge *m);

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
