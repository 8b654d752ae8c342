/*
 * Structured log to stderr, one line an event, in logfmt:
 *
 *     ts=2024-01-02T03:04:05.678Z level=info msg="bucket is ready" bucket=profiles
 *
 * Time is UTC (RFC 3339). Values are quoted where needed; control characters and newlines are escaped, so
 * nobody outside can forge a line. A line is written with one write(2). Any thread.
 *
 *     log_begin(&line, LOG_WARN, "tail failed, trying again");
 *     log_str(&line, "error", slice_of(err.text));
 *     log_end(&line);
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/slice.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum { LOG_LINE_MAX = 4096 };

struct log_line {
    char text[LOG_LINE_MAX];
    size_t len;
    bool wanted; /* false: below the level, nothing is formatted */
};

void log_set_level(enum log_level level);
/* "debug", "info", "warn", "error"; false on anything else. */
bool log_level_parse(struct slice name, enum log_level *ret_level);

void log_begin(struct log_line *l, enum log_level level, const char *msg);
void log_str(struct log_line *l, const char *key, struct slice value);
void log_cstr(struct log_line *l, const char *key, const char *value);
void log_i64(struct log_line *l, const char *key, int64_t value);
void log_ms(struct log_line *l, const char *key, double milliseconds); /* three decimals */
void log_end(struct log_line *l);

/* An event with no fields but an optional printf-like one, key "detail". */
void log_event(enum log_level level, const char *msg);
void log_detail(enum log_level level, const char *msg, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
