/* From ids to what is fetched: the profiles that a request names one by one. */
#ifndef COLLECTOR_WANTED_H
#define COLLECTOR_WANTED_H

#include "collector/combine.h"

/* Ids parted by '+'; ret_ids has room for LIMIT_IDS_PER_GET. E_NOT_FOUND: one of them is none; E_TOO_LARGE:
 * more.
 */
NODISCARD enum status wanted_ids(struct slice text, struct id *ret_ids, size_t *ret_count, struct error *err);

/*
 * The plan for ids parted by '+', by the index and, for what it does not know, the bucket; without a barrier.
 * Blocks. `read`: they will be read as pprof; more than one are in any case. E_NOT_FOUND: names all that are
 * unknown; E_INVALID: a trace that would have to be read.
 */
NODISCARD enum status wanted_plan(struct question *q, struct slice text, bool read,
                                  struct combine_plan *ret_plan, struct error *err);

#endif
