/*
 * A request's body on its way in: admitted against a bound and the budget that all requests share, then kept
 * as it arrives. Used by one thread at a time.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "base/budget.h"
#include "base/buf.h"

struct body {
    struct buf bytes;
    struct budget *budget; /* NULL: unbounded */
    size_t charged;        /* taken from the budget */
    size_t max;            /* the body's own bound */
    bool known;            /* its length was declared, and is charged in whole */
    bool dropped;          /* counted, not kept, not charged */
    uint64_t seen;         /* bytes that arrived */
};

/*
 * Before the first byte. `length` is UINT64_MAX when not known. E_TOO_LARGE over max_bytes; E_BUSY when the
 * budget cannot hold a known length. A dropped body is never charged.
 */
NODISCARD enum status body_admit(struct body *b, uint64_t length, struct error *err);
/* E_TOO_LARGE over the bound, E_BUSY when the budget has no room for more. */
NODISCARD enum status body_append(struct body *b, struct slice piece, struct error *err);
/* Frees, and gives back what was charged. */
void body_release(struct body *b);

#endif
