/*
 * Read from the whole call graph, so that the numbers are those of every other view. Values of both sides are
 * kept apart there: what is equal on both still has a share.
 */
#include "cli/growth.h"

#include "base/alloc.h"

#include <stdlib.h>

static double share(int64_t value, int64_t total)
{
    double part = total != 0 ? (double)value / (double)total : 0;
    return part < 0 ? -part : part;
}

static double change(const struct growth_row *r, bool is_flat)
{
    double by = (double)growth_now(r, is_flat) - (double)growth_base(r, is_flat);
    return by < 0 ? -by : by;
}

static int by_change(const void *a, const void *b, void *user)
{
    const struct growth_row *x = a, *y = b;
    const bool *is_flat = user;
    double dx = change(x, *is_flat), dy = change(y, *is_flat);
    if (dx != dy)
        return dx < dy ? 1 : -1;
    /* Among those that did not change by this measure, by the other. */
    dx = change(x, !*is_flat);
    dy = change(y, !*is_flat);
    if (dx != dy)
        return dx < dy ? 1 : -1;
    return slice_cmp(x->name, y->name);
}

bool growth_is_noise(const struct growth *g, int64_t base, int64_t now)
{
    return share(base, g->base_total) < g->min_share && share(now, g->now_total) < g->min_share;
}

enum status growth_of(struct view *v, double min_share, bool by_flat, struct growth *ret_growth,
                      struct error *err)
{
    struct graph *g;
    if (v->total == 0)
        return error_set(err, E_NOT_FOUND, "nothing found: neither side has a value of this sample type");
    enum status status = graph_build(v, GRAPH_WHOLE, &g, err);
    if (status != OK)
        return status;

    struct growth result = {.graph = g,
                            .rows = mem_zero(g->nodes.count + 1, sizeof *result.rows),
                            .base_total = v->base,
                            .now_total = v->source,
                            .min_share = min_share};
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        const struct graph_node *n = graph_node(g, i);
        struct growth_row row = {.name = graph_name(g, i),
                                 .base_flat = n->base_flat,
                                 .base_cum = n->base_cum,
                                 .now_flat = (int64_t)((uint64_t)n->flat + (uint64_t)n->base_flat),
                                 .now_cum = (int64_t)((uint64_t)n->cum + (uint64_t)n->base_cum)};
        if (growth_is_noise(&result, row.base_cum, row.now_cum)) {
            result.noise++;
            continue;
        }
        result.rows[result.count++] = row;
    }
    qsort_r(result.rows, result.count, sizeof *result.rows, by_change, &by_flat);
    *ret_growth = result;
    return OK;
}

void growth_release(struct growth *g)
{
    free(g->rows);
    graph_free(g->graph);
    *g = (struct growth){.graph = NULL};
}
