/*
 * A line is built in the caller's struct and leaves with one write(2), so lines of many threads do not mix
 * and no lock is needed. What does not fit is cut: a value is at most VALUE_MAX bytes, so a long URI cannot
 * push out the fields behind it, and ends in "..."; a field that does not fit at all is left out.
 *
 * Bytes from outside reach the log through values. Whatever could end a line, move a terminal's cursor or end
 * a quoted value is escaped: control characters, those that turn the direction of text, quotes, backslashes
 * and bytes that are no UTF-8.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/printable.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The end of a line: `..."`, a newline and a NUL. */
enum { VALUE_MAX = 1024, TAIL_MAX = 6, UNIT_MAX = 8 };

static atomic_int lowest = LOG_INFO;

static const char *const names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&lowest, (int)level, memory_order_relaxed);
}

bool log_level_parse(struct slice name, enum log_level *ret_level)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (slice_eq_cstr(name, names[i])) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static void put(struct log_line *l, struct slice s)
{
    memcpy(l->text + l->len, s.ptr, s.len);
    l->len += s.len;
}

/* Of a character of two or three bytes; no control character has more. */
static unsigned number_of(struct slice unit)
{
    const unsigned char *c = (const unsigned char *)unit.ptr;
    return unit.len == 2 ? (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU)
                         : (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU);
}

/* The first character of s as it is written inside quotes, in `room`; *ret_len is what it took of s. */
static struct slice unit_of(struct slice s, char room[UNIT_MAX], size_t *ret_len)
{
    struct slice unit = slice_sub(s, 0, slice_utf8_head(s));
    *ret_len = unit.len > 0 ? unit.len : 1;
    unsigned char c = (unsigned char)s.ptr[0];

    int len;
    if (unit.len == 0)
        len = snprintf(room, UNIT_MAX, "\\x%02x", c);
    else if (unit.len > 1 && printable_is_control(unit))
        len = snprintf(room, UNIT_MAX, "\\u%04x", number_of(unit) & 0xffffU);
    else if (c == '"' || c == '\\')
        len = snprintf(room, UNIT_MAX, "\\%c", c);
    else if (c == '\n' || c == '\r' || c == '\t')
        len = snprintf(room, UNIT_MAX, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    else if (c < 0x20 || c == 0x7f)
        len = snprintf(room, UNIT_MAX, "\\u%04x", c);
    else
        return unit;

    return slice_make(room, (size_t)len);
}

/* A value stands bare if nothing in it needs an escape or could be taken for the end of it. */
static bool is_bare(struct slice value)
{
    for (size_t at = 0; at < value.len;) {
        char room[UNIT_MAX];
        size_t len;
        struct slice rest = slice_from(value, at);
        if (unit_of(rest, room, &len).ptr == room || rest.ptr[0] == ' ' || rest.ptr[0] == '=')
            return false;

        at += len;
    }
    return value.len > 0;
}

static void put_value(struct log_line *l, struct slice value)
{
    bool bare = is_bare(value);
    size_t end = l->len + VALUE_MAX < LOG_LINE_MAX - TAIL_MAX ? l->len + VALUE_MAX : LOG_LINE_MAX - TAIL_MAX;
    if (!bare)
        put(l, SLICE("\""));

    for (size_t at = 0; at < value.len;) {
        char room[UNIT_MAX];
        size_t len;
        struct slice unit = unit_of(slice_from(value, at), room, &len);
        if (l->len + unit.len > end) {
            put(l, SLICE("..."));
            break;
        }
        put(l, unit);
        at += len;
    }
    if (!bare)
        put(l, SLICE("\""));
}

void log_str(struct log_line *l, const char *key, struct slice value)
{
    struct slice name = slice_of(key);
    /* A space, '=', a quote, and at least one character. */
    if (!l->wanted || name.len > LOG_LINE_MAX || l->len + name.len + 3 + UNIT_MAX + TAIL_MAX > LOG_LINE_MAX)
        return;

    if (l->len > 0)
        put(l, SLICE(" "));
    put(l, name);
    put(l, SLICE("="));
    put_value(l, value);
}

void log_begin(struct log_line *l, enum log_level level, const char *msg)
{
    l->len = 0;
    l->wanted = (int)level >= atomic_load_explicit(&lowest, memory_order_relaxed);
    if (!l->wanted)
        return;

    int64_t now_ms = clock_wall_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm;
    char day[64];
    char ts[80];
    size_t len = gmtime_r(&seconds, &tm) ? strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) : 0;
    (void)snprintf(ts, sizeof ts, "%.*s.%03dZ", (int)len, day, (int)(now_ms % 1000));

    log_cstr(l, "ts", ts);
    log_cstr(l, "level", names[level]);
    log_cstr(l, "msg", msg);
}

void log_cstr(struct log_line *l, const char *key, const char *value)
{
    log_str(l, key, slice_of(value));
}

void log_i64(struct log_line *l, const char *key, int64_t value)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)value);
    log_cstr(l, key, digits);
}

void log_ms(struct log_line *l, const char *key, double milliseconds)
{
    char digits[352]; /* the largest double has 309 digits */
    (void)snprintf(digits, sizeof digits, "%.3f", milliseconds);
    log_cstr(l, key, digits);
}

void log_end(struct log_line *l)
{
    if (!l->wanted)
        return;

    l->text[l->len++] = '\n';
    size_t at = 0;
    while (at < l->len) {
        ssize_t written = write(STDERR_FILENO, l->text + at, l->len - at);
        if (written < 0 && errno == EINTR)
            continue;
        /* A log that nobody takes must not stop the service. */
        if (written <= 0)
            break;

        at += (size_t)written;
    }
    l->wanted = false;
}

void log_event(enum log_level level, const char *msg)
{
    struct log_line l;
    log_begin(&l, level, msg);
    log_end(&l);
}

void log_detail(enum log_level level, const char *msg, const char *fmt, ...)
{
    struct log_line l;
    log_begin(&l, level, msg);
    if (!l.wanted)
        return;

    char detail[VALUE_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);

    log_cstr(&l, "detail", detail);
    log_end(&l);
}
