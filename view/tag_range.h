/*
 * A range of numeric labels, as tagfocus takes it: "32kb" is just that, ":64kb" up to it, "4mb:" from it on,
 * "12kb:64mb" between both. Pure; any thread.
 *
 * Source: pprof's documentation, tagfocus.
 */
#ifndef VIEW_TAG_RANGE_H
#define VIEW_TAG_RANGE_H

#include "base/error.h"
#include "base/slice.h"

struct tag_range {
    bool has_low, has_high;
    double low, high;  /* in ... */
    struct slice unit; /* ... borrows from the text */
};

/* *ret_is_range is false if the text is none: it is a regular expression then. E_INVALID: a number that no
 * label can have. */
NODISCARD enum status tag_range_parse(const char *option, struct slice text, bool *ret_is_range,
                                      struct tag_range *ret_range, struct error *err);
/* False also when the units do not go together. */
bool tag_range_holds(const struct tag_range *r, int64_t value, struct slice unit);

#endif
