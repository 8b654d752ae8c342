/* Listings: what goes on where, and every page that is refused. */
#include "collector/listing.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 4 };

struct page_of {
    struct store_page page;
    struct store_entry entries[KEYS];
};

/* A page of the keys up to NULL; with a token there is more. */
static const struct store_page *page_of(struct page_of *p, const char *const keys[], const char *token)
{
    *p = (struct page_of){.page = {.more = token != NULL, .token = slice_of(token)}};
    for (size_t i = 0; i < KEYS && keys[i]; i++)
        p->entries[p->page.count++].key = slice_of(keys[i]);
    p->page.entries = p->entries;
    return &p->page;
}
#define FEED(l, p, token, err, ...)                                                                          \
    listing_feed(l, page_of(p, (const char *const[KEYS + 1]){__VA_ARGS__}, token), err)

/* Refused with that code, with words that name the place, and nothing has moved. */
#define ASSERT_REFUSED(l, words, ...)                                                                        \
    do {                                                                                                     \
        uint64_t pages_ = (l)->pages;                                                                        \
        struct error err_ = {0};                                                                             \
        assert_int_equal(listing_feed(l, __VA_ARGS__, &err_), E_CORRUPT);                                    \
        assert_non_null(strstr(err_.text, words));                                                           \
        assert_non_null(strstr(err_.text, "'r/'"));                                                          \
        assert_int_equal(listing_feed(l, __VA_ARGS__, NULL), E_CORRUPT);                                     \
        assert_true((l)->pages == pages_ && !(l)->done);                                                     \
    } while (0)

/* Two pages in: r/a r/b, then r/d; token "t2". */
static void two_pages_in(struct listing *l)
{
    struct page_of p;

    listing_begin(l, SLICE("r/"), SLICE("r/"));
    assert_int_equal(FEED(l, &p, "t1", NULL, "r/a", "r/b"), OK);
    assert_int_equal(FEED(l, &p, "t2", NULL, "r/d"), OK);
    assert_false(l->done);
}

static void the_first_page_begins_at_the_position_and_further_ones_at_the_token(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct store_op op = {0};
    struct page_of p;

    listing_begin(&l, SLICE("r/"), SLICE("r/k"));
    listing_next(&l, &op);
    assert_int_equal(op.verb, STORE_LIST);
    assert_true(slice_eq_cstr(op.key, "r/") && slice_eq_cstr(op.start_after, "r/k") && op.token.len == 0);
    assert_int_equal(op.max_keys, LIMIT_LIST_KEYS);

    assert_int_equal(FEED(&l, &p, "t1", NULL, "r/m"), OK);
    op = (struct store_op){0};
    listing_next(&l, &op);
    assert_true(slice_eq_cstr(op.key, "r/") && op.start_after.len == 0 && slice_eq_cstr(op.token, "t1"));
}

static void it_copies_what_it_is_given(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct store_op op = {0};
    char prefix[] = "r/", token[] = "t1", key[] = "r/a";
    struct store_entry entry = {.key = slice_of(key)};
    struct store_page page = {.entries = &entry, .count = 1, .more = true, .token = slice_of(token)};

    listing_begin(&l, slice_of(prefix), SLICE_NULL);
    assert_int_equal(listing_feed(&l, &page, NULL), OK);
    memset(prefix, '#', 2);
    memset(token, '#', 2);
    memset(key, '#', 3);
    listing_next(&l, &op);
    assert_true(slice_eq_cstr(op.key, "r/") && slice_eq_cstr(op.token, "t1"));
    assert_string_equal(buf_cstr(&l.after), "r/a");
}

static void it_ends_with_the_page_that_says_so_and_counts(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    assert_int_equal(FEED(&l, &p, NULL, NULL, "r/e", "r/f"), OK);
    assert_true(l.done);
    assert_true(l.pages == 3 && l.keys == 5);
    assert_string_equal(buf_cstr(&l.after), "r/f");
}

static void an_empty_listing_is_one_page(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    listing_begin(&l, SLICE("r/"), SLICE_NULL);
    assert_int_equal(FEED(&l, &p, NULL, NULL, NULL), OK);
    assert_true(l.done && l.pages == 1 && l.keys == 0);
}

static void it_may_be_begun_again(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct store_op op = {0};
    struct page_of p;

    two_pages_in(&l);
    listing_begin(&l, SLICE("s/"), SLICE("s/b"));
    listing_next(&l, &op);
    assert_true(slice_eq_cstr(op.key, "s/") && slice_eq_cstr(op.start_after, "s/b") && op.token.len == 0);
    assert_int_equal(FEED(&l, &p, "t2", NULL, "s/c"), OK);
}

static void keys_out_of_order_are_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/f", "r/e", NULL}, NULL));
}

static void a_key_that_comes_twice_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/e", "r/e", NULL}, NULL));
}

static void a_page_that_goes_back_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/d", NULL}, "t3"));
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/a", "r/b", NULL}, "t3"));
}

static void a_key_at_or_before_the_beginning_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    listing_begin(&l, SLICE("r/"), SLICE("r/k"));
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/k", NULL}, NULL));
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/a", NULL}, NULL));
}

static void a_key_outside_of_the_prefix_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "outside", page_of(&p, (const char *const[]){"r/e", "s/a", NULL}, NULL));
    ASSERT_REFUSED(&l, "outside", page_of(&p, (const char *const[]){"r", NULL}, NULL));
}

static void a_key_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    char key[LIMIT_KEY_BYTES + 2];
    struct page_of p;

    memset(key, 'x', sizeof(key));
    memcpy(key, "r/", 2);
    key[LIMIT_KEY_BYTES + 1] = '\0';
    two_pages_in(&l);
    ASSERT_REFUSED(&l, "1025 bytes", page_of(&p, (const char *const[]){key, NULL}, NULL));

    key[LIMIT_KEY_BYTES] = '\0';
    assert_int_equal(FEED(&l, &p, "t3", NULL, key), OK);
    assert_int_equal(l.after.len, LIMIT_KEY_BYTES);
}

static void a_page_cut_off_without_a_token_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "without a usable token", page_of(&p, (const char *const[]){"r/e", NULL}, ""));
}

static void a_token_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    static char token[4098];
    struct page_of p;

    memset(token, 't', sizeof(token) - 1);
    two_pages_in(&l);
    ASSERT_REFUSED(&l, "without a usable token", page_of(&p, (const char *const[]){"r/e", NULL}, token));
    token[4096] = '\0';
    assert_int_equal(FEED(&l, &p, token, NULL, "r/e"), OK);
}

static void the_token_of_the_page_before_is_refused(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "token came twice", page_of(&p, (const char *const[]){"r/e", NULL}, "t2"));
}

static void a_refused_page_may_be_asked_for_again(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    struct store_op op = {0};
    struct page_of p;

    two_pages_in(&l);
    ASSERT_REFUSED(&l, "comes after", page_of(&p, (const char *const[]){"r/e", "r/a", NULL}, "t3"));
    listing_next(&l, &op);
    assert_true(slice_eq_cstr(op.token, "t2"));
    assert_int_equal(FEED(&l, &p, NULL, NULL, "r/e", "r/f"), OK);
    assert_true(l.done && l.keys == 5);
}

static void pages_without_keys_are_taken_but_not_for_ever(void **state)
{
    (void)state;
    struct listing l CLEANUP(listing_release) = {0};
    char token[16];
    struct page_of p;

    two_pages_in(&l);
    for (unsigned i = 1; i < LIMIT_LIST_EMPTY_PAGES; i++) {
        snprintf(token, sizeof(token), "e%u", i % 2);
        assert_int_equal(FEED(&l, &p, token, NULL, NULL), OK);
    }
    ASSERT_REFUSED(&l, "without a key", page_of(&p, (const char *const[]){NULL}, "e0"));
    assert_int_equal(FEED(&l, &p, "t3", NULL, "r/e"), OK);
    assert_int_equal(FEED(&l, &p, "t4", NULL, NULL), OK);
    assert_int_equal(FEED(&l, &p, NULL, NULL, NULL), OK);
    assert_true(l.done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_page_begins_at_the_position_and_further_ones_at_the_token),
        cmocka_unit_test(it_copies_what_it_is_given),
        cmocka_unit_test(it_ends_with_the_page_that_says_so_and_counts),
        cmocka_unit_test(an_empty_listing_is_one_page),
        cmocka_unit_test(it_may_be_begun_again),
        cmocka_unit_test(keys_out_of_order_are_refused),
        cmocka_unit_test(a_key_that_comes_twice_is_refused),
        cmocka_unit_test(a_page_that_goes_back_is_refused),
        cmocka_unit_test(a_key_at_or_before_the_beginning_is_refused),
        cmocka_unit_test(a_key_outside_of_the_prefix_is_refused),
        cmocka_unit_test(a_key_that_is_too_long_is_refused),
        cmocka_unit_test(a_page_cut_off_without_a_token_is_refused),
        cmocka_unit_test(a_token_that_is_too_long_is_refused),
        cmocka_unit_test(the_token_of_the_page_before_is_refused),
        cmocka_unit_test(a_refused_page_may_be_asked_for_again),
        cmocka_unit_test(pages_without_keys_are_taken_but_not_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
