/* Many operations at once: an array of them, a bounded number under way. Any failure of the caller's to look
 * at. */
#ifndef TESTS_CONTRACT_BATCH_H
#define TESTS_CONTRACT_BATCH_H

#include "store/store.h"

enum { BATCH_CONCURRENT = 16, BATCH_DEADLINE_MS = 30000 };

/* Runs them all, at most BATCH_CONCURRENT at a time, in the order in which they stand there; deadlines that
 * are 0 are set. Returns when all have completed. The results are the caller's to release. */
void batch_run(struct store *store, struct store_op *ops, size_t count);

#endif
