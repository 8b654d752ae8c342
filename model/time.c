/*
 * The calendar is computed here, not by libc: timegm() mends February 30 instead of refusing it, and both it
 * and gmtime_r() take a lock for the time zone. Days are counted from 0001-01-01 in the Gregorian calendar,
 * so every number is positive and no division rounds the wrong way.
 */
#include "model/time.h"

#include "model/quoted.h"

/* Days from 0001-01-01 to 1970-01-01. */
#define EPOCH_DAY INT64_C(719162)
/* As Go programs print a time that was never set. */
#define GO_ZERO_MS TIME_MIN_MS

static const int DAYS_BEFORE_MONTH[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

struct civil {
    int64_t year; /* 1..9999 */
    int month, day, hour, minute, second;
};

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int64_t year, int month)
{
    return DAYS_BEFORE_MONTH[month] - DAYS_BEFORE_MONTH[month - 1] + (month == 2 && is_leap(year));
}

/* Of January 1. */
static int64_t day_of_year(int64_t year)
{
    int64_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

static bool civil_is_valid(const struct civil *c)
{
    return c->year >= 1 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_of_month(c->year, c->month) && c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

static int64_t civil_to_ms(const struct civil *c)
{
    int64_t day = day_of_year(c->year) + DAYS_BEFORE_MONTH[c->month - 1] +
                  (c->month > 2 && is_leap(c->year)) + c->day - 1;
    int64_t seconds = ((day - EPOCH_DAY) * 24 + c->hour) * 3600 + c->minute * 60 + c->second;
    return seconds * TIME_SECOND_MS;
}

static struct civil civil_of(int64_t ms)
{
    int64_t clamped = ms < TIME_MIN_MS ? TIME_MIN_MS : ms > TIME_MAX_MS ? TIME_MAX_MS : ms;
    int64_t since = clamped - TIME_MIN_MS;
    int64_t day = since / TIME_DAY_MS;
    int second = (int)(since % TIME_DAY_MS / TIME_SECOND_MS);

    /* 146,097 days are 400 years: right, or one year too far at a year's last days. */
    int64_t year = day * 400 / 146097 + 1;
    if (day_of_year(year) > day)
        year--;
    else if (day_of_year(year + 1) <= day)
        year++;

    int left = (int)(day - day_of_year(year)), month = 1;
    while (left >= days_of_month(year, month))
        left -= days_of_month(year, month++);

    return (struct civil){year, month, left + 1, second / 3600, second / 60 % 60, second % 60};
}

/* --- reading: each takes what it wants from the front of *rest, or says false --- */

static bool take(struct slice *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c)
        return false;

    *rest = slice_from(*rest, 1);
    return true;
}

/* min..max decimal digits. */
static bool take_digits(struct slice *rest, size_t min, size_t max, int64_t *ret_value)
{
    int64_t value = 0;
    size_t len = 0;
    while (len < max && len < rest->len && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
        value = value * 10 + (rest->ptr[len++] - '0');
    if (len < min)
        return false;

    *rest = slice_from(*rest, len);
    *ret_value = value;
    return true;
}

static bool take_int(struct slice *rest, size_t min, size_t max, int *ret_value)
{
    int64_t value;
    if (!take_digits(rest, min, max, &value))
        return false;

    *ret_value = (int)value;
    return true;
}

/* Digits of a second, as many as there are; what is below a millisecond is dropped. */
static bool take_fraction(struct slice *rest, int64_t *ret_ms)
{
    int64_t ms = 0, scale = 100, digit;
    if (!take_digits(rest, 1, 1, &digit))
        return false;

    do {
        ms += digit * scale;
        scale /= 10;
    } while (take_digits(rest, 1, 1, &digit));
    *ret_ms = ms;
    return true;
}

/* Nothing, Z, or an offset; *ret_ms is what UTC is behind. */
static bool take_zone(struct slice *rest, int64_t *ret_ms)
{
    *ret_ms = 0;
    if (rest->len == 0 || take(rest, 'Z') || take(rest, 'z'))
        return true;

    bool west = take(rest, '-');
    if (!west && !take(rest, '+') && !take(rest, ' '))
        return false;

    int hours, minutes;
    if (!take_int(rest, 2, 2, &hours) || !take(rest, ':') || !take_int(rest, 2, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;

    int64_t ms = hours * TIME_HOUR_MS + minutes * TIME_MINUTE_MS;
    *ret_ms = west ? -ms : ms;
    return true;
}

static bool read_calendar(struct slice rest, int64_t *ret_ms)
{
    struct civil c;
    int64_t fraction_ms = 0, zone_ms;
    if (!take_digits(&rest, 4, 4, &c.year) || !take(&rest, '-') || !take_int(&rest, 2, 2, &c.month) ||
        !take(&rest, '-') || !take_int(&rest, 2, 2, &c.day) || !(take(&rest, 'T') || take(&rest, 't')))
        return false;
    if (!take_int(&rest, 1, 2, &c.hour) || !take(&rest, ':') || !take_int(&rest, 2, 2, &c.minute) ||
        !take(&rest, ':') || !take_int(&rest, 2, 2, &c.second) || !civil_is_valid(&c))
        return false;
    if ((take(&rest, '.') || take(&rest, ',')) && !take_fraction(&rest, &fraction_ms))
        return false;
    if (!take_zone(&rest, &zone_ms) || rest.len > 0)
        return false;

    *ret_ms = civil_to_ms(&c) + fraction_ms - zone_ms;
    return *ret_ms != GO_ZERO_MS;
}

/* Up to 15 digits, so nothing below overflows; the caller compares with the range. */
static bool read_unix(struct slice rest, int64_t *ret_ms)
{
    int64_t seconds, fraction_ms = 0;
    if (!take_digits(&rest, 1, 15, &seconds))
        return false;
    if (take(&rest, '.') && !take_fraction(&rest, &fraction_ms))
        return false;
    if (rest.len > 0)
        return false;

    *ret_ms = seconds * TIME_SECOND_MS + fraction_ms;
    return true;
}

static int64_t unit_ms(char c)
{
    switch (c) {
    case 's': return TIME_SECOND_MS;
    case 'm': return TIME_MINUTE_MS;
    case 'h': return TIME_HOUR_MS;
    case 'd': return TIME_DAY_MS;
    case 'w': return 7 * TIME_DAY_MS;
    default: return 0;
    }
}

/* Behind "now": nothing, or '-' and one or more numbers with units. */
static bool read_relative(struct slice rest, int64_t now_ms, int64_t *ret_ms)
{
    int64_t back_ms = 0;
    if (take(&rest, '-')) {
        do {
            int64_t count;
            if (!take_digits(&rest, 1, 9, &count) || rest.len == 0 || unit_ms(rest.ptr[0]) == 0)
                return false;

            back_ms += count * unit_ms(rest.ptr[0]);
            rest = slice_from(rest, 1);
            if (back_ms > TIME_MAX_MS - TIME_MIN_MS)
                back_ms = TIME_MAX_MS - TIME_MIN_MS + 1;
        } while (rest.len > 0);
    }
    *ret_ms = now_ms - back_ms;
    return rest.len == 0;
}

static bool read_any(struct slice text, int64_t now_ms, int64_t *ret_ms)
{
    if (slice_starts(text, SLICE("now")))
        return read_relative(slice_from(text, 3), now_ms, ret_ms);
    if (slice_starts(text, SLICE("-")))
        return read_relative(text, now_ms, ret_ms);

    return read_unix(text, ret_ms) || read_calendar(text, ret_ms);
}

enum status time_parse(struct slice text, int64_t now_ms, int64_t *ret_ms, struct error *err)
{
    int64_t ms;
    if (!read_any(text, now_ms, &ms))
        return error_set(err, E_INVALID, "time in unsupported format %s: " TIME_FORMS, quoted_of(text).text);
    if (ms < TIME_MIN_MS || ms > TIME_MAX_MS)
        return error_set(err, E_INVALID, "time out of range %s: years 1 to 9999, unix times in seconds",
                         quoted_of(text).text);

    *ret_ms = ms;
    return OK;
}

/* --- writing --- */

/* `digits` decimal digits; returns where the next goes. */
static char *put(char *at, int digits, int64_t value)
{
    for (int i = digits; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + digits;
}

static char *put_char(char *at, char c)
{
    *at = c;
    return at + 1;
}

void time_format_rfc3339(int64_t ms, char ret_text[static TIME_RFC3339_BYTES])
{
    struct civil c = civil_of(ms);
    char *at = put_char(put(ret_text, 4, c.year), '-');
    at = put_char(put(at, 2, c.month), '-');
    at = put_char(put(at, 2, c.day), 'T');
    at = put_char(put(at, 2, c.hour), ':');
    at = put_char(put(at, 2, c.minute), ':');
    at = put_char(put(at, 2, c.second), 'Z');
    *at = '\0';
}

void time_day_minute(int64_t ms, char ret_day[static TIME_DAY_BYTES],
                     char ret_minute[static TIME_MINUTE_BYTES])
{
    struct civil c = civil_of(ms);
    *put(put(put(ret_day, 4, c.year), 2, c.month), 2, c.day) = '\0';
    *put(put(ret_minute, 2, c.hour), 2, c.minute) = '\0';
}
