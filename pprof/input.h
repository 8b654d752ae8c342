/*
 * One input of a merge on its way to pprof: inflated, converted if it is in another format. Its buffers are
 * used again for the next input; their memory is taken from a quota before it is there. Not thread-safe.
 */
#ifndef PPROF_INPUT_H
#define PPROF_INPUT_H

#include "base/buf.h"
#include "pprof/quota.h"

/* A buffer that others fill, within what was taken for it. */
struct ration {
    struct buf buf;
    size_t held;
};

/* Empties the buffer and lets it become `bytes` large, or what it was allowed before. False when the quota
 * refuses. */
bool ration_allow(struct ration *r, size_t bytes, struct quota *q);
/* After E_TOO_LARGE: *ret_bytes is a larger ration to try again with, up to `max`. False: that was not it. */
bool ration_again(const struct ration *r, enum status status, size_t max, size_t *ret_bytes);
void ration_release(struct ration *r, struct quota *q);

struct input {
    size_t max_bytes; /* inflated */
    size_t max_ratio;
    struct ration inflated, converted;
};

void input_release(struct input *in, struct quota *q);

/*
 * From a body as it was sent to pprof; *ret_proto borrows from the body or from the buffers. E_INVALID as
 * pprof_inflate() and format_to_pprof(); E_TOO_LARGE over a limit or the quota; E_BUSY.
 */
NODISCARD enum status input_read(struct input *in, struct slice body, struct quota *q,
                                 struct slice *ret_proto, struct error *err);

#endif
