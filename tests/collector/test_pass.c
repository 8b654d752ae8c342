/* Passes: good for the token that they were made from, until they expire, as they are. */
#include "collector/pass.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_pass_is_good_for_its_token_until_it_expires(void **state)
{
    (void)state;
    struct sha256 one = sha256_of(SLICE("token-0123456789")), other = sha256_of(SLICE("token-0123456780"));
    char pass[PASS_BYTES], again[PASS_BYTES];

    pass_make(&one, 1000, pass);
    assert_true(pass_is_good(slice_of(pass), &one, 999));
    assert_false(pass_is_good(slice_of(pass), &one, 1000));
    assert_false(pass_is_good(slice_of(pass), &other, 999));
    assert_int_equal(pass_expires_s(slice_of(pass)), 1000);
    pass_make(&one, 1000, again);
    assert_string_equal(pass, again);
    assert_null(strstr(pass, "token"));
}

static void a_pass_with_any_byte_changed_is_none(void **state)
{
    (void)state;
    struct sha256 token = sha256_of(SLICE("token-0123456789"));
    char pass[PASS_BYTES];

    pass_make(&token, 1893456000, pass);
    for (size_t i = 0; i < strlen(pass); i++) {
        char was = pass[i];
        pass[i] = was == '1' ? '2' : '1';
        assert_false(pass_is_good(slice_of(pass), &token, 0));
        pass[i] = was;
        assert_false(pass_is_good(slice_make(pass, i), &token, 0));
    }
    assert_true(pass_is_good(slice_of(pass), &token, 0));
}

static void what_is_no_pass_is_not_good(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", ".", "..", "a.b.c", "0.99999999999999999999.0", ".9223372036854775807.", "a.-1.b", "a. 5.b"};
    struct sha256 token = sha256_of(SLICE("token-0123456789"));

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_false(pass_is_good(slice_of(texts[i]), &token, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_good_for_its_token_until_it_expires),
        cmocka_unit_test(a_pass_with_any_byte_changed_is_none),
        cmocka_unit_test(what_is_no_pass_is_not_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
