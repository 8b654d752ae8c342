/*
 * strptime() would do most of this, but it reads the names of days and months in the locale's language and
 * accepts far more than the servers send. Fields at fixed places are simpler than either.
 */
#include "s3/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The number that stands in [at, at + digits); -1 if something else does. */
static int field(struct slice s, size_t at, size_t digits)
{
    uint64_t n = 0;
    if (at + digits > s.len || !slice_to_u64(slice_sub(s, at, digits), &n))
        return -1;

    return (int)n;
}

static bool to_ms(const struct tm *fields, int64_t *ret_ms)
{
    const struct tm *f = fields;
    if (f->tm_year < 70 || f->tm_mon < 0 || f->tm_mon > 11 || f->tm_mday < 1 || f->tm_mday > 31)
        return false;
    if (f->tm_hour < 0 || f->tm_hour > 23 || f->tm_min < 0 || f->tm_min > 59 || f->tm_sec < 0 ||
        f->tm_sec > 60)
        return false;

    /* timegm() turns 30 February into March; what it changed was no date. */
    struct tm checked = *fields;
    int64_t seconds = (int64_t)timegm(&checked);
    if (checked.tm_mday != fields->tm_mday && fields->tm_sec < 60)
        return false;

    *ret_ms = seconds * 1000;
    return true;
}

static int month_of(struct slice name)
{
    static const char names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (int i = 0; i < 12; i++)
        if (slice_eq_cstr(name, names[i]))
            return i;

    return -1;
}

bool date_from_http(struct slice text, int64_t *ret_ms)
{
    static const char shape[] = "Www, dd Mmm yyyy hh:mm:ss GMT";
    if (text.len != sizeof shape - 1)
        return false;
    for (size_t i = 3; i < text.len; i++)
        if (strchr(", :GT", shape[i]) && text.ptr[i] != shape[i])
            return false;

    struct tm fields = {
        .tm_mday = field(text, 5, 2),
        .tm_mon = month_of(slice_sub(text, 8, 3)),
        .tm_year = field(text, 12, 4) - 1900,
        .tm_hour = field(text, 17, 2),
        .tm_min = field(text, 20, 2),
        .tm_sec = field(text, 23, 2),
    };
    return to_ms(&fields, ret_ms);
}

bool date_from_iso(struct slice text, int64_t *ret_ms)
{
    static const char shape[] = "yyyy-mm-ddThh:mm:ss";
    const size_t fixed = sizeof shape - 1;
    if (text.len < fixed + 1 || text.ptr[text.len - 1] != 'Z')
        return false;
    for (size_t i = 0; i < fixed; i++)
        if (strchr("-T:", shape[i]) && text.ptr[i] != shape[i])
            return false;

    int64_t decimals_ms = 0;
    struct slice rest = slice_sub(text, fixed, text.len - fixed - 1);
    if (rest.len > 0) {
        uint64_t digits = 0;
        if (rest.ptr[0] != '.' || rest.len > 10 || !slice_to_u64(slice_from(rest, 1), &digits))
            return false;
        const int decimals[3] = {100, 10, 1};
        for (size_t i = 0; i < 3 && i + 1 < rest.len; i++)
            decimals_ms += (int64_t)(rest.ptr[i + 1] - '0') * decimals[i];
    }

    struct tm fields = {
        .tm_year = field(text, 0, 4) - 1900,
        .tm_mon = field(text, 5, 2) - 1,
        .tm_mday = field(text, 8, 2),
        .tm_hour = field(text, 11, 2),
        .tm_min = field(text, 14, 2),
        .tm_sec = field(text, 17, 2),
    };
    int64_t whole_ms = 0;
    if (!to_ms(&fields, &whole_ms))
        return false;

    *ret_ms = whole_ms + decimals_ms;
    return true;
}

void date_to_amz(int64_t ms, char out[DATE_AMZ_CHARS + 1])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm fields;
    (void)gmtime_r(&seconds, &fields);
    (void)strftime(out, DATE_AMZ_CHARS + 1, "%Y%m%dT%H%M%SZ", &fields);
}
