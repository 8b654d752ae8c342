/*
 * Whatever a format is converted to is valid pprof, for both readers of a scan alike, within its bounds and
 * with its memory given back; a converter that was not asked for by the content may refuse, but not break. In
 * little memory the answer is the same or "too large".
 */
#include "pprof/format.h"
#include "tests/pprof/readers.h"

#include <stdlib.h>

enum { MAX_BYTES = 1 << 24, LITTLE_BYTES = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static enum status convert(const struct format *f, struct slice in, size_t max, struct buf *out)
{
    struct quota quota = QUOTA_INIT(max, NULL);
    struct error err = {.code = OK};
    enum status status = f->convert(in, out, &quota, &err);
    insist(quota.used == 0);
    insist(out->len <= out->max);
    insist(status == OK || (err.code == status && err.text[0] != '\0'));
    insist(status == OK || status == E_INVALID || status == E_TOO_LARGE);
    return status;
}

static void try_format(const struct format *f, struct slice in)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(MAX_BYTES),
                   small CLEANUP(buf_release) = BUF_INIT(LITTLE_BYTES);
    enum status status = convert(f, in, MAX_BYTES, &out);
    if (status == OK)
        insist(readers_compare(buf_slice(&out), MAX_BYTES) == READERS_AGREE);

    enum status again = convert(f, in, LITTLE_BYTES, &small);
    insist(again == status || again == E_TOO_LARGE);
    if (again == OK)
        insist(slice_eq(buf_slice(&small), buf_slice(&out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_make(data, size);
    const struct format *f = format_detect(in);
    if (f && f->convert)
        try_format(f, in);
    for (size_t i = 0; i < FORMATS_COUNT; i++)
        if (&FORMATS[i] != f && FORMATS[i].convert && size < LITTLE_BYTES)
            try_format(&FORMATS[i], in);
    return 0;
}
