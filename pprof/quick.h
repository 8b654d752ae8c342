/*
 * The quick reader of a scan: it knows the plain form, which nearly all profiles have, and says of anything
 * else only that it does not know it. What it accepts the exact reader (exact.h) accepts, with the same
 * result. Any thread.
 */
#ifndef PPROF_QUICK_H
#define PPROF_QUICK_H

#include "pprof/scan.h"

/*
 * True: *ret_result is filled as exact_scan() would; false: it is as it was. Allocates nothing, but accepts
 * nothing for which the exact reader might need more than scratch_bytes.
 */
bool quick_scan(struct slice proto, size_t scratch_bytes, struct scan_result *ret_result);

#endif
