/* Fetching ahead: the order is kept, each answer is handed over as it came, and nothing is left behind. */
#include "collector/prefetch.h"

#include "base/clock.h"
#include "tests/collector/stage.c" /* NOLINT(bugprone-suspicious-include): one program */

enum { MANY = 3 * PREFETCH_WIDTH + 2 };

static int setup(void **state)
{
    struct stage *s = calloc(1, sizeof(*s));

    stage_init(s);
    stage_open(s);
    *state = s;
    return 0;
}

static struct slice key_number(struct stage *s, int i)
{
    char key[32];

    snprintf(key, sizeof(key), "k%03d", i);
    return arena_copy(&s->arena, slice_of(key));
}

static void fill(struct stage *s, struct slice *keys)
{
    for (int i = 0; i < MANY; i++) {
        keys[i] = key_number(s, i);
        stage_put_key(s, keys[i].ptr, keys[i]);
    }
}

static int64_t soon(void)
{
    return clock_mono_ms() + 60000;
}

static void objects_come_in_the_order_asked_for(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    const struct store_op *op;

    fill(s, keys);
    for (size_t count = 0; count <= MANY; count++) {
        struct prefetch *f CLEANUP(prefetch_freep) = prefetch_new(s->fault, keys, count, 100, soon());
        size_t i = 0;

        for (; (op = prefetch_next(f)); i++) {
            assert_int_equal(op->error.code, OK);
            assert_true(slice_eq(buf_slice(&op->object), keys[i]));
        }
        assert_int_equal(i, count);
        assert_null(prefetch_next(f));
    }
}

static void what_is_missing_or_too_large_is_said_in_its_place(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];

    fill(s, keys);
    keys[5] = SLICE("nowhere");
    stage_put_key(s, keys[7].ptr, SLICE("more bytes than anybody wants"));
    struct prefetch *f CLEANUP(prefetch_freep) = prefetch_new(s->fault, keys, MANY, 8, soon());
    for (int i = 0; i < MANY; i++) {
        enum status expected = i == 5 ? E_NOT_FOUND : i == 7 ? E_TOO_LARGE : OK;

        assert_int_equal(prefetch_next(f)->error.code, expected);
    }
}

static void only_so_many_are_under_way(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];

    fill(s, keys);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_GET),
                                             .times = UINT_MAX,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    struct prefetch *f = prefetch_new(s->fault, keys, MANY, 100, soon());
    assert_int_equal(fault_store_failed(s->fault), PREFETCH_WIDTH);
    fault_store_let_go(s->fault);
    assert_int_equal(prefetch_next(f)->error.code, E_UNAVAILABLE);
    fault_store_let_go(s->fault);
    prefetch_free(f);
}

static void given_up_at_any_point_it_waits_for_what_is_under_way(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];

    fill(s, keys);
    for (int take = 0; take <= MANY + 1; take++) {
        struct prefetch *f = prefetch_new(s->app->store, keys, MANY, 100, soon());

        for (int i = 0; i < take; i++)
            (void)prefetch_next(f);
        prefetch_free(f);
    }
    prefetch_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(objects_come_in_the_order_asked_for),
        TEST(what_is_missing_or_too_large_is_said_in_its_place),
        TEST(only_so_many_are_under_way),
        TEST(given_up_at_any_point_it_waits_for_what_is_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
