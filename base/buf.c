/*
 * Growing bytes. There is always one byte more than `cap` behind ptr, for the NUL, so `cap` and `max` count
 * what a caller counts. Growth doubles, which makes many small appends linear, but is clamped to the bound: a
 * buf never holds more memory than it was allowed to.
 */
#include "base/buf.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

void buf_release(struct buf *b)
{
    if (!b)
        return;

    free(b->ptr);
    *b = BUF_INIT(b->max);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->full = false;
    if (b->ptr)
        b->ptr[0] = '\0';
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->full || b->len > b->max || more > b->max - b->len || b->len + more == SIZE_MAX) {
        b->full = true;
        return false;
    }

    size_t need = b->len + more;
    if (b->ptr && need <= b->cap)
        return true;

    size_t cap = b->cap > SIZE_MAX / 2 ? SIZE_MAX : b->cap * 2;
    if (cap < need)
        cap = need;
    if (cap < FIRST_CAP)
        cap = FIRST_CAP;
    if (cap > b->max)
        cap = b->max;
    if (cap == SIZE_MAX)
        cap--;
    b->ptr = mem_resize(b->ptr, cap + 1);
    b->ptr[b->len] = '\0';
    b->cap = cap;
    return true;
}

void buf_append(struct buf *b, struct slice s)
{
    if (s.len == 0 || !buf_reserve(b, s.len))
        return;

    memcpy(b->ptr + b->len, s.ptr, s.len);
    b->len += s.len;
    b->ptr[b->len] = '\0';
}

void buf_append_byte(struct buf *b, char c)
{
    if (!buf_reserve(b, 1))
        return;

    b->ptr[b->len++] = c;
    b->ptr[b->len] = '\0';
}

void buf_append_cstr(struct buf *b, const char *cstr)
{
    buf_append(b, slice_of(cstr));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len <= 0 || !buf_reserve(b, (size_t)len))
        return;

    va_start(args, fmt);
    (void)vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, args);
    va_end(args);
    b->len += (size_t)len;
}

struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->ptr, b->len};
}

const char *buf_cstr(const struct buf *b)
{
    return b->ptr ? b->ptr : "";
}

enum status buf_check(const struct buf *b, const char *what, struct error *err)
{
    if (b->full)
        return error_set(err, E_TOO_LARGE, "%s is over %zu bytes", what, b->max);

    return OK;
}

struct buf buf_take(struct buf *b)
{
    struct buf taken = *b;
    *b = BUF_INIT(b->max);
    return taken;
}
