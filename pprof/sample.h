/*
 * The samples of a profile, one at a time and checked. The arrays of a sample belong to the reader and are
 * overwritten by the next. Not thread-safe.
 */
#ifndef PPROF_SAMPLE_H
#define PPROF_SAMPLE_H

#include "pprof/profile.h"
#include "pprof/wire.h"

struct sample_label {
    uint32_t key;  /* strings of the profile */
    uint32_t text; /* 0: a number */
    uint32_t unit; /* of a number; 0: none */
    int64_t number;
};

struct sample_reader {
    const struct profile *profile;
    struct wire wire;
    uint64_t nth;            /* of the sample read last, from 1 */
    size_t room;             /* values that fit; 0: not yet known for this profile */
    struct column locations; /* uint32_t, indexes, the leaf first */
    struct column values;    /* int64_t, as many as the profile has types */
    struct column labels;    /* struct sample_label, those that say something, in their order */
};

void sample_reader_init(struct sample_reader *r);
void sample_reader_release(struct sample_reader *r, struct quota *q);
/* Begins with the first sample of p, which was read without an error. */
void sample_reader_start(struct sample_reader *r, const struct profile *p);

/*
 * Reads the next sample; *ret_more is false behind the last. E_INVALID names the fault ("malformed profile:
 * sample 17 refers to location 99, which does not exist"); E_TOO_LARGE over a limit or the quota; E_BUSY from
 * the quota.
 */
NODISCARD enum status sample_next(struct sample_reader *r, bool *ret_more, struct error *err);

#endif
