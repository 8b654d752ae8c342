/*
 * libdeflate inflates a whole buffer two to three times as fast as zlib, but wants the output's size. The
 * last four bytes of a single member tell it (ISIZE); they may lie, so they are a guess within the bounds,
 * and a guess that was too small is doubled up to the bound.
 *
 * What libdeflate does not say is whether bad data is damaged or just ends too early, and a user who lost
 * half of an upload wants to know. So, only then, zlib reads the failing member once more into a window that
 * is thrown away.
 *
 * A decompressor is a 12 KiB table that is worth keeping: one a thread, freed when the thread ends.
 */
#include "base/gzip.h"

#include "base/limits.h"

#include <assert.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum {
    MEMBER_MIN_BYTES = 18, /* header and trailer */
    GUESS_MIN_BYTES = 256,
    WINDOW_BITS_GZIP = 15 + 16, /* zlib: the largest window, gzip wrapping only */
    WINDOW_BYTES = 32 * 1024,
};

struct inflation {
    struct slice in;
    size_t at;        /* where the member begins */
    size_t room;      /* how many bytes may still come out */
    size_t limit;     /* what `room` began with */
    bool is_by_ratio; /* the ratio is the narrowest bound */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t per_thread;

static void free_decompressor(void *d)
{
    libdeflate_free_decompressor(d);
}

static void make_key(void)
{
    int failed = pthread_key_create(&per_thread, free_decompressor);
    assert(failed == 0);
    (void)failed;
}

static struct libdeflate_decompressor *decompressor(void)
{
    (void)pthread_once(&once, make_key);
    struct libdeflate_decompressor *d = pthread_getspecific(per_thread);
    if (!d) {
        d = libdeflate_alloc_decompressor();
        (void)pthread_setspecific(per_thread, d);
    }
    return d;
}

bool gzip_looks(struct slice in)
{
    return slice_starts(in, SLICE("\x1f\x8b"));
}

/* RFC 1952, 2.3.1: the length modulo 2^32, little-endian, at the very end. */
static size_t last_length(struct slice in)
{
    const unsigned char *p = (const unsigned char *)in.ptr + in.len - 4;
    size_t size = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
    /* Deflate hardly ever grows what it packs: this is the length of the last member of several. */
    return size + 1024 < in.len ? 4 * in.len : size;
}

static size_t size_guess(const struct inflation *f)
{
    struct slice rest = slice_from(f->in, f->at);
    size_t size = rest.len < MEMBER_MIN_BYTES ? 0 : last_length(rest);
    return size > GUESS_MIN_BYTES ? size : GUESS_MIN_BYTES;
}

size_t gzip_hint(struct slice in)
{
    return gzip_looks(in) && in.len >= MEMBER_MIN_BYTES ? last_length(in) : 0;
}

static enum status too_large(const struct inflation *f, struct error *err)
{
    if (f->is_by_ratio)
        return error_set(err, E_TOO_LARGE,
                         "gzip data of %zu bytes inflates to over %zu bytes, too much for its size",
                         f->in.len, f->limit);

    return error_set(err, E_TOO_LARGE, "gzip data inflates to over %zu bytes", f->limit);
}

/* Says why the member at f->at cannot be inflated. */
static enum status diagnose(const struct inflation *f, struct error *err)
{
    z_stream z = {0};
    if (inflateInit2(&z, WINDOW_BITS_GZIP) != Z_OK)
        return error_set(err, E_INTERNAL, "zlib does not start");

    struct slice rest = slice_from(f->in, f->at);
    unsigned char window[WINDOW_BYTES];
    int answer = Z_OK;
    while (answer == Z_OK && z.total_out <= f->room) {
        if (z.avail_in == 0) {
            size_t step = rest.len < WINDOW_BYTES ? rest.len : WINDOW_BYTES;
            memcpy(&z.next_in, &rest.ptr, sizeof z.next_in);
            z.avail_in = (unsigned)step;
            rest = slice_from(rest, step);
        }
        z.next_out = window;
        z.avail_out = sizeof window;
        answer = inflate(&z, Z_NO_FLUSH);
    }

    bool ended = answer == Z_BUF_ERROR;
    char why[64] = "";
    if (z.msg)
        (void)snprintf(why, sizeof why, ": %s", z.msg);
    (void)inflateEnd(&z);
    if (answer == Z_OK)
        return too_large(f, err);
    if (ended)
        return error_set(err, E_INVALID, "unexpected end of gzip data (member at byte %zu)", f->at);

    return error_set(err, E_INVALID, "damaged gzip data (member at byte %zu)%s", f->at, why);
}

static enum status inflate_member(struct inflation *f, struct buf *out, struct error *err)
{
    struct slice rest = slice_from(f->in, f->at);
    size_t want = size_guess(f);
    for (;;) {
        size_t spare = out->cap - out->len;
        if (want < spare)
            want = spare;
        if (want > f->room)
            want = f->room;
        if (!buf_reserve(out, want))
            return too_large(f, err);

        size_t taken = 0, made = 0;
        enum libdeflate_result result =
            libdeflate_gzip_decompress_ex(decompressor(), rest.ptr, rest.len, out->ptr + out->len, want,
                                          &taken, &made);
        if (result == LIBDEFLATE_SUCCESS) {
            out->len += made;
            out->ptr[out->len] = '\0';
            f->room -= made;
            f->at += taken;
            return OK;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            return diagnose(f, err);
        if (want == f->room)
            return too_large(f, err);

        want *= 2;
    }
}

/* True if nothing but zero bytes, which tar and tapes leave, stands from f->at on. */
static bool is_padding(struct slice rest)
{
    while (rest.len > 0 && rest.ptr[0] == '\0')
        rest = slice_from(rest, 1);
    return rest.len == 0;
}

static enum status inflate_members(struct inflation *f, struct buf *out, struct error *err)
{
    do {
        /* The first one is not asked for its magic: if that is wrong, the diagnosis says so. */
        if (f->at > 0 && !gzip_looks(slice_from(f->in, f->at)))
            return error_set(err, E_INVALID, "damaged gzip data: foreign bytes at byte %zu, behind a member",
                             f->at);

        enum status status = inflate_member(f, out, err);
        if (status != OK)
            return status;
    } while (!is_padding(slice_from(f->in, f->at)));
    return OK;
}

enum status gzip_inflate(struct slice in, size_t max_bytes, size_t max_ratio, struct buf *out,
                         struct error *err)
{
    size_t by_ratio;
    if (__builtin_mul_overflow(in.len, max_ratio, &by_ratio) ||
        __builtin_add_overflow(by_ratio, LIMIT_INFLATE_FREE_BYTES, &by_ratio))
        by_ratio = SIZE_MAX;

    size_t limit = out->max > out->len ? out->max - out->len : 0;
    if (limit > max_bytes)
        limit = max_bytes;
    struct inflation f = {.in = in, .is_by_ratio = by_ratio < limit};
    f.limit = f.room = f.is_by_ratio ? by_ratio : limit;

    /* Narrowed for the time being, so that growing by doubling stays within these bounds too. */
    size_t max_before = out->max, len_before = out->len;
    out->max = len_before + f.limit;
    enum status status = inflate_members(&f, out, err);
    out->max = max_before;
    if (status != OK) {
        out->len = len_before;
        if (out->ptr)
            out->ptr[len_before] = '\0';
    }
    return status;
}

static void free_compressor(struct libdeflate_compressor **c)
{
    libdeflate_free_compressor(*c);
}

enum status gzip_deflate(struct slice in, int level, struct buf *out, struct error *err)
{
    assert(level >= 1 && level <= 12);
    struct libdeflate_compressor *c CLEANUP(free_compressor) = libdeflate_alloc_compressor(level);
    if (!c)
        return error_set(err, E_INTERNAL, "libdeflate: no memory for a compressor");

    /* The worst case may be over out's bound although the result would fit: libdeflate says so with 0. */
    size_t want = libdeflate_gzip_compress_bound(c, in.len);
    size_t room = out->max > out->len ? out->max - out->len : 0;
    if (want > room)
        want = room;
    size_t made = 0;
    if (buf_reserve(out, want))
        made = libdeflate_gzip_compress(c, in.ptr ? in.ptr : "", in.len, out->ptr + out->len, want);
    out->len += made;
    if (out->ptr)
        out->ptr[out->len] = '\0';
    if (made == 0)
        return error_set(err, E_TOO_LARGE, "gzip data is over %zu bytes", room);

    return OK;
}
