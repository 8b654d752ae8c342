/*
 * Combining: from lists of profiles to one, streaming. Used by merges and differences of selections and of
 * ids. Blocks; on a merge pool thread.
 */
#ifndef COLLECTOR_COMBINE_H
#define COLLECTOR_COMBINE_H

#include "collector/question.h"
#include "pprof/merge.h"

struct combine_plan {
    struct slice *keys; /* in the question's arena */
    struct id *ids;
    size_t count;
    bool as_pprof; /* one alone that came in another format is converted too */
};

/*
 * Fetches and merges all of `source`, and, for a difference, all of `base` as MERGE_BASE (NULL: none). Says
 * in X-Brazier-Profiles how many of source are in it, for a difference also in X-Brazier-Base-Profiles. An
 * object that is gone is looked for once more behind the barrier: if it was deleted meanwhile, it does not
 * belong to the answer any more. Otherwise: E_CORRUPT naming the id, or, with partial=1, left out and listed
 * in reply's X-Brazier-Missing. *ret_merge is the caller's: merge_free(). Runs on as many threads as pay.
 *
 * E_INVALID: profiles that cannot be merged, naming the one; E_TOO_LARGE, E_BUSY: memory; E_UNAVAILABLE: the
 * store; E_NOT_FOUND: all of a side was deleted meanwhile.
 */
NODISCARD enum status combine_merge(struct question *q, const struct combine_plan *source,
                                    const struct combine_plan *base, struct merge **ret_merge,
                                    struct http_reply *reply, struct error *err);

/*
 * The same without a base, written as pprof; one alone is given as it is stored (as_pprof: if it is pprof).
 * Appends to out. Errors as above.
 */
NODISCARD enum status combine_run(struct question *q, const struct combine_plan *plan, struct buf *out,
                                  struct http_reply *reply, struct error *err);

/* How profiles are merged here, within which memory. */
struct merge_options combine_options(struct app *app);

/* Replies with a profile: octet-stream under a file name. Takes `body`; the question is freed. */
void combine_send(struct question *q, struct http_reply *reply, struct buf *body, const char *file_name);

#endif
