/*
 * gzip, with zlib as the other party: what zlib packs we unpack and the other way round. Damage is tried at
 * every byte, ends at every length.
 */
#include "base/gzip.h"

#include "base/limits.h"
#include "base/random.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROOMY = 1 << 24, RATIO = 200 };

/* Appends `in` as one member made by zlib. */
static void pack(struct slice in, struct buf *out)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&z, in.len);
    assert_true(buf_reserve(out, bound));
    memcpy(&z.next_in, &in.ptr, sizeof z.next_in);
    z.avail_in = (unsigned)in.len;
    z.next_out = (unsigned char *)out->ptr + out->len;
    z.avail_out = (unsigned)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

/* Text that packs about as well as a profile does. */
static void fill(struct buf *b, size_t len)
{
    struct random r;
    random_seed(&r, len);
    while (b->len < len)
        buf_printf(b, "net/http.(*conn).serve%u;", (unsigned)random_below(&r, 1000));
    b->len = len;
}

static enum status inflate_into(struct buf *out, struct slice in, struct error *err)
{
    return gzip_inflate(in, ROOMY, RATIO, out, err);
}

static void what_zlib_packs_is_unpacked(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 255, 256, 257, 5000, 65536, 1000000};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        fill(&plain, sizes[i]);
        pack(buf_slice(&plain), &packed);
        assert_true(gzip_looks(buf_slice(&packed)));
        assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), OK);
        assert_true(slice_eq(buf_slice(&out), buf_slice(&plain)));
    }
}

static void what_is_packed_here_zlib_and_we_unpack(void **state)
{
    (void)state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    fill(&plain, 100000);
    for (int level = 1; level <= 12; level++) {
        struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        assert_int_equal(gzip_deflate(buf_slice(&plain), level, &packed, NULL), OK);
        assert_true(packed.len < plain.len / 2);
        assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), OK);
        assert_true(slice_eq(buf_slice(&out), buf_slice(&plain)));

        static char by_zlib[100001];
        z_stream z = {.next_in = (unsigned char *)packed.ptr, .avail_in = (unsigned)packed.len};
        z.next_out = (unsigned char *)by_zlib;
        z.avail_out = sizeof by_zlib;
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(inflateEnd(&z), Z_OK);
        assert_true(slice_eq(slice_make(by_zlib, z.total_out), buf_slice(&plain)));
    }
}

static void nothing_packs_and_unpacks_too(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(100);
    struct buf out CLEANUP(buf_release) = BUF_INIT(0);
    assert_int_equal(gzip_deflate(SLICE_NULL, 6, &packed, NULL), OK);
    assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), OK);
    assert_int_equal(out.len, 0);
}

static void packing_is_deterministic_and_names_no_time(void **state)
{
    (void)state;
    struct buf a CLEANUP(buf_release) = BUF_INIT(1000);
    struct buf b CLEANUP(buf_release) = BUF_INIT(1000);
    assert_int_equal(gzip_deflate(SLICE("abcabcabc"), 6, &a, NULL), OK);
    assert_int_equal(gzip_deflate(SLICE("abcabcabc"), 6, &b, NULL), OK);
    assert_true(slice_eq(buf_slice(&a), buf_slice(&b)));
    /* FLG and MTIME. */
    assert_memory_equal(a.ptr + 3, "\0\0\0\0\0", 5);
}

static void packing_stops_at_the_bound(void **state)
{
    (void)state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf roomy CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err;
    fill(&plain, 10000);
    assert_int_equal(gzip_deflate(buf_slice(&plain), 6, &roomy, NULL), OK);

    struct buf tight CLEANUP(buf_release) = BUF_INIT(100);
    buf_append_cstr(&tight, "before");
    assert_int_equal(gzip_deflate(buf_slice(&plain), 6, &tight, &err), E_TOO_LARGE);
    assert_string_equal(buf_cstr(&tight), "before");

    /* The worst case would not fit, the real one does. */
    struct buf fitting CLEANUP(buf_release) = BUF_INIT(roomy.len + 100);
    assert_int_equal(gzip_deflate(buf_slice(&plain), 6, &fitting, NULL), OK);
    assert_true(slice_eq(buf_slice(&fitting), buf_slice(&roomy)));
}

static void several_members_are_one_stream(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf expected CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    static const size_t sizes[] = {10, 0, 200000, 3, 70000, 1};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
        fill(&plain, sizes[i]);
        pack(buf_slice(&plain), &packed);
        buf_append(&expected, buf_slice(&plain));
    }
    assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), OK);
    assert_true(slice_eq(buf_slice(&out), buf_slice(&expected)));
}

static void zeros_behind_the_last_member_are_ignored(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    pack(SLICE("abc"), &packed);
    for (int i = 0; i < 1000; i++)
        buf_append_byte(&packed, '\0');
    assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), OK);
    assert_string_equal(buf_cstr(&out), "abc");
}

static void other_bytes_behind_the_last_member_are_invalid(void **state)
{
    (void)state;
    static const struct slice tails[] = {{"x", 1}, {"\0x", 2}, {"\x1f", 1}, {"\0\x1f\x8b", 3}};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err;
        pack(SLICE("abc"), &packed);
        size_t len = packed.len;
        buf_append(&packed, tails[i]);
        assert_int_equal(inflate_into(&out, buf_slice(&packed), &err), E_INVALID);
        char expected[100];
        (void)snprintf(expected, sizeof expected,
                       "damaged gzip data: foreign bytes at byte %zu, behind a member", len);
        assert_string_equal(err.text, expected);
        assert_int_equal(out.len, 0);
    }
}

static void an_early_end_is_called_so_wherever_it_is(void **state)
{
    (void)state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    fill(&plain, 3000);
    pack(buf_slice(&plain), &packed);
    for (size_t len = 0; len < packed.len; len++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct error err;
        buf_append_cstr(&out, "before");
        assert_int_equal(inflate_into(&out, slice_sub(buf_slice(&packed), 0, len), &err), E_INVALID);
        assert_string_equal(err.text, "unexpected end of gzip data (member at byte 0)");
        assert_string_equal(buf_cstr(&out), "before");
    }
}

static void the_member_that_ends_early_is_named(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err;
    char expected[100];
    pack(SLICE("abc"), &packed);
    (void)snprintf(expected, sizeof expected, "unexpected end of gzip data (member at byte %zu)", packed.len);
    pack(SLICE("defghi"), &packed);
    packed.len -= 3;
    assert_int_equal(inflate_into(&out, buf_slice(&packed), &err), E_INVALID);
    assert_string_equal(err.text, expected);
    assert_int_equal(out.len, 0);
}

/* Bytes 4 to 9 of the header (time, hints, system) mean nothing to the content, nor do the bits that fill up
 * the last byte of it. The first three and the checksum and length at the end always count. */
static void a_changed_bit_never_changes_the_content_unnoticed(void **state)
{
    (void)state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    fill(&plain, 1500);
    pack(buf_slice(&plain), &packed);
    for (size_t bit = 0; bit < packed.len * 8; bit++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        packed.ptr[bit / 8] = (char)(packed.ptr[bit / 8] ^ 1 << bit % 8);
        enum status status = inflate_into(&out, buf_slice(&packed), NULL);
        packed.ptr[bit / 8] = (char)(packed.ptr[bit / 8] ^ 1 << bit % 8);

        if (status == OK)
            assert_true(slice_eq(buf_slice(&out), buf_slice(&plain)));
        else
            assert_int_equal(status, E_INVALID);
        if (bit / 8 < 3 || bit / 8 >= packed.len - 8)
            assert_int_equal(status, E_INVALID);
        if (bit / 8 >= 4 && bit / 8 < 10)
            assert_int_equal(status, OK);
    }
}

static void damage_is_called_so(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err;
    pack(SLICE("abcdefghi"), &packed);
    packed.ptr[packed.len - 6] ^= 1;
    assert_int_equal(inflate_into(&out, buf_slice(&packed), &err), E_INVALID);
    assert_string_equal(err.text, "damaged gzip data (member at byte 0): incorrect data check");

    assert_false(gzip_looks(SLICE("PK\3\4")));
    assert_int_equal(inflate_into(&out, SLICE("PK\3\4"), &err), E_INVALID);
    assert_string_equal(err.text, "damaged gzip data (member at byte 0): incorrect header check");
}

static void the_byte_bound_is_exact(void **state)
{
    (void)state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err;
    fill(&plain, 50000);
    pack(buf_slice(&plain), &packed);
    assert_int_equal(gzip_inflate(buf_slice(&packed), 49999, RATIO, &out, &err), E_TOO_LARGE);
    assert_string_equal(err.text, "gzip data inflates to over 49999 bytes");
    assert_int_equal(out.len, 0);
    assert_int_equal(gzip_inflate(buf_slice(&packed), 50000, RATIO, &out, NULL), OK);
    assert_int_equal(out.len, 50000);
}

static void members_share_the_byte_bound(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    pack(SLICE("12345"), &packed);
    pack(SLICE("67890"), &packed);
    assert_int_equal(gzip_inflate(buf_slice(&packed), 9, RATIO, &out, NULL), E_TOO_LARGE);
    assert_int_equal(gzip_inflate(buf_slice(&packed), 10, RATIO, &out, NULL), OK);
    assert_string_equal(buf_cstr(&out), "1234567890");
}

static void the_bound_of_the_buf_counts_too(void **state)
{
    (void)state;
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(10);
    pack(SLICE("123456"), &packed);
    buf_append_cstr(&out, "abcde");
    assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), E_TOO_LARGE);
    assert_string_equal(buf_cstr(&out), "abcde");
    out.len = 4;
    assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), OK);
    assert_string_equal(buf_cstr(&out), "abcd123456");
    assert_int_equal(out.max, 10);
}

static void a_bomb_is_refused_before_it_takes_memory(void **state)
{
    (void)state;
    struct buf zeros CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf bomb CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct error err;
    assert_true(buf_reserve(&zeros, 8 * MIB));
    memset(zeros.ptr, 0, 8 * MIB);
    zeros.len = 8 * MIB;
    pack(buf_slice(&zeros), &bomb);

    size_t limit = LIMIT_INFLATE_FREE_BYTES + bomb.len * RATIO;
    assert_true(limit < zeros.len);
    assert_int_equal(inflate_into(&out, buf_slice(&bomb), &err), E_TOO_LARGE);
    assert_non_null(strstr(err.text, "too much for its size"));
    assert_true(out.cap <= limit);
    assert_int_equal(out.max, ROOMY);

    assert_int_equal(gzip_inflate(buf_slice(&bomb), ROOMY, 2000, &out, NULL), OK);
    assert_int_equal(out.len, zeros.len);
}

static void the_size_at_the_end_is_a_guess_only(void **state)
{
    (void)state;
    /* Too large, too small, wrapped: the checksum is right, the length is not, and no more is taken than may
     * be. */
    static const unsigned char lies[][4] = {{0xff, 0xff, 0xff, 0xff},
                                            {0, 0, 0, 0x7f},
                                            {0, 0, 0, 0},
                                            {1, 0, 0, 0}};
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    fill(&plain, 20000);
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        pack(buf_slice(&plain), &packed);
        memcpy(packed.ptr + packed.len - 4, lies[i], 4);
        assert_int_equal(inflate_into(&out, buf_slice(&packed), NULL), E_INVALID);
        assert_true(out.cap <= LIMIT_INFLATE_FREE_BYTES + packed.len * RATIO);
    }
}

static void *inflate_often(void *arg)
{
    const struct buf *packed = arg;
    for (int i = 0; i < 50; i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(ROOMY);
        if (inflate_into(&out, buf_slice(packed), NULL) != OK || out.len != 20000)
            return NULL;
    }
    return arg;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    struct buf plain CLEANUP(buf_release) = BUF_INIT(ROOMY);
    struct buf packed CLEANUP(buf_release) = BUF_INIT(ROOMY);
    fill(&plain, 20000);
    pack(buf_slice(&plain), &packed);
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, inflate_often, &packed), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &packed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_zlib_packs_is_unpacked),
        cmocka_unit_test(what_is_packed_here_zlib_and_we_unpack),
        cmocka_unit_test(nothing_packs_and_unpacks_too),
        cmocka_unit_test(packing_is_deterministic_and_names_no_time),
        cmocka_unit_test(packing_stops_at_the_bound),
        cmocka_unit_test(several_members_are_one_stream),
        cmocka_unit_test(zeros_behind_the_last_member_are_ignored),
        cmocka_unit_test(other_bytes_behind_the_last_member_are_invalid),
        cmocka_unit_test(an_early_end_is_called_so_wherever_it_is),
        cmocka_unit_test(the_member_that_ends_early_is_named),
        cmocka_unit_test(a_changed_bit_never_changes_the_content_unnoticed),
        cmocka_unit_test(damage_is_called_so),
        cmocka_unit_test(the_byte_bound_is_exact),
        cmocka_unit_test(members_share_the_byte_bound),
        cmocka_unit_test(the_bound_of_the_buf_counts_too),
        cmocka_unit_test(a_bomb_is_refused_before_it_takes_memory),
        cmocka_unit_test(the_size_at_the_end_is_a_guess_only),
        cmocka_unit_test(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
