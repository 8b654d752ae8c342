/*
 * Encodings, byte by byte: the inputs are digests, keys and query strings, none longer than a few kilobytes.
 * Decoders are strict: two texts that decode to the same bytes would give one object two names, so base64
 * with stray bits in its last digit is refused.
 */
#include "base/encode.h"

#include <string.h>

const char BASE32_DIGITS[33] = "0123456789abcdefghjkmnpqrstvwxyz";

static const char HEX_LOWER[] = "0123456789abcdef";
static const char HEX_UPPER[] = "0123456789ABCDEF";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Two digits at p as a byte, or -1. */
static int hex_byte(const char *p)
{
    int high = hex_digit(p[0]);
    int low = hex_digit(p[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void hex_encode(struct slice in, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        buf_append_byte(out, HEX_LOWER[c >> 4]);
        buf_append_byte(out, HEX_LOWER[c & 15]);
    }
}

bool hex_decode(struct slice in, struct buf *out)
{
    if (in.len % 2 != 0)
        return false;

    for (size_t i = 0; i < in.len; i += 2) {
        int byte = hex_byte(in.ptr + i);
        if (byte < 0)
            return false;

        buf_append_byte(out, (char)byte);
    }
    return true;
}

void base64_encode(struct slice in, struct buf *out)
{
    for (size_t i = 0; i < in.len; i += 3) {
        size_t have = in.len - i < 3 ? in.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < have ? (unsigned char)in.ptr[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_append_byte(out, k <= have ? BASE64[bits >> (18 - 6 * k) & 63] : '=');
    }
}

static int base64_digit(char c)
{
    const char *at = c != '\0' ? strchr(BASE64, c) : NULL;
    return at ? (int)(at - BASE64) : -1;
}

bool base64_decode(struct slice in, struct buf *out)
{
    if (in.len > 0 && in.len % 4 == 0) {
        for (int pad = 0; pad < 2 && in.ptr[in.len - 1] == '='; pad++)
            in.len--;
    }
    if (in.len % 4 == 1)
        return false;

    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < in.len; i++) {
        int digit = base64_digit(in.ptr[i]);
        if (digit < 0)
            return false;

        bits = (bits << 6 | (uint32_t)digit) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            buf_append_byte(out, (char)(bits >> held & 0xff));
        }
    }
    return (bits & ((1U << held) - 1)) == 0;
}

/* One more than the digit; 0: none. Every key that is read asks this 70 times. */
static const uint8_t BASE32_VALUES[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['g'] = 17, ['h'] = 18, ['j'] = 19, ['k'] = 20, ['m'] = 21, ['n'] = 22, ['p'] = 23, ['q'] = 24,
    ['r'] = 25, ['s'] = 26, ['t'] = 27, ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32,
};

int base32_digit(char c)
{
    return (int)BASE32_VALUES[(unsigned char)c] - 1;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void percent_encode(struct slice in, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        if (is_unreserved(in.ptr[i])) {
            buf_append_byte(out, in.ptr[i]);
            continue;
        }
        char escape[3] = {'%', HEX_UPPER[c >> 4], HEX_UPPER[c & 15]};
        buf_append(out, slice_make(escape, sizeof escape));
    }
}

bool percent_decode(struct slice in, bool plus_is_space, struct buf *out, struct slice *ret_bad)
{
    for (size_t i = 0; i < in.len; i++) {
        char c = in.ptr[i];
        if (c != '%') {
            buf_append_byte(out, plus_is_space && c == '+' ? ' ' : c);
            continue;
        }

        int byte = in.len - i >= 3 ? hex_byte(in.ptr + i + 1) : -1;
        if (byte < 0) {
            if (ret_bad)
                *ret_bad = slice_sub(in, i, 3);
            return false;
        }
        buf_append_byte(out, (char)byte);
        i += 2;
    }
    return true;
}
