/* Labels as they are typed. */
#include "cli/label_word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_word_is_cut_at_its_first_equals_sign(void **state)
{
    (void)state;
    struct labels labels = {.count = 0};
    assert_int_equal(label_word_add("query=a=b", &labels, NULL), OK);
    assert_int_equal(label_word_add("empty=", &labels, NULL), OK);
    assert_int_equal(labels.count, 2);
    assert_true(slice_eq_cstr(labels.items[0].key, "query"));
    assert_true(slice_eq_cstr(labels.items[0].value, "a=b"));
    assert_int_equal(labels.items[1].value.len, 0);
}

static void a_word_without_key_or_sign_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "dc", "=fra"};
    struct labels labels = {.count = 0};
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(label_word_add(bad[i], &labels, &err), E_INVALID);
    assert_string_equal(err.text, "a label is KEY=VALUE, which '=fra' is not");
    assert_int_equal(labels.count, 0);
}

static void there_is_an_end_to_labels(void **state)
{
    (void)state;
    struct labels labels = {.count = 0};
    struct error err;
    for (size_t i = 0; i < LIMIT_LABELS; i++)
        assert_int_equal(label_word_add("a=1", &labels, &err), OK);
    assert_int_equal(label_word_add("a=1", &labels, &err), E_INVALID);
    assert_string_equal(err.text, "more than 32 labels");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_cut_at_its_first_equals_sign),
        cmocka_unit_test(a_word_without_key_or_sign_is_refused),
        cmocka_unit_test(there_is_an_end_to_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
