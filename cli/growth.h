/*
 * What grew and what shrank: the functions of a compared profile with both of their values. One thread.
 */
#ifndef CLI_GROWTH_H
#define CLI_GROWTH_H

#include "view/graph.h"

struct growth_row {
    struct slice name; /* of the graph */
    int64_t base_flat, base_cum;
    int64_t now_flat, now_cum;
};

struct growth {
    struct graph *graph;
    struct growth_row *rows; /* the greatest change first, then by name */
    size_t count, noise;     /* noise: left out, below the least share on both sides */
    int64_t base_total, now_total;
    double min_share;
};

/* What a row says in flat or in cumulative values. */
static inline int64_t growth_base(const struct growth_row *r, bool is_flat)
{
    return is_flat ? r->base_flat : r->base_cum;
}
static inline int64_t growth_now(const struct growth_row *r, bool is_flat)
{
    return is_flat ? r->now_flat : r->now_cum;
}

/* min_share: 0.005 is half a percent; functions whose cumulative value is below it on both sides are left
 * out. by_flat: changes are sorted by flat value. The view outlives it. E_INVALID: nothing to compare with;
 * errors of the graph. */
NODISCARD enum status growth_of(struct view *v, double min_share, bool by_flat, struct growth *ret_growth,
                                struct error *err);
/* Are both values below the least share of their side? */
bool growth_is_noise(const struct growth *g, int64_t base, int64_t now);
void growth_release(struct growth *g);

#endif
