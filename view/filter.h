/*
 * Filters: from a merged profile to one that holds less, as pprof's options say. In this order: frames that
 * the profile itself asks to drop (drop_frames, keep_frames), pseudo frames of labels (tagroot, tagleaf),
 * focus, ignore, hide and show, show_from, tagfocus and tagignore.
 *
 * Source: google/pprof, profile/filter.go, profile/prune.go, internal/driver/driver_focus.go, tagroot.go.
 */
#ifndef VIEW_FILTER_H
#define VIEW_FILTER_H

#include "pprof/merged.h"
#include "view/options.h"

/* Must anything be done? */
bool filter_is_needed(const struct merged *in, const struct view_options *options);

/*
 * `out` is initialised (with the quota that pays) and empty; it gets the header of `in` and what the filters
 * leave. Sums over all samples before the filters that shares are of (after drop_frames and tagroot) do not
 * change by them and are the caller's. Appends to notes what matched nothing. E_INVALID: a bad regular
 * expression; errors of the quota.
 */
NODISCARD enum status filter_apply(const struct merged *in, const struct view_options *options,
                                   struct merged *out, struct buf *notes, struct error *err);

#endif
