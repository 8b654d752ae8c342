/* The packed form: lengths and base 64, with one spelling. */
#include "model/key_form.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char zhe[512]; /* a letter whose every byte takes three as text */

/* Too long as text, short as bytes. */
static struct profile_meta long_meta(void)
{
    return (struct profile_meta){
        .service = slice_make(zhe, 128),
        .type = SLICE("cpu"),
        .created_at_ms = 1795406411172,
        .labels = {.items = {{SLICE("k"), slice_make(zhe, 200)}}, .count = 1},
        .facts = {.present = true, .duration_ms = 5},
    };
}

/* The digits of bytes, by the book, with the two digits exchanged. */
static void digits_of(const unsigned char *bytes, size_t len, struct buf *out)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
    for (size_t bit = 0; bit < 8 * len; bit += 6) {
        unsigned digit = 0;
        for (size_t k = bit; k < bit + 6; k++)
            digit = digit << 1 | (k < 8 * len ? bytes[k / 8] >> (7 - k % 8) & 1U : 0);
        buf_append_byte(out, DIGITS[digit]);
    }
}

static enum status decode_bytes(const unsigned char *bytes, size_t len, struct error *err)
{
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 16);
    struct buf form CLEANUP(buf_release) = BUF_INIT(4096);
    struct profile_meta meta;
    digits_of(bytes, len, &form);
    return key_packed_decode(buf_slice(&form), &arena, &meta, err);
}

/* The bytes of long_meta() without facts: 80 80 zhe..., 3 cpu, time, 0 facts, 1 k, 80 c8 zhe... */
static size_t long_bytes(unsigned char bytes[static 512])
{
    static const unsigned char MIDDLE[] = {3, 'c', 'p', 'u', 0x01, 0xa2, 0x06, 0x8f, 0xb5, 0xa4, 0, 1, 'k'};
    bytes[0] = bytes[1] = 0x80;
    memcpy(bytes + 2, zhe, 128);
    memcpy(bytes + 130, MIDDLE, sizeof MIDDLE);
    bytes[130 + sizeof MIDDLE] = 0x80;
    bytes[131 + sizeof MIDDLE] = 200;
    memcpy(bytes + 132 + sizeof MIDDLE, zhe, 200);
    return 332 + sizeof MIDDLE;
}

static void bytes_are_as_the_grammar_says(void **state)
{
    (void)state;
    unsigned char bytes[512];
    size_t len = long_bytes(bytes);
    struct buf expected CLEANUP(buf_release) = BUF_INIT(4096), out CLEANUP(buf_release) = BUF_INIT(4096);
    digits_of(bytes, len, &expected);
    struct profile_meta meta = long_meta();
    key_packed_encode(&meta, false, &out);
    assert_string_equal(buf_cstr(&out), buf_cstr(&expected));

    struct error err = {0};
    assert_int_equal(decode_bytes(bytes, len, &err), OK);
}

static void a_length_has_one_spelling(void **state)
{
    (void)state;
    unsigned char bytes[512], longer[512];
    struct error err;
    size_t len = long_bytes(bytes);

    /* 3 as 80 03 */
    memcpy(longer, bytes, 130);
    longer[130] = 0x80;
    memcpy(longer + 131, bytes + 130, len - 130);
    assert_int_equal(decode_bytes(longer, len + 1, &err), E_INVALID);
    assert_string_equal(err.text, "malformed lengths");
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    unsigned char bytes[512];
    size_t len = long_bytes(bytes);
    /* Behind the facts and before the label is an end, too, but then the text form fits. */
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(decode_bytes(bytes, cut, NULL), E_INVALID);
    bytes[len] = 0;
    assert_int_equal(decode_bytes(bytes, len + 1, NULL), E_INVALID);
}

static void what_fits_as_text_may_not_be_packed(void **state)
{
    (void)state;
    static const unsigned char SHORT[] = {1, 's', 1, 't', 0, 0, 0, 0, 0, 0, 0};
    struct error err;
    assert_int_equal(decode_bytes(SHORT, sizeof SHORT, &err), E_INVALID);
    assert_string_equal(err.text, "packed although the text form fits");
}

static void digits_have_one_spelling(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(1 << 16);
    struct profile_meta meta = long_meta(), back;
    struct buf form CLEANUP(buf_release) = BUF_INIT(4096);
    key_packed_encode(&meta, false, &form);
    assert_int_equal(form.len % 4, 0);
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), OK);

    /* One byte less to say leaves two bits that must be zero. */
    meta.labels.items[0].value.len = 199;
    buf_reset(&form);
    key_packed_encode(&meta, false, &form);
    assert_int_equal(form.len % 4, 3);
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), OK);
    form.ptr[form.len - 1]++;
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), E_INVALID);
    form.ptr[form.len - 1]--;
    buf_append_cstr(&form, "=");
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), E_INVALID);
    form.ptr[form.len - 1] = 'A';
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), E_INVALID);
    form.ptr[0] = '+';
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), E_INVALID);
}

static void facts_that_do_not_fit_set_full(void **state)
{
    (void)state;
    static char name[1 << 16];
    memset(name, 'n', sizeof name);
    struct profile_meta meta = long_meta();
    meta.facts.count = 1;
    for (size_t len = 1; len <= sizeof name; len *= 2) {
        struct buf form CLEANUP(buf_release) = BUF_INIT(KEY_FORM_BYTES);
        meta.facts.items[0] = (struct fact){slice_make(name, len), SLICE("count"), 1};
        key_packed_encode(&meta, true, &form);
        assert_int_equal(form.full, len > 256);
    }
}

static void more_labels_than_there_may_be_are_refused(void **state)
{
    (void)state;
    unsigned char bytes[512];
    size_t len = long_bytes(bytes);
    for (int i = 0; i < 31; i++) {
        memcpy(bytes + len, "\1k\0", 3);
        len += 3;
    }
    assert_int_equal(decode_bytes(bytes, len, NULL), OK);
    memcpy(bytes + len, "\1k\0", 3);
    assert_int_equal(decode_bytes(bytes, len + 3, NULL), E_INVALID);
}

static void a_full_arena_is_too_large(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(16);
    struct profile_meta meta = long_meta(), back;
    struct buf form CLEANUP(buf_release) = BUF_INIT(KEY_FORM_BYTES);
    key_packed_encode(&meta, true, &form);
    assert_int_equal(key_packed_decode(buf_slice(&form), &arena, &back, NULL), E_TOO_LARGE);
}

int main(void)
{
    for (size_t i = 0; i < sizeof zhe; i += 2)
        memcpy(zhe + i, "\xd0\xb6", 2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_as_the_grammar_says),
        cmocka_unit_test(a_length_has_one_spelling),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(what_fits_as_text_may_not_be_packed),
        cmocka_unit_test(digits_have_one_spelling),
        cmocka_unit_test(facts_that_do_not_fit_set_full),
        cmocka_unit_test(more_labels_than_there_may_be_are_refused),
        cmocka_unit_test(a_full_arena_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
