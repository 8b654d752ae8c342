/* Timelines: exact for any range and step whatever happened to the rows, however large the numbers; what is
 * left out is said; what is too much is refused. */
#include "index/inner.h"
#include "tests/index/expected_timeline.h"

enum { ROWS = 600, SERVICES = 2, PODS = 5 };

#define HOUR0 (T0 - T0 % TIME_HOUR_MS)

static const char *const SERVICE[SERVICES] = {"api", "web"};
static const char *const POD[PODS] = {"a", "b", "c", "d", "e"};

/* Six hours full of rows: late ones, ones ahead, copies, some without facts or with others. */
static struct key_parts dense_row(struct random *random, uint64_t n)
{
    int64_t mint_ms = HOUR0 + (int64_t)random_below(random, 6 * TIME_HOUR_MS);
    struct key_parts p = profile_parts((unsigned)n % 2, mint_ms, n, SERVICE[random_below(random, SERVICES)],
                                       random_below(random, 4) ? POD[random_below(random, PODS)] : NULL);
    switch (random_below(random, 8)) {
    case 0: p.meta.created_at_ms = HOUR0 + (int64_t)random_below(random, 6 * TIME_HOUR_MS); break;
    case 1: p.meta.created_at_ms = mint_ms + 3000; break;
    default: p.meta.created_at_ms = mint_ms - (int64_t)random_below(random, 90000);
    }
    if (random_below(random, 10) == 0)
        p.meta.facts.present = false;
    if (random_below(random, 10) == 0)
        p.meta.facts.items[1] = (struct fact){SLICE("wall"), SLICE("microseconds"), (int64_t)n};
    return p;
}

static void ask_anything(struct random *random, const struct reference *ref, struct index *ix)
{
    static const int64_t STEPS[] = {TIME_HOUR_MS, 2 * TIME_HOUR_MS, TIME_DAY_MS, TIME_MINUTE_MS, 7777};
    static const char *const TYPES[] = {"", "cpu", "samples", "wall"};
    struct selector sel = {.service = slice_of(SERVICE[random_below(random, SERVICES)])};
    struct index_timeline_question q = {.selector = &sel,
                                        .step_ms = STEPS[random_below(random, ARRAY_LEN(STEPS))],
                                        .sample_type =
                                            slice_of(TYPES[random_below(random, ARRAY_LEN(TYPES))]),
                                        .group_by = random_below(random, 2) ? SLICE("dc") : SLICE_NULL,
                                        .groups_max = 1 + random_below(random, 6),
                                        .cells_max = 100000,
                                        .rows_max = 100000};
    sel.from_ms = HOUR0 + (int64_t)random_below(random, 6 * TIME_HOUR_MS);
    sel.to_ms = sel.from_ms + (int64_t)random_below(random, 4 * TIME_HOUR_MS);
    if (random_below(random, 4) == 0)
        sel.from_ms -= sel.from_ms % TIME_HOUR_MS;
    if (random_below(random, 4) == 0)
        sel.to_ms += TIME_HOUR_MS - 1 - sel.to_ms % TIME_HOUR_MS;
    if (random_below(random, 3) == 0)
        q.mint_min_ms = HOUR0 + (int64_t)random_below(random, 6 * TIME_HOUR_MS);
    check_timeline(ref, ix, &q);
}

/* Adds rows, copies and tombstones, and takes some away again. */
static void live_through(struct random *random, struct reference *ref, struct index *ix)
{
    for (uint64_t n = 0; n < ROWS; n += 50) {
        struct key_parts batch[60];
        size_t count = 0;
        for (; count < 50; count++)
            batch[count] = dense_row(random, n + count);
        for (; count < 56; count++) { /* copies: now and then the older id comes last */
            batch[count] = batch[random_below(random, 50)];
            struct digest digest = id_digest(&batch[count].id);
            int64_t mint_ms = id_mint_ms(&batch[count].id) + (int64_t)random_below(random, 100000) - 50000;
            batch[count].id = batch[count].meta.id = id_make(1, mint_ms, &digest);
        }
        for (; count < ARRAY_LEN(batch); count++) {
            struct id target = batch[random_below(random, 50)].id;
            batch[count] = tombstone_parts(0, id_mint_ms(&target) + 1000, &target);
        }
        for (size_t i = 0; i < count; i++)
            reference_add(ref, &batch[i]);
        assert_int_equal(add_rows(ix, batch, count), OK);
        for (size_t i = 0; i < 5; i++) {
            struct id id = ref->keys[random_below(random, ref->count)].id;
            reference_forget(ref, &id);
            assert_int_equal(forget_ids(ix, &id, 1), OK);
        }
    }
}

static void every_range_and_step_adds_up_what_is_listed(void **state)
{
    (void)state;
    struct reference ref = {0};
    struct random random;
    char *dir = scratch_new();
    struct index *ix = open_index(dir, "x", NULL);
    random_seed(&random, 3);
    live_through(&random, &ref, ix);
    reference_settle(&ref);
    for (int i = 0; i < 60; i++)
        ask_anything(&random, &ref, ix);
    index_close(ix);
    reference_release(&ref);
    scratch_remove(dir);
}

/* --- one question at a time --- */

static struct index_timeline_question question_of(const struct selector *sel, int64_t step_ms)
{
    return (struct index_timeline_question){
        .selector = sel, .step_ms = step_ms, .groups_max = 10, .cells_max = 1000, .rows_max = 1000};
}

static struct selector api_from(int64_t from_ms, int64_t to_ms)
{
    return (
        struct selector){.service = SLICE("api"), .type = SLICE("cpu"), .from_ms = from_ms, .to_ms = to_ms};
}

static void sums_over_64_bits_are_exact_and_can_be_taken_off(void **state)
{
    (void)state;
    enum { HUGE = 40 };
    struct index *ix = open_index(NULL, "x", NULL);
    int64_t now_ms = clock_wall_ms();
    struct key_parts rows[HUGE];
    struct arena arena = ARENA_INIT(1 * MIB);
    struct selector sel = api_from(now_ms - TIME_DAY_MS, now_ms + TIME_DAY_MS);
    struct index_timeline_question q = question_of(&sel, TIME_HOUR_MS);
    struct index_timeline got;
    for (size_t i = 0; i < HUGE; i++) {
        rows[i] = profile_parts(0, now_ms + (int64_t)i, i, "api", NULL);
        rows[i].meta.facts.duration_ms = INT64_MAX;
        rows[i].meta.facts.items[1].total = INT64_MAX;
    }
    assert_int_equal(add_rows(ix, rows, HUGE), OK);
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_true(got.total.sum == (__int128)INT64_MAX * HUGE);
    assert_true(got.total.duration_ms == (__int128)INT64_MAX * HUGE);
    for (size_t i = 1; i < HUGE; i++)
        assert_int_equal(forget_ids(ix, &rows[i].id, 1), OK);
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_true(got.total.sum == INT64_MAX);
    assert_int_equal(got.total.profiles, 1);
    index_close(ix);
    arena_release(&arena);
}

static void what_is_not_counted_is_said(void **state)
{
    (void)state;
    struct index *ix = open_index(NULL, "x", NULL);
    int64_t now_ms = clock_wall_ms();
    struct key_parts rows[6];
    struct arena arena = ARENA_INIT(1 * MIB);
    struct selector sel = api_from(now_ms - TIME_DAY_MS, now_ms);
    struct index_timeline_question q = question_of(&sel, 10 * TIME_DAY_MS);
    struct index_timeline got;
    struct error why = {.text = ""};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        rows[i] = profile_parts(0, now_ms - (int64_t)i, 10 + i, "api", i == 5 ? "fra" : NULL);
    rows[0].meta.facts.present = false;
    rows[1].meta.facts.items[1] = (struct fact){SLICE("wall"), SLICE("nanoseconds"), 5};
    rows[2].meta.facts.items[1].unit = SLICE("seconds");
    assert_int_equal(add_rows(ix, rows, ARRAY_LEN(rows)), OK);

    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_true(slice_eq_cstr(got.sample_type, "cpu") && slice_eq_cstr(got.unit, "nanoseconds"));
    assert_int_equal(got.total.profiles, 6);
    assert_int_equal(got.total.counted, 3);
    assert_int_equal(got.without_facts, 1);
    assert_true(got.total.sum == (13 + 14 + 15) * INT64_C(10000000));
    assert_true(got.total.duration_ms == 30000);
    q.sample_type = SLICE("samples");
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_int_equal(got.total.counted, 5);
    q.sample_type = SLICE("space");
    assert_int_equal(index_timeline(ix, &q, &arena, &got, &why), E_INVALID);
    assert_string_equal(why.text, "unknown sample type \"space\": there are cpu, samples, wall");
    sel.labels.items[0] = (struct label){SLICE("dc"), SLICE("none")};
    sel.labels.count = 1;
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_int_equal(got.group_count, 0);
    index_close(ix);
    arena_release(&arena);
}

static void groups_are_values_and_the_rest_is_folded(void **state)
{
    (void)state;
    static const char *const VALUES[] = {NULL, "", "a", "b", "c", "d"};
    struct index *ix = open_index(NULL, "x", NULL);
    int64_t now_ms = clock_wall_ms();
    struct key_parts rows[7];
    struct arena arena = ARENA_INIT(1 * MIB);
    struct selector sel = api_from(now_ms - TIME_DAY_MS, now_ms);
    struct index_timeline_question q = question_of(&sel, TIME_HOUR_MS);
    struct index_timeline got;
    for (size_t i = 0; i < 6; i++)
        rows[i] = profile_parts(0, now_ms - (int64_t)i, 100 + i, "api", VALUES[i]);
    rows[6] = profile_parts(0, now_ms - 6, 106, "api", "a"); /* two values: counts for the first */
    rows[6].meta.labels.items[1] = (struct label){SLICE("dc"), SLICE("b")};
    rows[6].meta.labels.count = 2;
    assert_int_equal(add_rows(ix, rows, ARRAY_LEN(rows)), OK);

    q.group_by = SLICE("dc");
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_int_equal(got.group_count, 6);
    assert_true(slice_eq_cstr(got.groups[0].value, "a") && got.groups[0].total.profiles == 2);
    assert_true(slice_eq_cstr(got.groups[1].value, "d"));
    assert_true(got.groups[4].has_value && got.groups[4].value.len == 0);
    assert_false(got.groups[5].has_value);
    q.groups_max = 2;
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_int_equal(got.group_count, 3);
    assert_true(slice_eq_cstr(got.groups[1].value, "d"));
    assert_int_equal(got.groups[2].folded, 4);
    assert_int_equal(got.groups[2].total.profiles, 4);
    assert_int_equal(got.total.profiles, 7);
    index_close(ix);
    arena_release(&arena);
}

static void what_is_too_much_is_refused_with_a_way_out(void **state)
{
    (void)state;
    enum { MANY = 30 };
    struct index *ix = open_index(NULL, "x", NULL);
    int64_t now_ms = clock_wall_ms();
    struct key_parts rows[MANY];
    struct arena arena = ARENA_INIT(1 * MIB), small = ARENA_INIT(256);
    struct selector sel = api_from(now_ms - TIME_DAY_MS, now_ms);
    struct index_timeline_question q = question_of(&sel, TIME_MINUTE_MS);
    struct index_timeline got;
    struct error why = {.text = ""};
    for (size_t i = 0; i < MANY; i++)
        rows[i] = profile_parts(0, now_ms - (int64_t)i, i, "api", i % 2 ? "fra" : "ams");
    assert_int_equal(add_rows(ix, rows, MANY), OK);

    assert_int_equal(index_timeline(ix, &q, &arena, &got, &why), E_TOO_LARGE);
    assert_non_null(strstr(why.text, "ask for a longer step"));
    q.cells_max = 2000;
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    q.group_by = SLICE("dc");
    assert_int_equal(index_timeline(ix, &q, &arena, &got, &why), E_TOO_LARGE);
    q.group_by = SLICE_NULL;
    q.rows_max = MANY - 1;
    assert_int_equal(index_timeline(ix, &q, &arena, &got, &why), E_TOO_LARGE);
    assert_non_null(strstr(why.text, "whole hours"));
    assert_int_equal(index_timeline(ix, &q, &small, &got, &why), E_TOO_LARGE);
    sel.from_ms -= sel.from_ms % TIME_HOUR_MS;
    sel.to_ms += TIME_HOUR_MS - 1 - sel.to_ms % TIME_HOUR_MS;
    q.step_ms = TIME_HOUR_MS;
    q.rows_max = 0;
    ASSERT_OK(index_timeline(ix, &q, &arena, &got, err));
    assert_int_equal(got.total.profiles, MANY);
    index_close(ix);
    arena_release(&arena);
    arena_release(&small);
}

/* The index is begun anew, as with any other damage. */
static void rollups_that_lie_are_damage(void **state)
{
    (void)state;
    char *dir = scratch_new(), note[512];
    struct index *ix = open_index(dir, "x", NULL);
    struct key_parts row = profile_parts(0, T0, 1, "api", NULL);
    struct arena arena = ARENA_INIT(1 * MIB);
    struct selector sel = api_from(0, TIME_MAX_MS);
    struct index_timeline_question q = question_of(&sel, 100000 * TIME_DAY_MS);
    struct index_timeline got;

    assert_int_equal(add_rows(ix, &row, 1), OK);
    ASSERT_OK(conn_exec(db_writer(ix->db), "DELETE FROM rollup", err));
    assert_int_equal(forget_ids(ix, &row.id, 1), E_UNAVAILABLE);
    assert_true(index_was_reset(ix, note));
    assert_non_null(strstr(note, "added up"));

    assert_int_equal(add_rows(ix, &row, 1), OK);
    ASSERT_OK(conn_exec(db_writer(ix->db), "UPDATE rollup SET hours = x'0118'", err));
    assert_int_equal(index_timeline(ix, &q, &arena, &got, NULL), E_UNAVAILABLE);
    index_close(ix);
    arena_release(&arena);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range_and_step_adds_up_what_is_listed),
        cmocka_unit_test(sums_over_64_bits_are_exact_and_can_be_taken_off),
        cmocka_unit_test(what_is_not_counted_is_said),
        cmocka_unit_test(groups_are_values_and_the_rest_is_folded),
        cmocka_unit_test(what_is_too_much_is_refused_with_a_way_out),
        cmocka_unit_test(rollups_that_lie_are_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
