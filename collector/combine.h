/*
 * Combining: from a list of profiles to one pprof, streaming. Used by merges of a selection and of ids.
 * Blocks; on a merge pool thread.
 */
#ifndef COLLECTOR_COMBINE_H
#define COLLECTOR_COMBINE_H

#include "collector/question.h"

struct combine_plan {
    struct slice *keys; /* in the question's arena */
    struct id *ids;
    size_t count;
};

/*
 * Fetches all, merges all; one alone is given as it is stored. Appends to out and says in X-Brazier-Profiles
 * how many are in it. An object that is gone is
 * looked for once more behind the barrier: if it was deleted meanwhile, it does not belong to the answer any
 * more. Otherwise: E_CORRUPT naming the id, or, with partial=1, left out and listed in reply's
 * X-Brazier-Missing.
 *
 * E_INVALID: profiles that cannot be merged, naming the one; E_TOO_LARGE, E_BUSY: memory; E_UNAVAILABLE: the
 * store.
 */
NODISCARD enum status combine_run(struct question *q, const struct combine_plan *plan, struct buf *out,
                                  struct http_reply *reply, struct error *err);

/* Replies with a profile: octet-stream under a file name. Takes `body`; the question is freed. */
void combine_send(struct question *q, struct http_reply *reply, struct buf *body, const char *file_name);

#endif
