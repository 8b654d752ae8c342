/*
 * Without filters the answer is the merge's own, byte for byte. The frames that a profile wants dropped are
 * left out of a view, but this format is read by tools that drop them themselves: only who filters gets a
 * profile without them, as from `go tool pprof -proto`.
 */
#include "view/format.h"

#include "base/gzip.h"

enum { GZIP_LEVEL = 6 };

struct raw_bytes {
    struct buf bytes;
    size_t held;
    struct quota *quota;
};

static void raw_bytes_release(struct raw_bytes *r)
{
    quota_give(r->quota, r->held);
    buf_release(&r->bytes);
}

enum status pprof_render(struct view *v, struct buf *out, struct error *err)
{
    if (!v->filtered || !view_options_filter(v->options))
        return merge_write(v->merge, out, err);

    struct raw_bytes raw CLEANUP(raw_bytes_release) = {.bytes = BUF_INIT(quota_rest(&v->quota)),
                                                       .quota = &v->quota};
    enum status status = merged_write(v->filtered, &raw.bytes, err);
    if (!quota_move(&v->quota, &raw.held, raw.bytes.cap))
        return quota_error(&v->quota, err);
    if (status != OK)
        return status;

    return gzip_deflate(buf_slice(&raw.bytes), GZIP_LEVEL, out, err);
}
