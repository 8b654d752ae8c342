/* 50 bits hold the year 37,648; the range ends where a day can no longer be written with eight digits. */
#include "model/stamp.h"

#include "base/encode.h"
#include "model/time.h"

void stamp_write(int64_t ms, char *ret_text)
{
    uint64_t left = (uint64_t)(ms < 0 ? 0 : ms > TIME_MAX_MS ? TIME_MAX_MS : ms);
    for (size_t i = STAMP_BYTES; i-- > 0; left >>= 5)
        ret_text[i] = BASE32_DIGITS[left & 31];
}

bool stamp_read(struct slice text, int64_t *ret_ms)
{
    if (text.len != STAMP_BYTES)
        return false;

    int64_t ms = 0;
    for (size_t i = 0; i < STAMP_BYTES; i++) {
        int digit = base32_digit(text.ptr[i]);
        if (digit < 0)
            return false;

        ms = ms * 32 + digit;
    }
    if (ms > TIME_MAX_MS)
        return false;

    *ret_ms = ms;
    return true;
}
