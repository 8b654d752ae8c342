/*
 * The reason of a refusal is kept because it surfaces far from where it happened: a table that could not grow
 * says only "no", and the one who started the work asks here whether to answer "ask for less" or "come back
 * later".
 */
#include "pprof/quota.h"

static bool take_of_max(struct quota *q, size_t bytes)
{
    if (q->limit)
        return budget_take(q->limit, bytes);

    return q->used <= q->max && bytes <= q->max - q->used;
}

bool quota_take(struct quota *q, size_t bytes)
{
    if (!take_of_max(q, bytes)) {
        q->over_max = true;
        return false;
    }
    if (q->shared && !budget_take(q->shared, bytes)) {
        if (q->limit)
            budget_give(q->limit, bytes);
        q->over_shared = true;
        return false;
    }

    q->used += bytes;
    if (q->used > q->peak)
        q->peak = q->used;
    return true;
}

void quota_give(struct quota *q, size_t bytes)
{
    q->used -= bytes;
    if (q->limit)
        budget_give(q->limit, bytes);
    if (q->shared)
        budget_give(q->shared, bytes);
}

size_t quota_rest(const struct quota *q)
{
    size_t used = q->limit ? budget_used(q->limit) : q->used;
    return used < q->max ? q->max - used : 0;
}

bool quota_move(struct quota *q, size_t *held, size_t now)
{
    if (now > *held && !quota_take(q, now - *held))
        return false;
    if (now < *held)
        quota_give(q, *held - now);

    *held = now;
    return true;
}

bool quota_refused(const struct quota *q)
{
    return q->over_max || q->over_shared;
}

enum status quota_error(const struct quota *q, struct error *err)
{
    if (q->over_shared)
        return error_set(err, E_BUSY,
                         "all queries together use the memory they may (%zu MiB): try again later",
                         q->shared->max >> 20);

    return error_set(
        err, E_TOO_LARGE,
        "this needs more than %zu MiB of memory: ask for a shorter time range or give more labels",
        q->max >> 20);
}
