/*
 * The ceiling of a wait is also at most half of what is left of the time, so that a long wait drawn by chance
 * does not use up the whole rest; it ends when RETRY_LEAST_MS are left.
 */
#include "store/retry_policy.h"

enum {
    ONE = 1000, /* a retry, in thousandths */
    EARN = 100,
    PER_SECOND = 2,
    PUT_MS = 3000,
    GET_MS = 10000,
    OTHER_MS = 5000,
    BYTES_PER_MS = 1000, /* 1 MB/s */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool worth_it(enum status status)
{
    return status == E_BUSY || status == E_UNAVAILABLE || status == E_CORRUPT;
}

bool retry_wait(const struct retry_case *c, int64_t *ret_wait_ms)
{
    int64_t left_ms = c->deadline_ms - c->now_ms;
    if (!worth_it(c->status) || left_ms <= RETRY_LEAST_MS)
        return false;

    int64_t ceiling_ms = RETRY_BASE_MS;
    for (int i = 0; i < c->waits && ceiling_ms < RETRY_CAP_MS; i++)
        ceiling_ms *= 2;
    ceiling_ms = least(least(ceiling_ms, RETRY_CAP_MS), left_ms / 2);

    /* On top of what the store asked for, or all whom it told the same would come back at the same time. */
    int64_t asked_ms = c->retry_after_ms > 0 ? c->retry_after_ms : 0;
    if (asked_ms > left_ms - RETRY_LEAST_MS)
        return false;

    int64_t wait_ms = asked_ms + (int64_t)(c->chance * (double)ceiling_ms);
    *ret_wait_ms = least(wait_ms, left_ms - RETRY_LEAST_MS);
    return true;
}

int64_t retry_attempt_deadline(const struct store_op *op, int64_t deadline_ms, int64_t now_ms)
{
    int64_t bound_ms = OTHER_MS;
    if (op->verb == STORE_PUT)
        bound_ms = PUT_MS + (int64_t)(op->body.len / BYTES_PER_MS);
    else if (op->verb == STORE_GET)
        bound_ms = GET_MS + (int64_t)(op->max_bytes / BYTES_PER_MS);

    /* As a difference: the sum might overflow, what is left of the time cannot. */
    return bound_ms < deadline_ms - now_ms ? now_ms + bound_ms : deadline_ms;
}

static void add(struct retry_budget *b, int64_t millis)
{
    b->millis = least(b->millis + millis, RETRY_BURST * ONE);
}

void retry_budget_init(struct retry_budget *b, int64_t now_ms)
{
    *b = (struct retry_budget){RETRY_BURST * ONE, now_ms};
}

void retry_budget_earn(struct retry_budget *b)
{
    add(b, EARN);
}

bool retry_budget_take(struct retry_budget *b, int64_t now_ms)
{
    /* A thousandth of a retry for each millisecond would be one a second. */
    int64_t passed_ms = now_ms - b->filled_ms;
    if (passed_ms > 0) {
        add(b, least(passed_ms, RETRY_BURST * ONE) * PER_SECOND);
        b->filled_ms = now_ms;
    }
    if (b->millis < ONE)
        return false;

    b->millis -= ONE;
    return true;
}

void retry_budget_give_back(struct retry_budget *b)
{
    add(b, ONE);
}
