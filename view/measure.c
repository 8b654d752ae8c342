/*
 * Units of memory, time and compute are known by many spellings and are converted; all others are left as
 * they are. A value's text has two digits behind the point, or none when they would be zero.
 *
 * "minimum" and "auto" ask for the greatest unit of the kind in which the value is at least 1. If there is
 * none (0, or less than the smallest), the kind's default is used: bytes, seconds, GCU. So is it when the
 * target is of another kind, as in "bytes as seconds": pprof does so, and texts must be equal.
 */
#include "view/measure.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { UNIT_SPELLINGS = 3, UNITS_OF_A_KIND = 9, UNIT_NAME_MAX = 16 };

struct unit {
    const char *name;
    const char *spellings[UNIT_SPELLINGS]; /* small letters, without a plural's s */
    double factor;
};

struct unit_kind {
    struct unit units[UNITS_OF_A_KIND]; /* rising */
    const char *default_name;
    double default_factor;
};

static const struct unit_kind KINDS[] = {
    {{{"B", {"b", "byte"}, 1},
      {"kB", {"kb", "kbyte", "kilobyte"}, 0x1p10},
      {"MB", {"mb", "mbyte", "megabyte"}, 0x1p20},
      {"GB", {"gb", "gbyte", "gigabyte"}, 0x1p30},
      {"TB", {"tb", "tbyte", "terabyte"}, 0x1p40},
      {"PB", {"pb", "pbyte", "petabyte"}, 0x1p50}},
     "B",
     1},
    {{{"ns", {"ns", "nanosecond"}, 1},
      {"us", {"\xce\xbcs", "us", "microsecond"}, 1e3},
      {"ms", {"ms", "millisecond"}, 1e6},
      {"s", {"s", "sec", "second"}, 1e9},
      {"hrs", {"hour", "hr"}, 3600e9}},
     "s",
     1e9},
    {{{"n*GCU", {"nanogcu"}, 1e-9},
      {"u*GCU", {"microgcu"}, 1e-6},
      {"m*GCU", {"milligcu"}, 1e-3},
      {"GCU", {"gcu"}, 1},
      {"k*GCU", {"kilogcu"}, 1e3},
      {"M*GCU", {"megagcu"}, 1e6},
      {"G*GCU", {"gigagcu"}, 1e9},
      {"T*GCU", {"teragcu"}, 1e12},
      {"P*GCU", {"petagcu"}, 1e15}},
     "GCU",
     1},
};

static const struct unit *unit_find(const struct unit_kind *kind, struct slice name)
{
    char small[UNIT_NAME_MAX];
    if (name.len > sizeof small)
        return NULL;

    for (size_t i = 0; i < name.len; i++)
        small[i] = (char)tolower((unsigned char)name.ptr[i]);
    struct slice word = {small, name.len};
    /* "ms" is no plural; a longer word with an s behind it is. */
    if (word.len > 2 && small[word.len - 1] == 's')
        word.len--;
    for (size_t i = 0; i < UNITS_OF_A_KIND && kind->units[i].name; i++)
        for (size_t k = 0; k < UNIT_SPELLINGS && kind->units[i].spellings[k]; k++)
            if (slice_eq_cstr(word, kind->units[i].spellings[k]))
                return &kind->units[i];

    return NULL;
}

static bool is_any_unit(struct slice to)
{
    return slice_eq_cstr(to, "minimum") || slice_eq_cstr(to, "auto");
}

/* The unit that suits a value, which is given in the kind's factors. NULL: it is too small for all. */
static const struct unit *unit_suiting(const struct unit_kind *kind, double value)
{
    const struct unit *suiting = NULL;
    for (size_t i = 0; i < UNITS_OF_A_KIND && kind->units[i].name; i++)
        if (value / kind->units[i].factor >= 1)
            suiting = &kind->units[i];

    return suiting;
}

static double scale_known(const struct unit_kind *kind, double value, struct slice to, struct slice *ret_unit)
{
    const struct unit *unit = is_any_unit(to) ? unit_suiting(kind, value) : unit_find(kind, to);
    *ret_unit = slice_of(unit ? unit->name : kind->default_name);
    return value / (unit ? unit->factor : kind->default_factor);
}

double measure_scale(int64_t value, struct slice from, struct slice to, struct slice *ret_unit)
{
    if (value < 0 && value != INT64_MIN)
        return -measure_scale(-value, from, to, ret_unit);

    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
        const struct unit *unit = unit_find(&KINDS[i], from);
        if (unit)
            return scale_known(&KINDS[i], (double)value * unit->factor, to, ret_unit);
    }

    /* Saying these would tell nothing. */
    bool silent = is_any_unit(to) || slice_eq_cstr(to, "count") || slice_eq_cstr(to, "sample") ||
                  slice_eq_cstr(to, "unit");
    *ret_unit = silent ? SLICE("") : to;
    return (double)value;
}

void measure_label(int64_t value, struct slice from, struct slice to, struct buf *out)
{
    struct slice unit;
    double scaled = measure_scale(value, from, to, &unit);
    char text[64];
    (void)snprintf(text, sizeof text, "%.2f", scaled);
    struct slice number = slice_of(text);
    if (slice_ends(number, SLICE(".00")))
        number.len -= 3;
    if (slice_eq_cstr(number, "0") || slice_eq_cstr(number, "-0")) {
        buf_append_byte(out, '0');
        return;
    }

    buf_append(out, number);
    buf_append(out, unit);
}

void measure_percentage(int64_t value, int64_t total, struct buf *out)
{
    double percent = total != 0 ? fabs((double)value / (double)total) * 100 : 0;
    if (percent >= 99.95 && percent <= 100.05)
        buf_append_cstr(out, "  100%");
    else if (percent >= 1)
        buf_printf(out, "%5.2f%%", percent);
    else
        buf_printf(out, "%5.2g%%", percent);
}
