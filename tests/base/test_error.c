/* Errors: the text, the code, and what happens when either is awkward. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void setting_fills_the_code_and_the_text(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(error_set(&err, E_NOT_FOUND, "no profile '%s'", "abc"), E_NOT_FOUND);
    assert_int_equal(err.code, E_NOT_FOUND);
    assert_string_equal(err.text, "no profile 'abc'");
}

static void nobody_has_to_want_the_text(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, E_BUSY, "full"), E_BUSY);
    assert_int_equal(error_set_errno(NULL, E_DENIED, EACCES, "x"), E_DENIED);
    assert_int_equal(error_wrap(NULL, "x"), E_INTERNAL);
}

static void wrapping_puts_words_in_front_and_keeps_the_code(void **state)
{
    (void)state;
    struct error err;
    error_set(&err, E_CORRUPT, "page 7 is torn");
    assert_int_equal(error_wrap(&err, "index '%s'", "/var/x"), E_CORRUPT);
    assert_string_equal(err.text, "index '/var/x': page 7 is torn");
}

static void errno_is_told_in_words(void **state)
{
    (void)state;
    struct error err;
    assert_int_equal(error_set_errno(&err, E_NOT_FOUND, ENOENT, "'%s'", "a.txt"), E_NOT_FOUND);
    assert_string_equal(err.text, "'a.txt': No such file or directory");
}

static void a_text_may_be_made_from_its_own_former_text(void **state)
{
    (void)state;
    struct error err;
    error_set(&err, E_INVALID, "inner");
    error_set(&err, E_CONFIG, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
}

static void a_long_text_is_cut_and_says_so(void **state)
{
    (void)state;
    char words[2000];
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = '\0';

    struct error err;
    error_set(&err, E_INVALID, "%s", words);
    assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
    assert_string_equal(err.text + ERROR_TEXT_MAX - 5, "a...");

    error_wrap(&err, "before");
    assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
    assert_memory_equal(err.text, "before: aaa", 11);
    assert_string_equal(err.text + ERROR_TEXT_MAX - 5, "a...");
}

static void the_longest_text_that_fits_is_not_cut(void **state)
{
    (void)state;
    char words[ERROR_TEXT_MAX];
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = '\0';

    struct error err;
    error_set(&err, E_INVALID, "%s", words);
    assert_string_equal(err.text, words);
}

static void a_cut_does_not_split_a_character(void **state)
{
    (void)state;
    /* Shifted by a byte each time, so that the cut falls on every byte of the three. */
    for (int shift = 0; shift < 3; shift++) {
        char words[1000] = "xx";
        for (size_t i = (size_t)shift; i + 4 < sizeof words; i += 3)
            memcpy(words + i, "\xe2\x82\xac", 4);

        struct error err;
        error_set(&err, E_INVALID, "%s", words);
        size_t len = strlen(err.text);
        assert_true(len < ERROR_TEXT_MAX && len > ERROR_TEXT_MAX - 5);
        assert_string_equal(err.text + len - 4, "\xac...");
    }
}

static void a_text_is_always_one_line(void **state)
{
    (void)state;
    struct error err;
    error_set(&err, E_INVALID, "service '%s'", "a\nlevel=error\r\x1b[2J\x7f");
    assert_string_equal(err.text, "service 'a?level=error??[2J?'");
}

static void every_code_has_its_own_name(void **state)
{
    (void)state;
    for (int a = OK; a <= E_INTERNAL; a++) {
        assert_string_not_equal(status_name((enum status)a), "unknown");
        for (int b = OK; b < a; b++)
            assert_string_not_equal(status_name((enum status)a), status_name((enum status)b));
    }
    assert_string_equal(status_name(E_TOO_LARGE), "too_large");
}

static void a_failure_is_never_ok(void **state)
{
    (void)state;
    struct error err = {.code = OK};

    assert_int_equal(error_set(&err, OK, "a caller's bug"), E_INTERNAL);
    assert_int_equal(err.code, E_INTERNAL);
    assert_int_equal(error_set(NULL, OK, "a caller's bug"), E_INTERNAL);
    assert_int_equal(error_set_errno(&err, OK, ENOENT, "a caller's bug"), E_INTERNAL);
    err.code = OK;
    assert_int_equal(error_wrap(&err, "a caller's bug"), E_INTERNAL);
    assert_int_equal(err.code, E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_never_ok),
        cmocka_unit_test(setting_fills_the_code_and_the_text),
        cmocka_unit_test(nobody_has_to_want_the_text),
        cmocka_unit_test(wrapping_puts_words_in_front_and_keeps_the_code),
        cmocka_unit_test(errno_is_told_in_words),
        cmocka_unit_test(a_text_may_be_made_from_its_own_former_text),
        cmocka_unit_test(a_long_text_is_cut_and_says_so),
        cmocka_unit_test(the_longest_text_that_fits_is_not_cut),
        cmocka_unit_test(a_cut_does_not_split_a_character),
        cmocka_unit_test(a_text_is_always_one_line),
        cmocka_unit_test(every_code_has_its_own_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
