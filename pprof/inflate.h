/* From a body as it was sent or stored to the bytes of the profile. Any thread. */
#ifndef PPROF_INFLATE_H
#define PPROF_INFLATE_H

#include "base/buf.h"

/*
 * *ret_inflated is the body itself when it is not gzip, else it stands in `scratch`, which is emptied first
 * and whose bound counts. E_INVALID "decompressing profile: unexpected EOF", "... damaged", "empty input
 * file"; E_TOO_LARGE over a bound.
 */
NODISCARD enum status pprof_inflate(struct slice body, size_t max_bytes, size_t max_ratio,
                                    struct buf *scratch, struct slice *ret_inflated, struct error *err);

#endif
