/* Amounts in summaries. */
#include "cli/amount.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_small_amount_is_not_said_as_nothing(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0 bytes"},     {1, "1 byte"},       {999, "999 bytes"},
                 {1000, "1 KB"},     {43210, "43 KB"},    {99999, "100 KB"},
                 {100000, "0.1 MB"}, {1234567, "1.2 MB"}, {UINT64_MAX, "18446744073709.6 MB"}};
    char text[AMOUNT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        amount_format(cases[i].bytes, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_amount_is_not_said_as_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
