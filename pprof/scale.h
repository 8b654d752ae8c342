/* From what was sampled to an estimate of all. Pure. */
#ifndef PPROF_SCALE_H
#define PPROF_SCALE_H

#include <stdint.h>

/* Cut towards 0; beyond the range, the end of it. Not for NaN. */
int64_t scale_whole(double value);

/*
 * count and bytes of sampled allocations become estimates of all of them. An allocation of s bytes is sampled
 * with the probability 1 - exp(-s / interval), `interval` being the average number of bytes between two
 * samples; the average size stands for all. At an interval of 1 (all are sampled) or less (not known) nothing
 * is scaled. Both are 0 if one of them is.
 */
void scale_heap(int64_t interval, int64_t *count, int64_t *bytes);

#endif
