/* The words "decompressing profile: unexpected EOF" and "empty input file" are what users of pprof search
 * for. */
#include "pprof/inflate.h"

#include "base/gzip.h"

#include <string.h>

enum status pprof_inflate(struct slice body, size_t max_bytes, size_t max_ratio, struct buf *scratch,
                          struct slice *ret_inflated, struct error *err)
{
    struct slice inflated = body;
    buf_reset(scratch);
    if (gzip_looks(body)) {
        struct error why;
        enum status status = gzip_inflate(body, max_bytes, max_ratio, scratch, &why);
        if (status == E_INVALID && strncmp(why.text, "unexpected end", strlen("unexpected end")) == 0)
            return error_set(err, status, "decompressing profile: unexpected EOF: %s", why.text);
        if (status != OK)
            return error_set(err, status, "decompressing profile: %s", why.text);

        inflated = buf_slice(scratch);
    } else if (body.len > max_bytes) {
        return error_set(err, E_TOO_LARGE, "the profile is over %zu bytes", max_bytes);
    }
    if (inflated.len == 0)
        return error_set(err, E_INVALID, "empty input file");

    *ret_inflated = inflated;
    return OK;
}
