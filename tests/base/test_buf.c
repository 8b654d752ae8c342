/* Owned bytes and their bound. */
#include "base/buf.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_new_one_is_an_empty_string(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(10);
    assert_string_equal(buf_cstr(&b), "");
    assert_int_equal(buf_slice(&b).len, 0);
    assert_int_equal(buf_check(&b, "it", NULL), OK);
}

static void what_is_appended_stands_in_order_and_ends_in_nul(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(100);
    buf_append(&b, SLICE("ab\0c"));
    buf_append_byte(&b, 'd');
    buf_append_cstr(&b, "ef");
    buf_append(&b, SLICE_NULL);
    buf_append_cstr(&b, NULL);
    buf_printf(&b, "%03d|%s", 7, "g");
    buf_printf(&b, "%s", "");
    assert_true(slice_eq(buf_slice(&b), SLICE("ab\0cdef007|g")));
    assert_int_equal(b.ptr[b.len], '\0');
}

static void growing_keeps_everything(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(1000000);
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "%d,", i);
    assert_false(b.full);

    struct slice rest = buf_slice(&b), piece;
    for (uint64_t i = 0, n = 0; i < 20000; i++) {
        assert_true(slice_split(&rest, ',', &piece));
        assert_true(slice_to_u64(piece, &n) && n == i);
    }
}

static void exactly_the_bound_fits(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(5);
    buf_append_cstr(&b, "12345");
    assert_int_equal(buf_check(&b, "it", NULL), OK);
    assert_int_equal(b.cap, 5);
    buf_append(&b, SLICE(""));
    assert_int_equal(buf_check(&b, "it", NULL), OK);
}

static void over_the_bound_nothing_more_is_appended(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(5);
    struct error err;
    buf_append_cstr(&b, "123");
    buf_append_cstr(&b, "456");
    buf_append_byte(&b, '7');
    buf_printf(&b, "8");
    assert_string_equal(buf_cstr(&b), "123");
    assert_int_equal(buf_check(&b, "the answer", &err), E_TOO_LARGE);
    assert_string_equal(err.text, "the answer is over 5 bytes");
}

static void absurd_sizes_are_refused_without_allocating(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(SIZE_MAX);
    buf_append_cstr(&b, "abc");
    size_t cap = b.cap;
    assert_false(buf_reserve(&b, SIZE_MAX));
    assert_true(b.full);
    assert_int_equal(b.cap, cap);
}

static void reserved_room_does_not_move(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(10000);
    assert_true(buf_reserve(&b, 1000));
    const char *before = b.ptr;
    for (int i = 0; i < 1000; i++)
        buf_append_byte(&b, 'x');
    assert_ptr_equal(b.ptr, before);
}

static void memory_never_exceeds_the_bound(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(1000);
    for (int i = 0; i < 1000; i++) {
        buf_append_byte(&b, 'x');
        assert_true(b.cap <= 1000);
    }
    assert_false(b.full);
}

static void resetting_keeps_the_memory_and_forgets_the_rest(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(5);
    buf_append_cstr(&b, "12345");
    buf_append_byte(&b, '6');
    const char *before = b.ptr;
    buf_reset(&b);
    assert_string_equal(buf_cstr(&b), "");
    assert_false(b.full);
    buf_append_cstr(&b, "abc");
    assert_ptr_equal(b.ptr, before);
    assert_string_equal(buf_cstr(&b), "abc");
}

static void taking_moves_the_bytes_out(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release) = BUF_INIT(5);
    buf_append_cstr(&b, "123");
    struct buf taken CLEANUP(buf_release) = buf_take(&b);
    assert_string_equal(buf_cstr(&taken), "123");
    assert_null(b.ptr);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.max, 5);
}

static void releasing_keeps_the_bound_and_may_be_repeated(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(5);
    buf_append_cstr(&b, "123");
    buf_release(&b);
    buf_release(&b);
    buf_release(NULL);
    assert_int_equal(b.max, 5);
    assert_string_equal(buf_cstr(&b), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one_is_an_empty_string),
        cmocka_unit_test(what_is_appended_stands_in_order_and_ends_in_nul),
        cmocka_unit_test(growing_keeps_everything),
        cmocka_unit_test(exactly_the_bound_fits),
        cmocka_unit_test(over_the_bound_nothing_more_is_appended),
        cmocka_unit_test(absurd_sizes_are_refused_without_allocating),
        cmocka_unit_test(reserved_room_does_not_move),
        cmocka_unit_test(memory_never_exceeds_the_bound),
        cmocka_unit_test(resetting_keeps_the_memory_and_forgets_the_rest),
        cmocka_unit_test(taking_moves_the_bytes_out),
        cmocka_unit_test(releasing_keeps_the_bound_and_may_be_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
