/*
 * How much a buffer will need shows only when it is full. So it gets a ration, guessed; when that was too
 * little, the ration is doubled and the work is done again. That is rare, because gzip says how long its
 * content is and text is longer than what becomes of it, and never more than as much work again.
 */
#include "pprof/input.h"

#include "base/gzip.h"
#include "base/limits.h"
#include "pprof/format.h"
#include "pprof/inflate.h"

#define FIRST_BYTES (64 * KIB)

bool ration_allow(struct ration *r, size_t bytes, struct quota *q)
{
    if (bytes > r->held && !quota_move(q, &r->held, bytes))
        return false;

    buf_reset(&r->buf);
    r->buf.max = r->held;
    return true;
}

bool ration_again(const struct ration *r, enum status status, size_t max, size_t *ret_bytes)
{
    if (status != E_TOO_LARGE || r->held >= max)
        return false;

    size_t more = r->held < FIRST_BYTES ? FIRST_BYTES : 2 * r->held;
    *ret_bytes = more < max ? more : max;
    return true;
}

void ration_release(struct ration *r, struct quota *q)
{
    buf_release(&r->buf);
    quota_give(q, r->held);
    r->held = 0;
}

void input_release(struct input *in, struct quota *q)
{
    ration_release(&in->inflated, q);
    ration_release(&in->converted, q);
}

static enum status inflate(struct input *in, struct slice body, struct quota *q, struct slice *ret_inflated,
                           struct error *err)
{
    size_t bytes = gzip_hint(body);
    if (bytes > in->max_bytes)
        bytes = in->max_bytes;
    enum status status;
    do {
        if (!ration_allow(&in->inflated, bytes, q))
            return quota_error(q, err);
        status = pprof_inflate(body, in->max_bytes, in->max_ratio, &in->inflated.buf, ret_inflated, err);
    } while (gzip_looks(body) && ration_again(&in->inflated, status, in->max_bytes, &bytes));
    return status;
}

enum status input_read(struct input *in, struct slice body, struct quota *q, struct slice *ret_proto,
                       struct error *err)
{
    struct slice inflated = SLICE_NULL;
    enum status status = inflate(in, body, q, &inflated, err);
    if (status != OK)
        return status;

    const struct format *format = format_detect(inflated);
    size_t bytes = format && !format->is_pprof ? FIRST_BYTES + inflated.len : 0;
    do {
        if (!ration_allow(&in->converted, bytes, q))
            return quota_error(q, err);
        status = format_to_pprof(inflated, &in->converted.buf, q, ret_proto, err);
    } while (bytes > 0 && !quota_refused(q) && ration_again(&in->converted, status, in->max_bytes, &bytes));
    return status;
}
