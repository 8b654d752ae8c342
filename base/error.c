/*
 * Error texts. Everything is formatted into a local first, because callers pass pieces of the old text as
 * arguments (`error_set(err, code, "%s", err->text)`), then copied with two repairs: control characters
 * become '?' so that a text stays one line whatever a user sent, and an over-long text is cut between two
 * UTF-8 characters and ends in "...".
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One more than fits, so that "too long" can be seen. */
enum { DRAFT_MAX = 2 * ERROR_TEXT_MAX };

static bool is_utf8_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void keep(struct error *err, const char *draft)
{
    size_t len = strlen(draft);
    bool cut = len >= ERROR_TEXT_MAX;
    if (cut) {
        len = ERROR_TEXT_MAX - sizeof "...";
        while (len > 0 && is_utf8_tail(draft[len]))
            len--;
    }

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)draft[i];
        err->text[i] = c < 0x20 || c == 0x7f ? '?' : draft[i];
    }
    memcpy(err->text + len, cut ? "..." : "", cut ? sizeof "..." : 1);
}

/* The words, and behind them ": " and `behind` if it is not NULL. */
__attribute__((format(printf, 4, 0))) static enum status
set(struct error *err, enum status code, const char *behind, const char *fmt, va_list args)
{
    code = code == OK ? E_INTERNAL : code;
    if (!err)
        return code;

    char draft[DRAFT_MAX], whole[2 * DRAFT_MAX + 2];
    (void)vsnprintf(draft, sizeof draft, fmt, args);
    (void)snprintf(whole, sizeof whole, "%s%s%s", draft, behind ? ": " : "", behind ? behind : "");
    keep(err, whole);
    err->code = code;
    return code;
}

enum status(error_set)(struct error *err, enum status code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    code = set(err, code, NULL, fmt, args);
    va_end(args);
    return code;
}

enum status(error_set_errno)(struct error *err, enum status code, int errnum, const char *fmt, ...)
{
    char reason[128];
    va_list args;
    va_start(args, fmt);
    code = set(err, code, strerror_r(errnum, reason, sizeof reason), fmt, args);
    va_end(args);
    return code;
}

enum status(error_wrap)(struct error *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    enum status code = set(err, err ? err->code : E_INTERNAL, err ? err->text : NULL, fmt, args);
    va_end(args);
    return code;
}

const char *status_name(enum status code)
{
    switch (code) {
    case OK: return "ok";
    case E_INVALID: return "invalid";
    case E_TOO_LARGE: return "too_large";
    case E_DENIED: return "denied";
    case E_NOT_FOUND: return "not_found";
    case E_BUSY: return "busy";
    case E_UNAVAILABLE: return "unavailable";
    case E_CORRUPT: return "corrupt";
    case E_CONFIG: return "config";
    case E_INTERNAL: return "internal";
    }
    return "unknown";
}
