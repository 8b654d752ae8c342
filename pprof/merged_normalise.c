/*
 * The arithmetic of google/pprof, float64 and all, because the numbers have to be the same: the ratio is one
 * division of rounded totals, each value one multiplication and one rounding, half away from zero. A type
 * whose ratio is exactly 1 keeps its values, but does not keep a sample alive whose other types become zero.
 *
 * Source: google/pprof, profile/merge.go (Normalize) and profile/profile.go (ScaleN)
 */
#include "pprof/merged.h"

#include <math.h>

struct scale {
    __int128 source, base;
    double ratio;
};

struct merged_base merged_base(const struct merged *m)
{
    struct merged_base base = {intern_find(&m->symbols.strings, SLICE(MERGE_BASE_KEY)),
                               intern_find(&m->symbols.strings, SLICE(MERGE_BASE_TEXT))};
    return base;
}

static void total(const struct merged *m, struct merged_base base, struct scale *scales)
{
    for (uint32_t i = 0; i < m->stacks.samples.count; i++) {
        bool is_base = merged_is_base(m, base, i);
        for (uint32_t t = 0; t < m->types_count; t++) {
            __int128 sum = stacks_exact(&m->stacks, i, t);
            if (is_base)
                scales[t].base -= sum;
            else
                scales[t].source += sum;
        }
    }
}

/* False when there is nothing to scale. */
static bool find_ratios(const struct merged *m, struct scale *scales)
{
    bool scaled = false;
    for (uint32_t t = 0; t < m->types_count; t++) {
        struct scale *s = &scales[t];
        s->ratio = s->source == 0 ? 0 : (double)s->base / (double)s->source;
        scaled |= s->ratio != 1;
    }
    return scaled;
}

/* Far beyond 64 bits all sums are the same: the end of the range. */
static __int128 scaled(__int128 sum, double ratio)
{
    double value = round((double)sum * ratio);
    const double end = 0x1p100;
    return (__int128)(value > end ? end : value < -end ? -end : value);
}

static bool scale_sample(struct merged *m, uint32_t sample, const struct scale *scales)
{
    bool kept = false;
    for (uint32_t t = 0; t < m->types_count; t++) {
        if (scales[t].ratio == 1)
            continue;

        __int128 sum = scaled(stacks_exact(&m->stacks, sample, t), scales[t].ratio);
        kept |= sum != 0;
        if (!stacks_set(&m->stacks, sample, t, sum))
            return false;
    }
    for (uint32_t t = 0; !kept && t < m->types_count; t++)
        if (!stacks_set(&m->stacks, sample, t, 0))
            return false;

    return true;
}

bool merged_normalise(struct merged *m)
{
    struct scale scales[LIMIT_PPROF_TYPES] = {0};
    struct merged_base base = merged_base(m);
    total(m, base, scales);
    if (!find_ratios(m, scales))
        return true;

    for (uint32_t i = 0; i < m->stacks.samples.count; i++)
        if (!merged_is_base(m, base, i) && !scale_sample(m, i, scales))
            return false;

    return true;
}
