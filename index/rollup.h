/*
 * A rollup says of one series and one day of created_at what its listed profiles add up to, hour by hour
 * (UTC). Packed:
 *
 *     varint  how many numbers an hour has: 0 if the series has no facts, else 1 + its sample types
 *     then, for each hour that has profiles, ascending:
 *     1       hour of the day
 *     varint  profiles
 *     varint  each number (up to 128 bits): sum of the durations in ms, sum of the totals of each sample type
 *
 * A total is below 2^63, and so is the number of profiles: 128 bits hold every sum exactly, so what is not
 * listed any more can be taken off again. Pure.
 */
#ifndef INDEX_ROLLUP_H
#define INDEX_ROLLUP_H

#include "base/limits.h"
#include "index/row.h"

enum {
    ROLLUP_HOURS = 24,
    ROLLUP_NUMBERS_MAX = 1 + (int)LIMIT_SAMPLE_TYPES,
    ROLLUP_HOUR_BYTES_MAX = 1 + VARINT_BYTES_MAX + ROLLUP_NUMBERS_MAX * VARINT_WIDE_BYTES_MAX,
    ROLLUP_BYTES_MAX = VARINT_BYTES_MAX + ROLLUP_HOURS * ROLLUP_HOUR_BYTES_MAX,
    ROLLUP_SERIES_BITS = 40,
};

/* Signed, so that it can be a change too. */
struct rollup_sum {
    int64_t profiles;
    __int128 numbers[ROLLUP_NUMBERS_MAX];
};

/* The name of a rollup. Days and series order it. */
static inline int64_t rollup_id(int64_t day, int64_t series)
{
    return day << ROLLUP_SERIES_BITS | series;
}

static inline int64_t rollup_day(int64_t id)
{
    return id >> ROLLUP_SERIES_BITS;
}

static inline int64_t rollup_series(int64_t id)
{
    return id & ((INT64_C(1) << ROLLUP_SERIES_BITS) - 1);
}

/* Hours without profiles are left out; returns the number of bytes, 0 if nothing is left. Sums are not
 * negative. */
size_t rollup_pack(const struct rollup_sum hours[static ROLLUP_HOURS], size_t number_count,
                   uint8_t out[static ROLLUP_BYTES_MAX]);

/* Reading: open, then take until rest->len is 0. False: damaged. Numbers from number_count on are not
 * written. */
NODISCARD bool rollup_open(struct slice *rest, size_t *ret_number_count);
NODISCARD bool rollup_take(struct slice *rest, size_t number_count, unsigned *ret_hour,
                           struct rollup_sum *ret_sum);

/* The numbers of one row (row->numbers) and how many they are. False: damaged. */
NODISCARD bool rollup_of_row(struct slice numbers, struct rollup_sum *ret_sum, size_t *ret_number_count);

#endif
