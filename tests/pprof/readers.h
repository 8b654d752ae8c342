/* The two readers of a scan side by side: what the quick one accepts, the exact one accepts alike. */
#ifndef TESTS_PPROF_READERS_H
#define TESTS_PPROF_READERS_H

#include "base/attribute.h"
#include "pprof/exact.h"
#include "pprof/quick.h"

enum readers { READERS_AGREE, READERS_DIFFER, READERS_ONLY_EXACT, READERS_REFUSE };

UNUSED static bool readers_same_type(const struct scan_type *a, const struct scan_type *b)
{
    return slice_eq(a->name, b->name) && slice_eq(a->unit, b->unit) && a->total == b->total &&
           a->overflow == b->overflow && a->negative == b->negative;
}

UNUSED static bool readers_same(const struct scan_result *a, const struct scan_result *b)
{
    for (size_t i = 0; a->types_kept == b->types_kept && i < a->types_kept; i++)
        if (!readers_same_type(&a->types[i], &b->types[i]))
            return false;

    return a->empty == b->empty && a->time_nanos == b->time_nanos && a->duration_nanos == b->duration_nanos &&
           a->period == b->period && slice_eq(a->period_type, b->period_type) &&
           slice_eq(a->period_unit, b->period_unit) && a->samples == b->samples &&
           a->types_count == b->types_count && a->types_kept == b->types_kept &&
           a->type_default == b->type_default;
}

UNUSED static enum readers readers_compare(struct slice proto, size_t scratch_bytes)
{
    struct scan_result quick = {0}, exact = {0};
    bool knows = quick_scan(proto, scratch_bytes, &quick);
    bool valid = exact_scan(proto, scratch_bytes, &exact, NULL) == OK;
    if (knows)
        return valid && readers_same(&quick, &exact) ? READERS_AGREE : READERS_DIFFER;

    return valid ? READERS_ONLY_EXACT : READERS_REFUSE;
}

#endif
