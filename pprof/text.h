/*
 * The text forms of Go's profiles (debug=1), made into pprof. What google/pprof makes of them: addresses,
 * sample types and values (heap values unsampled), no function names. Any thread.
 *
 * Source: Go's runtime/pprof writes them; google/pprof's profile/legacy_profile.go reads them.
 */
#ifndef PPROF_TEXT_H
#define PPROF_TEXT_H

#include "base/buf.h"
#include "pprof/detect.h"

/*
 * format is one that pprof_format_merges() and not PPROF_PROTO. out is emptied first; *ret_proto stands in
 * it. E_INVALID "malformed profile: line 12: ...", E_TOO_LARGE over out's bound.
 */
NODISCARD enum status text_convert(enum pprof_format format, struct slice text, struct buf *out,
                                   struct slice *ret_proto, struct error *err);

#endif
