/*
 * Values with units, as pprof writes them: 1.20s, 35.82MB, 12.5%. Pure; any thread.
 *
 * Source: google/pprof, internal/measurement.
 */
#ifndef VIEW_MEASURE_H
#define VIEW_MEASURE_H

#include "base/buf.h"

#include <stdbool.h>

/* Scales a value to a unit: "minimum" the smallest of its kind that is fitting, "auto" alike, or a name in
 * any of its spellings. The result's unit is static or borrowed from `to`/`from`; units that do not go
 * together leave the value as it is. */
double measure_scale(int64_t value, struct slice from, struct slice to, struct slice *ret_unit);
/* Appends the value in unit `to`: "1.20s", "0", "35.82MB". */
void measure_label(int64_t value, struct slice from, struct slice to, struct buf *out);
/* Appends "12.50%", "  100%", "0%", as pprof's tables have it. */
void measure_percentage(int64_t value, int64_t total, struct buf *out);

#endif
