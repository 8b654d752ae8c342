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

static struct prefetch_options all_of(struct store *store, const struct slice *keys, size_t count)
{
    return (struct prefetch_options){
        .store = store, .keys = keys, .count = count, .max_bytes = 100, .deadline_ms = soon()};
}

static enum status next(struct prefetch *f)
{
    struct prefetch_object o;

    assert_true(prefetch_claim(f, &o));
    enum status status = o.op->error.code;
    prefetch_release(f, &o);
    return status;
}

static void objects_come_in_the_order_asked_for(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    struct prefetch_object o;

    fill(s, keys);
    for (size_t count = 0; count <= MANY; count++) {
        const struct prefetch_options options = all_of(s->fault, keys, count);
        struct prefetch *f CLEANUP(prefetch_freep) = prefetch_new(&options);
        size_t i = 0;

        for (; prefetch_claim(f, &o); i++) {
            assert_int_equal(o.index, i);
            assert_int_equal(o.op->error.code, OK);
            assert_true(slice_eq(buf_slice(&o.op->object), keys[i]));
            prefetch_release(f, &o);
        }
        assert_int_equal(i, count);
        assert_false(prefetch_claim(f, &o));
    }
}

static void what_is_missing_or_too_large_is_said_in_its_place(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    struct prefetch_options options = all_of(s->fault, keys, MANY);

    fill(s, keys);
    keys[5] = SLICE("nowhere");
    stage_put_key(s, keys[7].ptr, SLICE("more bytes than anybody wants"));
    options.max_bytes = 8;
    struct prefetch *f CLEANUP(prefetch_freep) = prefetch_new(&options);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(next(f), i == 5 ? E_NOT_FOUND : i == 7 ? E_TOO_LARGE : OK);
}

static void only_so_many_are_under_way(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    const struct prefetch_options options = all_of(s->fault, keys, MANY);

    fill(s, keys);
    fault_store_set(s->fault, (struct fault){.verbs = FAULT_VERB(STORE_GET),
                                             .times = UINT_MAX,
                                             .how = FAULT_HOLD,
                                             .status = E_UNAVAILABLE});
    struct prefetch *f = prefetch_new(&options);
    assert_int_equal(fault_store_failed(s->fault), PREFETCH_WIDTH);
    fault_store_let_go(s->fault);
    assert_int_equal(next(f), E_UNAVAILABLE);
    fault_store_let_go(s->fault);
    prefetch_free(f);
}

static void given_up_at_any_point_it_waits_for_what_is_under_way(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];

    fill(s, keys);
    for (int take = 0; take <= MANY; take++) {
        const struct prefetch_options options = all_of(s->app->store, keys, MANY);
        struct prefetch *f = prefetch_new(&options);

        for (int i = 0; i < take; i++)
            assert_int_equal(next(f), OK);
        prefetch_free(f);
    }
    prefetch_free(NULL);
}

static void after_a_stop_nothing_more_is_given(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    const struct prefetch_options options = all_of(s->app->store, keys, MANY);
    struct prefetch_object o;

    fill(s, keys);
    struct prefetch *f = prefetch_new(&options);
    assert_int_equal(next(f), OK);
    prefetch_stop(f);
    assert_false(prefetch_claim(f, &o));
    prefetch_free(f);
}

/* --- memory --- */

enum { LARGE = 300 * 1024 };

/* Objects 3 and 20 are larger than expected. */
static void fill_large(struct stage *s, struct slice *keys)
{
    char *bytes = mem_zero(1, LARGE);

    fill(s, keys);
    stage_put_key(s, keys[3].ptr, slice_make(bytes, LARGE));
    stage_put_key(s, keys[20].ptr, slice_make(bytes, LARGE - 1));
    mem_freep(&bytes);
}

static void larger_ones_than_expected_come_whole_and_all_memory_is_given_back(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    struct prefetch_options options = all_of(s->app->store, keys, MANY);
    struct prefetch_object o;
    struct budget budget;

    fill_large(s, keys);
    budget_init(&budget, 64 * MIB);
    options.max_bytes = MIB;
    options.budget = &budget;
    struct prefetch *f = prefetch_new(&options);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(prefetch_claim(f, &o));
        assert_int_equal(o.op->error.code, OK);
        assert_int_equal(o.op->object.len, i == 3 ? LARGE : i == 20 ? LARGE - 1 : 4);
        assert_true(budget_used(&budget) >= o.op->object.cap);
        prefetch_release(f, &o);
    }
    prefetch_free(f);
    assert_int_equal(budget_used(&budget), 0);
}

static void with_memory_for_one_object_they_come_one_by_one(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    struct prefetch_options options = all_of(s->app->store, keys, MANY);
    struct budget budget;

    fill_large(s, keys);
    budget_init(&budget, LARGE + 1);
    options.max_bytes = LARGE;
    options.budget = &budget;
    struct prefetch *f = prefetch_new(&options);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(next(f), OK);
    prefetch_free(f);
    assert_int_equal(budget_used(&budget), 0);
}

static void without_memory_for_one_object_each_is_busy(void **state)
{
    struct stage *s = *state;
    struct slice keys[MANY];
    struct prefetch_options options = all_of(s->app->store, keys, MANY);
    struct budget budget;

    fill_large(s, keys);
    budget_init(&budget, 1000);
    options.max_bytes = LARGE;
    options.budget = &budget;
    struct prefetch *f = prefetch_new(&options);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(next(f), E_BUSY);
    prefetch_free(f);
    /* Enough for most of them, but not for the one that is large. */
    budget_init(&budget, 260 * KIB);
    f = prefetch_new(&options);
    for (int i = 0; i < 3; i++)
        assert_int_equal(next(f), OK);
    assert_int_equal(next(f), E_BUSY);
    prefetch_free(f);
    assert_int_equal(budget_used(&budget), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(objects_come_in_the_order_asked_for),
        TEST(what_is_missing_or_too_large_is_said_in_its_place),
        TEST(only_so_many_are_under_way),
        TEST(given_up_at_any_point_it_waits_for_what_is_under_way),
        TEST(after_a_stop_nothing_more_is_given),
        TEST(larger_ones_than_expected_come_whole_and_all_memory_is_given_back),
        TEST(with_memory_for_one_object_they_come_one_by_one),
        TEST(without_memory_for_one_object_each_is_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
