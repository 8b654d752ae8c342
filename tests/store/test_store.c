#include "store/store.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/memory.h"
#include "tests/contract/fault_store.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int64_t soon(void)
{
    return clock_mono_ms() + 10000;
}

static void keys_of_the_grammar_are_ok(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"a",   "A/b/0", "pf1/0/20261123/0400/x.p.s_.cpu_.0_._.a_-b",
                                       "...", ".x/_-", "..a",
                                       "-"};
    for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
        assert_true(store_key_ok(slice_of(KEYS[i])));
}

static void other_keys_are_not(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"",    "/",           "a/",   "/a",     "a//b",  ".",
                                       "..",  "a/..",        "../a", "./a",    "a/./b", "a+b",
                                       "a b", "a=b",         "a%2F", "a~",     "a\\b",  "a\nb",
                                       "a:b", "caf\xc3\xa9", "a/b*", "a/b\x7f"};
    for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
        assert_false(store_key_ok(slice_of(KEYS[i])));
    assert_false(store_key_ok(SLICE("a\0b")));
    assert_false(store_key_ok(SLICE_NULL));
}

static void a_key_has_1024_bytes_and_a_component_255(void **state)
{
    (void)state;
    char key[LIMIT_KEY_BYTES + 2];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = i % 256 == 255 ? '/' : 'k';
    assert_true(store_key_ok(slice_make(key, 255)));
    assert_false(store_key_ok(slice_make(key, 256)));
    assert_true(store_key_ok(slice_make(key, LIMIT_KEY_BYTES - 1)));
    key[LIMIT_KEY_BYTES - 129] = '/';
    key[LIMIT_KEY_BYTES - 1] = 'k';
    assert_true(store_key_ok(slice_make(key, LIMIT_KEY_BYTES)));
    key[LIMIT_KEY_BYTES] = 'k';
    assert_false(store_key_ok(slice_make(key, LIMIT_KEY_BYTES + 1)));

    key[255] = 'k';
    assert_false(store_key_ok(slice_make(key, 256)));
}

static void verbs_have_names(void **state)
{
    (void)state;
    assert_string_equal(store_verb_name(STORE_PUT), "put");
    assert_string_equal(store_verb_name(STORE_GET), "get");
    assert_string_equal(store_verb_name(STORE_HEAD), "head");
    assert_string_equal(store_verb_name(STORE_LIST), "list");
    assert_string_equal(store_verb_name(STORE_DELETE), "delete");
}

/* The inner store would answer E_INTERNAL. */
static struct store *never_asked(void)
{
    struct store *s = fault_store_new(memory_store_new());
    fault_store_set(s, (struct fault){.verbs = FAULT_ALL_VERBS, .times = UINT_MAX, .status = E_INTERNAL});
    return s;
}

static void no_store_sees_a_bad_key(void **state)
{
    (void)state;
    struct store *s = never_asked();
    struct store_op op = {.verb = STORE_PUT, .key = SLICE("a/../b"), .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_INVALID);
    assert_string_equal(op.error.text, "put 'a/../b': no store can hold this key");

    char long_text[LIMIT_KEY_BYTES + 1];
    memset(long_text, 'a', sizeof long_text);
    struct slice over = slice_make(long_text, sizeof long_text);
    op = (struct store_op){.verb = STORE_LIST, .key = over, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_INVALID);
    op = (struct store_op){.verb = STORE_LIST, .start_after = over, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_INVALID);
    assert_int_equal(fault_store_failed(s), 0);
    store_close(s);
}

static void a_key_that_others_chose_can_be_got_and_nothing_else(void **state)
{
    (void)state;
    struct store *s = memory_store_new();
    struct slice key = SLICE("P0.a/1/x,k=a%2Cb");
    struct store_op op = {.verb = STORE_GET, .key = key, .is_foreign = true, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_NOT_FOUND);
    op = (struct store_op){.verb = STORE_GET, .key = key, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_INVALID);
    op = (struct store_op){.verb = STORE_DELETE, .key = key, .is_foreign = true, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_INVALID);
    op = (struct store_op){.verb = STORE_GET, .is_foreign = true, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_INVALID);
    store_close(s);
}

static void no_store_sees_an_op_that_is_too_late(void **state)
{
    (void)state;
    struct store *s = never_asked();
    struct store_op op = {.verb = STORE_HEAD, .key = SLICE("a"), .deadline_ms = clock_mono_ms()};
    assert_int_equal(store_run(s, &op), E_UNAVAILABLE);
    assert_string_equal(op.error.text, "head: the deadline has passed");
    assert_int_equal(fault_store_failed(s), 0);
    store_close(s);
}

static void an_op_may_be_used_again(void **state)
{
    (void)state;
    struct store *s = memory_store_new();
    struct store_op op = {.verb = STORE_GET, .key = SLICE("a"), .max_bytes = 10, .deadline_ms = soon()};
    assert_int_equal(store_run(s, &op), E_NOT_FOUND);

    op.verb = STORE_PUT;
    op.body = SLICE("body");
    assert_int_equal(store_run(s, &op), OK);
    assert_string_equal(op.error.text, "");

    op.verb = STORE_GET;
    assert_int_equal(store_run(s, &op), OK);
    assert_string_equal(buf_cstr(&op.object), "body");
    store_op_release(&op);
    assert_null(op.object.ptr);

    op.key = SLICE("b");
    assert_int_equal(store_run(s, &op), E_NOT_FOUND);
    assert_int_equal(op.object_bytes, 0);
    store_close(s);
}

static void what_was_never_run_can_be_released(void **state)
{
    (void)state;
    struct store_op op = {0};
    store_op_release(&op);
    store_op_release(&op);
    assert_null(op.object.ptr);
    store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_the_grammar_are_ok),
        cmocka_unit_test(other_keys_are_not),
        cmocka_unit_test(a_key_has_1024_bytes_and_a_component_255),
        cmocka_unit_test(verbs_have_names),
        cmocka_unit_test(no_store_sees_a_bad_key),
        cmocka_unit_test(a_key_that_others_chose_can_be_got_and_nothing_else),
        cmocka_unit_test(no_store_sees_an_op_that_is_too_late),
        cmocka_unit_test(an_op_may_be_used_again),
        cmocka_unit_test(what_was_never_run_can_be_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
