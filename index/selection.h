/*
 * A selection: the series that a selector's service, type, labels and matchers choose, found through the
 * postings of their terms; matchers are asked of what those leave. Times are not its business.
 */
#ifndef INDEX_SELECTION_H
#define INDEX_SELECTION_H

#include "index/conn.h"
#include "model/selector.h"

struct selection {
    bool is_all;     /* nothing was asked for: every series; the array is empty */
    int64_t *series; /* ascending */
    size_t count;    /* also when is_all: how many there are */
    double share;    /* estimate: what part of all listed profiles they hold */
};

NODISCARD enum status selection_load(struct conn *conn, const struct selector *selector,
                                     struct selection *ret_selection, struct error *err);
/* Of one that is_all: fills the array; it is not is_all any more. */
NODISCARD enum status selection_spell_out(struct conn *conn, struct selection *s, struct error *err);
void selection_release(struct selection *s);
/* The first place from `from` on whose series is this one or a greater one; selection->count if there is
 * none. Not for one that is_all. */
size_t selection_at_least(const struct selection *s, int64_t series, size_t from);
bool selection_has(const struct selection *s, int64_t series);

#endif
