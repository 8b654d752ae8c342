/*
 * When to try again: pure decisions, time and chance are arguments.
 *
 * A passing failure (E_BUSY, E_UNAVAILABLE, E_CORRUPT) is tried again after a random wait between nothing and
 * a ceiling that doubles from 50 ms to 2 s ("full jitter"), which spreads a herd best, but not before what
 * the store asked for, and never beyond the deadline.
 *
 * A budget keeps retries from multiplying the load on a store that fails because of load: one retry for ten
 * requests, two a second in any case, and a retry that succeeded is given back, because then trying again is
 * what helps. A burst is saved up to RETRY_BURST.
 */
#ifndef STORE_RETRY_POLICY_H
#define STORE_RETRY_POLICY_H

#include "store/store.h"

enum {
    RETRY_BASE_MS = 50,
    RETRY_CAP_MS = 2000,
    RETRY_LEAST_MS = 50, /* with less time than this left, another attempt makes no sense */
    RETRY_BURST = 100,
};

/* An attempt that failed. */
struct retry_case {
    enum status status;
    int waits; /* of this operation so far, also those for the budget */
    int64_t now_ms;
    int64_t deadline_ms;
    int64_t retry_after_ms; /* what the store asked for, or 0 */
    double chance;          /* 0 <= chance < 1 */
};

/* True with the wait before the next attempt; false: give up. */
bool retry_wait(const struct retry_case *c, int64_t *ret_wait_ms);

/* When an attempt that starts now must end: the operation's deadline, or earlier, so that one lost answer
 * leaves time for another attempt. PUT 3 s and GET 10 s, plus what the body takes at 1 MB/s; LIST, HEAD,
 * DELETE 5 s. */
int64_t retry_attempt_deadline(const struct store_op *op, int64_t deadline_ms, int64_t now_ms);

struct retry_budget {
    int64_t millis; /* thousandths of a retry */
    int64_t filled_ms;
};

void retry_budget_init(struct retry_budget *b, int64_t now_ms);
/* A new request earns a tenth of a retry. */
void retry_budget_earn(struct retry_budget *b);
/* True if one more retry is allowed now; it is taken. */
bool retry_budget_take(struct retry_budget *b, int64_t now_ms);
/* A retry succeeded. */
void retry_budget_give_back(struct retry_budget *b);

#endif
