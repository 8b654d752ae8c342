/*
 * Listings. What one must give is computed from the keys that were written, by filtering a sorted array; the
 * store is compared with that. The keys are neighbours in the alphabet around '/', where directory stores and
 * servers go wrong.
 */
#include "tests/contract/contract.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "tests/contract/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DEFAULT_PAGE_KEYS = 2500, PER_MINUTE = 100 };

static int slice_order(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static const char *const NEIGHBOURS[] = {"A",       "Z/z",    "a-",    "a--/x", "a-b",  "a.",
                                         "a.b",     "a.../x", "a/x-y", "a/x.y", "a/x",  "a/y/z",
                                         "a/y-1/z", "a0",     "a0b/c", "aZ",    "a_",   "a_b/c",
                                         "aa",      "b-/x",   "b./x",  "b/x",   "b0/x", "b_/_x",
                                         "c.-_",    "c._-",   "c-._",  "c_-.",  "d-/x", "d/x"};

/* Writes NEIGHBOURS under prefix + `under`; returns their keys in order. */
static struct slice *put_neighbours(struct contract *f, const char *under, size_t *ret_count)
{
    struct slice *keys = arena_alloc(&f->arena, ARRAY_LEN(NEIGHBOURS) * sizeof *keys);
    struct store_op ops[ARRAY_LEN(NEIGHBOURS)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(NEIGHBOURS); i++) {
        struct slice k = contract_text(f, "%.*s%s%s", SLICE_ARG(f->prefix), under, NEIGHBOURS[i]);
        ops[count] = (struct store_op){.verb = STORE_PUT, .key = k, .body = k};
        keys[count++] = k;
    }
    batch_run(f->store, ops, count);
    contract_all_ok(ops, count);
    qsort(keys, count, sizeof keys[0], slice_order);
    *ret_count = count;
    return keys;
}

static void a_listing_is_in_bytewise_order_whatever_the_page(void **state)
{
    struct contract *f = *state;
    size_t count;
    struct slice *keys = put_neighbours(f, "order/", &count);
    static const size_t PAGES[] = {0, 1, 2, 7, 1000};
    for (size_t i = 0; i < ARRAY_LEN(PAGES); i++)
        contract_expect_listing(f, keys, count,
                                &(struct store_op){.key = contract_key(f, "order/"), .max_keys = PAGES[i]});

    struct store_op exact = {.verb = STORE_LIST, .key = contract_key(f, "order/"), .max_keys = count};
    contract_run(f, &exact, OK);
    assert_int_equal(exact.page.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(exact.page.entries[i].bytes, keys[i].len);
    store_op_release(&exact);
}

static void a_prefix_may_end_anywhere(void **state)
{
    struct contract *f = *state;
    size_t count;
    struct slice *keys = put_neighbours(f, "prefix/", &count);
    static const char *const ENDS[] = {"prefix", "prefix/", "prefix//", "prefix/.",  "prefix/..",
                                       "pref",   "prefix0", "prefix/ ", "prefix/~%", "prefix/no/such"};
    for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
        contract_expect_listing(f, keys, count, &(struct store_op){.key = contract_key(f, ENDS[i])});
    for (size_t i = 0; i < count; i++) {
        contract_expect_listing(f, keys, count, &(struct store_op){.key = keys[i]});
        struct slice shorter = slice_sub(keys[i], 0, keys[i].len - 1);
        contract_expect_listing(f, keys, count, &(struct store_op){.key = shorter});
    }
}

static void a_listing_may_start_after_any_string(void **state)
{
    struct contract *f = *state;
    size_t count;
    struct slice *keys = put_neighbours(f, "start/", &count);
    static const char *const ENDS[] = {"",        "star",    "start",    "start!", "start/",
                                       "start0",  "start/~", "start/a+", "stas/x", "rtart/",
                                       "start/ ", "~",       "!"};
    for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
        contract_expect_listing(f, keys, count,
                                &(struct store_op){.key = contract_key(f, "start/"),
                                                   .start_after = contract_key(f, ENDS[i]),
                                                   .max_keys = 10});
    static const struct slice ELSEWHERE[] = {{"!", 1}, {"~~~~", 4}, {" ", 1}};
    for (size_t i = 0; i < ARRAY_LEN(ELSEWHERE); i++)
        contract_expect_listing(f, keys, count,
                                &(struct store_op){.key = contract_key(f, "start/"),
                                                   .start_after = ELSEWHERE[i]});

    static const char *const TAILS[] = {"", "!", "-", "/", "0", "~", "%2F&x=", "\xc3\xa9"};
    for (size_t i = 0; i < count; i++) {
        for (size_t t = 0; t < ARRAY_LEN(TAILS); t++) {
            struct slice after = contract_text(f, "%.*s%s", SLICE_ARG(keys[i]), TAILS[t]);
            struct store_op query = {.key = contract_key(f, "start/"), .start_after = after};
            contract_expect_listing(f, keys, count, &query);
        }
    }
}

static void a_listing_of_thousands_comes_whole_page_by_page(void **state)
{
    struct contract *f = *state;
    size_t count = f->plan->page_keys > 0 ? f->plan->page_keys : DEFAULT_PAGE_KEYS;
    struct slice *keys = arena_alloc(&f->arena, count * sizeof *keys);
    struct store_op *ops = mem_zero(count, sizeof *ops);
    for (size_t i = 0; i < count; i++) {
        keys[i] = contract_text(f, "%.*spages/%04zu/%05zu.p.api-backend_.cpu_.01m838zdd4_.0_.dc_-fra",
                                SLICE_ARG(f->prefix), i / PER_MINUTE, i);
        ops[i] = (struct store_op){.verb = STORE_PUT, .key = keys[i], .body = keys[i]};
    }
    batch_run(f->store, ops, count);
    contract_all_ok(ops, count);
    free(ops);

    struct slice prefix = contract_key(f, "pages/");
    contract_expect_listing(f, keys, count, &(struct store_op){.key = prefix});
    contract_expect_listing(f, keys, count, &(struct store_op){.key = prefix, .max_keys = 299});
    contract_expect_listing(f, keys, count,
                            &(struct store_op){.key = prefix, .start_after = keys[count / 2]});
    contract_expect_listing(f, keys, count,
                            &(struct store_op){.key = prefix, .start_after = contract_key(f, "pages/0007")});
    contract_expect_listing(f, keys, count, &(struct store_op){.key = contract_key(f, "pages/0003/")});
    contract_expect_listing(f, keys, count,
                            &(struct store_op){.key = prefix, .start_after = keys[count - 1]});
}

const struct promise LIST_PROMISES[] = {
    {"a listing is in bytewise order whatever the page", a_listing_is_in_bytewise_order_whatever_the_page},
    {"a prefix may end anywhere", a_prefix_may_end_anywhere},
    {"a listing may start after any string", a_listing_may_start_after_any_string},
    {"a listing of thousands comes whole page by page", a_listing_of_thousands_comes_whole_page_by_page},
    {NULL, NULL},
};
