/* Both ways of scanning, and counting, give the same rows as sorting everything does; the choice follows the
 * data. */
#include "index/inner.h"
#include "index/listed.h"
#include "index/scan.h"
#include "tests/index/fixture.h"

enum { ROWS = 3000, SERVICES = 30 };

static char services[SERVICES][16];

static struct index *filled(const char *dir, struct key_parts *rows)
{
    struct random random;
    struct index *ix;
    random_seed(&random, 11);
    for (size_t i = 0; i < SERVICES; i++)
        (void)snprintf(services[i], sizeof services[i], "s%zu", i);
    for (size_t i = 0; i < ROWS; i++) {
        int64_t mint_ms = T0 + (int64_t)i * 500;
        rows[i] = profile_parts(i % 2, mint_ms, 5000 + i, services[random_below(&random, SERVICES)], NULL);
        rows[i].meta.created_at_ms = mint_ms - (int64_t)random_below(&random, 90000);
        if (i % 7 == 0) /* late, or ahead */
            rows[i].meta.created_at_ms = T0 - DAY_MS + (int64_t)random_below(&random, 2 * DAY_MS);
        if (i % 5 == 0) /* ties */
            rows[i].meta.created_at_ms = T0 + 60000;
        if (i % 5 == 0 && i > 0) { /* down to the digest */
            struct digest digest = digest_from(5000 + i);
            rows[i].id = rows[i].meta.id = id_make(0, T0, &digest);
        }
    }
    ix = open_index(dir, "scan", NULL);
    for (size_t i = 0; i < ROWS; i += 500)
        assert_int_equal(add_rows(ix, rows + i, 500), OK);
    return ix;
}

static int newest(const void *a, const void *b)
{
    return profile_meta_cmp_newest(*(const struct profile_meta *const *)a,
                                   *(const struct profile_meta *const *)b);
}

struct wanted {
    const struct profile_meta *items[ROWS];
    size_t count;
};

static struct wanted *sorted(const struct key_parts *rows, const struct selector *sel, int64_t mint_min)
{
    struct wanted *w = mem_zero(1, sizeof *w);
    for (size_t i = 0; i < ROWS; i++) {
        if (selector_matches(sel, &rows[i].meta) && id_mint_ms(&rows[i].id) >= mint_min)
            w->items[w->count++] = &rows[i].meta;
    }
    qsort(w->items, w->count, sizeof w->items[0], newest);
    return w;
}

static void check_scan(struct scan *scan, const struct wanted *w, size_t from)
{
    ASSERT_OK(scan_run(scan, err));
    size_t left = w->count - from, want = scan->limit > 0 && scan->limit < left ? scan->limit : left;
    assert_int_equal(scan->count, want);
    for (size_t i = 0; i < want; i++) {
        const struct profile_meta *m = w->items[scan->oldest_first ? w->count - 1 - from - i : from + i];
        struct entry e;
        ASSERT_OK(entry_get(scan->conn, scan->refs[i].at, &e, err));
        struct id id = entry_id(&e);
        assert_string_equal(id.text, m->id.text);
        assert_int_equal(scan->refs[i].created_ms, m->created_at_ms);
    }
    scan_release(scan);
}

static void check_all_ways(struct reading *r, const struct key_parts *rows, const struct selector *sel,
                           int64_t mint_min)
{
    static const size_t LIMITS[] = {0, 1, 7, 100, ROWS};
    struct selection selection = {0};
    struct wanted *w = sorted(rows, sel, mint_min);
    uint64_t count;

    ASSERT_OK(selection_load(r->conn, sel, &selection, err));
    for (size_t i = 0; i < ARRAY_LEN(LIMITS) * 12; i++) {
        struct scan scan = {.conn = r->conn,
                            .selection = &selection,
                            .bounds = {sel->from_ms, sel->to_ms, mint_min},
                            .limit = LIMITS[i / 12],
                            .max = ROWS,
                            .way = (enum scan_way)(i % 3),
                            .oldest_first = i % 2};
        size_t from = i % 12 < 6 || w->count == 0 ? 0 : w->count / 2;
        if (from > 0) {
            const struct profile_meta *m = w->items[scan.oldest_first ? w->count - from : from - 1];
            scan.has_after = true;
            scan.after = (struct cursor){m->created_at_ms, m->id};
        }
        check_scan(&scan, w, from);
    }
    ASSERT_OK(scan_count(r->conn, &selection, &(struct scan_bounds){sel->from_ms, sel->to_ms, mint_min},
                         &count, err));
    assert_int_equal(count, w->count);
    selection_release(&selection);
    free(w);
}

static void every_way_and_every_bound_gives_the_same_rows(void **state)
{
    (void)state;
    struct key_parts *rows = mem_zero(ROWS, sizeof *rows);
    char *dir = scratch_new();
    struct index *ix = filled(dir, rows);
    struct reading r = {0};
    const int64_t bounds[][3] = {
        {0, TIME_MAX_MS, 0},
        {INT64_MIN, INT64_MAX, INT64_MIN},
        {T0, T0 + 100000, 0},
        {T0 + 60000, T0 + 60000, 0},
        {T0 + 300000, T0 + 400000, T0 + 350000},
        {T0 - DAY_MS, T0 + 2 * DAY_MS, T0 + 700000},
        {T0 + 5, T0, 0},
        {T0 + 3 * DAY_MS, TIME_MAX_MS, 0},
        {0, T0 - 2 * DAY_MS, TIME_MAX_MS},
    };
    ASSERT_OK(reading_begin(ix, &r, err));
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
        struct selector sel = {.from_ms = bounds[i][0], .to_ms = bounds[i][1]};
        check_all_ways(&r, rows, &sel, bounds[i][2]);
        sel.service = SLICE("s3");
        check_all_ways(&r, rows, &sel, bounds[i][2]);
        sel.type = SLICE("heap");
        check_all_ways(&r, rows, &sel, bounds[i][2]);
    }
    reading_end(&r);
    index_close(ix);
    scratch_remove(dir);
    free(rows);
}

static void more_than_may_be_held_is_said_so(void **state)
{
    (void)state;
    struct key_parts *rows = mem_zero(ROWS, sizeof *rows);
    char *dir = scratch_new();
    struct index *ix = filled(dir, rows);
    struct selector sel = everything();
    struct index_question q = {&sel, 0};
    struct arena small = ARENA_INIT(100 * sizeof(struct profile_meta));
    struct index_list list;
    struct error err;
    assert_int_equal(index_find(ix, &q, &small, &list, &err), E_TOO_LARGE);
    sel.limit = 20;
    assert_int_equal(index_find(ix, &q, &small, &list, &err), OK);
    assert_int_equal(list.count, 20);
    arena_release(&small);
    index_close(ix);
    scratch_remove(dir);
    free(rows);
}

static void few_series_are_read_by_series_and_many_by_time(void **state)
{
    (void)state;
    struct key_parts *rows = mem_zero(ROWS, sizeof *rows);
    char *dir = scratch_new();
    struct index *ix = filled(dir, rows);
    struct reading r = {0};
    ASSERT_OK(reading_begin(ix, &r, err));
    struct selection one = {.series = (int64_t[]){1}, .count = 1, .share = 1.0 / SERVICES};
    struct selection many = {.series = (int64_t[]){1}, .count = 100000, .share = 0.9};
    struct scan scan = {.conn = r.conn, .selection = &one, .bounds = {0, TIME_MAX_MS, 0}, .limit = 10};
    struct scan_cost cost;
    ASSERT_OK(scan_estimate(&scan, &cost, err));
    assert_true(cost.by_series < cost.by_time);
    scan.selection = &many;
    ASSERT_OK(scan_estimate(&scan, &cost, err));
    assert_true(cost.by_series > cost.by_time);
    reading_end(&r);
    index_close(ix);
    scratch_remove(dir);
    free(rows);
}

struct passed {
    struct id last;
    size_t count;
};

static bool ascends(void *user, const struct profile_meta *meta)
{
    struct passed *p = user;
    assert_true(p->count == 0 || id_cmp(&p->last, &meta->id) < 0);
    p->last = meta->id;
    p->count++;
    return true;
}

/* A walk is read in pages of 16,384. */
static void a_walk_goes_on_behind_its_first_pages(void **state)
{
    (void)state;
    enum { MANY = 2 * 16384 + 100, BATCH = 4096 };
    struct key_parts *rows = mem_zero(BATCH, sizeof *rows);
    struct index *ix = open_index(NULL, "walk", NULL);
    struct selector sel = everything();
    int64_t now_ms = clock_wall_ms();
    struct passed passed = {.count = 0};
    for (size_t at = 0; at < MANY; at += BATCH) {
        size_t count = MANY - at < BATCH ? MANY - at : BATCH;
        for (size_t i = 0; i < count; i++)
            rows[i] = profile_parts(0, now_ms + (int64_t)(at + i), at + i, "svc", NULL);
        assert_int_equal(add_rows(ix, rows, count), OK);
    }
    ASSERT_OK(index_each(ix, &sel, 0, ascends, &passed, err));
    assert_int_equal(passed.count, MANY);
    index_close(ix);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_and_every_bound_gives_the_same_rows),
        cmocka_unit_test(more_than_may_be_held_is_said_so),
        cmocka_unit_test(few_series_are_read_by_series_and_many_by_time),
        cmocka_unit_test(a_walk_goes_on_behind_its_first_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
