/*
 * Times as people and programs write them. Milliseconds since 1970, UTC, everywhere; "now" is an argument.
 * Pure.
 */
#ifndef MODEL_TIME_H
#define MODEL_TIME_H

#include "base/error.h"
#include "base/slice.h"

#define TIME_SECOND_MS INT64_C(1000)
#define TIME_MINUTE_MS (60 * TIME_SECOND_MS)
#define TIME_HOUR_MS   (60 * TIME_MINUTE_MS)
#define TIME_DAY_MS    (24 * TIME_HOUR_MS)
/* 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of a year can say. */
#define TIME_MIN_MS INT64_C(-62135596800000)
#define TIME_MAX_MS INT64_C(253402300799999)

enum {
    TIME_RFC3339_BYTES = 21, /* 2006-01-02T15:04:05Z and the NUL */
    TIME_DAY_BYTES = 9,      /* YYYYMMDD and the NUL */
    TIME_MINUTE_BYTES = 5,   /* HHMM and the NUL */
};

/* In a few words, for whom a time was refused. */
#define TIME_FORMS                                                                                           \
    "say 2006-01-02T15:04:05 (UTC, or with Z or +02:00), unix seconds, now, or -1h30m back from now (s m h " \
    "d w)"

/*
 * Understands
 *   2006-01-02T15:04:05       profefe's form, UTC; a fraction behind '.' or ',' and a one-digit hour too
 *   2006-01-02T15:04:05+02:00 RFC 3339, also Z (a blank for the '+' too: that is what a '+' in a query
 * decodes to) 1556736300, 1556736300.5  unix seconds now, -1h, now-1h          before now_ms; units s m h d
 * w, also one after the other: -1h30m Fractions are cut to milliseconds. The calendar is strict: no February
 * 30, no second 60, no hour 24. The year 1's first second is how Go programs spell "no time" and is refused.
 * The result is within TIME_MIN_MS..TIME_MAX_MS and may be before 1970.
 *
 * E_INVALID: time in unsupported format "x" (profefe's words): TIME_FORMS; or: time out of range "x".
 */
NODISCARD enum status time_parse(struct slice text, int64_t now_ms, int64_t *ret_ms, struct error *err);

/* 2006-01-02T15:04:05Z, cut to seconds. ms outside TIME_MIN_MS..TIME_MAX_MS is moved to the nearer end. */
void time_format_rfc3339(int64_t ms, char ret_text[static TIME_RFC3339_BYTES]);
/* YYYYMMDD and HHMM, as in keys; the same range. */
void time_day_minute(int64_t ms, char ret_day[static TIME_DAY_BYTES],
                     char ret_minute[static TIME_MINUTE_BYTES]);

#endif
