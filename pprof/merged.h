/*
 * The result of a merge while it grows: header, symbols, samples. Not thread-safe.
 */
#ifndef PPROF_MERGED_H
#define PPROF_MERGED_H

#include "base/buf.h"
#include "base/limits.h"
#include "pprof/profile.h"
#include "pprof/stacks.h"
#include "pprof/symbols.h"

/* The text of the earliest profile that has one. */
struct merged_first {
    uint32_t string; /* 0: none yet */
    int64_t at;      /* order time of that profile */
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
bool merged_header(struct merged *m, const struct profile *p);
/* time_nanos as an order: a profile without a time is the latest. */
int64_t merged_order_time(const struct profile *p);

/* Appends it as uncompressed pprof: the same bytes for the same set of inputs. Errors of the quota. */
NODISCARD enum status merged_write(struct merged *m, struct buf *out, struct error *err);

#endif
