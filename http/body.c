/*
 * A declared length is charged to the budget in whole before the first byte, so that of two uploads that do
 * not fit together one is told so at once and the other completes. The memory itself grows with what has
 * arrived, by doubling: a client that declares much and sends little holds little. A chunked body is charged
 * as it grows.
 */
#include "http/body.h"

#include "base/limits.h"

static const size_t STEP_BYTES = 64 * KIB;

static enum status too_large(const struct body *b, struct error *err)
{
    return error_set(err, E_TOO_LARGE, "the body is over %zu bytes", b->max);
}

static enum status busy(struct error *err)
{
    return error_set(err, E_BUSY, "too many bytes are being worked on");
}

enum status body_admit(struct body *b, uint64_t length, struct error *err)
{
    b->bytes = BUF_INIT(b->max);
    b->known = length != UINT64_MAX;
    if (!b->known)
        return OK;
    if (length > b->max)
        return too_large(b, err);
    if (b->dropped || length == 0)
        return OK;
    if (b->budget && !budget_take(b->budget, length))
        return busy(err);

    b->charged = length;
    b->bytes.max = length;
    return OK;
}

/* Room for `more` bytes: at least a step, at most twice what there is, never over the bound. */
static enum status grow(struct body *b, size_t more, struct error *err)
{
    size_t need = b->bytes.len + more;
    if (b->bytes.ptr && need <= b->bytes.cap)
        return OK;

    size_t cap = b->bytes.cap * 2 > STEP_BYTES ? b->bytes.cap * 2 : STEP_BYTES;
    if (cap < need)
        cap = need;
    if (cap > b->bytes.max)
        cap = b->bytes.max;
    if (!b->known) {
        if (b->budget && !budget_take(b->budget, cap - b->charged))
            return busy(err);
        b->charged = cap;
    }
    return buf_reserve(&b->bytes, cap - b->bytes.len) ? OK : too_large(b, err);
}

enum status body_append(struct body *b, struct slice piece, struct error *err)
{
    if (piece.len > b->max - b->seen)
        return too_large(b, err);

    if (!b->dropped) {
        enum status st = grow(b, piece.len, err);
        if (st != OK)
            return st;
        buf_append(&b->bytes, piece);
    }
    b->seen += piece.len;
    return OK;
}

void body_release(struct body *b)
{
    buf_release(&b->bytes);
    if (b->budget && b->charged)
        budget_give(b->budget, b->charged);
    b->charged = 0;
}
