/* In doubles and cut to whole numbers, as google/pprof and jeprof do it: equal inputs give equal estimates.
 */
#include "pprof/scale.h"

#include <math.h>

int64_t scale_whole(double value)
{
    if (value >= 0x1p63)
        return INT64_MAX;

    return value < -0x1p63 ? INT64_MIN : (int64_t)value;
}

void scale_heap(int64_t interval, int64_t *count, int64_t *bytes)
{
    if (*count == 0 || *bytes == 0) {
        *count = *bytes = 0;
        return;
    }
    if (interval <= 1)
        return;

    double scale = 1 / (1 - exp(-((double)*bytes / (double)*count) / (double)interval));
    *count = scale_whole((double)*count * scale);
    *bytes = scale_whole((double)*bytes * scale);
}
