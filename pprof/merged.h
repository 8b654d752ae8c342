/*
 * The result of a merge while it grows: header, symbols, samples. Not thread-safe.
 */
#ifndef PPROF_MERGED_H
#define PPROF_MERGED_H

#include "base/buf.h"
#include "base/limits.h"
#include "pprof/merge.h"
#include "pprof/profile.h"
#include "pprof/stacks.h"
#include "pprof/symbols.h"

/* The text of the earliest profile that has one. */
struct merged_first {
    uint32_t string; /* 0: none yet */
    __int128 at;     /* rank of that profile */
};

struct merged_type {
    uint32_t type;
    uint32_t unit;
};

struct merged {
    struct quota *quota;
    struct symbols symbols;
    struct stacks stacks;
    bool started; /* a profile came: the types are fixed */
    uint32_t types_count;
    struct merged_type types[LIMIT_PPROF_TYPES];
    struct merged_type period_type;
    int64_t period;          /* the greatest */
    int64_t time_nanos;      /* the earliest that is not 0 */
    __int128 duration_nanos; /* the sum */
    struct merged_first default_type, doc_url, drop_frames, keep_frames;
    struct column comments; /* uint32_t, strings, each once */
    bool saturated;         /* set by writing */
};

/* quota must outlive it. */
void merged_init(struct merged *m, struct quota *quota);
void merged_release(struct merged *m);

/* OK, or E_INVALID naming both: a profile of these types cannot be added. */
NODISCARD enum status merged_fits(const struct merged *m, const struct profile *p, struct error *err);
/* Takes over what stands in the header of a profile that fits. False when the quota refuses. */
bool merged_header(struct merged *m, const struct profile *p, enum merge_side side);
/* Who is earlier: by time_nanos, one without a time is the latest; and sources come before bases. */
__int128 merged_rank(const struct profile *p, enum merge_side side);

/* Fixes the types: those of another, which has some. m has none yet. False when the quota refuses. */
bool merged_start_as(struct merged *m, const struct merged *other);
/* Adds all of another merge. E_INVALID (types) and E_TOO_LARGE (comments) change nothing; errors of the quota
 * leave m half done. */
NODISCARD enum status merged_join(struct merged *m, const struct merged *other, struct error *err);
/* The header's part of that: whether it fits, and taking it over once the types are fixed. */
NODISCARD enum status merged_fits_merged(const struct merged *m, const struct merged *other,
                                         struct error *err);
bool merged_header_of(struct merged *m, const struct merged *other);

/* The label that tells base samples: numbers of strings, INTERN_NONE when no sample has it. */
struct merged_base {
    uint32_t key, text;
};
struct merged_base merged_base(const struct merged *m);
/* True if the sample has it. */
static inline bool merged_is_base(const struct merged *m, struct merged_base base, uint32_t sample)
{
    return stacks_set_has(&m->stacks, COLUMN_AT(m->stacks.samples, struct stack)[sample].labels, base.key,
                          base.text);
}
/* Scales the samples that are not the base's, see merge_normalise(). False when the quota refuses. */
bool merged_normalise(struct merged *m);

/* The comment of a written profile in which a sum stands at the end of the range. */
#define MERGED_SATURATED "brazier: a sum did not fit in 64 bits and stands at the end of the range"

/* Appends it as uncompressed pprof: the same bytes for the same set of inputs. Errors of the quota. */
NODISCARD enum status merged_write(struct merged *m, struct buf *out, struct error *err);

#endif
