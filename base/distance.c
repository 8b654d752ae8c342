/* One row of the table at a time. */
#include "base/distance.h"

size_t distance(struct slice a, struct slice b)
{
    size_t row[DISTANCE_NAME_BYTES + 1];

    if (a.len > DISTANCE_NAME_BYTES || b.len > DISTANCE_NAME_BYTES)
        return SIZE_MAX;
    for (size_t k = 0; k <= b.len; k++)
        row[k] = k;

    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            size_t best = diagonal + (a.ptr[i - 1] != b.ptr[k - 1]);
            if (row[k] + 1 < best)
                best = row[k] + 1;
            if (row[k - 1] + 1 < best)
                best = row[k - 1] + 1;
            diagonal = row[k];
            row[k] = best;
        }
    }
    return row[b.len];
}

/* At most a third of it is wrong. */
bool distance_is_near(size_t d, struct slice name)
{
    return d <= (name.len / 3 > 2 ? name.len / 3 : 2);
}
