/* What clients sent, in error texts. */
#include "model/quoted.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void plain_text_stands_in_double_quotes(void **state)
{
    (void)state;
    assert_string_equal(quoted_of(SLICE("a%=1")).text, "\"a%=1\"");
    assert_string_equal(quoted_of(SLICE("b\xc3\xbc"
                                        "cher"))
                            .text,
                        "\"b\xc3\xbc"
                        "cher\"");
    assert_string_equal(quoted_of(SLICE_NULL).text, "\"\"");
}

static void what_could_forge_a_line_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(quoted_of(SLICE("a\"b\\c\nd\0e\x7f")).text, "\"a\\\"b\\\\c\\x0ad\\x00e\\x7f\"");
}

static void long_text_is_cut_so_that_the_reason_behind_it_is_seen(void **state)
{
    (void)state;
    char bytes[QUOTED_BYTES + 1];
    memset(bytes, '\n', sizeof bytes);
    struct quoted all = quoted_of(slice_make(bytes, QUOTED_BYTES));
    assert_int_equal(strlen(all.text), 4 * QUOTED_BYTES + 2);
    struct quoted cut = quoted_of(slice_make(bytes, QUOTED_BYTES + 1));
    assert_int_equal(strlen(cut.text), QUOTED_TEXT_BYTES - 1);
    assert_string_equal(cut.text + 4 * QUOTED_BYTES - 3, "\\x0a...\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stands_in_double_quotes),
        cmocka_unit_test(what_could_forge_a_line_is_escaped),
        cmocka_unit_test(long_text_is_cut_so_that_the_reason_behind_it_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
