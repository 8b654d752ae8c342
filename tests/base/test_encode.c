/* Encodings: published vectors, every byte there and back, and what must be refused. */
#include "base/encode.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef void encoder(struct slice in, struct buf *out);
typedef bool decoder(struct slice in, struct buf *out);

static void assert_encodes(encoder *encode, struct slice in, const char *expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
    encode(in, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void assert_decodes(decoder *decode, const char *in, struct slice expected)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
    assert_true(decode(slice_of(in), &out));
    assert_true(slice_eq(buf_slice(&out), expected));
}

static void assert_refuses(decoder *decode, const char *in)
{
    struct buf out CLEANUP(buf_release) = BUF_INIT(4096);
    assert_false(decode(slice_of(in), &out));
}

static bool percent_plain(struct slice in, struct buf *out)
{
    return percent_decode(in, false, out, NULL);
}

static bool percent_form(struct slice in, struct buf *out)
{
    return percent_decode(in, true, out, NULL);
}

static void every_byte_survives_each_encoding(void **state)
{
    (void)state;
    static encoder *const encoders[] = {hex_encode, base64_encode, percent_encode};
    static decoder *const decoders[] = {hex_decode, base64_decode, percent_plain};
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;

    for (size_t e = 0; e < ARRAY_LEN(encoders); e++) {
        for (size_t from = 250; from <= 256; from++) {
            struct slice in = slice_from(slice_make(bytes, sizeof bytes), from % 250);
            struct buf text CLEANUP(buf_release) = BUF_INIT(4096);
            encoders[e](in, &text);
            assert_decodes(decoders[e], buf_cstr(&text), in);
        }
    }
}

static void hex_is_written_in_lower_case_and_read_in_both(void **state)
{
    (void)state;
    assert_encodes(hex_encode, SLICE("\x00\xab\xff"), "00abff");
    assert_decodes(hex_decode, "00aBFf", SLICE("\x00\xab\xff"));
    assert_decodes(hex_decode, "", SLICE_NULL);
    assert_refuses(hex_decode, "0");
    assert_refuses(hex_decode, "0g");
    assert_refuses(hex_decode, "g0");
    assert_refuses(hex_decode, " 0");
}

/* RFC 4648, section 10. */
static void base64_agrees_with_its_rfc(void **state)
{
    (void)state;
    static const char *const vectors[][3] = {{"", "", ""},
                                             {"f", "Zg==", "Zg"},
                                             {"fo", "Zm8=", "Zm8"},
                                             {"foo", "Zm9v", "Zm9v"},
                                             {"foob", "Zm9vYg==", "Zm9vYg"},
                                             {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                                             {"foobar", "Zm9vYmFy", "Zm9vYmFy"}};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        assert_encodes(base64_encode, slice_of(vectors[i][0]), vectors[i][1]);
        assert_decodes(base64_decode, vectors[i][1], slice_of(vectors[i][0]));
        assert_decodes(base64_decode, vectors[i][2], slice_of(vectors[i][0]));
    }
}

static void base64_that_no_encoder_writes_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"Z",  "Zg=",   "Z===",   "====",     "=",    "Zh==", "Zm9=",
                                      "Zh", "Zm 9v", "Zm9v\n", "Zg==Zg==", "Zm-_", "Zm8=="};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_refuses(base64_decode, bad[i]);
}

static void base32_digits_are_numbered_in_order(void **state)
{
    (void)state;
    int digits = 0;
    for (int c = 0; c < 256; c++) {
        int value = base32_digit((char)c);
        if (value < 0)
            continue;

        assert_int_equal(BASE32_DIGITS[value], (char)c);
        assert_int_equal(value, digits);
        digits++;
    }
    assert_int_equal(digits, 32);
    assert_int_equal(strlen(BASE32_DIGITS), 32);
    assert_null(strpbrk(BASE32_DIGITS, "ilouABCXYZ"));
}

static void all_but_unreserved_characters_are_escaped(void **state)
{
    (void)state;
    const char *unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    assert_encodes(percent_encode, slice_of(unreserved), unreserved);
    assert_encodes(percent_encode, SLICE(" /+%=&\xc3\xa4\x00"), "%20%2F%2B%25%3D%26%C3%A4%00");
}

static void a_plus_is_a_space_in_forms_only(void **state)
{
    (void)state;
    assert_decodes(percent_plain, "a+b%20c%2b", SLICE("a+b c+"));
    assert_decodes(percent_form, "a+b%20c%2b", SLICE("a b c+"));
}

static void a_broken_escape_is_pointed_at(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"ab%zzcd", "%zz"}, {"ab%2", "%2"}, {"ab%", "%"},
                                         {"%%20", "%%2"},    {"%2x", "%2x"}, {"a%-1b", "%-1"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out CLEANUP(buf_release) = BUF_INIT(100);
        struct slice at = SLICE_NULL;
        assert_false(percent_decode(slice_of(bad[i][0]), true, &out, &at));
        assert_true(slice_eq_cstr(at, bad[i][1]));
        assert_refuses(percent_plain, bad[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_survives_each_encoding),
        cmocka_unit_test(hex_is_written_in_lower_case_and_read_in_both),
        cmocka_unit_test(base64_agrees_with_its_rfc),
        cmocka_unit_test(base64_that_no_encoder_writes_is_refused),
        cmocka_unit_test(base32_digits_are_numbered_in_order),
        cmocka_unit_test(all_but_unreserved_characters_are_escaped),
        cmocka_unit_test(a_plus_is_a_space_in_forms_only),
        cmocka_unit_test(a_broken_escape_is_pointed_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
