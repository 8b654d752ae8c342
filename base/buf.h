/*
 * A buf owns bytes that grow, up to the bound it was born with. ptr is NULL or holds len bytes and a NUL
 * behind them (not counted), so it can be printed. Over the bound nothing more is appended and `full` stays
 * set: build first, ask buf_check() once. Not thread-safe.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/error.h"
#include "base/slice.h"

struct buf {
    char *ptr;
    size_t len;
    size_t cap;
    size_t max;
    bool full; /* something did not fit */
};

/* struct buf b CLEANUP(buf_release) = BUF_INIT(LIMIT_...); */
#define BUF_INIT(max_bytes) ((struct buf){NULL, 0, 0, (max_bytes), false})

void buf_release(struct buf *b); /* frees; b is empty again, with the same bound */
void buf_reset(struct buf *b);   /* empties, keeps the memory, clears `full` */

/* Room for `more` further bytes without moving; false (and full) if that is over the bound. */
bool buf_reserve(struct buf *b, size_t more);
void buf_append(struct buf *b, struct slice s);
void buf_append_byte(struct buf *b, char c);
void buf_append_cstr(struct buf *b, const char *cstr);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

struct slice buf_slice(const struct buf *b);
/* The bytes as a NUL-terminated string, "" when empty; valid until the next change. */
const char *buf_cstr(const struct buf *b);
/* OK, or E_TOO_LARGE "<what> is over <max> bytes". */
NODISCARD enum status buf_check(const struct buf *b, const char *what, struct error *err);

/* Moves the bytes out: the result owns them, b is empty with the same bound. */
struct buf buf_take(struct buf *b);

#endif
