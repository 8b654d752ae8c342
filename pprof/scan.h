/*
 * Reads a whole profile once: refuses what google/pprof refuses, with a text that names the fault, and takes
 * what a key needs: time, duration, and the total of each sample type. Nothing is kept but the result. Any
 * thread.
 */
#ifndef PPROF_SCAN_H
#define PPROF_SCAN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "pprof/format.h"

struct scan_limits {
    size_t inflated_bytes; /* at most this much after inflating */
    size_t inflate_ratio;  /* beyond LIMIT_INFLATE_FREE_BYTES, at most this many times the input */
    size_t scratch_bytes;  /* memory of the reader beside the inflated bytes */
};

#define SCAN_LIMITS_DEFAULT                                                                                  \
    ((struct scan_limits){LIMIT_INFLATED_BYTES, LIMIT_INFLATE_RATIO, LIMIT_PPROF_SCRATCH_BYTES})

struct scan_type {
    struct slice name; /* "cpu"; copied to the arena */
    struct slice unit; /* "nanoseconds" */
    int64_t total;     /* sum over all samples; meaningless with `overflow` */
    bool overflow;     /* the sum does not fit */
    bool negative;     /* some value is negative */
};

struct scan_result {
    const struct format *format;
    bool empty;         /* valid, but without a sample */
    int64_t time_nanos; /* 0: not said */
    int64_t duration_nanos;
    int64_t period;
    struct slice period_type, period_unit;
    uint64_t samples;
    size_t types_count;  /* how many sample types there are ... */
    size_t types_kept;   /* ... and how many of them stand in types[], in their order */
    size_t type_default; /* index of the default sample type; types_count when there is none */
    struct scan_type types[LIMIT_SAMPLE_TYPES];
    size_t inflated_bytes;
};

/* Judges a sum of 128 bits: sets `total` and `overflow`. */
static inline void scan_type_total(struct scan_type *t, __int128 sum)
{
    int64_t total = (int64_t)sum;
    t->overflow = total != sum;
    t->total = t->overflow ? (sum < 0 ? INT64_MIN : INT64_MAX) : total;
}

/*
 * body: gzip (any number of members) or not, told by 1f 8b; any format. What is no pprof is converted and
 * then read likewise; of what cannot be converted (format_merges()) only the format is set.
 *
 * E_INVALID   what is wrong with the profile: "empty input file", "unrecognized profile format",
 * "concatenated profiles detected", "decompressing profile: unexpected EOF", "malformed profile: sample 17
 * refers to location 99, which does not exist" E_TOO_LARGE over a limit (its name and size are in the text)
 * or over the arena's bound
 */
NODISCARD enum status pprof_scan(struct slice body, const struct scan_limits *limits, struct arena *arena,
                                 struct scan_result *ret_result, struct error *err);

#endif
