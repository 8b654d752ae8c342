/*
 * Kind q: for what is too long as text, mostly names in scripts other than Latin, where an escape makes three
 * bytes of one. Bytes with lengths in front, in base 64 whose last two digits are '-' and '.', so that the
 * worst case of all limits together (653 bytes, 871 digits) fits.
 *
 *     len service, len type, created_at (6 bytes, big-endian), len facts, then (len key, len value)*
 *
 * A length is one byte below 128, else two: 0x8000 + length, big-endian.
 */
#include "model/escape.h"
#include "model/key_form.h"

enum {
    PACKED_BYTES = KEY_FORM_BYTES * 6 / 8,
    TIME_BYTES = 6,
    LONG_LENGTH = 128,
    LENGTH_MAX = 0x7fff,
};

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";

static void pack(struct slice s, struct buf *out)
{
    if (s.len > LENGTH_MAX) {
        out->full = true;
        return;
    }
    if (s.len >= LONG_LENGTH)
        buf_append_byte(out, (char)(LONG_LENGTH | s.len >> 8));
    buf_append_byte(out, (char)(s.len & 0xff));
    buf_append(out, s);
}

static void pack_time(int64_t ms, struct buf *out)
{
    for (int shift = (TIME_BYTES - 1) * 8; shift >= 0; shift -= 8)
        buf_append_byte(out, (char)(ms >> shift & 0xff));
}

static void digits_encode(struct slice in, struct buf *out)
{
    unsigned bits = 0, pending = 0;
    for (size_t i = 0; i < in.len; i++) {
        bits = bits << 8 | (unsigned char)in.ptr[i];
        for (pending += 8; pending >= 6; pending -= 6)
            buf_append_byte(out, DIGITS[bits >> (pending - 6) & 63]);
    }
    if (pending > 0)
        buf_append_byte(out, DIGITS[bits << (6 - pending) & 63]);
}

void key_packed_encode(const struct profile_meta *meta, bool with_facts, struct buf *out)
{
    struct buf packed CLEANUP(buf_release) = BUF_INIT(PACKED_BYTES);
    struct buf facts CLEANUP(buf_release) = BUF_INIT(PACKED_BYTES);
    if (with_facts)
        facts_encode(&meta->facts, &facts);

    pack(meta->service, &packed);
    pack(meta->type, &packed);
    pack_time(meta->created_at_ms, &packed);
    pack(buf_slice(&facts), &packed);
    for (size_t i = 0; i < meta->labels.count; i++) {
        pack(meta->labels.items[i].key, &packed);
        pack(meta->labels.items[i].value, &packed);
    }

    if (packed.full || facts.full)
        out->full = true;
    else
        digits_encode(buf_slice(&packed), out);
}

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;

    return c == '-' ? 62 : c == '.' ? 63 : -1;
}

/* Writes at most in.len bytes. The bits that are left over must be few and zero, as the encoder leaves them.
 */
static bool digits_decode(struct slice in, char *ret_bytes, size_t *ret_len)
{
    unsigned bits = 0, pending = 0;
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        int digit = digit_of(in.ptr[i]);
        if (digit < 0)
            return false;

        bits = bits << 6 | (unsigned)digit;
        pending += 6;
        if (pending >= 8) {
            pending -= 8;
            ret_bytes[len++] = (char)(bits >> pending & 0xff);
        }
    }
    *ret_len = len;
    return pending < 6 && (bits & ((1U << pending) - 1)) == 0;
}

static bool unpack(struct slice *rest, struct slice *ret_piece)
{
    if (rest->len == 0)
        return false;

    size_t len = (unsigned char)rest->ptr[0], head = 1;
    if (len >= LONG_LENGTH) {
        if (rest->len < 2)
            return false;

        head = 2;
        len = (len - LONG_LENGTH) << 8 | (unsigned char)rest->ptr[1];
        if (len < LONG_LENGTH)
            return false;
    }
    if (rest->len - head < len)
        return false;

    *ret_piece = slice_sub(*rest, head, len);
    *rest = slice_from(*rest, head + len);
    return true;
}

static bool unpack_time(struct slice *rest, int64_t *ret_ms)
{
    if (rest->len < TIME_BYTES)
        return false;

    int64_t ms = 0;
    for (size_t i = 0; i < TIME_BYTES; i++)
        ms = ms << 8 | (unsigned char)rest->ptr[i];
    *rest = slice_from(*rest, TIME_BYTES);
    *ret_ms = ms;
    return true;
}

static bool unpack_labels(struct slice *rest, struct labels *labels)
{
    while (rest->len > 0) {
        if (labels->count == LIMIT_LABELS)
            return false;

        struct label *label = &labels->items[labels->count++];
        if (!unpack(rest, &label->key) || !unpack(rest, &label->value))
            return false;
    }
    return true;
}

/* Length of the text form with the same facts. */
static size_t text_form_len(const struct profile_meta *meta, size_t facts_len)
{
    size_t len = escape_len(meta->service, ESCAPE_TEXT) + 2 + escape_len(meta->type, ESCAPE_TEXT) + 2 +
                 STAMP_BYTES + 2 + facts_len;
    for (size_t i = 0; i < meta->labels.count; i++)
        len += 4 + escape_len(meta->labels.items[i].key, ESCAPE_TEXT) +
               escape_len(meta->labels.items[i].value, ESCAPE_TEXT);
    return len;
}

enum status key_packed_decode(struct slice form, struct arena *arena, struct profile_meta *ret_meta,
                              struct error *err)
{
    struct profile_meta meta = {.created_at_ms = 0};
    char *bytes = arena_alloc(arena, form.len + 1);
    if (!bytes)
        return error_set(err, E_TOO_LARGE, "a key does not fit in memory");

    size_t len;
    if (!digits_decode(form, bytes, &len))
        return error_set(err, E_INVALID, "malformed base 64");

    struct slice rest = slice_make(bytes, len), facts;
    if (!unpack(&rest, &meta.service) || !unpack(&rest, &meta.type) ||
        !unpack_time(&rest, &meta.created_at_ms) || !unpack(&rest, &facts) ||
        !unpack_labels(&rest, &meta.labels))
        return error_set(err, E_INVALID, "malformed lengths");

    enum status status = facts_parse(facts, arena, &meta.facts, err);
    if (status != OK)
        return status;
    if (text_form_len(&meta, facts.len) <= KEY_FORM_BYTES)
        return error_set(err, E_INVALID, "packed although the text form fits");

    *ret_meta = meta;
    return OK;
}
