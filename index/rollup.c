/* See rollup.h for the layout. */
#include "index/rollup.h"

size_t rollup_pack(const struct rollup_sum hours[static ROLLUP_HOURS], size_t number_count,
                   uint8_t out[static ROLLUP_BYTES_MAX])
{
    size_t n = varint_put(out, number_count), head = n;

    for (unsigned hour = 0; hour < ROLLUP_HOURS; hour++) {
        const struct rollup_sum *sum = &hours[hour];
        if (sum->profiles == 0)
            continue;
        out[n++] = (uint8_t)hour;
        n += varint_put(out + n, (uint64_t)sum->profiles);
        for (size_t i = 0; i < number_count; i++)
            n += varint_put_wide(out + n, (unsigned __int128)sum->numbers[i]);
    }
    return n > head ? n : 0;
}

bool rollup_open(struct slice *rest, size_t *ret_number_count)
{
    uint64_t count;
    if (!varint_take(rest, &count) || count > ROLLUP_NUMBERS_MAX)
        return false;

    *ret_number_count = (size_t)count;
    return true;
}

bool rollup_take(struct slice *rest, size_t number_count, unsigned *ret_hour, struct rollup_sum *ret_sum)
{
    uint64_t profiles;
    unsigned hour = rest->len > 0 ? (uint8_t)rest->ptr[0] : ROLLUP_HOURS;
    if (hour >= ROLLUP_HOURS)
        return false;

    *rest = slice_from(*rest, 1);
    if (!varint_take(rest, &profiles) || profiles == 0 || profiles > INT64_MAX)
        return false;
    for (size_t i = 0; i < number_count; i++) {
        unsigned __int128 number;
        if (!varint_take_wide(rest, &number) || number >> 127 != 0)
            return false;
        ret_sum->numbers[i] = (__int128)number;
    }
    ret_sum->profiles = (int64_t)profiles;
    *ret_hour = hour;
    return true;
}

bool rollup_of_row(struct slice numbers, struct rollup_sum *ret_sum, size_t *ret_number_count)
{
    size_t count = 0;

    while (numbers.len > 0) {
        uint64_t number;
        if (count == ROLLUP_NUMBERS_MAX || !varint_take(&numbers, &number) || number > INT64_MAX)
            return false;
        ret_sum->numbers[count++] = (__int128)number;
    }
    ret_sum->profiles = 1;
    *ret_number_count = count;
    return true;
}
