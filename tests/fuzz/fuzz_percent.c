/*
 * Percent escapes, hex and base64: any bytes survive encoding and decoding; what a strict decoder accepts,
 * the encoder writes again (hex in lower case, base64 with its padding).
 */
#include "base/encode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MAX = 1 << 24 };

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static bool percent_plain(struct slice in, struct buf *out)
{
    return percent_decode(in, false, out, NULL);
}

static void there_and_back(void (*encode)(struct slice, struct buf *),
                           bool (*decode)(struct slice, struct buf *), struct slice in)
{
    struct buf text CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    struct buf back CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    encode(in, &text);
    insist(decode(buf_slice(&text), &back));
    insist(slice_eq(buf_slice(&back), in));
}

static void decode_percent(struct slice in, bool plus_is_space)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    struct slice bad = SLICE_NULL;
    bool good = percent_decode(in, plus_is_space, &out, &bad);
    insist(good == (bad.ptr == NULL));
    insist(out.len <= in.len);
    if (good)
        return;

    insist(bad.len >= 1 && bad.len <= 3 && bad.ptr[0] == '%');
    insist(bad.ptr >= in.ptr && bad.ptr + bad.len <= in.ptr + in.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_make(data, size);
    there_and_back(percent_encode, percent_plain, in);
    there_and_back(hex_encode, hex_decode, in);
    there_and_back(base64_encode, base64_decode, in);
    decode_percent(in, false);
    decode_percent(in, true);

    struct buf bytes CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    struct buf text CLEANUP(buf_release) = BUF_INIT(FUZZ_MAX);
    if (base64_decode(in, &bytes)) {
        base64_encode(buf_slice(&bytes), &text);
        insist(slice_starts(buf_slice(&text), in) && text.len - in.len <= 2);
    }
    buf_reset(&bytes);
    buf_reset(&text);
    if (hex_decode(in, &bytes)) {
        hex_encode(buf_slice(&bytes), &text);
        insist(slice_eq_nocase(buf_slice(&text), in));
    }
    return 0;
}
