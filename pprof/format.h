/*
 * What a profile may come as. A format is one file, format_NAME.c, and one row in format.c: how it is told by
 * its content, and how it becomes pprof. The stored bytes stay what was sent; merges and views see the pprof.
 * Any thread.
 */
#ifndef PPROF_FORMAT_H
#define PPROF_FORMAT_H

#include "base/buf.h"
#include "pprof/quota.h"

struct format {
    const char *name; /* for people: "folded stacks" */
    bool (*detect)(struct slice inflated);
    /*
     * Appends the profile as uncompressed, valid pprof to out, which is empty; memory beside it comes from
     * quota. NULL: nothing to do (is_pprof), or the format is kept and handed out but is no input for merges.
     * E_INVALID "malformed profile: line 12: ..."; E_TOO_LARGE over a limit, the quota or out's bound;
     * E_BUSY.
     */
    enum status (*convert)(struct slice inflated, struct buf *out, struct quota *quota, struct error *err);
    bool is_pprof;
};

/* In the order of asking. */
extern const struct format FORMATS[];
extern const size_t FORMATS_COUNT;

/* NULL: none of them. */
const struct format *format_detect(struct slice inflated);

/* What format_detect() did not know: E_INVALID "unrecognized profile format, ..." with a list of those that
 * are. */
enum status format_unknown(struct slice inflated, struct error *err);

/* False: the format is stored and handed out as it is, but is no input for merges. */
static inline bool format_merges(const struct format *f)
{
    return f->is_pprof || f->convert;
}

/*
 * From any format that merges: *ret_proto is `inflated` itself, or stands in out, which is emptied first.
 * Errors of convert(); E_INVALID "a thread profile in text form cannot be merged", and of format_unknown().
 */
NODISCARD enum status format_to_pprof(struct slice inflated, struct buf *out, struct quota *quota,
                                      struct slice *ret_proto, struct error *err);

#endif
