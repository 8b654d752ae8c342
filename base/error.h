/*
 * Errors: a code that says what the caller can do, and a text that says what, where and why.
 *
 * A function that can fail returns `enum status` and takes `struct error *err` last. On success it returns OK
 * and leaves *err alone; on failure it fills *err and returns err->code. `err` may be NULL where the caller
 * needs no text. Out-parameters (`ret_...`) are written only on success.
 *
 * The text grows from the inside out: each layer that knows something more puts it in front with
 * error_wrap(). Nothing below collector/ logs; the top prints the text once.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/attribute.h"

enum status {
    OK = 0,
    E_INVALID,     /* the request is wrong: fix it (HTTP 400) */
    E_TOO_LARGE,   /* the request is over a limit: send or ask for less (413) */
    E_DENIED,      /* credentials or rights are missing (401, 403) */
    E_NOT_FOUND,   /* absent, which is an answer (404) */
    E_BUSY,        /* we are full: come back later (503) */
    E_UNAVAILABLE, /* something we need does not answer; the outcome may be unknown: come back later (503) */
    E_CORRUPT,     /* stored data is damaged: nothing may be concluded from it (500) */
    E_CONFIG,      /* the operator must change something (start-up error, 500) */
    E_INTERNAL,    /* a bug or a failing machine (500) */
};

enum { ERROR_TEXT_MAX = 512 };

struct error {
    enum status code;
    char text[ERROR_TEXT_MAX]; /* one line, NUL-terminated, cut with "..." when too long; no secrets */
};

/* Fills *err (if not NULL) and returns code, so that `return error_set(...)` reads as one thought. */
enum status error_set(struct error *err, enum status code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Like error_set(), and appends ": " and the text of errno value `errnum`. */
enum status error_set_errno(struct error *err, enum status code, int errnum, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Puts words and ": " in front of the text that *err holds; returns err->code (E_INTERNAL if err is NULL). */
enum status error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* None of the three ever returns OK, and the compiler is told so: it then knows that results which are
 * written only on success are not used after `return error_set(...)`. A code of OK is a bug of the caller and
 * becomes E_INTERNAL. */
static inline enum status error_never_ok(enum status code)
{
    if (code == OK)
        __builtin_unreachable();
    return code;
}
#define error_set(...)       error_never_ok(error_set(__VA_ARGS__))
#define error_set_errno(...) error_never_ok(error_set_errno(__VA_ARGS__))
#define error_wrap(...)      error_never_ok(error_wrap(__VA_ARGS__))

/* The code's name, "invalid" for E_INVALID and so on; static. */
const char *status_name(enum status code);

#endif
