/*
 * The exact reader of a scan: it knows every form of a profile and names every fault. Any thread.
 */
#ifndef PPROF_EXACT_H
#define PPROF_EXACT_H

#include "pprof/scan.h"

/*
 * proto: inflated. Fills all but format and inflated_bytes of *ret_result; the names in it borrow from
 * proto. scratch_bytes: what the reader may hold. E_INVALID names the fault; E_TOO_LARGE over a limit or over
 * scratch_bytes.
 */
NODISCARD enum status exact_scan(struct slice proto, size_t scratch_bytes, struct scan_result *ret_result,
                                 struct error *err);

#endif
