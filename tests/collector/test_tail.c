/* The tail: where a round begins, when the cursor moves, and what is stepped over. */
#include "collector/tail.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 16, KEYS = 8 };

/* 2026-11-23 04:00:23.517 */
#define MINT_MS INT64_C(1795406423517)
static const char PROFILE[] =
    "pf1/0/20261123/0400/001m838zsex-v9pkxyc34vav13p89rxfaqpz04.p.api-backend_.cpu_.01m838zdd4_.";
static const char TOMBSTONE[] =
    "pf1/0/20261123/0400/001m838zsex-v9pkxyc34vav13p89rxfaqpz04.x.001m838zdd4-v9pkxyc34vav13p89rxfaqpz04";
static const char LATER_KIND[] = "pf1/0/20261123/0400/001m838zsex-v9pkxyc34vav13p89rxfaqpz04.z.whatever";

struct page_of {
    struct store_page page;
    struct store_entry entries[KEYS];
};

static const struct store_page *page_of(struct page_of *p, const char *const keys[], const char *token)
{
    *p = (struct page_of){.page = {.more = token != NULL, .token = slice_of(token)}};
    for (size_t i = 0; i < KEYS && keys[i]; i++)
        p->entries[p->page.count++].key = slice_of(keys[i]);
    p->page.entries = p->entries;
    return &p->page;
}
#define PAGE(p, token, ...) page_of(p, (const char *const[KEYS + 1]){__VA_ARGS__}, token)

static void the_window_is_wide_enough_for_the_claim(void **state)
{
    (void)state;
    /* Else what is acknowledged at the last moment, by a clock that is behind, falls out of it. */
    assert_true(TAIL_WINDOW_MS > WRITER_DEADLINE_MS + 2 * TAIL_SKEW_MS);
    assert_true(TAIL_DEEP_WINDOW_MS > TAIL_WINDOW_MS);
}

static void a_round_begins_a_window_behind_the_cursor(void **state)
{
    (void)state;
    struct tail t;
    struct store_op op = {0};

    tail_init(&t, SLICE_NULL, 0, MINT_MS);
    tail_begin(&t, 17, MINT_MS + 5000);
    listing_next(&t.listing, &op);
    assert_true(slice_eq_cstr(op.key, "pf1/0/"));
    assert_true(slice_eq_cstr(op.start_after, "pf1/0/20261123/0400/001m838zsec")); /* 17 ms before ...ex */
    tail_release(&t);
}

static void a_round_in_another_minute_lane_and_root_begins_there(void **state)
{
    (void)state;
    struct tail t;
    struct store_op op = {0};

    tail_init(&t, SLICE("team/a"), 11, MINT_MS);
    tail_begin(&t, TIME_MINUTE_MS, MINT_MS);
    listing_next(&t.listing, &op);
    assert_true(slice_eq_cstr(op.key, "team/a/pf1/b/"));
    assert_true(slice_starts(op.start_after, SLICE("team/a/pf1/b/20261123/0359/b")));
    tail_release(&t);
}

static void a_window_before_1970_begins_at_the_beginning(void **state)
{
    (void)state;
    struct tail t;
    struct store_op op = {0};

    tail_init(&t, SLICE_NULL, 0, 0);
    tail_begin(&t, TAIL_WINDOW_MS, MINT_MS);
    listing_next(&t.listing, &op);
    assert_true(slice_eq_cstr(op.start_after, "pf1/0/19700101/0000/00000000000"));
    tail_release(&t);
}

static void the_cursor_moves_to_the_start_of_the_round_and_only_at_its_end(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct tail_rows rows;
    struct page_of p;
    struct tail t;

    tail_init(&t, SLICE_NULL, 0, MINT_MS - 10);
    tail_begin(&t, 1000, MINT_MS + 60000);
    assert_int_equal(tail_feed(&t, PAGE(&p, "more", PROFILE), &arena, &rows, NULL), OK);
    assert_true(t.tau_ms == MINT_MS - 10 && !t.listing.done);
    assert_int_equal(tail_feed(&t, PAGE(&p, NULL, NULL), &arena, &rows, NULL), OK);
    assert_true(t.tau_ms == MINT_MS - 10 && t.listing.done);
    tail_end(&t);
    assert_true(t.tau_ms == MINT_MS + 60000);
    tail_release(&t);
}

static void a_round_that_is_dropped_leaves_the_cursor(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct tail_rows rows = {.count = 77};
    struct error err = {0};
    struct page_of p;
    struct tail t;

    tail_init(&t, SLICE_NULL, 0, MINT_MS);
    tail_begin(&t, 1000, MINT_MS + 1);
    assert_int_equal(tail_feed(&t, PAGE(&p, NULL, TOMBSTONE, PROFILE), &arena, &rows, &err), E_CORRUPT);
    assert_non_null(strstr(err.text, "comes after"));
    assert_int_equal(tail_feed(&t, PAGE(&p, NULL, TOMBSTONE, PROFILE), &arena, &rows, NULL), E_CORRUPT);
    assert_int_equal(rows.count, 77);

    tail_begin(&t, 1000, MINT_MS + 2);
    assert_true(t.tau_ms == MINT_MS && t.listing.pages == 0);
    assert_int_equal(tail_feed(&t, PAGE(&p, NULL, PROFILE, TOMBSTONE), &arena, &rows, NULL), OK);
    tail_end(&t);
    assert_true(t.tau_ms == MINT_MS + 2);
    tail_release(&t);
}

static void rows_are_what_the_keys_say(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct tail_rows rows;
    struct page_of p;

    assert_int_equal(tail_decode(SLICE_NULL, PAGE(&p, NULL, PROFILE, TOMBSTONE), &arena, &rows, NULL), OK);
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.rows[0].kind, KEY_PROFILE);
    assert_true(slice_eq_cstr(rows.rows[0].meta.service, "api-backend"));
    assert_true(id_mint_ms(&rows.rows[0].id) == MINT_MS);
    assert_int_equal(rows.rows[1].kind, KEY_TOMBSTONE);
    assert_string_equal(rows.rows[1].target.text, "001m838zdd4-v9pkxyc34vav13p89rxfaqpz04");
    assert_true(rows.foreign == 0 && rows.malformed == 0);
}

static void what_is_foreign_or_malformed_is_counted_and_stepped_over(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct tail_rows rows;
    struct page_of p;

    assert_int_equal(tail_decode(SLICE_NULL,
                                 PAGE(&p, NULL, "pf1/0/20261123/0400/notes.txt", PROFILE, TOMBSTONE,
                                      LATER_KIND, "pf1/0/zzz", "pf2/anything"),
                                 &arena, &rows, NULL),
                     OK);
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.rows[0].kind, KEY_PROFILE);
    assert_int_equal(rows.rows[1].kind, KEY_TOMBSTONE);
    assert_true(rows.foreign == 2 && rows.malformed == 2);
}

static void a_page_that_does_not_fit_is_refused_and_does_not_move_the_listing(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct tail_rows rows;
    struct error err = {0};
    struct page_of p;
    struct tail t;
    size_t refused = 0;

    tail_init(&t, SLICE_NULL, 0, MINT_MS);
    tail_begin(&t, 1000, MINT_MS);
    /* From room for nothing to room for all. */
    for (arena.max = 0; arena.max < ARENA_BYTES; arena.max += 16, refused++) {
        arena_reset(&arena);
        enum status status = tail_feed(&t, PAGE(&p, "more", PROFILE), &arena, &rows, &err);
        if (status == OK)
            break;
        assert_int_equal(status, E_TOO_LARGE);
        assert_int_equal(t.listing.pages, 0);
    }
    assert_true(refused > 1 && arena.max < ARENA_BYTES);
    assert_true(rows.count == 1 && t.listing.pages == 1);
    tail_release(&t);
}

static void an_empty_page_has_no_rows(void **state)
{
    (void)state;
    struct arena arena CLEANUP(arena_release) = ARENA_INIT(ARENA_BYTES);
    struct tail_rows rows = {.count = 77};
    struct page_of p;

    assert_int_equal(tail_decode(SLICE_NULL, PAGE(&p, NULL, NULL), &arena, &rows, NULL), OK);
    assert_true(rows.count == 0 && rows.foreign == 0 && rows.malformed == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_is_wide_enough_for_the_claim),
        cmocka_unit_test(a_round_begins_a_window_behind_the_cursor),
        cmocka_unit_test(a_round_in_another_minute_lane_and_root_begins_there),
        cmocka_unit_test(a_window_before_1970_begins_at_the_beginning),
        cmocka_unit_test(the_cursor_moves_to_the_start_of_the_round_and_only_at_its_end),
        cmocka_unit_test(a_round_that_is_dropped_leaves_the_cursor),
        cmocka_unit_test(rows_are_what_the_keys_say),
        cmocka_unit_test(what_is_foreign_or_malformed_is_counted_and_stepped_over),
        cmocka_unit_test(a_page_that_does_not_fit_is_refused_and_does_not_move_the_listing),
        cmocka_unit_test(an_empty_page_has_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
