/* The table, against a plain array that says what must be in it. */
#include "base/map.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { KEYS = 2000, KEY_BYTES = 16 };

static void what_was_put_is_found(void **state)
{
    (void)state;
    struct map m CLEANUP(map_release) = MAP_INIT;
    bool is_new;
    *map_put(&m, SLICE("a"), &is_new) = 1;
    assert_true(is_new);
    *map_put(&m, SLICE("b"), &is_new) = 2;
    assert_true(is_new);
    assert_int_equal(*map_put(&m, SLICE("a"), &is_new), 1);
    assert_false(is_new);
    assert_int_equal(*map_get(&m, SLICE("b")), 2);
    assert_null(map_get(&m, SLICE("c")));
    assert_int_equal(m.count, 2);
}

static void a_new_value_is_zero(void **state)
{
    (void)state;
    struct map m CLEANUP(map_release) = MAP_INIT;
    bool is_new;
    assert_int_equal(*map_put(&m, SLICE("a"), &is_new), 0);
    assert_true(is_new);
}

static void an_empty_key_is_a_key(void **state)
{
    (void)state;
    struct map m CLEANUP(map_release) = MAP_INIT;
    bool is_new;
    *map_put(&m, SLICE(""), &is_new) = 3;
    assert_int_equal(*map_get(&m, SLICE_NULL), 3);
}

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct map m = MAP_INIT;
    assert_null(map_get(&m, SLICE("a")));
    map_release(&m);
    map_release(NULL);
}

/* Keys at random, again and again; the table grows from nothing, so runs of all kinds occur. */
static void it_agrees_with_a_plain_array_whatever_happens(void **state)
{
    (void)state;
    static char keys[KEYS][KEY_BYTES];
    static uint64_t values[KEYS];
    static bool present[KEYS];
    struct map m CLEANUP(map_release) = MAP_INIT;
    struct random r;
    random_seed(&r, 42);
    for (size_t i = 0; i < KEYS; i++)
        (void)snprintf(keys[i], KEY_BYTES, "key-%zu", i);

    size_t count = 0;
    for (int step = 0; step < KEYS; step++) {
        size_t i = random_below(&r, KEYS);
        struct slice key = slice_of(keys[i]);
        bool is_new;
        uint64_t *value = map_put(&m, key, &is_new);
        assert_int_equal(is_new, !present[i]);
        assert_true(*value == values[i]);
        count += is_new;
        *value = values[i] = random_u64(&r);
        present[i] = true;
        assert_int_equal(m.count, count);
    }
    for (size_t i = 0; i < KEYS; i++) {
        uint64_t *value = map_get(&m, slice_of(keys[i]));
        assert_int_equal(value != NULL, present[i]);
        if (value)
            assert_true(*value == values[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found),
        cmocka_unit_test(a_new_value_is_zero),
        cmocka_unit_test(an_empty_key_is_a_key),
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(it_agrees_with_a_plain_array_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
