/*
 * How an answer is shown: `format` and the options of a view, as a request names them, and the way from a
 * merge to a reply. docs/QUERY.md describes them.
 *
 *     present_read(req, &q->present, &err)               on the event loop: what is wrong is 400 at once
 *     present_run(q, &source, &base, &out, &reply, &err)         on a thread of the merge pool
 *     present_send(q, &reply, &out, "cpu")
 */
#ifndef COLLECTOR_PRESENT_H
#define COLLECTOR_PRESENT_H

#include "http/http.h"
#include "view/format.h"

struct question;
struct combine_plan;
struct merge;

struct present {
    const struct view_format *format; /* without a word: pprof */
    bool is_named;                    /* it was not without a word */
    struct view_options options;      /* slices live as long as the request */
    bool normalise;                   /* normalize=1: the source is scaled to its base */
};

/* E_INVALID: an unknown format, or a value that an option does not take; both name what there is. Patterns
 * are looked at later. */
NODISCARD enum status present_read(const struct http_request *req, struct present *ret_present,
                                   struct error *err);
/* Nothing is asked for that changes a profile: it is given as it is stored, or merged. */
bool present_is_plain(const struct present *present);

/*
 * Merges all of `source`, less all of `base` (NULL: none), and writes it as q->present says. A plain one
 * without a base is combine_run(). *ret_body is the caller's. Sets headers of the reply, X-Brazier-Note among
 * them: what matched nothing. Blocks and computes.
 *
 * E_INVALID: bad patterns, found before anything is fetched; a sample type that is not there. E_TOO_LARGE:
 * says how to ask for less. Errors of combine_merge().
 */
NODISCARD enum status present_run(struct question *q, const struct combine_plan *source,
                                  const struct combine_plan *base, struct buf *ret_body,
                                  struct http_reply *reply, struct error *err);

/* The two halves of it, for a merge that was made otherwise: patterns that are none (E_INVALID), and writing
 * as q->present says; `is_diff`: the merge has a base. */
NODISCARD enum status present_check(const struct present *present, struct error *err);
NODISCARD enum status present_merge(struct question *q, struct merge *merge, bool is_diff,
                                    struct buf *ret_body, struct http_reply *reply, struct error *err);

/* Replies with it; what is for other programs comes as a file, the rest is shown by a browser. `stem`: of the
 * file's name. Takes `body`; the question is freed. */
void present_send(struct question *q, struct http_reply *reply, struct buf *body, const char *stem);

#endif
