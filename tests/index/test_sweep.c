/* Both ways of a sweep give every listed row of the selection within the bounds, once. */
#include "index/inner.h"
#include "index/sweep.h"
#include "tests/index/fixture.h"

enum { ROWS = 1000, SERVICES = 5 };

static const char *const SERVICE[SERVICES] = {"a", "b", "c", "d", "e"};

static struct index *filled(struct reference *ref)
{
    struct index *ix = open_index(NULL, "x", NULL);
    int64_t begin_ms = clock_wall_ms();
    struct random random;
    random_seed(&random, 5);
    for (size_t i = 0; i < ROWS; i++) {
        struct key_parts p = profile_parts(i % 2, begin_ms + (int64_t)random_below(&random, 1000000), i,
                                           SERVICE[random_below(&random, SERVICES)], NULL);
        int64_t mint_ms = id_mint_ms(&p.id);
        p.meta.created_at_ms = random_below(&random, 5) ? mint_ms - (int64_t)random_below(&random, 90000)
                                                        : begin_ms + (int64_t)random_below(&random, 1000000);
        reference_add(ref, &p);
    }
    assert_int_equal(add_rows(ix, ref->keys, ROWS), OK);
    for (size_t i = 0; i < ROWS; i += 9) {
        struct key_parts t = tombstone_parts(0, id_mint_ms(&ref->keys[i].id) + 1, &ref->keys[i].id);
        reference_add(ref, &t);
        assert_int_equal(add_rows(ix, &t, 1), OK);
    }
    reference_settle(ref);
    return ix;
}

/* All that was given, added up: that each was given once shows in the number. */
struct given {
    size_t count;
    int64_t created_sum;
    size_t bytes;
};

static enum status take(void *user, const struct sweep_row *row, struct error *err)
{
    struct given *g = user;
    (void)err;
    g->count++;
    g->created_sum += row->created_ms - T0;
    g->bytes += row->numbers.len;
    return OK;
}

/* minted: in this stretch, the last ms not included. */
static struct given wanted(const struct reference *ref, const struct selector *sel, int64_t minted_from,
                           int64_t minted_before)
{
    struct given g = {0};
    for (size_t i = 0; i < ref->count; i++) {
        uint8_t packed[ROW_BYTES_MAX];
        if (!reference_lists(ref, i, sel, minted_from) || id_mint_ms(&ref->keys[i].id) >= minted_before)
            continue;
        g.count++;
        g.created_sum += ref->keys[i].meta.created_at_ms - T0;
        g.bytes += row_pack_numbers(&ref->keys[i].meta.facts, packed);
    }
    return g;
}

static void assert_given(const struct given *got, struct given want)
{
    assert_int_equal(got->count, want.count);
    assert_int_equal(got->created_sum, want.created_sum);
    assert_int_equal(got->bytes, want.bytes);
}

static void both_ways_give_every_row_once(void **state)
{
    (void)state;
    struct reference ref = {0};
    struct index *ix = filled(&ref);
    struct reading r = {0};
    struct random random;
    int64_t begin_ms = id_mint_ms(&ref.keys[0].id) - 1000000;
    random_seed(&random, 6);
    ASSERT_OK(reading_begin(ix, &r, err));
    for (int i = 0; i < 60; i++) {
        int64_t from_ms = begin_ms + (int64_t)random_below(&random, 2000000);
        struct selector sel = {.service = slice_of(SERVICE[random_below(&random, SERVICES)]),
                               .from_ms = from_ms,
                               .to_ms = from_ms + (int64_t)random_below(&random, 1000000)};
        struct scan_bounds bounds = {sel.from_ms, sel.to_ms,
                                     i % 2 ? begin_ms + (int64_t)random_below(&random, 2000000) : 0};
        struct selection selection = {0};
        ASSERT_OK(selection_load(r.conn, &sel, &selection, err));
        for (int way = SCAN_BY_ESTIMATE; way <= SCAN_BY_TIME; way++) {
            struct given given = {0};
            struct sweep sweep = {.conn = r.conn,
                                  .selection = &selection,
                                  .way = (enum scan_way)way,
                                  .rows_max = 2 * ROWS,
                                  .fn = take,
                                  .user = &given};
            ASSERT_OK(sweep_run(&sweep, &bounds, err));
            assert_given(&given, wanted(&ref, &sel, bounds.mint_min_ms, TIME_MAX_MS));
            given = (struct given){0};
            ASSERT_OK(sweep_too_old(&sweep, &bounds, err));
            assert_given(&given, wanted(&ref, &sel, 0, bounds.mint_min_ms));
        }
        selection_release(&selection);
    }
    reading_end(&r);
    index_close(ix);
    reference_release(&ref);
}

static void the_bound_holds_for_both_ways(void **state)
{
    (void)state;
    struct reference ref = {0};
    struct index *ix = filled(&ref);
    struct reading r = {0};
    struct selector sel = everything();
    struct selection selection = {0};
    struct scan_bounds bounds = {0, TIME_MAX_MS, 0};
    struct error why = {.text = ""};
    sel.service = SLICE("a");
    ASSERT_OK(reading_begin(ix, &r, err));
    ASSERT_OK(selection_load(r.conn, &sel, &selection, err));
    for (int way = SCAN_BY_SERIES; way <= SCAN_BY_TIME; way++) {
        struct given given = {0};
        struct sweep sweep = {.conn = r.conn,
                              .selection = &selection,
                              .way = (enum scan_way)way,
                              .rows_max = 50,
                              .fn = take,
                              .user = &given};
        assert_int_equal(sweep_run(&sweep, &bounds, &why), E_TOO_LARGE);
        assert_true(given.count <= 50);
    }
    selection_release(&selection);
    reading_end(&r);
    index_close(ix);
    reference_release(&ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_give_every_row_once),
        cmocka_unit_test(the_bound_holds_for_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
