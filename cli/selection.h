/* Which profiles of a collector are meant: as parameters of a question, and what is compared with what. Pure;
 * any thread. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include "base/buf.h"
#include "base/option.h"

struct selection {
    const char *service, *type, *from, *to;
    struct option_list labels, ids;
};

/* Appends "service=...&labels=...": what the selection says. A label "," is none: it takes
 * back, for a base, those of the selection. E_INVALID: a label without '='. */
NODISCARD enum status selection_params(const struct selection *s, struct buf *out, struct error *err);

struct selection_times {
    char from[24], to[24]; /* unix seconds; "" is not said */
};

/*
 * What `s` is compared with: what `base` says, and as `s` what it does not. A base that has only a beginning
 * is as long as s. The result borrows from all three. E_INVALID: base says nothing, or a time is none.
 */
NODISCARD enum status selection_base(const struct selection *s, const struct selection *base, int64_t now_ms,
                                     struct selection_times *times, struct selection *ret_base,
                                     struct error *err);

#endif
