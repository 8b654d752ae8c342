/* Arenas: alignment, zeroes, the bound, and pieces of every size. */
#include "base/arena.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_release) = ARENA_INIT(10000000);
    unsigned char *pieces[300];
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        size_t bytes = i * 37;
        pieces[i] = arena_alloc(&a, bytes);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t k = 0; k < bytes; k++)
            assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)i, bytes);
    }
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        for (size_t k = 0; k < i * 37; k++)
            assert_int_equal(pieces[i][k], (unsigned char)i);
    }
}

static void the_bound_holds(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_release) = ARENA_INIT(64);
    assert_non_null(arena_alloc(&a, 48));
    assert_null(arena_alloc(&a, 17));
    assert_non_null(arena_alloc(&a, 16));
    assert_null(arena_alloc(&a, 1));
    assert_null(arena_alloc(&a, 0));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 40));
    assert_int_equal(a.used, 64);
}

static void pieces_of_nothing_are_distinct(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_release) = ARENA_INIT(64);
    assert_ptr_not_equal(arena_alloc(&a, 0), arena_alloc(&a, 0));
}

static void a_big_piece_leaves_the_rest_of_the_block_usable(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_release) = ARENA_INIT(100000000);
    char *first = arena_alloc(&a, 16);
    assert_non_null(arena_alloc(&a, 5000000));
    char *second = arena_alloc(&a, 16);
    assert_ptr_equal(second, first + 16);
}

static void copies_are_strings_of_their_own(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_release) = ARENA_INIT(64);
    char text[] = "abc";
    struct slice copy = arena_copy(&a, slice_of(text));
    text[0] = 'x';
    assert_int_equal(copy.len, 3);
    assert_string_equal(copy.ptr, "abc");

    struct slice none = arena_copy(&a, SLICE_NULL);
    assert_non_null(none.ptr);
    assert_string_equal(none.ptr, "");

    assert_null(arena_copy(&a, slice_make("0123456789012345678901234567890123456789", 40)).ptr);
}

static void after_a_reset_memory_is_used_again_and_zero_again(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_release) = ARENA_INIT(100000);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 6; i++) {
            char *p = arena_alloc(&a, 16000);
            assert_non_null(p);
            for (int k = 0; k < 16000; k++)
                assert_int_equal(p[k], 0);
            memset(p, 'x', 16000);
        }
        assert_null(arena_alloc(&a, 16000));
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
}

static void an_unused_one_can_be_reset_and_released(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT(10);
    arena_reset(&a);
    arena_release(&a);
    arena_release(&a);
    arena_release(NULL);
    assert_null(a.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(the_bound_holds),
        cmocka_unit_test(pieces_of_nothing_are_distinct),
        cmocka_unit_test(a_big_piece_leaves_the_rest_of_the_block_usable),
        cmocka_unit_test(copies_are_strings_of_their_own),
        cmocka_unit_test(after_a_reset_memory_is_used_again_and_zero_again),
        cmocka_unit_test(an_unused_one_can_be_reset_and_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
