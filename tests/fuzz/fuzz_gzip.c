/*
 * gzip_inflate() must agree with zlib on what is a gzip stream and what is in it, keep its bounds, and leave
 * the buf as it was when it refuses. What it accepts must survive packing again.
 */
#include "base/gzip.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { OUT_MAX = 1 << 20, RATIO = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

/* The first member only, by zlib: true and its size if it is whole and fits. */
static bool zlib_inflates(struct slice in, unsigned char *out, size_t *ret_len)
{
    z_stream z = {.next_out = out, .avail_out = OUT_MAX, .avail_in = (unsigned)in.len};
    memcpy(&z.next_in, &in.ptr, sizeof z.next_in);
    insist(inflateInit2(&z, 15 + 16) == Z_OK);
    int answer = inflate(&z, Z_FINISH);
    *ret_len = z.total_out;
    bool whole = answer == Z_STREAM_END && z.avail_in == 0;
    insist(inflateEnd(&z) == Z_OK);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char expected[OUT_MAX];
    struct slice in = slice_make(data, size);
    struct buf out CLEANUP(buf_release) = BUF_INIT(OUT_MAX + 6);
    struct error err;
    buf_append_cstr(&out, "before");
    enum status status = gzip_inflate(in, OUT_MAX, RATIO, &out, &err);
    insist(slice_starts(buf_slice(&out), SLICE("before")));
    insist(out.ptr[out.len] == '\0');
    insist(out.max == OUT_MAX + 6);

    size_t len;
    bool whole = size > 0 && zlib_inflates(in, expected, &len);
    if (whole) {
        insist(status == OK);
        insist(slice_eq(slice_from(buf_slice(&out), 6), slice_make(expected, len)));
    }
    if (status != OK) {
        insist(status == E_INVALID || status == E_TOO_LARGE);
        insist(out.len == 6);
        return 0;
    }

    struct buf packed CLEANUP(buf_release) = BUF_INIT(2 * OUT_MAX);
    struct buf again CLEANUP(buf_release) = BUF_INIT(OUT_MAX);
    insist(gzip_deflate(slice_from(buf_slice(&out), 6), 1, &packed, NULL) == OK);
    insist(gzip_inflate(buf_slice(&packed), OUT_MAX, 2000, &again, NULL) == OK);
    insist(slice_eq(slice_from(buf_slice(&out), 6), buf_slice(&again)));
    return 0;
}
